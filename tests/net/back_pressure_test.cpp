// What a peer holds for those who do not read, or send half, is bounded; and who reads gets all.
#include <malloc.h>

#include <fstream>

#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

// The address sanitizer keeps freed memory.
#ifdef __SANITIZE_ADDRESS__
constexpr long kSlackKib = 512 * 1024;
#else
constexpr long kSlackKib = 16 * 1024;
#endif

/// Private memory of this process that is in use, in KiB.
long private_memory() {
  malloc_trim(0);
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    long size = 0;
    status >> size;
    return size;
  }
  return 0;
}

PeerOptions lone_member() {
  PeerOptions options = quiet_options("member");
  options.id = PeerId{{1}};
  options.member = true;
  options.buckets = {{"default", 1, 1, 1}};
  return options;
}

/// Of a peer of its own each.
std::string hello_of(std::uint8_t number) {
  Hello hello;
  hello.network = "oxbow";
  hello.peer = PeerId{{9, number}};
  hello.advertised = *parse_address("127.0.0.1:9");
  std::string bytes;
  append_magic(bytes);
  append_frame(hello, bytes);
  return bytes;
}

void put(RunningPeer& peer, const std::string& key, std::size_t bytes) {
  PutRequest put;
  put.key = key;
  put.value = std::string(bytes, 'v');
  Client(peer).ask<PutAnswer>(put);
}

GetRequest get_of(const std::string& key) {
  GetRequest get;
  get.key = key;
  get.search = false;
  return get;
}

}  // namespace

TEST_CASE(
    "a hundred and fifty gets of 1 MiB in one go are all answered, however late they are read") {
  RunningPeer peer(lone_member());
  put(peer, "big", limits::kValue);
  put(peer, "small", 1);
  Client client(peer);
  constexpr int kGets = 150;
  const long before = private_memory();
  for (int i = 0; i < kGets; ++i) client.send(get_of("big"));
  for (int i = 0; i < 50; ++i) CHECK(Client(peer).ask_any(get_of("small")).ok());  // meanwhile
  CHECK(private_memory() - before < 24 * 1024 + kSlackKib);
  for (int i = 0; i < kGets; ++i) {
    const auto answer = client.next_answer();
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    const auto& values = std::get<GetAnswer>(*answer).values;
    REQUIRE(values.size() == 1);
    CHECK(values[0].value.size() == limits::kValue);
  }
}

TEST_CASE("thirty puts of 1 MiB in one go: the peer reads on when it has room") {
  RunningPeer peer(lone_member());
  Client client(peer);
  constexpr int kPuts = 30;
  std::string bytes;
  for (int i = 0; i < kPuts; ++i) {
    PutRequest put;
    put.key = "k" + std::to_string(i);
    put.value = std::string(limits::kValue, 'v');
    client.stream().append_request(put, bytes);
  }
  const std::jthread sender([&] { client.socket().send(bytes); });
  for (int i = 0; i < kPuts; ++i) {
    const auto answer = client.next_answer();
    CHECK_MESSAGE(answer.ok(), answer.error().message);
  }
}

TEST_CASE("peers that ask for objects and read nothing cost one object each") {
  RunningPeer peer(lone_member());
  constexpr std::size_t kObject = 900'000;
  put(peer, "big", kObject);
  std::string asked;
  for (std::uint64_t ticket = 0; ticket < 100; ++ticket) {
    ObjectRead read;
    read.ticket = ticket;
    read.key = "big";
    append_frame(read, asked);
  }
  const long before = private_memory();
  std::vector<std::unique_ptr<RawSocket>> strangers;
  for (int i = 0; i < 12; ++i) {
    strangers.push_back(std::make_unique<RawSocket>(peer.address(), 4096));
    strangers.back()->send(hello_of(static_cast<std::uint8_t>(i)) + asked);
  }
  CHECK(answers_a_ping(peer));
  CHECK(private_memory() - before < 12 * 2 * 1024 + kSlackKib);
}

TEST_CASE("a peer that reads gets every object that it has asked for") {
  RunningPeer peer(lone_member());
  put(peer, "big", 900'000);
  RawSocket reader(peer.address());
  std::string asked = hello_bytes(false);
  for (std::uint64_t ticket = 1; ticket <= 60; ++ticket) {
    ObjectRead read;
    read.ticket = ticket;
    read.key = "big";
    append_frame(read, asked);
  }
  append_frame(Ping{77, false}, asked);
  reader.send(asked);
  PeerStream stream;
  std::size_t objects = 0;
  std::size_t before_pong = 0;
  std::string received;
  while (objects < 60) {
    switch (stream.next()) {
      case PeerStream::Next::message:
        if (const auto* reply = std::get_if<ObjectReply>(&stream.message())) {
          CHECK(reply->status == ReplicaStatus::ok);
          CHECK(reply->object.size() > 900'000);
          ++objects;
        }
        if (std::holds_alternative<Pong>(stream.message())) before_pong = objects;
        break;
      case PeerStream::Next::more:
        received = reader.receive();
        REQUIRE(!received.empty());
        stream.feed(received);
        break;
      case PeerStream::Next::error:
        FAIL(stream.error().message);
    }
  }
  CHECK(before_pong < 30);  // the answer to the ping has gone ahead of what was asked for before
}

TEST_CASE("half frames of all connections together are bounded, and others are served meanwhile") {
  RunningPeer peer(lone_member());
  put(peer, "small", 1);
  const std::string half =
      raw_frame(20, std::string(limits::kFrame - 1, '\0')).substr(0, limits::kFrame - 100);
  const long before = private_memory();
  std::vector<std::unique_ptr<RawSocket>> strangers;
  for (int i = 0; i < 60; ++i) {
    strangers.push_back(std::make_unique<RawSocket>(peer.address()));
    strangers.back()->send(hello_of(static_cast<std::uint8_t>(i)) + half);
    if (i % 10 == 0) CHECK(Client(peer).ask_any(get_of("small")).ok());
  }
  CHECK(peer.logs("all connections together leave too much unread or unfinished"));
  CHECK(answers_a_ping(peer));
  CHECK(private_memory() - before <
        static_cast<long>(limits::kHeldBytes / 1024) + 32 * 1024 + kSlackKib);
}

TEST_CASE("half a frame, or half a request, has to become whole in time") {
  PeerOptions options = quiet_options("impatient");
  options.hello_deadline = 100ms;
  RunningPeer peer(options);
  SUBCASE("a peer is told so in a Bye") {
    RawSocket socket(peer.address());
    socket.send(hello_bytes(false) + raw_frame(20, std::string(1000, '\0')).substr(0, 500));
    const std::string answer = socket.receive_all();
    PeerStream stream;
    stream.feed(answer);
    std::string code;
    while (stream.next() == PeerStream::Next::message) {
      if (const auto* bye = std::get_if<Bye>(&stream.message())) code = std::string(bye->code);
    }
    CHECK(code == "too-slow");
  }
  SUBCASE("a client in a notification") {
    RawSocket socket(peer.address());
    RpcClientStream stream;
    std::string bytes;
    PutRequest put;
    put.key = "k";
    put.value = std::string(1000, 'v');
    stream.append_request(put, bytes);
    socket.send(bytes.substr(0, 500));
    stream.feed(socket.receive_all());
    CHECK(stream.next() == RpcClientStream::Next::more);
    REQUIRE(stream.closing());
    CHECK(stream.closing()->code == "too-slow");
  }
  SUBCASE("one that comes in pieces, but in time, is taken") {
    Client client(peer);
    std::string bytes;
    client.stream().append_request(PingRequest{}, bytes);
    client.socket().send(bytes.substr(0, 3));
    CHECK(answers_a_ping(peer));
    client.socket().send(bytes.substr(3));
    CHECK(client.next_answer().ok());
  }
}

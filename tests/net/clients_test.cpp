#include <fstream>

#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

// The 16 MiB that one connection may queue, and slack. (The address sanitizer keeps freed memory.)
#ifdef __SANITIZE_ADDRESS__
constexpr long kBoundKib = 256 * 1024;
#else
constexpr long kBoundKib = 24 * 1024;
#endif

/// Private memory of this process, in KiB.
long private_memory() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word != "RssAnon:") continue;
    long size = 0;
    status >> size;
    return size;
  }
  return 0;
}

std::string many(const ClientRequest& request, int count) {
  RpcClientStream stream;
  std::string bytes;
  for (int i = 0; i < count; ++i) stream.append_request(request, bytes);
  return bytes;
}

}  // namespace

TEST_CASE("ten thousand pings in one go are answered in order") {
  RunningPeer peer;
  RawSocket socket(peer.address());
  RpcClientStream stream;
  std::string bytes;
  std::vector<std::uint32_t> asked;
  for (int i = 0; i < 10'000; ++i) asked.push_back(stream.append_request(PingRequest{}, bytes));
  const std::jthread sender([&] { socket.send(bytes); });
  std::vector<std::uint32_t> answered;
  std::string received;
  while (answered.size() < asked.size()) {
    const auto next = stream.next();
    if (next == RpcClientStream::Next::answer) {
      answered.push_back(stream.id());
      continue;
    }
    REQUIRE(next == RpcClientStream::Next::more);
    received = socket.receive();
    REQUIRE(!received.empty());
    stream.feed(received);
  }
  CHECK(answered == asked);
}

TEST_CASE("a client that never reads costs a bounded amount of memory") {
  RunningPeer peer;
  const std::string requests = many(StatusRequest{}, 1'000'000);  // 2 GB of answers
  const long before = private_memory();
  RawSocket greedy(peer.address(), 4096);
  const std::size_t taken = greedy.send_some(requests, 500ms);
  CHECK(taken < requests.size());
  CHECK(private_memory() - before < kBoundKib);
  CHECK(answers_a_ping(peer));
}

TEST_CASE("more requests than may be in flight wait their turn") {
  PeerOptions options = quiet_options("lonely");
  options.neighbors = {"127.0.0.1:9"};  // nobody listens there
  RunningPeer peer(options);
  RawSocket socket(peer.address());
  RpcClientStream stream;
  std::string bytes;
  const std::size_t count = limits::kRpcInFlight + 44;
  for (std::size_t i = 0; i < count; ++i) stream.append_request(WaitReadyRequest{50}, bytes);
  stream.append_request(PingRequest{}, bytes);
  socket.send(bytes);
  std::size_t answers = 0;
  bool is_ping_last = false;
  while (answers < count + 1) {
    switch (stream.next()) {
      case RpcClientStream::Next::answer:
        REQUIRE(stream.answer().ok());
        ++answers;
        // The ping came behind the limit, so at least that many were answered before it.
        if (std::holds_alternative<PingAnswer>(*stream.answer())) {
          is_ping_last = answers > limits::kRpcInFlight;
        }
        break;
      case RpcClientStream::Next::more: {
        const std::string more = socket.receive();
        REQUIRE(!more.empty());
        stream.feed(more);
        break;
      }
      default:
        FAIL("not an answer");
    }
  }
  CHECK(is_ping_last);
}

TEST_CASE("a client that shuts its side down still gets its answers") {
  RunningPeer peer;
  RawSocket socket(peer.address());
  socket.send(many(PingRequest{}, 3));
  socket.shut_down();
  RpcClientStream stream;
  std::string ignored;
  for (int i = 0; i < 3; ++i) stream.append_request(PingRequest{}, ignored);
  stream.feed(socket.receive_all());
  for (int i = 0; i < 3; ++i) CHECK(stream.next() == RpcClientStream::Next::answer);
}

TEST_CASE("a client that goes away takes its searches with it") {
  RunningPeer peer;
  RawSocket silent_neighbor(peer.address());
  silent_neighbor.send(hello_bytes());
  REQUIRE(peer.logs("linked to raw"));
  Client watcher(peer);
  const auto searches = [&] {
    return counter(watcher.ask<StatusAnswer>(StatusRequest{}).tables, "searches");
  };
  {
    Client client(peer);
    FindRequest find;
    find.key = "absent";
    std::string bytes;
    client.stream().append_request(find, bytes);
    client.socket().send(bytes);
    CHECK(eventually([&] { return searches() == 1; }));
  }
  CHECK(eventually([&] { return searches() == 0; }));
}

TEST_CASE("a bad request is answered, and the next one too") {
  RunningPeer peer;
  Client client(peer);
  const auto answer = client.ask_any(FindRequest{});
  REQUIRE(!answer.ok());
  CHECK(answer.error().message == "find: bad 'key'");
  CHECK(client.ask_any(PingRequest{}).ok());
}

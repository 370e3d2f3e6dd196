#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

TEST_CASE("a key with a hundred siblings of 30 KiB is read in one answer, twenty times over") {
  PeerOptions options = quiet_options("member");
  options.id = PeerId{{1}};
  options.member = true;
  options.buckets = {{"default", 1, 1, 1}};
  RunningPeer peer(options);
  Client client(peer);
  PutRequest put;
  put.key = "k";
  for (std::size_t i = 0; i < limits::kSiblings; ++i) {
    put.value = std::string(30 * 1024, static_cast<char>(i));
    CHECK(client.ask<PutAnswer>(put).siblings == i + 1);
  }
  // Together far more than may wait unread: the peer stops reading, and goes on.
  GetRequest get;
  get.key = "k";
  constexpr int kGets = 20;
  for (int i = 0; i < kGets; ++i) client.send(get);
  for (int i = 0; i < kGets; ++i) {
    const auto answer = client.next_answer();
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    const auto& values = std::get<GetAnswer>(*answer).values;
    REQUIRE(values.size() == limits::kSiblings);
    for (const GetValue& each : values) CHECK(each.value.size() == 30 * 1024);
  }
}

TEST_CASE("a value of one megabyte is put and read, a larger one is refused") {
  PeerOptions options = quiet_options("member");
  options.id = PeerId{{1}};
  options.member = true;
  options.buckets = {{"default", 1, 1, 1}};
  RunningPeer peer(options);
  Client client(peer);
  PutRequest put;
  put.key = std::string(limits::kKey, 'k');
  put.value = std::string(limits::kValue, 'v');
  client.ask<PutAnswer>(put);
  GetRequest get;
  get.key = put.key;
  const auto answer = client.ask<GetAnswer>(get);
  REQUIRE(answer.values.size() == 1);
  CHECK(answer.values[0].value == put.value);
  put.value += 'v';
  CHECK_FALSE(client.ask_any(put).ok());
}

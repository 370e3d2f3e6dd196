// Durable before acknowledged: what a client hears of a write, it hears after its sync.
#include "controlled_store.h"
#include "running_peer.h"

using namespace oxbow;
using namespace oxbow::testing;

namespace {

PeerOptions lone_member() {
  PeerOptions options = quiet_options("member");
  options.id = PeerId{{1}};
  options.member = true;
  options.buckets = {{"default", 1, 1, 1}, {"loose", 1, 1, 1, Conflicts::siblings, Sync::no}};
  return options;
}

/// A ring of one, whose store syncs when the test says.
struct Member {
  StoreControl store;
  RunningPeer peer{lone_member(), {}, store.maker()};

  /// Everything that was sent to the peer before has been looked at.
  void pass_by() const { REQUIRE(answers_a_ping(peer)); }
  void wait_for_writes(std::uint64_t count) const {
    REQUIRE(eventually([&] { return store.written() == count; }));
    REQUIRE(eventually([&] { return store.submitted() > 0; }));
    pass_by();
  }
};

PutRequest put(const std::string& key, const std::string& value) {
  PutRequest request;
  request.key = key;
  request.value = value;
  return request;
}

GetRequest get(const std::string& key) {
  GetRequest request;
  request.key = key;
  request.search = false;
  return request;
}

template <class Answer>
Answer expect(Result<ClientAnswer> answer) {
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  REQUIRE(std::holds_alternative<Answer>(*answer));
  return std::get<Answer>(std::move(*answer));
}

}  // namespace

TEST_CASE("a put is answered once its write is durable, not before") {
  Member member;
  Client client(member.peer);
  client.send(put("k", "v"));
  member.wait_for_writes(1);
  CHECK_FALSE(client.socket().has_something());
  member.store.sync_up_to(1);
  CHECK(expect<PutAnswer>(client.next_answer()).quorum.acknowledged == 1);
}

TEST_CASE("a get that shows a pending write waits for it, one of another key does not") {
  Member member;
  Client writer(member.peer);
  writer.send(put("k", "v"));
  member.wait_for_writes(1);
  Client reader(member.peer);
  reader.send(get("k"));
  reader.send(get("other"));
  CHECK_FALSE(expect<GetAnswer>(reader.next_answer()).found);
  member.pass_by();
  CHECK_FALSE(reader.socket().has_something());
  member.store.sync_up_to(1);
  const auto answer = expect<GetAnswer>(reader.next_answer());
  REQUIRE(answer.values.size() == 1);
  CHECK(answer.values[0].value == "v");
  expect<PutAnswer>(writer.next_answer());
}

TEST_CASE("puts whose writes one sync covers are answered together, later ones wait on") {
  Member member;
  Client client(member.peer);
  for (int i = 0; i < 3; ++i) client.send(put("k" + std::to_string(i), "v"));
  member.wait_for_writes(3);
  member.store.sync_up_to(2);
  expect<PutAnswer>(client.next_answer());
  expect<PutAnswer>(client.next_answer());
  member.pass_by();
  CHECK_FALSE(client.socket().has_something());
  member.store.sync_up_to(3);
  expect<PutAnswer>(client.next_answer());
}

TEST_CASE("a put of a bucket without sync is answered at once") {
  Member member;
  Client client(member.peer);
  client.send(put("loose/k", "v"));
  CHECK(expect<PutAnswer>(client.next_answer()).quorum.acknowledged == 1);
  CHECK(member.store.written() == 0);
}

TEST_CASE("answers that are held back count as in flight") {
  Member member;
  Client client(member.peer);
  for (std::uint32_t i = 0; i < limits::kRpcInFlight; ++i) {
    client.send(put("k" + std::to_string(i), "v"));
  }
  client.send(PingRequest{});
  member.wait_for_writes(limits::kRpcInFlight);
  CHECK_FALSE(client.socket().has_something());
  member.store.sync_always();
  for (std::uint32_t i = 0; i < limits::kRpcInFlight; ++i) {
    expect<PutAnswer>(client.next_answer());
  }
  expect<PingAnswer>(client.next_answer());
}

TEST_CASE("a client that goes away before the sync leaves nothing behind") {
  Member member;
  {
    Client client(member.peer);
    client.send(put("k", "v"));
    member.wait_for_writes(1);
  }
  member.pass_by();
  member.store.sync_always();
  Client client(member.peer);
  CHECK(client.ask<GetAnswer>(get("k")).values.size() == 1);
  client.ask<PutAnswer>(put("k2", "v"));
}

TEST_CASE("a store that fails ends the peer, and nothing unsynced was acknowledged") {
  Member member;
  Client client(member.peer);
  client.send(put("k", "v"));
  member.wait_for_writes(1);
  member.store.fail("cannot sync: no such luck");
  REQUIRE_FALSE(member.peer.ended().ok());
  CHECK(member.peer.ended().error().message == "stopped: cannot sync: no such luck");
  client.stream().feed(client.socket().receive_all());
  CHECK(client.stream().next() == RpcClientStream::Next::more);  // no answer
  REQUIRE(client.stream().closing());
  CHECK(client.stream().closing()->message == "stopped: cannot sync: no such luck");
}

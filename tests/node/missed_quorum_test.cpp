// After a missed quorum one member's copy of an object is no answer: it may be older than what was
// acknowledged, and lack siblings.
#include <doctest/doctest.h>

#include <map>
#include <string>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

GetRequest searched(std::string key) {
  GetRequest request;
  request.key = std::move(key);
  return request;
}

}  // namespace

TEST_CASE("a copy that missed an acknowledged write is not shown by a search") {
  SimNetwork network(1);
  Ring ring(network, 5, "k");
  const auto first = ring.put(0, "v2", "", "3");
  REQUIRE(first.ok());
  network.run_for(2 * limits::kGossipEvery);  // it remembers the others
  network.crash(ring[2]);
  network.run_for(1s);
  PutRequest put = put_of("k", "v3", first->context);
  put.strict = true;
  REQUIRE(network.put(ring[0], put).ok());
  for (const std::size_t place : {0U, 1U, 3U, 4U}) network.crash(ring[place]);
  network.start(ring[2]);
  network.run_for(10s);
  CHECK(ring.copy_at(2) == Texts{"v2"});

  GetRequest strict = searched("k");
  strict.strict = true;
  GetRequest both = strict;
  both.r = "2";
  GetRequest two = searched("k");
  two.r = "2";
  for (const GetRequest& request : {strict, both, two, searched("k")}) {
    const auto got = network.get(ring[2], request);
    REQUIRE(!got.ok());
    CHECK(got.error().code == "quorum-not-met");
    REQUIRE(got.error().quorum != nullptr);
    CHECK(got.error().quorum->r == 2U);
    std::size_t missing = 0;
    for (const QuorumMember& member : got.error().quorum->members) {
      if (member.role != "primary" || member.coordinator) continue;
      ++missing;
      CHECK((member.outcome == "unreachable" || member.outcome == "timeout"));
    }
    CHECK(missing == 2);
  }
  CHECK(network.get(ring[2], searched("k"))
            .error()
            .message.find("has a copy, perhaps an old one (oxbow fetch downloads it)") !=
        std::string::npos);
  GetRequest one = searched("k");
  one.r = "1";  // its own copy is all that is asked for
  CHECK(values(*network.get(ring[2], one)) == Texts{"v2"});
}

TEST_CASE("one of several siblings is not shown as the only one") {
  SimNetwork network(2);
  Ring ring(network, 5, "k");
  for (const char* value : {"a", "b", "c"}) REQUIRE(ring.put(0, value, "", "3").ok());
  for (const std::size_t place : {1U, 2U, 3U, 4U}) network.freeze(ring[place]);
  const auto got = network.get(ring[0], searched("k"));
  REQUIRE(!got.ok());
  CHECK(got.error().code == "quorum-not-met");
  CHECK(got.error().needed == "2 answers");
  CHECK(got.error().got == "1 answer");
  for (const std::size_t place : {1U, 2U, 3U, 4U}) network.thaw(ring[place]);
  network.run_for(5s);
  CHECK(values(*network.get(ring[0], searched("k"))) == Texts{"a", "b", "c"});
}

TEST_CASE("what a member keeps that the ring cannot be asked for again is no answer either") {
  // R = 1 has never heard of it; the member that has it is found, and a read of all is missed.
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    NodeConfig config = SimNetwork::defaults();
    config.full_reads = 0;  // no more than R copies are asked
    Ring ring(network, 3, "k", config);
    network.lose_if([&](const Carried& carried) {
      return carried.to == ring[0] && std::holds_alternative<ObjectWrite>(carried.message);
    });
    network.split({{ring[0], ring[1]}, {ring[2]}});
    PutRequest put = put_of("k", "lonely", "", "1");
    put.strict = true;
    REQUIRE(network.put(ring[2], put).ok());
    network.heal_all();
    network.run_for(10s);
    network.crash(ring[1]);
    network.run_for(3s);
    GetRequest request = searched("k");
    request.r = "1";
    const auto got = network.get(ring[0], request);
    REQUIRE(!got.ok());
    CHECK(got.error().code == "quorum-not-met");
    CHECK(got.error().message.find("has a copy, perhaps an old one") != std::string::npos);
  }
}

TEST_CASE("what no primary has is no object of the ring, and the error says so") {
  SimNetwork network(7);
  NodeConfig config = SimNetwork::defaults();
  config.full_reads = 0;  // no more than R copies are asked
  Ring ring(network, 3, "k", config);
  REQUIRE(ring.put(0, "v", "", "3").ok());
  network.run_for(5s);
  const auto lose_copy = [&](std::size_t place) {
    Store& store = network.store(ring[place]);
    const auto copy = store.read("k");
    REQUIRE(copy.ok());
    if (!copy->object.empty()) REQUIRE(store.erase("k", copy->object).ok());
  };
  lose_copy(0);
  lose_copy(1);
  network.tap([&](const Carried& carried) {  // it goes once it has been found
    if (std::holds_alternative<Hit>(carried.message)) lose_copy(2);
  });
  GetRequest request = searched("k");
  request.r = "1";
  const auto got = network.get(ring[0], request);
  REQUIRE(!got.ok());
  CHECK(got.error().code == "quorum-not-met");
  CHECK(got.error().message.starts_with("none of the key's primaries has it; "));
  CHECK(got.error().needed == "a copy at a primary");
  CHECK(got.error().got == "none");
}

TEST_CASE("without an answer of a coordinator it is told whether it was lost, or silent") {
  for (const bool crashes : {true, false}) {
    CAPTURE(crashes);
    SimNetwork network(8);
    Ring ring(network, 5, "k");
    REQUIRE(ring.put(4, "v0").ok());  // they are connected
    network.freeze(ring[0]);
    const RequestHandle put = network.request(ring[4], put_of("k", "v"));
    network.run_for(100ms);
    if (crashes) network.crash(ring[0]);
    REQUIRE(network.run_until([&] { return network.record(put).error() != nullptr; }, 1min));
    const Error& error = *network.record(put).error();
    CHECK(error.code == "unknown");
    REQUIRE(error.quorum != nullptr);
    REQUIRE(error.quorum->members.size() == 1);
    CHECK(error.quorum->members[0].id == to_string(network.id_of(ring[0])));
    CHECK(error.quorum->members[0].outcome == (crashes ? "unreachable" : "timeout"));
  }
}

TEST_CASE("the time of a get is for the ring and the search together") {
  SimNetwork network(3);
  Ring ring(network, 5, "k");
  for (const std::size_t place : {1U, 2U, 3U, 4U}) network.freeze(ring[place]);
  for (const std::uint32_t timeout_ms : {100U, 700U, 2'000U}) {
    CAPTURE(timeout_ms);
    GetRequest request = searched("k");
    request.timeout_ms = timeout_ms;
    const Instant asked = network.now();
    CHECK(!network.get(ring[0], request).ok());
    CHECK(network.now() - asked <= std::chrono::milliseconds(timeout_ms));
  }
}

TEST_CASE("a put that failed says who did what") {
  SimNetwork network(4);
  Ring ring(network, 5, "k");
  network.crash(ring[1]);
  network.crash(ring[2]);
  network.run_for(3s);
  PutRequest put = put_of("k", "v", "", "2");
  put.strict = true;
  for (const std::size_t asked : {0U, 4U}) {  // the coordinator itself, and a peer that hands over
    CAPTURE(asked);
    const auto noticed = network.put(ring[asked], put);
    REQUIRE(!noticed.ok());
    const auto refused = network.put(ring[asked], put);
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == "quorum-not-met");
    const auto& report = refused.error().quorum;
    REQUIRE(report != nullptr);
    CHECK(report->n == 3);
    CHECK(report->w == 2U);
    CHECK(report->coordinator == to_string(network.address_of(ring[0])));
    REQUIRE(report->members.size() == 2);
    for (const QuorumMember& member : report->members) CHECK(member.outcome == "unreachable");
  }
  put.explain = false;
  CHECK(network.put(ring[0], put).error().quorum == nullptr);

  // Frozen, they are asked in vain, and that is told too.
  SimNetwork frozen(5);
  Ring silent(frozen, 3, "k");
  for (const std::size_t place : {1U, 2U}) frozen.freeze(silent[place]);
  const auto unknown = frozen.put(silent[0], put_of("k", "v", "", "2"));
  REQUIRE(!unknown.ok());
  CHECK(unknown.error().code == "unknown");
  REQUIRE(unknown.error().quorum != nullptr);
  CHECK(unknown.error().quorum->acknowledged == 1);
  std::map<std::string, int> outcomes;
  for (const QuorumMember& member : unknown.error().quorum->members) {
    if (member.role == "primary") ++outcomes[member.outcome];
  }
  CHECK(outcomes == std::map<std::string, int>{{"stored", 1}, {"timeout", 2}});
}

TEST_CASE("puts and deletes tell the clock, whoever coordinated them") {
  SimNetwork network(6);
  Ring ring(network, 5, "k");
  const auto own = ring.put(0, "v1");
  REQUIRE(own.ok());
  const auto handed = ring.put(4, "v2", own->context);
  REQUIRE(handed.ok());
  CHECK(handed->quorum.coordinator == to_string(network.address_of(ring[0])));
  CHECK(!own->quorum.clock.empty());
  CHECK(!handed->quorum.clock.empty());
  CHECK(handed->quorum.clock == ring.get(0, "3")->quorum.clock);
  const auto gone = network.del(ring[4], DeleteRequest{"k", handed->context, "", false, true, 0});
  REQUIRE(gone.ok());
  CHECK(!gone->quorum.clock.empty());
  CHECK(gone->quorum.clock != handed->quorum.clock);
}

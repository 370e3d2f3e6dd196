// A copy that cannot be read is no answer: it stands neither for "never heard of" nor for a
// superseded state, and is restored from the others.
#include <doctest/doctest.h>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;
using namespace std::chrono_literals;

namespace {

NodeConfig with_bucket(std::uint32_t n, std::uint32_t r, std::uint32_t w) {
  NodeConfig config = SimNetwork::defaults();
  BucketPolicy policy;
  policy.name = "default";
  policy.n = n;
  policy.r = r;
  policy.w = w;
  config.buckets = {policy};
  return config;
}

bool can_be_read(SimNetwork& network, PeerNumber peer, const std::string& key) {
  return network.store(peer).read(key).ok();
}

}  // namespace

TEST_CASE("with R = 1 a member whose copy is damaged answers with the others' copies") {
  for (const double full_reads : {0.0, 1000.0}) {  // R are asked, or all
    CAPTURE(full_reads);
    NodeConfig config = SimNetwork::defaults();
    config.full_reads = full_reads;
    SimNetwork network(1);
    Ring ring(network, 5, "key", config);
    REQUIRE(ring.put(0, "v", "", "3").ok());
    for (const std::size_t place : {0U, 1U, 2U}) {
      network.store(ring[place]).damage("key");
      for (const std::size_t asked : {place, std::size_t{4}}) {  // its coordinator, and another
        const auto got = ring.get(asked, "1");
        REQUIRE(got.ok());
        CHECK(values(*got) == Texts{"v"});
      }
      network.run_for(1s);
      REQUIRE(can_be_read(network, ring[place], "key"));
      CHECK(ring.copy_at(place) == Texts{"v"});
    }
    CHECK(network.counter(ring[0], "copies restored") == 1);
  }
}

TEST_CASE("damaged copies count for no quorum: two of three are no majority of answers") {
  SimNetwork network(2);
  Ring ring(network, 3, "key");
  REQUIRE(ring.put(0, "v", "", "3").ok());
  network.store(ring[0]).damage("key");
  network.store(ring[1]).damage("key");
  const auto got = ring.get(2, "2");
  REQUIRE_FALSE(got.ok());
  CHECK(got.error().code == "quorum-not-met");
  CHECK(got.error().message.find("damaged") != std::string::npos);
  const auto one = ring.get(0, "1");
  REQUIRE(one.ok());
  CHECK(values(*one) == Texts{"v"});
  // All have been asked, so what one has left is all that there is.
  network.run_for(1s);
  for (const std::size_t place : {0U, 1U, 2U}) CHECK(ring.copy_at(place) == Texts{"v"});
}

TEST_CASE("the only copy, damaged, is an error and not an absence, until it is written again") {
  SimNetwork network(3);
  Ring ring(network, 1, "key", with_bucket(1, 1, 1));
  REQUIRE(ring.put(0, "v").ok());
  network.run_for(1s);
  network.store(ring[0]).damage("key");
  for (int i = 0; i < 3; ++i) {
    const auto got = ring.get(0);
    REQUIRE_FALSE(got.ok());
    CHECK(got.error().code == "quorum-not-met");
    network.run_for(1s);
  }
  CHECK(network.count_events("is damaged on disk") == 1);  // a standing condition, told once
  REQUIRE(ring.put(0, "again").ok());
  const auto got = ring.get(0);
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"again"});
}

// A copy that took a write before it was restored would be whole by its looks, and lack what was
// acknowledged before.
TEST_CASE("a write does not hide that the copy that it goes to has lost another") {
  for (const bool at_coordinator : {false, true}) {
    CAPTURE(at_coordinator);
    SimNetwork network(4);
    Ring ring(network, 3, "key");
    bool losing = true;
    network.lose_if([&](const Carried& carried) {
      const bool is_write = std::holds_alternative<ObjectWrite>(carried.message);
      return losing && is_write && carried.to == ring[2];
    });
    REQUIRE(ring.put(0, "first").ok());  // on 0 and 1
    network.run_for(1s);
    const std::size_t victim = at_coordinator ? 0 : 1;
    network.store(ring[victim]).damage("key");
    losing = false;
    network.crash(ring[1 - victim]);  // the other one that has it
    network.run_for(3s);
    const auto second = ring.put(at_coordinator ? 0 : 2, "second", "", "1");
    CAPTURE(second.ok());
    network.run_for(1s);
    const auto strict = network.get(ring[2], [] {
      GetRequest request = get_of("key", "2");
      request.strict = true;
      return request;
    }());
    // Two of three primaries are up, one with a damaged copy: they cannot answer for `first`.
    CHECK_FALSE(strict.ok());
    network.start(ring[1 - victim]);
    REQUIRE(network.wait_for_ring(3));
    network.run_for(15s);
    const auto got = ring.get(2, "3");
    REQUIRE(got.ok());
    CHECK(values(*got) == (second.ok() ? Texts{"first", "second"} : Texts{"first"}));
  }
}

TEST_CASE("a deleted key is not brought back by an adoption where a tombstone is damaged") {
  SimNetwork network(5);
  Ring ring(network, 3, "key", SimNetwork::defaults(), 1);
  const auto put = ring.put(0, "v", "", "3");
  REQUIRE(put.ok());
  REQUIRE(network.del(ring[0], DeleteRequest{"key", put->context, "3", false, true, 0}).ok());
  network.publish(ring.outsiders[0], "key", "located");
  for (const std::size_t damaged : {0U, 1U, 2U}) {
    for (std::size_t place = 0; place < damaged + 1; ++place) {
      network.store(ring[place]).damage("key");
    }
    GetRequest request = get_of("key", "1");
    request.search = true;
    request.adopt = true;
    const auto got = network.get(ring[0], request);
    if (got.ok()) CHECK_FALSE(got->adopted);
    network.run_for(2s);
    const auto after = ring.get(1, "2");
    if (after.ok()) CHECK(after->values.empty());
  }
}

TEST_CASE("a damaged copy is found and restored when the ring changes, and new primaries get it") {
  SimNetwork network(6);
  Ring ring(network, 3, "key");
  REQUIRE(ring.put(0, "v", "", "3").ok());
  network.run_for(1s);
  for (std::size_t place = 0; place < 2; ++place) network.store(ring[place]).damage("key");
  const PeerNumber joins = network.add_peer([] {
    NodeConfig config = SimNetwork::defaults();
    config.member = true;
    return config;
  }());
  network.link(joins, ring[0]);
  network.start(joins);
  REQUIRE(network.wait_for_ring(4));
  network.run_for(20s);
  const auto owner = network.owner(joins, "key");
  REQUIRE(owner.ok());
  for (const MemberInfo& primary : owner->primaries) {
    const PeerNumber peer = ring.number_of(primary.address);
    REQUIRE(can_be_read(network, peer, "key"));
    CHECK_FALSE(network.store(peer).read("key")->object.empty());
  }
}

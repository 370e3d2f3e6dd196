// A member that lost a part of its copies and was told to go on: of a key that it does not have it
// says nothing, until it has left the ring and joined it again.
#include <doctest/doctest.h>

#include <string>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

NodeConfig asking_only_r() {
  NodeConfig config = SimNetwork::defaults();
  config.full_reads = 0;  // no more than R copies are asked
  return config;
}

/// The member starts with nothing of what it had, which is accepted.
void lose_all(SimNetwork& network, PeerNumber peer) {
  network.crash(peer);
  network.run_for(1s);
  network.store(peer).restore_incomplete({});
  network.start(peer);
  network.run_for(10s);
}

bool is_complete(SimNetwork& network, PeerNumber peer) { return network.store(peer).is_complete(); }

}  // namespace

TEST_CASE("a member with incomplete copies does not say that it never heard of a key") {
  SimNetwork network(1);
  Ring ring(network, 3, "k", asking_only_r());
  REQUIRE(ring.put(0, "v", "", "3").ok());
  lose_all(network, ring[1]);
  // R = 1, at it and at the others: its own copy would be the first to be asked.
  for (const std::size_t place : {0U, 1U, 2U}) {
    CAPTURE(place);
    const auto got = ring.get(place, "1");
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"v"});
  }
  REQUIRE(ring.get(0, "2").ok());
  network.run_for(1s);
  CHECK(ring.copy_at(1) == Texts{"v"});  // the reads have repaired it
}

TEST_CASE("what nobody has is not found, as long as enough others say so") {
  SimNetwork network(2);
  Ring ring(network, 3, "k", asking_only_r());
  lose_all(network, ring[0]);
  const auto two = ring.get(0, "2");
  REQUIRE(two.ok());
  CHECK_FALSE(two->found);
  const auto three = ring.get(0, "3");
  REQUIRE_FALSE(three.ok());
  CHECK(three.error().code == "quorum-not-met");
}

TEST_CASE("with one copy of everything a lost one is not called a key that was never written") {
  SimNetwork network(3);
  NodeConfig config = asking_only_r();
  config.buckets = {{"default", 1, 1, 1}};
  Ring ring(network, 1, "k", config);
  REQUIRE(ring.put(0, "v").ok());
  lose_all(network, ring[0]);
  const auto got = ring.get(0);
  REQUIRE_FALSE(got.ok());
  CHECK(got.error().code == "quorum-not-met");
  // What is written now is there.
  REQUIRE(ring.put(0, "new").ok());
  const auto again = ring.get(0);
  REQUIRE(again.ok());
  CHECK(values(*again) == Texts{"new"});
}

TEST_CASE("nothing is adopted on the word of a member with incomplete copies") {
  SimNetwork network(4);
  Ring ring(network, 3, "k", asking_only_r());
  REQUIRE(ring.put(0, "v", "", "3").ok());
  const auto got = ring.get(0);
  REQUIRE(got.ok());
  DeleteRequest del;
  del.key = "k";
  del.context = got->context;
  del.w = "3";
  REQUIRE(network.del(ring[0], del).ok());
  lose_all(network, ring[1]);
  GetRequest request = get_of("k", "1");
  const auto after = network.get(ring[1], request);
  REQUIRE(after.ok());
  CHECK(after->deleted);
}

TEST_CASE("a member is complete again once it has left for all and joined again") {
  SimNetwork network(5);
  Ring ring(network, 3, "k", asking_only_r());
  REQUIRE(ring.put(0, "v", "", "3").ok());
  lose_all(network, ring[1]);
  CHECK_FALSE(is_complete(network, ring[1]));
  REQUIRE(network.ring_leave(ring[1]).ok());
  network.run_for(40s);
  CHECK_FALSE(is_complete(network, ring[1]));
  REQUIRE(network.ring_join(ring[1]).ok());
  CHECK(is_complete(network, ring[1]));
  network.run_for(20s);
  CHECK(ring.copy_at(1) == Texts{"v"});
}

TEST_CASE("one that joins before all have heard that it left stays incomplete") {
  SimNetwork network(6);
  Ring ring(network, 3, "k", asking_only_r());
  REQUIRE(ring.put(0, "v", "", "3").ok());
  lose_all(network, ring[1]);
  REQUIRE(network.ring_leave(ring[1]).ok());
  network.run_for(1s);
  REQUIRE(network.ring_join(ring[1]).ok());
  CHECK_FALSE(is_complete(network, ring[1]));
  // Nor does a start make it complete.
  network.crash(ring[1]);
  network.start(ring[1]);
  network.run_for(60s);
  CHECK_FALSE(is_complete(network, ring[1]));
}

// What a start made alone never beats what others hold; what operators say does.
#include <doctest/doctest.h>

#include <string>

#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

const BucketPolicy kSiblings{"carts", 3, 2, 2, Conflicts::siblings, Sync::yes};
const BucketPolicy kLww{"carts", 3, 2, 2, Conflicts::lww, Sync::yes};

/// Members of which `deviant` has the bucket otherwise in its configuration, and the lowest id, as
/// proposals are settled by it; it is started last.
std::vector<PeerNumber> members_with_one_that_differs(SimNetwork& network, std::size_t count,
                                                      PeerNumber deviant) {
  const auto members = network.add_members(count);
  for (const PeerNumber member : members) {
    NodeConfig& config = network.config_of(member);
    config.buckets = {member == deviant ? kLww : kSiblings};
    if (member == deviant) config.id.bytes[0] = 0;
    if (member != deviant) config.id.bytes[0] |= 0x80;
  }
  return members;
}

std::string conflicts_at(SimNetwork& network, PeerNumber peer) {
  const auto answer = network.ring(peer);
  REQUIRE(answer.ok());
  for (const BucketInfo& bucket : answer->buckets) {
    if (bucket.name == "carts") return bucket.conflict;
  }
  return "none";
}

}  // namespace

TEST_CASE("a member that lost its disk and starts cut off changes no bucket of the ring") {
  // The first member has no neighbors of its own: it takes itself for the whole ring at once.
  for (const PeerNumber deviant : {PeerNumber{0}, PeerNumber{2}}) {
    for (const Duration alone : {Duration(6s), Duration(10min)}) {
      CAPTURE(deviant);
      CAPTURE(alone.count());
      SimNetwork network(9);
      const auto members = members_with_one_that_differs(network, 4, deviant);
      for (const PeerNumber member : members) {
        if (member != deviant) network.start(member);
      }
      network.run_for(10s);
      network.start(deviant);
      REQUIRE(network.wait_for_ring(4, 20s));
      network.run_for(5s);
      for (const char* value : {"milk", "bread", "beer"}) {
        REQUIRE(network.put(1, put_of("carts/1", value)).ok());
      }
      network.crash(deviant);
      network.store(deviant).wipe();
      std::vector<PeerNumber> others;
      for (const PeerNumber member : members) {
        if (member != deviant) others.push_back(member);
      }
      network.split({others, {deviant}});
      network.start(deviant);
      network.run_for(alone);
      network.heal_all();
      REQUIRE(network.wait_for_ring(4, 2min));
      network.run_for(30s);
      for (const PeerNumber member : members) CHECK(conflicts_at(network, member) == "siblings");
      const auto answer = network.get(deviant, get_of("carts/1", "3", true));
      REQUIRE(answer.ok());
      CHECK(values_of(*answer) == std::set<std::string>{"beer", "bread", "milk"});
    }
  }
}

TEST_CASE("a ring of one keeps its bucket when another member comes that was alone before") {
  SimNetwork network(10);
  const auto members = members_with_one_that_differs(network, 2, 1);
  network.start(0);
  network.run_for(10s);
  network.split({{0}, {1}});
  network.start(1);
  network.run_for(1min);
  network.heal_all();
  REQUIRE(network.wait_for_ring(2, 2min));
  network.run_for(30s);
  for (const PeerNumber member : members) CHECK(conflicts_at(network, member) == "siblings");
}

TEST_CASE("an operator's change holds against whatever starts propose") {
  SimNetwork network(11);
  const auto members = members_with_one_that_differs(network, 3, 0);
  network.start();
  REQUIRE(network.wait_for_ring(3));
  network.run_for(10s);
  RingBucketRequest change;
  change.name = "carts";
  change.conflict = conflicts_at(network, 1) == "lww" ? "siblings" : "lww";
  REQUIRE(network.ring_bucket(2, change).ok());
  network.run_for(5s);
  network.crash(0);
  network.store(0).wipe();
  network.start(0);
  network.run_for(30s);
  for (const PeerNumber member : members) CHECK(conflicts_at(network, member) == *change.conflict);
}

TEST_CASE("a version that nobody can have come to is ignored, and a forged one can be outbid") {
  SimNetwork network(12);
  network.add_members(3);
  Stranger& liar = network.add_stranger();
  network.start();
  REQUIRE(network.wait_for_ring(3));
  network.run_for(10s);
  network.dial(liar, 2);
  network.run_for(1s);
  BucketRecord forged;
  forged.name = "default";
  forged.proposer.bytes[15] = 1;
  forged.n = forged.r = forged.w = limits::kCopiesMost;
  forged.version = limits::kBucketVersions;
  network.inject(liar.number(), 2, GossipRecords{{}, {&forged, 1}, false});
  network.run_for(1s);
  CHECK(network.put(0, put_of("k", "v")).ok());
  CHECK(network.counter(2, "records refused") == 1);

  for (const std::uint64_t version : {std::uint64_t{1'000}, std::uint64_t{180'000'000}}) {
    forged.version = version;
    network.inject(liar.number(), 2, GossipRecords{{}, {&forged, 1}, false});
    network.run_for(1s);
    CHECK(!network.put(0, put_of("k", "v")).ok());
    RingBucketRequest change;
    change.name = "default";
    change.n = 3;
    change.r = 2;
    change.w = 2;
    const auto changed = network.ring_bucket(0, change);
    REQUIRE_MESSAGE(changed.ok(), changed.error().message);
    network.run_for(1s);
    CHECK(network.put(1, put_of("k", "v")).ok());
  }
}

TEST_CASE("a change of a bucket sends nobody copies that he has, nor those of other buckets") {
  SimNetwork network(13);
  const auto members = network.add_members(5);
  network.start();
  REQUIRE(network.wait_for_ring(5));
  network.run_for(5s);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(network.put(0, put_of("k" + std::to_string(i), "v", {}, "3")).ok());
  }
  for (int i = 0; i < 20; ++i) {
    REQUIRE(network.put(0, put_of("carts/" + std::to_string(i), "v", {}, "3")).ok());
  }
  network.run_for(1min);
  const auto moved = [&] {
    std::uint64_t sum = 0;
    for (const PeerNumber member : members) sum += network.counter(member, "objects moved");
    return sum;
  };
  const std::uint64_t before = moved();
  RingBucketRequest change;
  change.name = "new";
  change.n = 3;
  change.conflict = "lww";
  REQUIRE(network.ring_bucket(0, change).ok());
  network.run_for(1min);
  CHECK(moved() == before);

  change = {};
  change.name = "carts";
  change.n = 4;
  REQUIRE(network.ring_bucket(0, change).ok());
  network.run_for(2min);
  CHECK(moved() > before);
  CHECK(moved() - before <= 20 * 3 * 3);  // three members each offer it to the three others
  for (int i = 0; i < 20; ++i) {
    const auto answer = network.get(1, get_of("carts/" + std::to_string(i), "4", true));
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    CHECK(values_of(*answer) == std::set<std::string>{"v"});
  }
}

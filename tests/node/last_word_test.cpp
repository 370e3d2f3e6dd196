// What `ring join` and `ring leave` said last holds when a member starts again, unless its
// configuration was changed since.
#include <doctest/doctest.h>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

MemberInfo info_at(SimNetwork& network, PeerNumber asked, PeerNumber member) {
  const auto answer = network.ring(asked);
  REQUIRE(answer.ok());
  for (const MemberInfo& info : answer->members) {
    if (info.id == to_string(network.id_of(member))) return info;
  }
  return {};
}

/// Three members, and a peer that knows of them.
struct Three {
  explicit Three(std::uint64_t seed) : network(seed) {
    network.add_members(3);
    peer = network.add_peer();
    network.link(peer, 0);
    network.start();
    REQUIRE(network.wait_for_ring(3));
  }
  Result<RingJoinAnswer> join(PeerNumber who, std::string zone, double weight) {
    RingJoinRequest request;
    request.zone = std::move(zone);
    request.weight = weight;
    return network.ring_join(who, request);
  }
  void restart(PeerNumber who) {
    network.run_for(2 * limits::kGossipEvery);
    network.restart(who);
    network.run_for(5s);
  }
  SimNetwork network;
  PeerNumber peer = 0;
};

}  // namespace

TEST_CASE("a joined zone and weight survive a restart, and nothing moves for it") {
  Three three(1);
  REQUIRE(three.join(1, "west", 2)->kept);
  three.network.run_for(10s);
  const std::uint64_t version = three.network.ring(0)->version;
  const std::string digest = three.network.ring(0)->digest;
  three.restart(1);
  const MemberInfo after = info_at(three.network, 0, 1);
  CHECK(after.zone == "west");
  CHECK(after.tokens == 256);
  CHECK(three.network.ring(0)->digest == digest);
  CHECK(three.network.ring(0)->version == version);
  CHECK(three.network.ring(1)->digest == digest);
}

TEST_CASE("a peer that is configured as no member stays one after ring join and a restart") {
  Three three(2);
  REQUIRE(three.join(three.peer, "", 1)->changed);
  three.restart(three.peer);
  CHECK(info_at(three.network, 0, three.peer).state == "joined");
  CHECK(three.network.ring(three.peer)->member);
}

TEST_CASE("a configuration that was changed after ring join holds, from then on") {
  Three three(3);
  REQUIRE(three.join(1, "west", 2).ok());
  three.network.config_of(1).zone = "east";
  three.restart(1);
  CHECK(info_at(three.network, 0, 1).zone == "east");
  CHECK(info_at(three.network, 0, 1).tokens == 128);
  three.network.config_of(1).zone = "";  // as it was when `ring join` was said
  three.restart(1);
  CHECK(info_at(three.network, 0, 1).zone.empty());
  CHECK(info_at(three.network, 0, 1).tokens == 128);
}

TEST_CASE("ring leave after ring join is the last word") {
  Three three(4);
  REQUIRE(three.join(three.peer, "west", 1).ok());
  REQUIRE(three.network.ring_leave(three.peer)->changed);
  three.restart(three.peer);
  CHECK(info_at(three.network, 0, three.peer).state == "left");
  CHECK_FALSE(three.network.ring(three.peer)->member);
}

TEST_CASE("a join leaves as it is what it does not speak of") {
  Three three(8);
  REQUIRE(three.join(1, "west", 2)->changed);
  CHECK_FALSE(three.network.ring_join(1)->changed);
  RingJoinRequest lighter;
  lighter.weight = 0.5;
  CHECK(three.network.ring_join(1, lighter)->changed);
  three.network.run_for(10s);
  CHECK(info_at(three.network, 0, 1).zone == "west");
  CHECK(info_at(three.network, 0, 1).tokens == 64);
}

TEST_CASE("who has left stays away, until the configuration is changed") {
  Three three(7);
  REQUIRE(three.network.ring_leave(1)->changed);
  three.restart(1);
  CHECK(info_at(three.network, 0, 1).state == "left");
  three.network.config_of(1).member = false;
  three.restart(1);
  CHECK(info_at(three.network, 0, 1).state == "left");
  three.network.config_of(1).member = true;  // as it was when `ring leave` was said
  three.restart(1);
  CHECK(info_at(three.network, 0, 1).state == "joined");
  CHECK(three.network.ring(1)->member);
}

TEST_CASE("a peer that left as no member by its configuration joins once it is configured as one") {
  Three three(8);
  REQUIRE(three.join(three.peer, "west", 1).ok());
  REQUIRE(three.network.ring_leave(three.peer)->changed);
  three.network.config_of(three.peer).member = true;
  three.restart(three.peer);
  CHECK(info_at(three.network, 0, three.peer).state == "joined");
  CHECK(info_at(three.network, 0, three.peer).zone.empty());
}

TEST_CASE("a member that is not configured as one any more leaves, whatever was said before") {
  Three three(9);
  REQUIRE(three.network.ring_leave(1)->changed);
  REQUIRE(three.join(1, "", 1).ok());
  three.network.config_of(1).member = false;
  three.restart(1);
  CHECK(info_at(three.network, 0, 1).state == "left");
  CHECK_FALSE(three.network.ring(1)->member);
}

TEST_CASE("a peer without a disk says that ring join holds only as long as it runs") {
  SimNetwork network(5);
  network.add_members(2);
  network.keep_in_memory(1);
  network.config_of(1).zone = "east";
  network.start();
  REQUIRE(network.wait_for_ring(2));
  CHECK(network.ring_join(1)->kept);  // as configured: so it is again in any case
  RingJoinRequest request;
  request.zone = "west";
  CHECK_FALSE(network.ring_join(1, request)->kept);
  CHECK(network.ring_join(0, request)->kept);
}

TEST_CASE("ring leave says whether the peer had left before, or never was a member") {
  Three three(6);
  CHECK_FALSE(three.network.ring_leave(1)->left_before);
  CHECK(three.network.ring_leave(1)->left_before);
  CHECK_FALSE(three.network.ring_leave(three.peer)->left_before);
}

// What `ring show`, `ring owner`, `ring join` and `ring leave` ask of a peer; who is reachable.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

const MemberInfo& info_of(const RingAnswer& answer, const PeerId& id) {
  for (const MemberInfo& member : answer.members) {
    if (member.id == to_string(id)) return member;
  }
  FAIL("the ring does not list that member");
  return answer.members.front();
}

bool is_reachable_from(SimNetwork& network, PeerNumber asked, PeerNumber member) {
  const auto answer = network.ring(asked);
  REQUIRE(answer.ok());
  return info_of(*answer, network.id_of(member)).reachable;
}

}  // namespace

TEST_CASE("ring show: the members with zones, tokens and shares, the same at every peer") {
  SimNetwork network(1);
  network.add_members(4);
  network.config_of(1).zone = "west";
  network.config_of(2).weight = 2;
  const PeerNumber outside = network.add_peer();
  network.link(outside, 0);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  network.run_for(5s);
  const auto at_member = network.ring(3);
  const auto at_outside = network.ring(outside);
  REQUIRE(at_member.ok());
  REQUIRE(at_outside.ok());
  CHECK(at_member->member);
  CHECK(!at_outside->member);
  CHECK(at_member->digest == at_outside->digest);
  CHECK(at_member->version == at_outside->version);
  CHECK(at_member->digest.size() == 16);
  REQUIRE(at_outside->members.size() == 4);
  double shares = 0;
  for (const MemberInfo& member : at_outside->members) {
    CHECK(member.state == "joined");
    CHECK(member.reachable);
    CHECK(!member.self);
    CHECK(member.hints == 0);
    shares += member.share;
  }
  CHECK(std::abs(shares - 1) < 1e-9);
  CHECK(info_of(*at_outside, network.id_of(1)).zone == "west");
  CHECK(info_of(*at_outside, network.id_of(2)).tokens == 256);
  CHECK(info_of(*at_outside, network.id_of(0)).tokens == 128);
  CHECK(info_of(*at_outside, network.id_of(0)).name == "peer-0");
  CHECK(info_of(*at_outside, network.id_of(0)).address == to_string(network.address_of(0)));
  CHECK(info_of(*at_member, network.id_of(3)).self);
  REQUIRE(at_outside->buckets.size() == 1);
  CHECK(at_outside->buckets[0].name == "default");
  CHECK(at_outside->buckets[0].n == 3);
  CHECK(at_outside->buckets[0].conflict == "siblings");
}

TEST_CASE("ring owner: N distinct primaries and those who stand in, the same at every peer") {
  SimNetwork network(2);
  network.add_members(7);
  const PeerNumber outside = network.add_peer();
  network.link(outside, 0);
  network.start();
  REQUIRE(network.wait_for_ring(7));
  const auto one = network.owner(0, "some key");
  const auto other = network.owner(outside, "some key");
  REQUIRE(one.ok());
  REQUIRE(other.ok());
  CHECK(one->position == other->position);
  CHECK(one->position.size() == 16);
  REQUIRE(one->primaries.size() == 3);
  REQUIRE(one->fallbacks.size() == 3);
  std::set<std::string> distinct;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(one->primaries[i].id == other->primaries[i].id);
    CHECK(one->fallbacks[i].id == other->fallbacks[i].id);
    distinct.insert(one->primaries[i].id);
    distinct.insert(one->fallbacks[i].id);
  }
  CHECK(distinct.size() == 6);
  CHECK(one->bucket.name == "default");
  CHECK(network.owner(0, std::string(limits::kKey + 1, 'k')).error().code == "bad-key");
}

TEST_CASE("ring join: with a zone and weight, changed by joining again, and once is enough") {
  SimNetwork network(3);
  network.add_members(3);
  const PeerNumber peer = network.add_peer();
  network.link(peer, 0);
  network.start();
  REQUIRE(network.wait_for_ring(3));

  RingJoinRequest request;
  request.zone = "north";
  request.weight = 0.5;
  const auto joined = network.ring_join(peer, request);
  REQUIRE(joined.ok());
  CHECK(joined->changed);
  CHECK(joined->members == 4);
  REQUIRE(network.wait_for_ring(4, 2s));
  CHECK(info_of(*network.ring(1), network.id_of(peer)).zone == "north");
  CHECK(info_of(*network.ring(1), network.id_of(peer)).tokens == 64);

  const auto again = network.ring_join(peer, request);
  REQUIRE(again.ok());
  CHECK(!again->changed);

  request.weight = 1;
  const auto heavier = network.ring_join(peer, request);
  REQUIRE(heavier.ok());
  CHECK(heavier->changed);
  CHECK(heavier->members == 4);
  network.run_for(1s);
  CHECK(info_of(*network.ring(1), network.id_of(peer)).tokens == 128);
}

TEST_CASE("ring join: what cannot be is refused, and the error says what would be right") {
  SimNetwork network(4);
  network.add_peer();
  NodeConfig nowhere = SimNetwork::defaults();
  nowhere.advertised = *parse_address("0.0.0.0:7400");
  const PeerNumber hidden = network.add_peer(nowhere);
  network.start();
  for (const double weight : {0.0, -1.0, 0.009, 8.1, 1e6, std::numeric_limits<double>::infinity(),
                              std::numeric_limits<double>::quiet_NaN()}) {
    RingJoinRequest request;
    request.weight = weight;
    CHECK(network.ring_join(0, request).error().code == "bad-weight");
  }
  RingJoinRequest request;
  request.zone = "two\nlines";
  CHECK(network.ring_join(0, request).error() ==
        Error{"bad-zone", "a zone is a text of at most 63 bytes, without control characters", "",
              ""});
  CHECK(network.ring_join(hidden).error().code == "not-reachable");
  CHECK(network.table(0, "members") == 0);
}

TEST_CASE("ring leave: a member leaves at once, one that is none changes nothing") {
  SimNetwork network(5);
  network.add_members(4);
  const PeerNumber outside = network.add_peer();
  network.link(outside, 0);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  const auto left = network.ring_leave(2);
  REQUIRE(left.ok());
  CHECK(left->changed);
  CHECK(left->members == 3);
  REQUIRE(network.wait_for_ring(3, 2s));
  CHECK(info_of(*network.ring(outside), network.id_of(2)).state == "left");
  CHECK(info_of(*network.ring(outside), network.id_of(2)).share == 0);
  const auto again = network.ring_leave(2);
  REQUIRE(again.ok());
  CHECK(!again->changed);
  const auto none = network.ring_leave(outside);
  REQUIRE(none.ok());
  CHECK(!none->changed);
  CHECK(none->members == 3);
}

TEST_CASE("ring leave: the last member does not go with its objects, unless it is forced") {
  SimNetwork network(6);
  NodeConfig config = SimNetwork::defaults();
  config.buckets.push_back({"default", 1, 1, 1, Conflicts::siblings, Sync::yes});
  network.add_members(1, config);
  network.start();
  REQUIRE(network.wait_for_ring(1));
  PutRequest put;
  put.key = "key";
  put.value = "value";
  REQUIRE(network.put(0, put).ok());
  const auto refused = network.ring_leave(0);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "last-member");
  CHECK(refused.error().message.find("1 object") != std::string::npos);
  CHECK(network.table(0, "members") == 1);
  RingLeaveRequest forced;
  forced.force = true;
  const auto left = network.ring_leave(0, forced);
  REQUIRE(left.ok());
  CHECK(left->changed);
  CHECK(left->members == 0);
}

TEST_CASE("a member that is gone is shown as unreachable, and as reachable when it is back") {
  SimNetwork network(7);
  network.add_members(4);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  CHECK(is_reachable_from(network, 0, 3));
  network.crash(3);
  network.run_for(1s);
  CHECK(!is_reachable_from(network, 0, 3));
  CHECK(network.table(0, "members failed") == 1);
  CHECK(network.table(0, "members") == 4);
  network.run_for(1min);
  CHECK(!is_reachable_from(network, 0, 3));
  network.start(3);
  CHECK(network.run_until([&] { return is_reachable_from(network, 0, 3); }, 20s));
  CHECK(network.table(0, "members failed") == 0);
}

TEST_CASE("a member without a link that did not answer is tried until it is back") {
  SimNetwork network(8);
  NodeConfig config = SimNetwork::defaults();
  config.member = true;
  network.add(topology::line(3), config);
  network.start();
  REQUIRE(network.wait_for_ring(3));
  LookupRequest lookup;
  for (int i = 0; lookup.key.empty(); ++i) {
    const std::string key = "key-" + std::to_string(i);
    if (network.owner(0, key)->primaries[0].id == to_string(network.id_of(2))) lookup.key = key;
  }
  network.crash(2);
  REQUIRE(network.lookup(0, lookup).ok());
  CHECK(!is_reachable_from(network, 0, 2));
  network.run_for(5min);
  CHECK(!is_reachable_from(network, 0, 2));
  network.start(2);
  CHECK(network.run_until([&] { return is_reachable_from(network, 0, 2); }, 20s));
}

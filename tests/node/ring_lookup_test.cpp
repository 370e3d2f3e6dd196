// Ring lookups as real messages: they go the way that ring/lookup.h says, and every one ends.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "node/scenario.h"
#include "ring/lookup.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

constexpr RingWay kWays[] = {RingWay::one_hop, RingWay::finger, RingWay::successor};

LookupRequest lookup_of(std::string key, RingWay way, std::uint32_t timeout_ms = 0) {
  LookupRequest request;
  request.key = std::move(key);
  request.via = way;
  request.timeout_ms = timeout_ms;
  return request;
}

/// The ring as the asked peer shows it.
TokenRing ring_at(SimNetwork& network, PeerNumber peer) {
  const auto answer = network.ring(peer);
  REQUIRE(answer.ok());
  std::vector<RingMember> members;
  for (const MemberInfo& member : answer->members) {
    if (member.state != "joined") continue;
    members.push_back({*parse_peer_id(member.id), member.zone, member.tokens});
  }
  return TokenRing::drawn(members);
}

/// Whom a lookup that is at `from` passes, to the owner.
std::vector<std::string> way_from(const TokenRing& ring, RingWay way, const PeerId& from,
                                  Position target) {
  std::vector<std::string> path;
  for (MemberNumber at = *ring.find(from);;) {
    path.push_back(to_string(ring.member(at).id));
    const MemberStep step = lookup_step(way, ring, at, target);
    if (step.here) return path;
    at = step.next;
  }
}

std::vector<std::string> ids_of(const std::vector<LookupPeer>& path) {
  std::vector<std::string> ids;
  for (const LookupPeer& peer : path) ids.push_back(peer.id);
  return ids;
}

}  // namespace

TEST_CASE("a lookup from a member goes the way that the same ring gives, step by step") {
  SimNetwork network(1);
  network.add_members(12);
  network.start();
  REQUIRE(network.wait_for_ring(12));
  const TokenRing ring = ring_at(network, 0);
  for (const RingWay way : kWays) {
    for (int i = 0; i < 40; ++i) {
      const std::string key = "key-" + std::to_string(i);
      CAPTURE(key);
      const PeerNumber asked = static_cast<PeerNumber>(i) % 12;
      const auto answer = network.lookup(asked, lookup_of(key, way));
      REQUIRE(answer.ok());
      CHECK(answer->found);
      const auto expected = way_from(ring, way, network.id_of(asked), position_of(key));
      CHECK(ids_of(answer->path) == expected);
      CHECK(answer->forwards == expected.size() - 1);
      CHECK(answer->owner.id == expected.back());
      CHECK(answer->owner.id == to_string(ring.member(ring.owner(position_of(key))).id));
      CHECK(!answer->owner.name.empty());
    }
  }
  CHECK(network.misdirected() == 0);
}

TEST_CASE("a lookup from a peer that is no member: one-hop is one hop, others enter somewhere") {
  SimNetwork network(2);
  network.add_members(12);
  const PeerNumber outside = network.add_peer();
  network.link(outside, 3);
  network.start();
  REQUIRE(network.wait_for_ring(12));
  const TokenRing ring = ring_at(network, outside);
  for (const RingWay way : kWays) {
    for (int i = 0; i < 20; ++i) {
      const std::string key = "key-" + std::to_string(i);
      const auto answer = network.lookup(outside, lookup_of(key, way));
      REQUIRE(answer.ok());
      CHECK(answer->found);
      REQUIRE(answer->path.size() >= 2);
      CHECK(answer->path[0].id == to_string(network.id_of(outside)));
      if (way == RingWay::one_hop) CHECK(answer->forwards == 1);
      auto expected = way_from(ring, way, *parse_peer_id(answer->path[1].id), position_of(key));
      expected.insert(expected.begin(), answer->path[0].id);
      CHECK(ids_of(answer->path) == expected);
    }
  }
}

TEST_CASE("32 members of one token each: finger takes about half of log2, successor far more") {
  SimNetwork network(3);
  NodeConfig config = SimNetwork::defaults();
  config.weight = 1.0 / limits::kTokensPerMember;
  network.add_members(32, config);
  network.start();
  REQUIRE(network.wait_for_ring(32));
  double mean[3] = {};
  constexpr int kLookups = 200;
  for (const RingWay way : kWays) {
    for (int i = 0; i < kLookups; ++i) {
      const auto answer = network.lookup(static_cast<PeerNumber>(i) % 32,
                                         lookup_of("key-" + std::to_string(i), way));
      REQUIRE(answer.ok());
      REQUIRE(answer->found);
      mean[static_cast<int>(way)] += static_cast<double>(answer->forwards) / kLookups;
    }
  }
  const double half_of_log2 = std::log2(32.0) / 2;
  CHECK(mean[0] > 0.9);
  CHECK(mean[0] <= 1.0);
  CHECK(mean[1] > half_of_log2 * 0.75);
  CHECK(mean[1] < half_of_log2 * 1.5);
  CHECK(mean[2] > 12.0);  // half of 32, about
  CHECK(mean[2] < 20.0);
}

TEST_CASE("a lookup whose next member is gone ends soon, and says where it was lost") {
  SimNetwork network(4);
  network.add_members(5);
  const PeerNumber outside = network.add_peer();
  network.link(outside, 0);
  network.start();
  REQUIRE(network.wait_for_ring(5));
  // A key of a member that nobody has a link to.
  std::string key;
  for (int i = 0; key.empty(); ++i) {
    const auto owner = network.owner(0, "key-" + std::to_string(i));
    REQUIRE(owner.ok());
    if (owner->primaries[0].id == to_string(network.id_of(3))) key = "key-" + std::to_string(i);
  }
  network.crash(3);
  const auto answer = network.lookup(outside, lookup_of(key, RingWay::one_hop));
  REQUIRE(answer.ok());
  CHECK(!answer->found);
  CHECK(answer->elapsed_ms < 1000);
  CHECK(answer->lost_after.find("peer-3") != std::string::npos);
  CHECK(answer->path.size() == 1);
  const auto again = network.lookup(outside, lookup_of(key, RingWay::one_hop));
  REQUIRE(again.ok());
  CHECK(!again->found);
  CHECK(again->lost_after.find("does not answer") != std::string::npos);
  CHECK(again->elapsed_ms == 0);
}

namespace {

/// Asks every running member for 60 keys by every way, one after the other: each must be found,
/// unless `gone` owns it, and none may take longer than `most_ms`.
void check_lookups_around(SimNetwork& network, const TokenRing& ring, PeerNumber gone,
                          double most_ms) {
  for (int i = 0; i < 60; ++i) {
    const std::string key = "key-" + std::to_string(i);
    const PeerId owner = ring.member(ring.owner(position_of(key))).id;
    for (const RingWay way : kWays) {
      const PeerNumber asked = static_cast<PeerNumber>(i) % 8;
      if (asked == gone) continue;
      CAPTURE(key);
      CAPTURE(asked);
      CAPTURE(static_cast<int>(way));
      const auto answer = network.lookup(asked, lookup_of(key, way));
      REQUIRE(answer.ok());
      CHECK(answer->found == (owner != network.id_of(gone)));
      CHECK(answer->elapsed_ms <= most_ms);
      CHECK(answer->lost_after.empty() == answer->found);
      CHECK(answer->path.front().id == to_string(network.id_of(asked)));
    }
  }
  for (PeerNumber peer = 0; peer < network.size(); ++peer) {
    if (!network.is_running(peer)) continue;
    network.run_for(1s);
    CHECK(network.table(peer, "lookup steps") == 0);
    CHECK(network.counter(peer, "offences") == 0);
  }
}

}  // namespace

TEST_CASE("lookups go around a member that was killed, and those for it end at once") {
  SimNetwork network(9);
  NodeConfig config = SimNetwork::defaults();
  config.weight = 4.0 / limits::kTokensPerMember;
  network.add_members(8, config);
  network.start();
  REQUIRE(network.wait_for_ring(8));
  const TokenRing ring = ring_at(network, 0);
  SUBCASE("after it has been noticed") {
    network.crash(5);
    network.run_for(100ms);
    check_lookups_around(network, ring, 5, 30);
  }
  SUBCASE("and before") {
    network.crash(5);
    check_lookups_around(network, ring, 5, 30);
  }
}

TEST_CASE("a lookup that was sent to a member just before it was killed goes another way") {
  for (const RingWay way : kWays) {
    SimNetwork network(10);
    NodeConfig config = SimNetwork::defaults();
    config.weight = 4.0 / limits::kTokensPerMember;
    network.add_members(8, config);
    network.start();
    REQUIRE(network.wait_for_ring(8));
    const TokenRing ring = ring_at(network, 0);
    std::vector<RequestHandle> asked;
    std::vector<bool> lost;
    for (int i = 0; i < 60; ++i) {
      const std::string key = "key-" + std::to_string(i);
      const auto owner = ring.member(ring.owner(position_of(key))).id;
      lost.push_back(owner == network.id_of(5));
      asked.push_back(network.request(i % 2 == 0 ? 0 : 4, lookup_of(key, way)));
    }
    network.crash(5);
    network.run_for(1s);
    for (std::size_t i = 0; i < asked.size(); ++i) {
      CAPTURE(i);
      REQUIRE(network.record(asked[i]).over());
      CHECK(network.record(asked[i]).answer<LookupAnswer>().found == !lost[i]);
    }
    CHECK(std::count(lost.begin(), lost.end(), true) > 0);
  }
}

TEST_CASE("lookups go around a member that hangs, once it has not answered for half a second") {
  SimNetwork network(11);
  NodeConfig config = SimNetwork::defaults();
  config.weight = 4.0 / limits::kTokensPerMember;
  network.add_members(8, config);
  network.start();
  REQUIRE(network.wait_for_ring(8));
  const TokenRing ring = ring_at(network, 0);
  network.freeze(5);
  network.run_for(1s);
  // Each of those that pass it on may have to notice.
  check_lookups_around(network, ring, 5, 2'000);
}

TEST_CASE("a lookup that a member does not pass on ends with its deadline") {
  SimNetwork network(5);
  network.add_members(5);
  const PeerNumber outside = network.add_peer();
  network.link(outside, 0);
  network.start();
  REQUIRE(network.wait_for_ring(5));
  for (PeerNumber peer = 0; peer < 5; ++peer) network.freeze(peer);
  const auto answer = network.lookup(outside, lookup_of("key", RingWay::finger, 700));
  REQUIRE(answer.ok());
  CHECK(!answer->found);
  CHECK(answer->elapsed_ms == 700);
  CHECK(answer->lost_after.find("no answer within 700 ms") != std::string::npos);
  CHECK(network.table(outside, "lookups") == 0);
}

TEST_CASE("a lookup that comes to a member again is ended there") {
  SimNetwork network(6);
  network.add_members(3);
  Stranger& stranger = network.add_stranger();
  network.start();
  REQUIRE(network.wait_for_ring(3));
  network.dial(stranger, 0);
  network.run_for(1s);
  const LookupHop path[] = {{stranger.id(), stranger.address()},
                            {network.id_of(0), network.address_of(0)},
                            {stranger.id(), stranger.address()}};
  LookupStep step;
  step.ticket = 7;
  step.way = RingWay::finger;
  step.originator = stranger.id();
  step.originator_address = stranger.address();
  step.path = path;
  network.inject(stranger.number(), 0, step);
  network.run_for(1s);
  REQUIRE(stranger.count<LookupEnd>() == 1);
  CHECK(stranger.last<LookupEnd>()->ticket == 7);
  CHECK(!stranger.last<LookupEnd>()->found);
  CHECK(stranger.last<LookupEnd>()->path.size() == 4);

  step.path = std::span(path).first(1);
  step.originator = network.id_of(1);  // it is not who sent it
  network.inject(stranger.number(), 0, step);
  network.run_for(1s);
  CHECK(network.counter(0, "offences") == 1);
}

TEST_CASE("members that dial each other at once lose nothing of what waited") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    // A line of members: its ends have no link, so both dial when they ask each other.
    NodeConfig config = SimNetwork::defaults();
    config.member = true;
    network.add(topology::line(6), config);
    network.start();
    REQUIRE(network.wait_for_ring(6));
    const auto key_of = [&](PeerNumber member) {
      for (int i = 0;; ++i) {
        const std::string key = "key-" + std::to_string(i);
        if (network.owner(member, key)->primaries[0].id == to_string(network.id_of(member))) {
          return key;
        }
      }
    };
    const Latency slow{Duration(1000), Duration(1000 + 50 * static_cast<Duration::rep>(seed))};
    network.set_latency(0, 5, slow);
    network.set_latency(5, 0, slow);
    std::vector<RequestHandle> asked;
    for (int i = 0; i < 10; ++i) {
      const auto ask = [&network, &asked](PeerNumber from, const std::string& key) {
        asked.push_back(network.request(from, lookup_of(key, RingWay::one_hop)));
      };
      ask(0, key_of(5));
      ask(5, key_of(0));
      network.run_for(Duration(300));
    }
    network.run_for(1s);
    for (const RequestHandle handle : asked) {
      REQUIRE(network.record(handle).ending.has_value());
      CHECK(network.record(handle).answer<LookupAnswer>().found);
    }
    network.run_for(5s);
    CHECK(network.connections(0, 5).size() == 1);
    CHECK(network.table(0, "dials") == 0);
    CHECK(network.misdirected() == 0);
  }
}

TEST_CASE("what waits for a dial that fails goes over the connection that the other side dialled") {
  SimNetwork network(8);
  NodeConfig config = SimNetwork::defaults();
  config.member = true;
  network.add(topology::line(4), config);
  const PeerNumber absent = network.add_peer();
  network.config_of(3).advertised = network.address_of(absent);
  network.set_latency(0, absent, {500ms, 500ms});
  for (PeerNumber peer = 0; peer < 4; ++peer) network.start(peer);
  REQUIRE(network.wait_for_ring(4));
  const auto key_of = [&](PeerNumber member) {
    for (int i = 0;; ++i) {
      const std::string key = "key-" + std::to_string(i);
      if (network.owner(0, key)->primaries[0].id == to_string(network.id_of(member))) return key;
    }
  };
  const RequestHandle asked = network.request(0, lookup_of(key_of(3), RingWay::one_hop));
  const auto other_way = network.lookup(3, lookup_of(key_of(0), RingWay::one_hop));
  REQUIRE(other_way.ok());
  CHECK(other_way->found);
  CHECK(!network.record(asked).over());
  network.run_for(2s);
  REQUIRE(network.record(asked).over());
  CHECK(network.record(asked).answer<LookupAnswer>().found);
  CHECK(network.record(asked).answer<LookupAnswer>().forwards == 1);
  CHECK(network.table(0, "members failed") == 0);
}

TEST_CASE("a peer that knows of no ring says so, and so does a key that is none") {
  SimNetwork network(7);
  network.add_peer();
  network.start();
  const auto no_ring = network.lookup(0, lookup_of("key", RingWay::finger));
  REQUIRE(!no_ring.ok());
  CHECK(no_ring.error().code == "no-ring");
  const auto no_key = network.lookup(0, lookup_of("", RingWay::finger));
  REQUIRE(!no_key.ok());
  CHECK(no_key.error().code == "bad-key");
}

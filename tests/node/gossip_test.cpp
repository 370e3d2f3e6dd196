// Records of the ring spread to every peer, whatever is lost on the way, and come back after a
// restart; nobody but a member says that it is one.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Peers in a random network of which the first `members` are members.
void add_with_members(SimNetwork& network, std::uint32_t peers, std::uint32_t members,
                      std::uint64_t seed) {
  network.add(topology::random(peers, 4, seed));
  for (PeerNumber peer = 0; peer < members; ++peer) network.config_of(peer).member = true;
}

bool all_know(const SimNetwork& network, std::uint64_t members) {
  for (PeerNumber peer = 0; peer < network.size(); ++peer) {
    if (!network.is_stranger(peer) && network.is_running(peer) &&
        network.table(peer, "members") != members) {
      return false;
    }
  }
  return true;
}

/// Looks now and then: after every event would take long.
bool all_come_to_know(SimNetwork& network, std::uint64_t members, Duration within) {
  const Instant deadline = network.now() + within;
  while (!all_know(network, members)) {
    if (network.now() >= deadline) return false;
    network.run_for(20ms);
  }
  return true;
}

MemberInfo member_at(SimNetwork& network, PeerNumber asked, PeerNumber which) {
  const auto answer = network.ring(asked);
  REQUIRE(answer.ok());
  for (const MemberInfo& member : answer->members) {
    if (member.id == to_string(network.id_of(which))) return member;
  }
  return {};
}

MemberRecord record_of_nobody(std::uint32_t number) {
  MemberRecord record;
  record.id.bytes[0] = 0x80;
  record.id.bytes[1] = static_cast<std::uint8_t>(number >> 16);
  record.id.bytes[2] = static_cast<std::uint8_t>(number >> 8);
  record.id.bytes[3] = static_cast<std::uint8_t>(number);
  record.incarnation = 1;
  record.address = *parse_address("10.9.9.9:7400");
  record.name = "nobody";
  record.tokens = 1;
  return record;
}

/// Tells `peer` of members `from` to `to`, each with one token and without a process.
void tell_of_nobodies(SimNetwork& network, Stranger& liar, PeerNumber peer, std::uint32_t from,
                      std::uint32_t to) {
  while (from < to) {
    std::vector<MemberRecord> records;
    while (from < to && records.size() < 1000) records.push_back(record_of_nobody(from++));
    network.inject(liar.number(), peer, GossipRecords{records, {}, false});
    network.run_for(10ms);
  }
}

}  // namespace

TEST_CASE("every peer of a connected overlay knows the ring within moments, member or not") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    add_with_members(network, 50, 10, seed);
    network.start();
    CHECK(all_come_to_know(network, 10, 2s));
    CHECK(network.misdirected() == 0);
  }
}

TEST_CASE("the ring is known by all where messages are lost, and where nothing got through") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    add_with_members(network, 50, 10, seed);
    network.lose_if([random = Random(seed)](const Carried& carried) mutable {
      const bool is_gossip = std::holds_alternative<Gossip>(carried.message) ||
                             std::holds_alternative<GossipRecords>(carried.message);
      return is_gossip && random.below(3) == 0;
    });
    std::vector<std::vector<PeerNumber>> halves(2);
    for (PeerNumber peer = 0; peer < 50; ++peer) halves[peer % 2].push_back(peer);
    network.split(halves);
    network.start();
    network.run_for(20s);
    CHECK(!all_know(network, 10));
    network.heal_all();
    CHECK(all_come_to_know(network, 10, 1min));
  }
}

TEST_CASE("where nobody is a member, nothing is said about a ring") {
  SimNetwork network(1);
  NodeConfig config = SimNetwork::defaults();
  config.buckets.push_back({"carts", 3, 1, 1, Conflicts::siblings, Sync::yes});
  network.add(topology::ring(6), config);
  REQUIRE(network.settle());
  network.run_for(1h);
  CHECK(network.traffic().of<Gossip>().sent == 0);
  CHECK(network.traffic().of<GossipRecords>().sent == 0);
}

TEST_CASE("peers that know the same exchange one digest a second each, and no records") {
  SimNetwork network(2);
  add_with_members(network, 10, 3, 2);
  REQUIRE(network.settle());
  network.run_for(1min);
  REQUIRE(all_know(network, 3));
  network.reset_traffic();
  network.run_for(100s);
  CHECK(network.traffic().of<GossipRecords>().sent == 0);
  CHECK(network.traffic().of<Gossip>().sent >= 990);
  CHECK(network.traffic().of<Gossip>().sent <= 1'010);
}

TEST_CASE("a peer that comes late learns the ring from its neighbor") {
  SimNetwork network(3);
  network.add_members(4);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  const PeerNumber late = network.add_peer();
  network.link(late, 2);
  network.start(late);
  CHECK(network.run_until([&] { return network.table(late, "members") == 4; }, 100ms));
  CHECK(network.ring(late)->buckets.size() == 1);
}

TEST_CASE("a peer that starts again knows the ring at once, and is the same member") {
  SimNetwork network(4);
  network.add_members(4);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  network.run_for(10s);
  const std::uint64_t before = member_at(network, 0, 3).incarnation;
  for (PeerNumber peer = 0; peer < 4; ++peer) network.crash(peer);
  network.start(3);
  CHECK(network.table(3, "members") == 4);
  CHECK(member_at(network, 3, 3).incarnation == before);
  CHECK(member_at(network, 3, 3).state == "joined");
}

TEST_CASE("a peer without a disk that starts again beats its earlier record") {
  for (const Duration clock : {Duration(0), Duration(-1h)}) {
    CAPTURE(clock.count());
    SimNetwork network(5);
    network.add_members(4);
    network.keep_in_memory(3);
    network.start();
    REQUIRE(network.wait_for_ring(4));
    const std::uint64_t before = member_at(network, 0, 3).incarnation;
    network.crash(3);
    network.run_for(5s);
    network.config_of(3).zone = "elsewhere";
    network.set_wall_clock(3, clock);
    network.start(3);
    CHECK(network.run_until([&] { return member_at(network, 0, 3).zone == "elsewhere"; }, 10s));
    CHECK(member_at(network, 0, 3).incarnation > before);
    CHECK(all_come_to_know(network, 4, 10s));
  }
}

TEST_CASE("a peer that starts again and is not configured as a member any more leaves the ring") {
  for (const bool on_disk : {true, false}) {
    CAPTURE(on_disk);
    SimNetwork network(6);
    network.add_members(4);
    if (!on_disk) network.keep_in_memory(2);
    network.start();
    REQUIRE(network.wait_for_ring(4));
    network.crash(2);
    network.run_for(2s);
    network.config_of(2).member = false;
    network.start(2);
    CHECK(all_come_to_know(network, 3, 10s));
    CHECK(member_at(network, 0, 2).state == "left");
  }
}

TEST_CASE("who has left stays so after a restart, until it joins again") {
  SimNetwork network(7);
  network.add_members(4);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  const auto left = network.ring_leave(1);
  REQUIRE(left.ok());
  CHECK(left->changed);
  CHECK(left->members == 3);
  CHECK(all_come_to_know(network, 3, 2s));
  network.restart(1);
  network.run_for(10s);
  CHECK(all_know(network, 3));
  CHECK(network.count_events("has left the ring: `oxbow ring join`") == 1);
  const auto joined = network.ring_join(1);
  REQUIRE(joined.ok());
  CHECK(joined->changed);
  CHECK(joined->members == 4);
  CHECK(all_come_to_know(network, 4, 2s));
  network.restart(1);
  network.run_for(10s);
  CHECK(all_know(network, 4));
}

TEST_CASE("buckets: a member proposes its own; who has it otherwise is warned and follows") {
  SimNetwork network(8);
  NodeConfig config = SimNetwork::defaults();
  config.buckets.push_back({"carts", 3, 1, 3, Conflicts::siblings, Sync::yes});
  network.add_members(3, config);
  network.start();
  REQUIRE(network.wait_for_ring(3));
  network.run_for(10s);
  config.buckets[0].n = 5;
  config.member = true;
  const PeerNumber other = network.add_peer(config);
  network.link(other, 0);
  network.start(other);
  network.run_for(10s);
  for (const PeerNumber peer : {PeerNumber{0}, other}) {
    const auto answer = network.ring(peer);
    REQUIRE(answer.ok());
    REQUIRE(answer->buckets.size() == 2);
    CHECK(answer->buckets[0].name == "carts");
    CHECK(answer->buckets[0].n == 3);
    CHECK(answer->buckets[0].w == 3);
    CHECK(answer->buckets[1].name == "default");
  }
  CHECK(network.count_events("bucket carts: configured is n=5 r=1 w=3 conflict=siblings sync=yes, "
                             "but the ring has n=3 r=1 w=3") == 1);
}

TEST_CASE("lists longer than a message travel in pages, both ways") {
  SimNetwork network(9);
  network.add_peer();
  network.add_peer();
  Stranger& liar = network.add_stranger();
  liar.wants_link = false;
  network.start();
  network.dial(liar, 0);
  network.dial(liar, 1);
  network.run_for(1s);
  tell_of_nobodies(network, liar, 0, 0, 1'500);
  tell_of_nobodies(network, liar, 1, 1'000, 2'900);
  REQUIRE(network.table(0, "members") == 1'500);
  REQUIRE(network.table(1, "members") == 1'900);
  network.hang_up(liar, 0);
  network.hang_up(liar, 1);
  network.link(0, 1);
  CHECK(all_come_to_know(network, 2'900, 10s));
  CHECK(network.ring(0)->digest == network.ring(1)->digest);
  network.run_for(5s);
  network.reset_traffic();
  network.run_for(1min);
  CHECK(network.traffic().of<GossipRecords>().sent == 0);
}

TEST_CASE("a stranger's records that cannot be are not taken, and it is hung up on") {
  SimNetwork network(10);
  network.add_peer();
  Stranger& liar = network.add_stranger();
  network.start();
  network.dial(liar, 0);
  network.run_for(1s);
  MemberRecord record = record_of_nobody(1);
  record.tokens = limits::kTokensMost + 1;
  for (int i = 0; i < 3; ++i) {
    network.inject(liar.number(), 0, GossipRecords{{&record, 1}, {}, false});
    network.run_for(100ms);
  }
  CHECK(network.table(0, "members") == 0);
  CHECK(network.counter(0, "offences") == 3);
  CHECK(liar.endings(0) == 1);
}

TEST_CASE("a record from the future is not taken, nor passed on") {
  SimNetwork network(11);
  network.add_peer();
  Stranger& liar = network.add_stranger();
  network.start();
  network.dial(liar, 0);
  network.run_for(1s);
  MemberRecord record = record_of_nobody(1);
  record.incarnation = ~std::uint64_t{0} >> 1;
  network.inject(liar.number(), 0, GossipRecords{{&record, 1}, {}, false});
  network.run_for(100ms);
  CHECK(network.table(0, "members") == 0);
  CHECK(network.counter(0, "records refused") == 1);
  CHECK(network.count_events("from the future") == 1);
}

TEST_CASE("what others say about a peer itself is put right: only it says where it stands") {
  SimNetwork network(12);
  network.add_members(3);
  const PeerNumber no_member = network.add_peer();
  network.link(no_member, 0);
  Stranger& liar = network.add_stranger();
  REQUIRE(network.settle());
  REQUIRE(network.wait_for_ring(3));
  network.dial(liar, 0);
  network.run_for(1s);

  MemberRecord claim = record_of_nobody(1);
  claim.id = network.id_of(1);
  claim.state = MemberState::left;
  claim.incarnation = member_at(network, 0, 1).incarnation + 1'000'000;
  network.inject(liar.number(), 0, GossipRecords{{&claim, 1}, {}, false});
  network.run_for(5s);
  CHECK(all_know(network, 3));
  CHECK(member_at(network, 0, 1).state == "joined");
  CHECK(member_at(network, 0, 1).incarnation > claim.incarnation);

  claim.id = network.id_of(no_member);
  claim.state = MemberState::joined;
  network.inject(liar.number(), 0, GossipRecords{{&claim, 1}, {}, false});
  network.run_for(5s);
  CHECK(all_know(network, 3));
  CHECK(member_at(network, 0, no_member).state == "left");
}

TEST_CASE("a stranger that asks for all records again and again does not get them each time") {
  SimNetwork network(13);
  network.add_members(3);
  Stranger& asker = network.add_stranger();
  network.start();
  REQUIRE(network.wait_for_ring(3));
  network.dial(asker, 0);
  network.run_for(1s);
  const std::size_t before = asker.count<GossipRecords>();
  for (int i = 0; i < 1000; ++i) network.inject(asker.number(), 0, Gossip{1});
  network.run_for(100ms);
  CHECK(asker.count<GossipRecords>() - before <= 16);
  CHECK(asker.count<GossipRecords>() - before >= 10);
}

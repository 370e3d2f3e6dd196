// A peer that ends, in whatever way, knows the ring when it starts again: nothing that it began on
// a ring of others is done on a ring of itself.
#include <doctest/doctest.h>

#include <string>

#include "membership/members.h"
#include "membership/record_bytes.h"
#include "node/node.h"
#include "node/replica_scenario.h"
#include "store/memory_store.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

MemberRecord record_of(std::uint8_t number, std::uint64_t incarnation,
                       MemberState state = MemberState::joined) {
  MemberRecord record;
  record.id.bytes[0] = number;
  record.id.bytes[15] = 1;
  record.incarnation = incarnation;
  record.state = state;
  record.address = *parse_address("10.0.0.9:7400");
  record.tokens = 8;
  return record;
}

/// A member driven by hand, with one link.
struct Linked {
  Linked() : node(config(), store) {
    node.start(now, false, out);
    node.connected(now, kLink, {false, {}, *parse_address("10.0.0.9:40000")}, out);
    Hello hello;
    hello.network = "oxbow";
    hello.peer = record_of(9, 1).id;
    hello.advertised = *parse_address("10.0.0.9:7400");
    hello.link = true;
    receive(hello);
  }
  static NodeConfig config() {
    NodeConfig config;
    config.id.bytes[0] = 0x40;
    config.advertised = *parse_address("10.0.0.1:7400");
    config.is_static = true;
    config.member = true;
    return config;
  }
  void receive(const Message& message) {
    out.clear();
    node.receive(now, kLink, message, out);
  }
  void pass(Duration time) {
    now.steady += time;
    now.wall += time;
    out.clear();
    node.tick(now, out);
  }
  std::size_t kept() {
    Members members;
    const auto bytes = store.read_record("ring");
    if (!bytes.ok() || !*bytes || !take_bytes(**bytes, members).ok()) return 0;
    return members.all().size();
  }
  std::uint64_t counter(std::string_view name) const {
    for (const Counter& counter : node.status(now).counters) {
      if (counter.name == name) return counter.value;
    }
    return ~std::uint64_t{0};
  }

  static constexpr ConnectionId kLink{7};
  Now now{Instant{} + 1h, WallTime(std::chrono::hours(24) * 20'000)};
  Outbox out;
  MemoryStore store;
  Node node;
};

}  // namespace

TEST_CASE("what is heard of the ring is in the store before the turn is over") {
  Linked member;
  member.pass(1s);
  CHECK(member.kept() == 1);
  member.pass(1s);
  const MemberRecord other = record_of(9, 5);
  member.receive(GossipRecords{{&other, 1}, {}, false, 0});
  CHECK(member.node.next_deadline() <= member.now.steady);
  member.pass(Duration(0));
  CHECK(member.kept() == 2);
}

TEST_CASE("a clean stop writes what waits to be written together with more") {
  Linked member;
  for (std::uint8_t i = 1; i <= 5; ++i) {
    const MemberRecord other = record_of(i, 5);
    member.receive(GossipRecords{{&other, 1}, {}, false, 0});
    member.pass(Duration(1));
  }
  CHECK(member.kept() < 6);
  member.out.clear();
  member.node.stop(member.now, member.out);
  CHECK(member.kept() == 6);
}

TEST_CASE("a member that crashes right after it heard of the ring starts with that ring") {
  for (const Duration after : {Duration(30ms), Duration(300ms)}) {
    for (const PeerNumber which : {PeerNumber{0}, PeerNumber{2}}) {
      CAPTURE(after.count());
      CAPTURE(which);
      SimNetwork network(32);
      network.add_members(3);
      network.start();
      REQUIRE(network.run_until(
          [&] {
            return network.table(which, "members") == 3 &&
                   network.status(which).waiting_for.find("ring") == std::string::npos;
          },
          30s));
      network.run_for(after);
      for (PeerNumber peer = 0; peer < 3; ++peer) network.crash(peer);
      network.config_of(which).neighbors.clear();
      network.start(which);
      CHECK(network.table(which, "members") == 3);
      network.run_for(10s);
      const auto hasty = network.put(which, put_of("k", "v", {}, "2"));
      CHECK(!hasty.ok());
    }
  }
}

TEST_CASE("who hears of others for the first time begins nothing before it is kept") {
  SimNetwork network(33);
  network.add_members(2);
  network.start(0);
  network.run_for(5s);
  network.set_sync_latency(0, Latency::fixed(5s));
  network.start(1);
  REQUIRE(network.run_until([&] { return network.table(0, "members") == 2; }, 10s));
  const RequestHandle put = network.request(0, put_of("k", "v", {}, "1"));
  network.run_for(3s);
  CHECK(!network.record(put).over());
  CHECK(network.status(0).waiting_for.find("the ring") == 0);
  network.crash(0);
  network.set_sync_latency(0, Latency::fixed(1ms));
  network.start(0);
  network.run_for(10s);
  CHECK(network.put(0, put_of("k", "v", {}, "2")).ok());
}

TEST_CASE("however many records change in a turn, the ring is redrawn once") {
  Linked member;
  member.pass(1s);
  const std::uint64_t before = member.counter("ring changes");
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    const MemberRecord flips =
        record_of(9, i, i % 2 == 0 ? MemberState::left : MemberState::joined);
    member.receive(GossipRecords{{&flips, 1}, {}, false, 0});
  }
  CHECK(member.counter("ring changes") == before);
  const MemberRecord joins = record_of(9, 2'000);
  member.receive(GossipRecords{{&joins, 1}, {}, false, 0});
  member.pass(Duration(0));
  CHECK(member.counter("ring changes") == before + 1);
}

TEST_CASE(
    "a large ring is redrawn with pauses between, and what changed last is drawn in the end") {
  Linked member;
  for (int page = 0; page < 2; ++page) {
    std::vector<MemberRecord> many;
    for (int i = 0; i < 200; ++i) {
      many.push_back(record_of(static_cast<std::uint8_t>(1 + page), 1));
      many.back().id.bytes[1] = static_cast<std::uint8_t>(i);
      many.back().tokens = limits::kTokensMost;
    }
    member.receive(GossipRecords{many, {}, false, 0});
  }
  member.pass(1s);
  member.pass(1s);
  const std::uint64_t before = member.counter("ring changes");
  for (std::uint64_t i = 1; i <= 1'000; ++i) {
    const MemberRecord flips =
        record_of(9, i, i % 2 == 0 ? MemberState::left : MemberState::joined);
    member.receive(GossipRecords{{&flips, 1}, {}, false, 0});
    member.pass(1ms);
  }
  CHECK(member.counter("ring changes") - before <= 4);
  const MemberRecord joins = record_of(9, 2'000);
  member.receive(GossipRecords{{&joins, 1}, {}, false, 0});
  member.pass(1s);
  member.pass(1s);
  for (const Counter& table : member.node.status(member.now).tables) {
    if (table.name == "members") CHECK(table.value == 402);
  }
}

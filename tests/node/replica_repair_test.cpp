// Read repair, coordinators that are lost, and objects that move with the ring.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

/// Loses what is written to a member, its hints too.
void lose_writes_to(SimNetwork& network, PeerNumber member) {
  network.lose_if([member](const Carried& carried) {
    return carried.to == member && std::holds_alternative<ObjectWrite>(carried.message);
  });
}

}  // namespace

// Vector 31 (strict_read_your_write_and_repair).
TEST_CASE("a read at two of three sees the newest write, and repairs the one that missed it") {
  SimNetwork network(1);
  Ring ring(network, 3, "key");
  REQUIRE(ring.put(0, "v1", "", "3").ok());
  const std::string context = ring.get(0)->context;
  network.partition(ring[0], ring[2]);
  network.partition(ring[1], ring[2]);
  REQUIRE(ring.put(0, "v2", context).ok());
  network.run_for(1s);
  CHECK(ring.copy_at(2) == Texts{"v1"});
  network.heal(ring[1], ring[2]);  // A, which keeps the hint, is still away
  REQUIRE(network.run_until([&] { return ring.get(1)->quorum.members.size() == 3; }, 1min));
  const auto got = ring.get(1);
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"v2"});
  REQUIRE(network.run_until([&] { return ring.copy_at(2) == Texts{"v2"}; }, 1min));
}

// Vector 34 (not_found_replica_is_repaired).
TEST_CASE("a member that has never heard of a key gets it by a read") {
  SimNetwork network(2);
  Ring ring(network, 3, "key");
  network.crash(ring[0]);
  network.run_for(1s);
  REQUIRE(ring.put(1, "value").ok());
  // It returns, and the hint that is kept for it takes longer than the reads.
  network.lose_if([&](const Carried& carried) {
    const auto* write = std::get_if<ObjectWrite>(&carried.message);
    return carried.to == ring[0] && write != nullptr && write->reason == WriteReason::handoff;
  });
  network.start(ring[0]);
  const auto all_are_asked = [&] {
    const auto owner = network.owner(ring[1], "key");
    return owner.ok() && std::all_of(owner->primaries.begin(), owner->primaries.end(),
                                     [](const MemberInfo& member) { return member.reachable; });
  };
  REQUIRE(network.run_until(all_are_asked, 1min));
  CHECK(ring.copy_at(0).empty());
  const auto values_seen = [](const GetAnswer& answer) {
    const auto& members = answer.quorum.members;
    return std::count_if(members.begin(), members.end(),
                         [](const QuorumMember& member) { return member.outcome == "answered"; });
  };
  const auto first = ring.get(1, "3");
  REQUIRE(first.ok());
  CHECK(values(*first) == Texts{"value"});
  CHECK(values_seen(*first) == 2);
  CHECK(first->quorum.repairs == 1);
  network.run_for(100ms);
  CHECK(ring.copy_at(0) == Texts{"value"});
  const auto second = ring.get(1, "3");
  REQUIRE(second.ok());
  CHECK(values_seen(*second) == 3);
  CHECK(second->quorum.repairs == 0);
  CHECK(network.counter(ring[1], "read repairs") == 1);
}

TEST_CASE("a coordinator that is behind repairs itself") {
  SimNetwork network(3);
  Ring ring(network, 3, "key");
  lose_writes_to(network, ring[0]);
  REQUIRE(ring.put(1, "value").ok());
  network.lose_if([](const Carried&) { return false; });
  CHECK(values(*ring.get(0)) == Texts{"value"});
  network.run_for(100ms);
  CHECK(ring.copy_at(0) == Texts{"value"});
}

// Vector 32 (failed_put_is_indeterminate).
TEST_CASE("a put whose members hang is unknown, and may be read later") {
  SimNetwork network(4);
  Ring ring(network, 3, "key");
  REQUIRE(ring.put(0, "old", "", "3").ok());
  const std::string context = ring.get(0)->context;
  network.freeze(ring[1]);
  network.freeze(ring[2]);
  const auto put = ring.put(0, "new", context);
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code == "unknown");
  CHECK(put.error().needed == "2 copies");
  CHECK(put.error().got == "1 copy");
  CHECK(put.error().message.find("may have been stored") != std::string::npos);
  network.thaw(ring[1]);
  network.thaw(ring[2]);
  network.run_for(10s);
  CHECK(values(*ring.get(1)) == Texts{"new"});
}

TEST_CASE("a put whose coordinator is lost is unknown; one that was never sent goes elsewhere") {
  SimNetwork network(5);
  Ring ring(network, 5, "key", SimNetwork::defaults(), 1);
  const PeerNumber outside = ring.outsiders[0];
  REQUIRE(network.get(outside, get_of("key")).ok());  // connects it to the first primary
  SUBCASE("it crashes with the put under way") {
    network.freeze(ring[0]);
    const RequestHandle handle = network.request(outside, put_of("key", "value"));
    network.run_for(100ms);
    CHECK_FALSE(network.record(handle).over());
    network.crash(ring[0]);
    REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 1s));
    REQUIRE(network.record(handle).error() != nullptr);
    CHECK(network.record(handle).error()->code == "unknown");
    CHECK(network.counter(outside, "puts unknown") == 1);
  }
  SUBCASE("it hangs") {
    network.freeze(ring[0]);
    const auto put = network.put(outside, put_of("key", "value"));
    REQUIRE_FALSE(put.ok());
    CHECK(put.error().code == "unknown");
  }
  SUBCASE("a get goes to another") {
    REQUIRE(network.put(outside, put_of("key", "value")).ok());
    network.freeze(ring[0]);
    const auto got = network.get(outside, get_of("key"));
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"value"});
  }
  SUBCASE("it is down already") {
    network.crash(ring[0]);
    network.run_for(1s);
    const auto put = network.put(outside, put_of("key", "value"));
    REQUIRE(put.ok());
    CHECK(put->quorum.coordinator == to_string(network.address_of(ring[1])));
  }
}

TEST_CASE("a member that joins or leaves a quiet ring: every key stays on N members") {
  SimNetwork network(6);
  Ring ring(network, 4, "key", SimNetwork::defaults(), 1);
  std::vector<std::string> keys;
  for (int i = 0; i < 120; ++i) keys.push_back(fmt::format("key-{}", i));
  for (const std::string& key : keys) REQUIRE(network.put(ring[0], put_of(key, key, "", "3")).ok());
  const auto everywhere = [&] {
    for (const std::string& key : keys) {
      const auto owner = network.owner(ring[1], key);
      if (!owner.ok() || owner->primaries.size() != 3) return false;
      for (const MemberInfo& primary : owner->primaries) {
        const auto stored = network.store(ring.number_of(primary.address)).read(key);
        if (!stored.ok() || stored->object.siblings().size() != 1) return false;
      }
    }
    return true;
  };
  CHECK(everywhere());
  REQUIRE(network.ring_join(ring.outsiders[0]).ok());
  REQUIRE(network.wait_for_ring(5));
  for (int i = 0; i < 100 && !everywhere(); ++i) network.run_for(100ms);
  CHECK(everywhere());
  std::uint64_t moved = 0;
  for (std::size_t place = 0; place < 4; ++place) {
    moved += network.counter(ring[place], "objects moved");
  }
  CHECK(moved > 40);
  CHECK(moved < 320);  // who gives a copy up makes sure of all three
  RingLeaveRequest leave;
  REQUIRE(network.ring_leave(ring[3], leave).ok());
  REQUIRE(network.wait_for_ring(4));
  for (int i = 0; i < 100 && !everywhere(); ++i) network.run_for(100ms);
  CHECK(everywhere());
}

TEST_CASE("members whose rings differ tell each other, and requests arrive all the same") {
  SimNetwork network(7);
  Ring ring(network, 4, "key", SimNetwork::defaults(), 1);
  REQUIRE(ring.put(0, "value", "", "3").ok());
  REQUIRE(network.ring_join(ring.outsiders[0]).ok());
  for (int i = 0; i < 30; ++i) {
    const auto got = ring.get(static_cast<std::size_t>(i) % 4);
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"value"});
    network.run_for(10ms);
  }
  REQUIRE(network.wait_for_ring(5));
}

// Members whose wall clocks are wrong, by years: they are on the ring all the same, say so, and are
// as they were once their clocks are right.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

constexpr Duration kDay = std::chrono::hours(24);

std::vector<std::string> warnings(const SimNetwork& network, PeerNumber peer) {
  return network.status(peer).warnings;
}

MemberInfo member_at(SimNetwork& network, PeerNumber asked, PeerNumber which) {
  const auto answer = network.ring(asked);
  REQUIRE(answer.ok());
  for (const MemberInfo& member : answer->members) {
    if (member.id == to_string(network.id_of(which))) return member;
  }
  return {};
}

/// All members put and get what is everybody's, with the whole quorum.
void check_all_serve(SimNetwork& network, const std::vector<PeerNumber>& members,
                     const std::string& about) {
  for (const PeerNumber member : members) {
    CAPTURE(member);
    for (int i = 0; i < 10; ++i) {
      const std::string key = about + std::to_string(member) + "-" + std::to_string(i);
      const auto put = network.put(member, put_of(key, "v", {}, "3"));
      REQUIRE_MESSAGE(put.ok(), put.error().message);
      const auto got = network.get(members[(member + 1) % members.size()], get_of(key, "3", true));
      REQUIRE_MESSAGE(got.ok(), got.error().message);
      CHECK(values_of(*got) == std::set<std::string>{"v"});
    }
  }
}

}  // namespace

TEST_CASE("a new member whose clock is years wrong knows the ring, serves, and says so") {
  for (const Duration wrong : {-2200 * kDay, 30 * kDay, 400 * kDay}) {
    CAPTURE(wrong.count());
    SimNetwork network(17);
    const auto members = network.add_members(5);
    for (PeerNumber peer = 0; peer < 4; ++peer) network.start(peer);
    REQUIRE(network.wait_for_ring(4));
    network.run_for(3s);
    network.set_wall_clock(4, wrong);
    network.start(4);
    CHECK(network.wait_for_ring(5, 10s));
    check_all_serve(network, members, "wrong ");
    network.run_for(10s);
    REQUIRE(warnings(network, 4).size() == 1);
    CHECK(warnings(network, 4)[0].find(wrong < Duration(0) ? "2200 days behind"
                                                           : "days ahead of") != std::string::npos);
    CHECK(network.count_events("this peer's clock is") == 1);
    CHECK(warnings(network, 0).empty());

    network.set_wall_clock(4, Duration(0));
    network.run_for(5s);
    CHECK(warnings(network, 4).empty());
    CHECK(network.count_events("shows what those of others do") == 1);
    check_all_serve(network, members, "right ");
    REQUIRE(network.ring_leave(4).ok());
    CHECK(network.wait_for_ring(4, 10s));
  }
}

TEST_CASE("a member that once started far ahead is heard again when its clock is right") {
  for (const bool with_the_ring : {true, false}) {
    for (const Duration wrong : {30 * kDay, 400 * kDay}) {
      CAPTURE(with_the_ring);
      CAPTURE(wrong.count());
      SimNetwork network(18);
      const auto members = network.add_members(4);
      network.start();
      REQUIRE(network.wait_for_ring(4));
      network.run_for(3s);
      network.crash(3);
      if (!with_the_ring) network.split({{0, 1, 2}, {3}});
      network.set_wall_clock(3, wrong);
      network.config_of(3).zone = "once";  // something to say by that clock
      network.start(3);
      network.run_for(10s);
      network.crash(3);
      network.set_wall_clock(3, Duration(0));
      network.config_of(3).zone = "now";
      network.heal_all();
      network.start(3);
      CHECK(network.wait_for_ring(4, 10s));
      network.run_for(5s);
      for (const PeerNumber peer : members) {
        CHECK(member_at(network, peer, 3).zone == "now");
        CHECK(warnings(network, peer).empty());
      }
      check_all_serve(network, members, "k");
      network.reset_traffic();
      network.run_for(10s);
      CHECK(network.traffic().of<GossipRecords>().sent == 0);
    }
  }
}

TEST_CASE("a whole ring whose clocks jump ahead and back goes on, those that are away included") {
  SimNetwork network(19);
  const auto members = network.add_members(4);
  network.start();
  REQUIRE(network.wait_for_ring(4));
  for (const PeerNumber peer : members) network.set_wall_clock(peer, 400 * kDay);
  for (const PeerNumber peer : members) network.restart(peer);
  network.config_of(2).zone = "far";
  network.restart(2);
  REQUIRE(network.wait_for_ring(4, 10s));
  network.run_for(5s);
  network.crash(2);
  network.run_for(1s);
  for (const PeerNumber peer : members) network.set_wall_clock(peer, Duration(0));
  network.run_for(10s);
  for (const PeerNumber peer : {PeerNumber{0}, PeerNumber{1}, PeerNumber{3}}) {
    CHECK(network.table(peer, "members") == 4);
    CHECK(member_at(network, peer, 2).zone == "far");
  }
  network.config_of(2).zone = "near";
  network.start(2);
  CHECK(network.run_until([&] { return member_at(network, 0, 2).zone == "near"; }, 10s));
  CHECK(network.wait_for_ring(4, 10s));
  check_all_serve(network, members, "k");
}

TEST_CASE("two members whose clocks differ by years are one ring, and both say that they differ") {
  SimNetwork network(20);
  network.add_members(2);
  network.set_wall_clock(1, -2200 * kDay);
  network.start();
  CHECK(network.wait_for_ring(2, 10s));
  network.run_for(20s);
  for (const PeerNumber peer : {PeerNumber{0}, PeerNumber{1}}) {
    REQUIRE(warnings(network, peer).size() == 1);
    CHECK(warnings(network, peer)[0].find("set the one that is wrong") != std::string::npos);
  }
  network.reset_traffic();
  network.run_for(20s);
  CHECK(network.traffic().of<GossipRecords>().sent == 0);
}

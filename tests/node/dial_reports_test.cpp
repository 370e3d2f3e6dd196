// A peer that advertises an address at which nobody reaches it is told so, by those who tried, and
// says it: once in the log, and in `status` for as long as it is so.
#include <doctest/doctest.h>

#include <string>

#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

constexpr std::string_view kText = "cannot reach this peer at 10.99.0.1:7400, which it advertises";

std::size_t warnings_about_address(const SimNetwork& network, PeerNumber peer) {
  std::size_t count = 0;
  for (const std::string& warning : network.status(peer).warnings) {
    if (warning.find(kText) != std::string::npos) ++count;
  }
  return count;
}

}  // namespace

TEST_CASE(
    "a member with a wrong advertised address learns it from those that keep copies with it") {
  SimNetwork network(34);
  const auto members = network.add_members(5);  // the last is linked to two of the others only
  network.config_of(4).advertised = *parse_address("10.99.0.1:7400");
  network.start();
  REQUIRE(network.wait_for_ring(5));
  for (int i = 0; i < 30; ++i) {
    static_cast<void>(network.put(1, put_of("k" + std::to_string(i), "v")));
    static_cast<void>(network.put(4, put_of("l" + std::to_string(i), "v")));
  }
  network.run_for(2min);
  CHECK(warnings_about_address(network, 4) == 1);
  CHECK(network.count_events(kText) == 1);
  CHECK(network.ring(4)->warnings == network.status(4).warnings);
  for (const PeerNumber other : {PeerNumber{0}, PeerNumber{1}}) {
    CHECK(network.status(other).warnings.empty());
  }
  // Put right, it says nothing more.
  network.crash(4);
  network.config_of(4).advertised = network.address_of(4);
  network.start(4);
  network.run_for(2min);
  CHECK(network.status(4).warnings.empty());
}

TEST_CASE("a neighbor that probes a wrong address tells the peer, member or not") {
  SimNetwork network(35);
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  network.add_peer(config);
  network.add_peer(config);
  network.config_of(1).advertised = *parse_address("10.99.0.1:7400");
  network.link(1, 0);
  REQUIRE(network.settle());
  network.run_for(30s);
  CHECK(warnings_about_address(network, 1) == 1);
  network.run_for(10min);
  CHECK(warnings_about_address(network, 1) == 1);
  CHECK(network.count_events(kText) == 1);
}

TEST_CASE(
    "another peer at the advertised address is no better; once reached, nothing is said any more") {
  SimNetwork network(36);
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  network.add_peer(config);
  network.add_peer(config);
  network.add_peer(config);  // whose address the second peer advertises, and is not there yet
  const Address later = network.address_of(2);
  network.config_of(1).advertised = later;
  network.link(1, 0);
  network.start(0);
  network.start(1);
  network.run_for(30s);
  REQUIRE(network.status(1).warnings.size() == 1);
  // Another peer there is no better.
  network.start(2);
  network.run_for(3min);
  CHECK(network.status(1).warnings.size() == 1);
  CHECK(network.status(1).warnings[0].find("not " + abbreviated(network.id_of(1))) !=
        std::string::npos);
  network.inject(0, 1, DialReport{later, ""});
  network.run_for(1s);
  CHECK(network.status(1).warnings.empty());
  CHECK(network.count_events("nobody says any more") == 1);
}

TEST_CASE("a member that is dead, or hangs, is told nothing") {
  SimNetwork network(37);
  network.add_members(3);
  network.start();
  REQUIRE(network.wait_for_ring(3));
  network.run_for(5s);
  network.freeze(2);
  for (int i = 0; i < 10; ++i) {
    static_cast<void>(network.put(1, put_of("k" + std::to_string(i), "v")));
  }
  network.run_for(20s);
  network.thaw(2);
  network.run_for(2min);
  CHECK(network.count_events("which it advertises") == 0);
}

TEST_CASE("a stranger that is neither neighbor nor member says nothing about a peer's address") {
  SimNetwork network(38);
  network.add_peer();
  Stranger& liar = network.add_stranger();
  liar.wants_link = false;
  network.start();
  network.dial(liar, 0);
  network.run_for(1s);
  network.inject(liar.number(), 0, DialReport{network.address_of(0), "because I say so"});
  network.run_for(1s);
  CHECK(network.status(0).warnings.empty());
}

// Links: how they come up, are kept up, are noticed to be dead, and what pressure does to them.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

TEST_CASE("a link under pressure is skipped, and the report says so") {
  SimNetwork network(30);
  network.add(topology::complete(3));
  REQUIRE(network.settle());
  network.set_pressure(0, 1, Pressure::high);
  const SearchReport report = network.find(0, exact("nowhere", 1)).search;
  CHECK(report.query_messages == 1U);
  CHECK(report.peers_reached == 2U);
  CHECK(report.skipped == 1U);
  CHECK(report.stopped == Stopped::partial);
  CHECK(report.marks == std::vector<std::string>{"link under pressure"});
  network.set_pressure(0, 1, Pressure::none);
  CHECK(network.find(0, exact("nowhere", 1)).search.stopped == Stopped::complete);
}

TEST_CASE("a link under pressure still carries hits and the answers for copies") {
  SimNetwork network(31);
  network.add(topology::line(3));
  REQUIRE(network.settle());
  network.publish(2, "key", "value");
  network.set_pressure(2, 1, Pressure::high);
  network.set_pressure(1, 0, Pressure::high);
  const FindAnswer answer = network.find(0, exact("key"));
  CHECK(answer.found);
  CHECK(answer.search.stopped == Stopped::complete);
}

TEST_CASE("a peer that hangs: its parent answers for it before the grandparent's patience ends") {
  SimNetwork network(32);
  network.add(topology::line(4));
  REQUIRE(network.settle());
  network.freeze(2);
  const SearchReport report = network.find(0, exact("nowhere", 4)).search;
  // 1 puts TTL 3 on its copies, and waits 1.5 s; 0 would have waited 2 s.
  CHECK(report.elapsed_ms == 1'502.0);
  CHECK(report.stopped == Stopped::partial);
  CHECK(report.lost == 1U);
  CHECK(report.query_messages == 2U);
  CHECK(report.peers_reached == 2U);
  CHECK(adds_up(report));
  CHECK(report.marks == std::vector<std::string>{"timed out"});
  CHECK(network.counter(1, "copies timed out") == 1);
  CHECK(network.counter(0, "copies timed out") == 0);
}

TEST_CASE("a dead neighbor is noticed within 8 s, whether it hangs or nothing gets through") {
  for (const bool frozen : {true, false}) {
    CAPTURE(frozen);
    SimNetwork network(33);
    network.add(topology::line(3));
    REQUIRE(network.settle());
    network.run_for(30s);
    REQUIRE(network.status(1).links == 2);
    if (frozen) network.freeze(2);
    if (!frozen) network.partition(1, 2);
    const Instant begun = network.now();
    CHECK(network.run_until([&] { return network.status(1).links == 1; }, 8s));
    CHECK(network.now() - begun > 3s);
    CHECK(network.count_events("not heard of") >= 1);
    if (frozen) network.thaw(2);
    if (!frozen) network.heal(1, 2);
    CHECK(network.run_until([&] { return network.status(1).links == 2; }, 1min));
  }
}

TEST_CASE("idle links stay up for an hour") {
  SimNetwork network(34);
  network.add(topology::ring(4));
  REQUIRE(network.settle());
  network.run_for(1h);
  for (PeerNumber peer = 0; peer < 4; ++peer) CHECK(network.status(peer).links == 2);
  CHECK(network.traffic().of<Hello>().sent == 8);
}

TEST_CASE("a configured neighbor is linked again after a cut, a crash, and when it comes late") {
  SimNetwork network(35);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  network.cut(0, 1);
  CHECK(network.status(0).links == 0);
  CHECK(network.run_until([&] { return network.status(0).links == 1; }, 2s));
  network.crash(1);
  network.run_for(10s);
  CHECK(network.status(0).links == 0);
  network.start(1);
  CHECK(network.run_until([&] { return network.status(0).links == 1; }, 40s));
  const PeerNumber late = network.add_peer();
  network.link(0, late);
  network.run_for(20s);
  CHECK(network.status(0).links == 1);
  network.start(late);
  CHECK(network.run_until([&] { return network.status(0).links == 2; }, 40s));
}

TEST_CASE("when both dial each other, the connection dialled by the lower peer id stays") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    network.add_peer();
    network.add_peer();
    network.link(0, 1, {{1ms, 200ms}, true});
    REQUIRE(network.settle());
    network.run_for(5s);
    const auto live = network.connections(0, 1);
    REQUIRE(live.size() == 1);
    CHECK(live[0].dialler == (network.id_of(0) < network.id_of(1) ? 0 : 1));
    CHECK(live[0].kind == ConnectionKind::control);
    CHECK(network.status(0).links == 1);
    CHECK(network.status(1).links == 1);
    CHECK(network.table(0, "connections") == 1);
    CHECK(network.table(1, "connections") == 1);
    CHECK(network.find(0, exact("nowhere")).search.peers_reached == 2U);
    CHECK(network.misdirected() == 0);
  }
}

TEST_CASE("a peer does not become its own neighbor") {
  SimNetwork network(36);
  const PeerNumber self = network.add_peer();
  network.config_of(self).neighbors.push_back(to_string(network.address_of(self)));
  network.start();
  network.run_for(1min);
  CHECK(network.status(self).links == 0);
  CHECK(network.traffic().of<Hello>().sent <= 2);
}

TEST_CASE("discovery: peers that know one neighbor reach the minimum degree") {
  SimNetwork network(37);
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  network.add(topology::star(10), config);
  REQUIRE(network.settle());
  network.run_for(3min);
  for (PeerNumber peer = 0; peer < 10; ++peer) {
    CAPTURE(peer);
    CHECK(network.status(peer).links >= limits::kMinimumDegree);
  }
  CHECK(network.misdirected() == 0);
  const SearchReport report = network.find(3, exact("nowhere")).search;
  CHECK(report.peers_reached == 10U);
  CHECK(report.stopped == Stopped::complete);
}

TEST_CASE("discovery: the network survives the loss of the peer that all had known") {
  SimNetwork network(38);
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  network.add(topology::star(10), config);
  REQUIRE(network.settle());
  network.run_for(3min);
  network.crash(0);
  network.run_for(3min);
  CHECK(network.find(3, exact("nowhere")).search.peers_reached == 9U);
}

TEST_CASE("static peers dial nobody but their configured neighbors") {
  SimNetwork network(39);
  NodeConfig config = SimNetwork::defaults();
  network.add_peer(config);  // 0 is static
  config.is_static = false;
  for (int i = 0; i < 5; ++i) network.add_peer(config);
  for (PeerNumber peer = 1; peer < 6; ++peer) network.link(peer, peer % 5 + 1);
  network.link(0, 1);
  std::vector<PeerNumber> greeted;
  network.tap([&](const Carried& carried) {
    if (carried.phase != Carried::Phase::sent || carried.from != 0) return;
    const auto* ping = std::get_if<Ping>(&carried.message);
    if (ping != nullptr) CHECK(!ping->addresses);
  });
  REQUIRE(network.settle());
  network.run_for(5min);
  for (PeerNumber peer = 2; peer < 6; ++peer) {
    for (const LiveConnection& live : network.connections(0, peer)) CHECK(live.dialler == peer);
  }
  CHECK(network.status(0).links >= 1);
}

TEST_CASE("loopback and unspecified addresses are never passed on to other hosts") {
  for (const char* address : {"127.0.0.1:7400", "0.0.0.0:7400", "[::1]:7400"}) {
    CAPTURE(address);
    SimNetwork network(40);
    NodeConfig config = SimNetwork::defaults();
    config.is_static = false;
    network.add(topology::ring(4), config);
    Stranger& liar = network.add_stranger();
    liar.advertised = *parse_address(address);
    Stranger& asker = network.add_stranger();
    REQUIRE(network.settle());
    network.dial(liar, 0);
    network.dial(asker, 0);
    network.run_for(1min);
    std::size_t passed_on = 0;
    network.tap([&](const Carried& carried) {
      const auto* pong = std::get_if<Pong>(&carried.message);
      if (pong == nullptr || carried.from >= 4) return;
      for (const PongEntry& entry : pong->addresses) {
        ++passed_on;
        CHECK(!entry.address.is_loopback());
        CHECK(!entry.address.is_unspecified());
      }
    });
    for (int i = 0; i < 10; ++i) {
      network.inject(asker.number(), 0, Ping{99, true});
      network.run_for(1min);
    }
    CHECK(passed_on > 0);
  }
}

TEST_CASE("an address that a neighbor made up is not passed on before it was reached") {
  SimNetwork network(41);
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  network.add(topology::ring(4), config);
  Stranger& liar = network.add_stranger();
  const PongEntry invented{liar.id(), *parse_address("10.9.9.9:7400")};
  liar.answers_pings = false;
  liar.on_message = [&](PeerNumber from, const Message& message) {
    const auto* ping = std::get_if<Ping>(&message);
    if (ping != nullptr) network.inject(liar.number(), from, Pong{ping->nonce, {&invented, 1}});
  };
  REQUIRE(network.settle());
  network.tap([&](const Carried& carried) {
    const auto* pong = std::get_if<Pong>(&carried.message);
    if (pong == nullptr || carried.from == liar.number()) return;
    for (const PongEntry& entry : pong->addresses) CHECK(entry.address != invented.address);
  });
  network.dial(liar, 0);
  network.run_for(5min);
}

TEST_CASE("peers of different networks do not link") {
  SimNetwork network(42);
  network.add_peer();
  NodeConfig other = SimNetwork::defaults();
  other.network = "other";
  network.add_peer(other);
  network.link(0, 1);
  network.start();
  network.run_for(10s);
  CHECK(network.status(0).links == 0);
  CHECK(network.status(1).links == 0);
  CHECK(network.count_events("network") > 0);
}

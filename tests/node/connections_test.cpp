// Connections that die without a word, and peers that come back: what was cut or has vanished is
// noticed within seconds, and used again within seconds.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "node/replica_ring.h"
#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;
using oxbow::replica_ring::put_of;

namespace {

/// Members in a line: most of them are no neighbors of each other.
struct Chain {
  explicit Chain(std::size_t members, std::uint64_t seed = 50) : network(seed) {
    NodeConfig config = SimNetwork::defaults();
    config.member = true;
    network.add(topology::line(static_cast<PeerNumber>(members)), config);
    network.slow_down_retransmission();
    REQUIRE(network.settle());
    REQUIRE(network.wait_for_ring(members));
    for (PeerNumber peer = 0; peer < members; ++peer) put_some(peer, 30, "before");
  }

  void put_some(PeerNumber at, int count, const std::string& prefix) {
    for (int i = 0; i < count; ++i) {
      const auto done = network.put(at, put_of(prefix + std::to_string(i), "value"));
      if (!done.ok()) ++failed;
    }
  }
  void cut_off(PeerNumber peer) {
    for (PeerNumber other = 0; other < network.size(); ++other) {
      if (other != peer) network.partition(peer, other);
    }
  }
  bool all_reachable() {
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      if (!network.is_running(peer) || network.table(peer, "members failed") > 0) return false;
    }
    return true;
  }
  std::uint64_t hints() {
    std::uint64_t sum = 0;
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      if (network.is_running(peer)) sum += network.table(peer, "hints");
    }
    return sum;
  }

  SimNetwork network;
  int failed = 0;
};

/// Two linked peers, 0 and 1, of which 0 has dialled; and somebody else.
struct Impostor {
  Impostor() : network(60) {
    network.add(topology::line(2));
    stranger = &network.add_stranger();
    REQUIRE(network.settle());
  }
  SimNetwork network;
  Stranger* stranger = nullptr;
};

std::size_t warnings_at(const SimNetwork& network, PeerNumber peer, std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      network.events().begin(), network.events().end(), [&](const LoggedEvent& event) {
        return event.peer == peer && event.severity == Severity::warning &&
               event.text.find(text) != std::string::npos;
      }));
}

}  // namespace

TEST_CASE("after a cut of a minute members without a link reach each other within seconds") {
  for (std::uint64_t seed = 50; seed < 60; ++seed) {
    CAPTURE(seed);
    Chain chain(6, seed);
    SimNetwork& network = chain.network;
    chain.cut_off(0);
    const Instant healed = network.now() + 60s;
    for (int second = 0; network.now() < healed; ++second) {
      chain.put_some(1 + static_cast<PeerNumber>(second % 5), 3, "during" + std::to_string(second));
      network.run_for(500ms);
    }
    chain.failed = 0;
    network.heal_all();
    CHECK(network.run_until([&] { return chain.all_reachable() && chain.hints() == 0; }, 15s));
    CHECK(network.run_until([&] { return network.status(0).links == 1; }, 5s));
    chain.put_some(3, 50, "after");
    CHECK(chain.failed == 0);
  }
}

TEST_CASE("hints do not wait for a bulk connection that is dead") {
  Chain chain(5);
  SimNetwork& network = chain.network;
  network.crash(4);
  network.run_for(3s);
  chain.put_some(0, 60, "first");
  REQUIRE(chain.hints() > 0);
  network.start(4);
  REQUIRE(network.run_until([&] { return chain.hints() == 0; }, 1min));
  // The bulk connections are still there; now they carry nothing any more.
  for (PeerNumber peer = 0; peer < 4; ++peer) chain.network.silence(peer, 4);
  chain.put_some(0, 60, "second");
  CHECK(network.run_until([&] { return chain.all_reachable() && chain.hints() == 0; }, 25s));
}

TEST_CASE("a machine that vanishes is noticed, and is taken in again when it is back") {
  for (std::uint64_t seed = 70; seed < 80; ++seed) {
    CAPTURE(seed);
    Chain chain(5, seed);
    SimNetwork& network = chain.network;
    network.vanish(4);
    for (int second = 0; second < 12; ++second) {
      chain.put_some(static_cast<PeerNumber>(second % 4), 5, "during" + std::to_string(second));
      network.run_for(500ms);
    }
    for (PeerNumber peer = 0; peer < 4; ++peer) CHECK(network.connections(peer, 4).empty());
    network.start(4);
    CHECK(network.run_until([&] { return chain.all_reachable() && chain.hints() == 0; }, 20s));
  }
}

TEST_CASE("a peer that vanished and is back at once is not taken for a duplicate of itself") {
  SimNetwork network(61);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  network.run_for(10s);
  // 0 has dialled 1. It is back before 1 could notice anything.
  network.vanish(0);
  network.start(0);
  CHECK(
      network.run_until([&] { return network.is_running(0) && network.status(0).links == 1; }, 4s));
  CHECK(network.run_until([&] { return network.status(1).links == 1; }, 4s));
  CHECK(network.count_events("same id") == 0);
  network.run_for(1min);
  CHECK(network.connections(0, 1).size() == 1);
}

TEST_CASE("a link that carries nothing any more is replaced by a new one within seconds") {
  SimNetwork network(62);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  network.silence(0, 1);
  network.run_for(10s);
  CHECK(network.status(0).links == 1);
  CHECK(network.status(1).links == 1);
  CHECK(network.connections(0, 1).size() == 1);
  CHECK(network.find(0, exact("nowhere")).search.peers_reached == 2U);
  CHECK(network.find(1, exact("nowhere")).search.peers_reached == 2U);
}

TEST_CASE("a path that is cut one way ends in no connection, and heals within seconds") {
  for (const bool to_the_end : {true, false}) {
    CAPTURE(to_the_end);
    Chain chain(5, 90);
    SimNetwork& network = chain.network;
    for (PeerNumber peer = 0; peer < 4; ++peer) {
      if (to_the_end) network.block(peer, 4);
      if (!to_the_end) network.block(4, peer);
    }
    for (int second = 0; second < 30; ++second) {
      chain.put_some(static_cast<PeerNumber>(second % 4), 3, "during" + std::to_string(second));
      network.run_for(500ms);
    }
    CHECK(network.status(3).links == 1);
    network.heal_all();
    CHECK(network.run_until([&] { return chain.all_reachable() && chain.hints() == 0; }, 25s));
    CHECK(network.run_until([&] { return network.status(3).links == 2; }, 10s));
  }
}

TEST_CASE("idle connections without a link cost no pings") {
  Chain chain(3, 91);
  SimNetwork& network = chain.network;
  network.run_for(20s);
  const auto direct = network.connections(0, 2);
  REQUIRE(!direct.empty());
  std::size_t pings = 0;
  network.tap([&](const Carried& carried) {
    if (carried.phase != Carried::Phase::sent || !std::holds_alternative<Ping>(carried.message))
      return;
    if (carried.from + carried.to == 2 && carried.from != carried.to) ++pings;
  });
  network.run_for(1min);
  CHECK(pings < 60);  // one for each piece of gossip that stays unanswered
  CHECK(!network.connections(0, 2).empty());
}

TEST_CASE("somebody who says hello with the id of a connected peer is refused, and both are told") {
  for (const bool honest_dialled : {true, false}) {
    for (const std::uint64_t run : {std::uint64_t{0}, std::uint64_t{77}}) {
      CAPTURE(honest_dialled);
      CAPTURE(run);
      Impostor scene;
      SimNetwork& network = scene.network;
      const PeerNumber victim = honest_dialled ? 1 : 0;  // 0 has dialled 1
      const PeerNumber honest = 1 - victim;
      scene.stranger->claimed_id = network.id_of(honest);
      scene.stranger->run = run;
      for (int attempt = 0; attempt < 5; ++attempt) {
        network.dial(*scene.stranger, victim);
        network.run_for(1s);
      }
      CHECK(scene.stranger->endings(victim) == 5);
      CHECK(scene.stranger->count<Hello>() == 0);
      REQUIRE(scene.stranger->last<Bye>() != nullptr);
      CHECK(scene.stranger->last<Bye>()->code == "id-in-use");
      CHECK(network.status(victim).links == 1);
      CHECK(network.find(victim, exact("nowhere")).search.peers_reached == 2U);
      CHECK(scene.stranger->count<Query>() == 0);
      CHECK(warnings_at(network, victim, "two processes use the same id") == 1);
      CHECK(warnings_at(network, victim, "hung up on") == 1);
      CHECK(warnings_at(network, honest, "another process uses this peer's id") == 1);
      REQUIRE(network.status(victim).id_conflicts.size() == 1);
      REQUIRE(network.status(honest).id_conflicts.size() == 1);
      CHECK(network.status(honest).id_conflicts[0].find(
                to_string(scene.stranger->address())
                    .substr(0, to_string(scene.stranger->address()).find(':'))) !=
            std::string::npos);
    }
  }
}

TEST_CASE("who has the id of a peer that is gone takes its place") {
  Impostor scene;
  SimNetwork& network = scene.network;
  network.run_for(10s);
  network.vanish(0);
  scene.stranger->claimed_id = network.id_of(0);
  network.dial(*scene.stranger, 1);
  network.run_for(3s);
  CHECK(scene.stranger->count<Hello>() == 1);
  CHECK(network.status(1).links == 1);
  CHECK(network.status(1).id_conflicts.empty());
}

TEST_CASE("two processes with one id cost their ring little, and everybody is told once") {
  SimNetwork network(63);
  NodeConfig config = SimNetwork::defaults();
  config.member = true;
  config.is_static = false;
  network.add(topology::ring(4), config);
  REQUIRE(network.settle());
  REQUIRE(network.wait_for_ring(4));
  NodeConfig twin = config;
  twin.id = network.id_of(2);
  twin.name = "twin";
  const PeerNumber other = network.add_peer(twin);
  network.link(other, 0);
  network.link(other, 1);
  network.start();
  network.run_for(1min);
  network.reset_traffic();
  const std::size_t events = network.events().size();
  network.run_for(1min);
  std::uint64_t sent = 0;
  for (const MessageCount& count : network.traffic().by_type) sent += count.sent;
  CHECK(sent < 60 * 100);
  CHECK(network.events().size() - events < 60);
  CHECK(network.count_events("another process uses this peer's id") >= 2);
  CHECK(warnings_at(network, other, "another process uses this peer's id") == 1);
  CHECK(warnings_at(network, 2, "another process uses this peer's id") == 1);
  CHECK(!network.status(2).id_conflicts.empty());
  CHECK(!network.status(other).id_conflicts.empty());
}

TEST_CASE("a peer that dials its twin does not take it for itself") {
  SimNetwork network(64);
  network.add_peer();
  network.start();
  NodeConfig twin = SimNetwork::defaults();
  twin.id = network.id_of(0);
  const PeerNumber other = network.add_peer(twin);
  network.link(other, 0);
  network.start();
  network.run_for(2min);
  CHECK(network.status(other).links == 0);
  CHECK(warnings_at(network, 0, "another process uses this peer's id") == 1);
  CHECK(warnings_at(network, other, "another process uses this peer's id") == 1);
  CHECK(network.traffic().of<Hello>().sent < 30);  // less and less often, and not never
  CHECK(network.traffic().of<Hello>().sent > 6);
}

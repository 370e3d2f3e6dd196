// What a peer remembers of searches: for how long, and how much of it at the most.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

void check_empty(const SimNetwork& network) {
  for (PeerNumber peer = 0; peer < network.size(); ++peer) {
    CAPTURE(peer);
    for (const char* table : {"seen", "routes", "hits", "echoes", "scans", "searches", "walks",
                              "parked walkers", "pieces"}) {
      CAPTURE(table);
      CHECK(network.table(peer, table) == 0);
    }
  }
}

}  // namespace

TEST_CASE("seen, route and echo tables are empty one lifetime after the last query") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Topology graph = topology::random(12, 3.0, seed);
    SimNetwork network(seed);
    network.add(graph, SimNetwork::defaults(), {{1ms, 40ms}, false});
    REQUIRE(network.settle());
    network.publish(5, "key", "value");
    std::vector<RequestHandle> finds;
    for (int i = 0; i < 40; ++i) {
      FindRequest request = exact(i % 2 == 0 ? "key" : "nowhere");
      request.via = std::vector{Via::flood, Via::expanding, Via::walk}[random.below(3)];
      request.report = i % 3 != 0;
      finds.push_back(network.request(static_cast<PeerNumber>(random.below(11)), request));
      network.run_for(100ms);
      if (i % 8 == 0 && seed % 2 == 0) network.cut(graph.links[0].a, graph.links[0].b);
      if (i == 20 && seed % 2 == 0) network.crash(11);
    }
    CHECK(network.table(0, "seen") > 0);
    CHECK(network.table(0, "routes") > 0);
    if (!network.is_running(11)) network.restart(11);
    network.run_for(limits::kFindTimeout);
    for (const RequestHandle handle : finds) CHECK(network.record(handle).over());
    network.run_for(limits::kSeenLife + 1s);
    check_empty(network);
  }
}

TEST_CASE("tables never grow above their limits, and echo state goes with its QueryDone") {
  NodeConfig config = SimNetwork::defaults();
  config.seen_entries = 8;
  config.route_entries = 6;
  config.echo_entries = 3;
  const Topology graph = topology::random(10, 4.0, 5);
  SimNetwork network(5);
  network.add(graph, config, {{1ms, 30ms}, false});
  REQUIRE(network.settle());
  std::vector<RequestHandle> finds;
  std::uint64_t most_seen = 0;
  std::uint64_t most_routes = 0;
  std::uint64_t most_echoes = 0;
  for (PeerNumber i = 0; i < 300; ++i) {
    finds.push_back(network.request(i % 10, exact("nowhere")));
    network.run_for(20ms);
    for (PeerNumber peer = 0; peer < 10; ++peer) {
      most_seen = std::max(most_seen, network.table(peer, "seen"));
      most_routes = std::max(most_routes, network.table(peer, "routes"));
      most_echoes = std::max(most_echoes, network.table(peer, "echoes"));
    }
  }
  CHECK(most_seen == 8);
  CHECK(most_routes == 6);
  CHECK(most_echoes == 3);
  network.run_for(limits::kFindTimeout);
  for (PeerNumber peer = 0; peer < 10; ++peer) CHECK(network.table(peer, "echoes") == 0);
  for (const RequestHandle handle : finds) {
    const SearchReport& report = network.record(handle).answer<FindAnswer>().search;
    if (report.query_messages) CHECK(adds_up(report));
  }
}

TEST_CASE("a full seen table refuses a query as congested rather than forget one under 2 s") {
  SimNetwork network(6);
  network.add_peer();
  NodeConfig small = SimNetwork::defaults();
  small.seen_entries = 4;
  network.add_peer(small);
  network.link(0, 1);
  REQUIRE(network.settle());
  const Instant begun = network.now();
  for (int i = 0; i < 4; ++i) {
    CHECK(network.find(0, exact("nowhere")).search.stopped == Stopped::complete);
  }
  const SearchReport refused = network.find(0, exact("nowhere")).search;
  CHECK(refused.stopped == Stopped::partial);
  CHECK(refused.refused == 1U);
  CHECK(refused.peers_reached == 1U);
  CHECK(refused.marks == std::vector<std::string>{"congested"});
  CHECK(adds_up(refused));
  CHECK(network.counter(1, "refused: congested") == 1);
  CHECK(network.table(1, "seen") == 4);
  network.run_until(begun + 1990ms);
  CHECK(network.find(0, exact("nowhere")).search.refused == 1U);
  network.run_until(begun + 2100ms);  // the oldest may go now
  CHECK(network.find(0, exact("nowhere")).search.stopped == Stopped::complete);
  CHECK(network.table(1, "seen") == 4);
}

TEST_CASE("a full echo table refuses a query that wants a report") {
  SimNetwork network(7);
  NodeConfig small = SimNetwork::defaults();
  small.echo_entries = 2;
  network.add_peer();
  network.add_peer(small);
  network.add_peer();
  network.link(0, 1);
  network.link(1, 2, {Latency::fixed(300ms), false});
  REQUIRE(network.settle());
  std::vector<RequestHandle> finds;
  for (int i = 0; i < 3; ++i) finds.push_back(network.request(0, exact("nowhere")));
  network.run_for(2s);
  CHECK(network.record(finds[0]).answer<FindAnswer>().search.stopped == Stopped::complete);
  CHECK(network.record(finds[1]).answer<FindAnswer>().search.stopped == Stopped::complete);
  const SearchReport& third = network.record(finds[2]).answer<FindAnswer>().search;
  CHECK(third.stopped == Stopped::partial);
  CHECK(third.refused == 1U);
  CHECK(third.marks == std::vector<std::string>{"table full"});
  CHECK(network.table(1, "echoes") == 0);
}

TEST_CASE("a full route table forgets its oldest route, and the hit for it is dropped") {
  SimNetwork network(8);
  NodeConfig small = SimNetwork::defaults();
  small.route_entries = 4;
  network.add_peer();
  network.add_peer(small);
  network.add_peer();
  network.link(0, 1);
  network.link(1, 2, {Latency::fixed(100ms), false});
  REQUIRE(network.settle());
  network.publish(2, "key", "value");
  std::vector<RequestHandle> finds;
  for (int i = 0; i < 6; ++i) finds.push_back(network.request(0, exact("key")));
  network.run_for(1s);
  std::vector<bool> found;
  for (const RequestHandle handle : finds) {
    found.push_back(network.record(handle).answer<FindAnswer>().found);
  }
  CHECK(found == std::vector{false, false, true, true, true, true});
  CHECK(network.counter(1, "hits unasked") == 2);
  CHECK(network.table(1, "routes") == 4);
}

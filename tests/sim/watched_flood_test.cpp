#include "sim/watched_flood.h"

#include <doctest/doctest.h>

#include <algorithm>

using namespace oxbow;
using namespace oxbow::sim;

namespace {

std::uint64_t count(const WatchedFlood& watched, FloodStep::Kind kind) {
  return static_cast<std::uint64_t>(
      std::count_if(watched.steps.begin(), watched.steps.end(),
                    [&](const FloodStep& step) { return step.kind == kind; }));
}

LookupPlan single(PeerNumber origin, std::vector<PeerNumber> holders) {
  LookupPlan plan;
  plan.single = SingleSearch{origin, std::move(holders)};
  return plan;
}

}  // namespace

TEST_CASE("a search on a network that can be drawn is watched as it is") {
  const auto network = *build_topology("random:100:4", 5);
  const LookupPlan plan = single(7, {30, 60});
  const WatchedFlood watched = watch_flood(network, "random:100:4", plan);
  const LookupRow row = run_lookups(network.graph, plan).rows[0];
  CHECK(watched.network.empty());
  CHECK(watched.origin == 7);
  CHECK(watched.links.size() == 200);
  CHECK(count(watched, FloodStep::Kind::duplicate) == row.duplicates.mean);
  CHECK(count(watched, FloodStep::Kind::hit) == row.hit_messages.mean);
  CHECK(count(watched, FloodStep::Kind::first_copy) + 1 == row.peers_reached.mean);
  CHECK(*watched.outcome.hops_first_hit == row.hops_first_hit.mean);
}

TEST_CASE("the ring beside it is the one of the ring lookups") {
  const auto network = *build_topology("random:100:4", 5);
  LookupPlan plan = single(7, {30});
  for (const std::uint32_t tokens : {1U, 8U}) {
    plan.tokens = tokens;
    plan.vias = {LookupVia::one_hop, LookupVia::finger, LookupVia::successor};
    const WatchedFlood watched = watch_flood(network, "random:100:4", plan);
    const LookupResult result = run_lookups(network.graph, plan);
    for (std::size_t i = 0; i < 3; ++i) {
      CHECK(watched.ways[i].path.size() - 1 == result.rows[i].query_messages.mean);
      CHECK(watched.ways[i].path.front() == 7);
      CHECK(watched.ways[i].path.back() == watched.owner);
    }
    CHECK(watched.tokens[3].size() == tokens);
  }
}

TEST_CASE("a large network is shown by a small one of its kind") {
  const auto network = *build_topology("random:1000:4", 5);
  const WatchedFlood watched = watch_flood(network, "random:1000:4", {});
  CHECK(watched.network == "random:60:4");
  CHECK(watched.names.size() == 60);
  CHECK(watched.holders.size() == 1);
  CHECK(watched.outcome.found);
}

TEST_CASE("a large network with more links than can be drawn is shown by fewer peers") {
  const auto network = *build_topology("complete:200", 1);
  const WatchedFlood watched = watch_flood(network, "complete:200", {});
  CHECK(watched.network == "complete:30");
  CHECK(watched.links.size() == 435);
}

TEST_CASE("a file is shown by a part of it, under its own names") {
  auto network = *build_topology("random:1000:4", 5);
  for (std::uint64_t peer = 0; peer < 1000; ++peer) network.names.push_back(5000 + peer);
  const WatchedFlood watched = watch_flood(network, "crawl.edges", single(9, {1}));
  CHECK(watched.network == "5009 and the 59 peers nearest to it, cut out of crawl.edges");
  CHECK(watched.names.size() == 60);
  CHECK(std::find(watched.names.begin(), watched.names.end(), 5009) != watched.names.end());
  CHECK(watched.links.size() >= 59);
}

TEST_CASE("a ring lookup takes as long to watch as its row says") {
  const auto network = *build_topology("random:40:4", 5);
  LookupPlan plan = single(3, {20, 30});
  plan.latency = *parse_latency("exponential:20", 5);
  plan.vias = {LookupVia::one_hop, LookupVia::finger, LookupVia::successor};
  const WatchedFlood watched = watch_flood(network, "random:40:4", plan);
  const LookupResult result = run_lookups(network.graph, plan);
  for (std::size_t i = 0; i < plan.vias.size(); ++i) {
    const WatchedWay& way = watched.ways[i];
    CAPTURE(name_of(way.via));
    CHECK(way.via == plan.vias[i]);
    CHECK(way.arrived_ms.size() == way.path.size());
    CHECK(*way.answered_ms == doctest::Approx(result.rows[i].latency_first_hit_ms.mean));
  }
}

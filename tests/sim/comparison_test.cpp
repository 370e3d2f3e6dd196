#include "sim/comparison.h"

#include <doctest/doctest.h>

#include <numeric>

#include "sim/laws.h"
#include "sim/search_scenario.h"
#include "sim/topology_spec.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

LookupPlan plan_of(std::vector<LookupVia> vias, std::uint32_t queries) {
  LookupPlan plan;
  plan.vias = std::move(vias);
  plan.workload.queries = queries;
  plan.flood.all = true;
  plan.ttl = 12;
  return plan;
}

using Numbers = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("every TTL up to 12 has a dot, then fewer, and the last one always") {
  CHECK(ttls_up_to(1) == Numbers{1});
  CHECK(ttls_up_to(4) == Numbers{1, 2, 3, 4});
  CHECK(ttls_up_to(20) == Numbers{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 16, 20});
  CHECK(ttls_up_to(65535).size() < 45);
}

TEST_CASE("network sizes grow by four, and end at the size that was asked for") {
  CHECK(sizes_up_to(10'000) == Numbers{64, 256, 1024, 4096, 10'000});
  CHECK(sizes_up_to(1024) == Numbers{64, 256, 1024});
  CHECK(sizes_up_to(40) == Numbers{8, 16, 40});
}

TEST_CASE("a kind of network is had in other sizes, and a file is not") {
  CHECK(*resized_topology("random:1000:5.5", 64) == "random:64:5.5");
  CHECK(*resized_topology("power-law:1000:4:2.5", 60) == "power-law:60:4:2.5");
  CHECK(*resized_topology("ring:9", 5) == "ring:5");
  CHECK(*resized_topology("grid:100:100", 64) == "grid:8:8");
  CHECK(*resized_topology("grid:10:1000", 64) == "grid:1:64");
  CHECK_FALSE(resized_topology("crawl.edges", 64));
  CHECK_FALSE(resized_topology("grid:9", 64));
}

TEST_CASE("theory holds to the message for floods that cover a network") {
  const auto network = *build_topology("random:500:5", 3);
  const LookupPlan plan = plan_of({LookupVia::flood}, 20);
  const auto law = law_of(LookupVia::flood, network.graph, plan);
  REQUIRE(law);
  CHECK(law->messages == 2 * 1250 - 500 + 1);
  const Comparison comparison = compare(network.graph, "random:500:5", plan);
  CHECK(comparison.result.rows[0].query_messages.p50 == law->messages);
  REQUIRE(comparison.growth.size() == 1);
  const GrowthCurve& growth = comparison.growth[0];
  CHECK(growth.law == "2E − N + 1");
  REQUIRE(growth.points.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(growth.points[i].peers == Numbers{64, 500}[i]);
    CHECK(growth.points[i].messages == growth.theory[i].messages);
  }
}

TEST_CASE("there is no law for a flood that ends before the network does, nor with loss") {
  const auto network = *build_topology("ring:100", 1);
  LookupPlan plan = plan_of({LookupVia::flood}, 1);
  CHECK_FALSE(law_of(LookupVia::flood, network.graph, plan));
  CHECK(law_of(LookupVia::successor, network.graph, plan)->messages == 50);
  plan.ttl = 50;
  CHECK(law_of(LookupVia::flood, network.graph, plan)->messages == 101);
  plan.loss = 0.1;
  CHECK_FALSE(law_of(LookupVia::flood, network.graph, plan));
  CHECK_FALSE(law_of(LookupVia::finger, network.graph, plan));
  CHECK_FALSE(law_of(LookupVia::expanding, network.graph, plan));
  CHECK_FALSE(law_of(LookupVia::walk, network.graph, plan));
}

TEST_CASE("theory comes close for expanding searches and for walks") {
  const auto network = *build_topology("random:2000:6", 3);
  for (const Placement placement :
       {Placement::uniform, Placement::proportional, Placement::square_root}) {
    CAPTURE(static_cast<int>(placement));
    for (const double copies : {0.001, 0.005, 0.02}) {
      CAPTURE(copies);
      LookupPlan plan = plan_of({LookupVia::expanding}, 1000);
      plan.workload.copies = copies;
      plan.workload.placement = placement;
      const double expanding = run_lookups(network.graph, plan).rows[0].query_messages.mean;
      CHECK(law_of(LookupVia::expanding, network.graph, plan)->messages ==
            doctest::Approx(expanding).epsilon(0.15));
      plan.vias = {LookupVia::walk};
      CHECK(law_of(LookupVia::walk, network.graph, plan)->messages ==
            run_lookups(network.graph, plan).rows[0].query_messages.mean);
      plan.flood.all = false;
      const double walk = run_lookups(network.graph, plan).rows[0].query_messages.mean;
      CHECK(law_of(LookupVia::walk, network.graph, plan)->messages ==
            doctest::Approx(walk).epsilon(0.2));
    }
  }
}

TEST_CASE("there is no law where searches leave copies behind") {
  const auto network = *build_topology("random:100:6", 3);
  LookupPlan plan = plan_of({LookupVia::walk}, 10);
  plan.flood.all = false;
  CHECK(law_of(LookupVia::walk, network.graph, plan));
  plan.workload.replication = Replication::path;
  CHECK_FALSE(law_of(LookupVia::walk, network.graph, plan));
  CHECK_FALSE(law_of(LookupVia::expanding, network.graph, plan));
}

TEST_CASE("recall rises with TTL up to what the row says") {
  const auto network = *build_topology("random:500:4", 1);
  const Comparison comparison =
      compare(network.graph, "random:500:4", plan_of({LookupVia::flood, LookupVia::expanding}, 50));
  REQUIRE(comparison.recall.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& points = comparison.recall[i].points;
    REQUIRE(points.size() == 12);
    for (std::size_t p = 1; p < points.size(); ++p) CHECK(points[p].found >= points[p - 1].found);
    CHECK(points.back().found == 1);
    CHECK(points.front().found < 0.2);
    CHECK(points.back().messages == comparison.result.rows[i].query_messages.mean);
  }
  CHECK(comparison.recall_queries == 50);
}

TEST_CASE("every message comes to somebody: loads add up to all messages") {
  const auto network = *build_topology("random:300:4", 1);
  LookupPlan plan = plan_of({LookupVia::flood}, 30);
  for (const LookupVia via :
       {LookupVia::flood, LookupVia::expanding, LookupVia::walk, LookupVia::one_hop,
        LookupVia::finger, LookupVia::successor, LookupVia::central, LookupVia::automatic}) {
    plan.vias = {via};
    std::vector<std::uint64_t> handled(301);
    LookupWatch watch;
    watch.handled = &handled;
    const LookupRow row = run_lookups(network.graph, plan, {}, watch).rows[0];
    const double sent =
        30 * (row.query_messages.mean + row.hit_messages.mean + row.done_messages.mean);
    CHECK(std::accumulate(handled.begin(), handled.end(), 0.0) == doctest::Approx(sent));
    CHECK((handled.back() > 0) == (via == LookupVia::central));
  }
}

TEST_CASE("hops and ends are those of the rows, and the report changes no row") {
  const auto network = *build_topology("random:300:4", 1);
  LookupPlan plan = plan_of({LookupVia::flood, LookupVia::finger}, 40);
  const Comparison comparison = compare(network.graph, "random:300:4", plan);
  const LookupResult alone = run_lookups(network.graph, plan);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(comparison.result.rows[i].query_messages.mean == alone.rows[i].query_messages.mean);
    CHECK(comparison.hops[i].hops.size() == alone.rows[i].found);
    CHECK(comparison.hops[i].hops.back() >= alone.rows[i].hops_first_hit.p99);
  }
  CHECK(comparison.latency_over_ms[0].count == 0);  // without reports nobody knows
  CHECK(comparison.latency_over_ms[1].count == 40);
  CHECK(comparison.load[1].quantiles.back().first == 1);
}

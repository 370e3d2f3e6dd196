#include "sim/lookup.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <tuple>
#include <vector>

#include "sim/graph_builders.h"
#include "sim/lookup_figures.h"
#include "sim/search_scenario.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

/// Everything that a seed determines, one line a way.
std::string text_of(const LookupResult& result) {
  std::string text;
  const auto add = [&](const Figure& figure) {
    text += fmt::format(" {}/{}/{}", figure.mean, figure.p50, figure.p99);
  };
  for (const LookupRow& row : result.rows) {
    text += fmt::format("{} {}", name_of(row.via), row.found);
    for (const Figure* figure :
         {&row.query_messages, &row.duplicates, &row.lost, &row.hit_messages, &row.done_messages,
          &row.peers_reached, &row.hops_first_hit, &row.latency_first_hit_ms, &row.bytes}) {
      add(*figure);
    }
    text += '\n';
  }
  return text;
}

/// A line a way: found; mean, median and 99th percentile of query messages, duplicates, lost, hit
/// messages, done messages, peers, hops, latency, bytes.
const std::string kCalm =
    R"(flood 39 512.125/517/770 278.2/269/484 0/0/0 15.95/14/45 512.125/517/770 234.925/249/290 3.3333333333333335/3/5 45.71314102564103/36.875/147.5 44500.125/43785/66371
expanding 40 262.3/178/822 104.075/40/420 0/0/0 6.025/4/25 262.3/178/822 135.875/142/267 2.825/3/4 222.4453125/243.4375/475.9375 22524.025/15774/69476
walk 40 293.775/146/1672 182.925/63/1382 0/0/0 1.55/1/6 142.6/70/832 111.85/76/292 16.675/8/96 447.75/168.125/2897.34375 32452.825/16116/184692
one-hop 40 0.975/1/1 0/0/0 0/0/0 0.975/1/1 0/0/0 1.975/2/2 0.975/1/1 46.1171875/33.75/164.375 177.45/182/182
finger 40 3.9/4/6 0/0/0 0/0/0 0.975/1/1 0/0/0 4.9/5/7 3.9/4/6 113.20703125/113.59375/249.84375 816.075/818/1437
successor 40 174.475/179/295 0/0/0 0/0/0 0.975/1/1 0/0/0 175.475/180/296 174.475/179/295 3515.58984375/3721.40625/5965.46875 725774.525/645343/1730813
central 40 1/1/1 0/0/0 0/0/0 1/1/1 0/0/0 2/2/2 1/1/1 39.8671875/26.5625/269.6875 173/173/173
auto 39 347.85/373/771 184.775/168/484 0/0/0 16.9/10/51 347.6/373/771 163.35/208/287 2.6153846153846154/3/5 78.0048076923077/67.8125/215 31049.325/32720/65342
)";
const std::string kRough =
    R"(flood 34 687.775/783/1432 481.625/547/1168 14.775/15/34 11.875/7/40 670.875/767/1391 192.375/213/247 3.5294117647058822/4/5 72.67463235294117/56.5625/275.9375 57978.2/65340/120046
expanding 32 326.75/147/2299 164.675/25/1670 6.95/3/43 6.125/4/22 319.275/140/2253 116.325/113/231 3.1875/3/5 518.4326171875/308.125/1693.4375 27624.25/12456/189207
walk 25 265.875/199/694 166/107/666 5.75/4/16 0.725/1/2 109.025/80/293 95.125/82/207 13.76/6/76 363.66875/187.1875/1771.25 28373.025/21265/71299
one-hop 39 1.3/1/5 0/0/0 0.325/0/3 0.95/1/1 0/0/0 1.975/2/3 1/1/2 204.63141025641025/51.875/1604.21875 225.65/182/991
finger 37 4.85/4/10 0/0/0 1.05/1/4 0.925/1/1 0/0/0 4.8/5/7 3.972972972972973/4/6 622.2804054054054/568.75/2236.5625 1093.075/818/2987
successor 4 48.925/38/212 0/0/0 11.2/8/41 0.075/0/1 0/0/0 38.725/30/172 23/22/41 3628.4765625/3119.375/7373.28125 87728.3/31027/892414
central 39 1/1/1 0/0/0 0.025/0/1 0.975/1/1 0/0/0 1.975/2/2 1/1/1 38.72596153846154/26.5625/269.6875 169.875/173/173
auto 37 438.225/336/1162 295.675/165/920 10.025/9/28 12.175/4/43 426.55/327/1138 132.75/171/226 2.675675675675676/3/5 218.38682432432432/88.125/1106.71875 37599.775/33047/100705
)";

LookupPlan all_ways() {
  LookupPlan plan;
  plan.vias = {LookupVia::flood,  LookupVia::expanding, LookupVia::walk,    LookupVia::one_hop,
               LookupVia::finger, LookupVia::successor, LookupVia::central, LookupVia::automatic};
  plan.workload.queries = 40;
  plan.workload.objects = 20;
  plan.workload.copies = 0.01;
  plan.latency = *parse_latency("exponential:20", 5);
  plan.ttl = 5;
  plan.seed = 5;
  return plan;
}

}  // namespace

TEST_CASE("one seed gives one result, with every compiler") {
  const Graph graph(300, *power_law_links(300, 4, 2.5, 5));
  LookupPlan plan = all_ways();
  plan.workload.replication = Replication::path;
  plan.flood.reports = true;
  const std::string first = text_of(run_lookups(graph, plan));
  CHECK(first == text_of(run_lookups(graph, plan)));
  CHECK(first == kCalm);

  plan.loss = 0.02;
  plan.churn = 0.05;
  plan.flood.duplicates = Duplicates::reforward;
  plan.workload.replication = Replication::random;
  CHECK(text_of(run_lookups(graph, plan)) == kRough);
}

TEST_CASE("another seed gives another result, and other ways beside it change nothing") {
  const Graph graph = random_graph(300, 5, 1);
  LookupPlan plan = all_ways();
  const LookupResult together = run_lookups(graph, plan);
  for (std::size_t i = 0; i < plan.vias.size(); ++i) {
    LookupPlan alone = plan;
    alone.vias = {plan.vias[i]};
    LookupResult one = run_lookups(graph, alone);
    LookupResult same = together;
    same.rows = {together.rows[i]};
    CHECK(text_of(one) == text_of(same));
    alone.seed = 6;
    if (plan.vias[i] != LookupVia::central)
      CHECK(text_of(run_lookups(graph, alone)) != text_of(same));
  }
}

TEST_CASE("a single search has exact figures for every way") {
  LookupPlan plan = all_ways();
  plan.latency = {};
  plan.single = SingleSearch{0, {3}};
  const LookupResult result = run_lookups(Graph::of(topology::ring(6)), plan);
  CHECK(result.is_single);
  CHECK(result.peers == 6);
  CHECK(result.links == 6);
  const auto& rows = result.rows;
  REQUIRE(rows.size() == 8);
  CHECK(rows[0].found == 1);
  CHECK(rows[0].query_messages.mean == 6);  // TTL 5, and peer 3 does not route on
  CHECK(rows[0].hops_first_hit.mean == 3);
  CHECK(rows[0].latency_first_hit_ms.mean == 6);
  // Waves of TTL 1, 2 and 4: 2 + 4 + 6 messages, over after 2, 4 and then found after 6 ms: a wave
  // is over when its reports are back.
  CHECK(rows[1].query_messages.mean == 12);
  CHECK(rows[1].done_messages.mean == 12);
  CHECK(rows[1].latency_first_hit_ms.mean == 12);
  CHECK(rows[1].peers_reached.mean == 6);
  CHECK(rows[1].ttl == 5U);
  CHECK(rows[3].query_messages.mean <= 1);
  CHECK_FALSE(rows[3].ttl.has_value());
  CHECK(rows[6].query_messages.mean == 1);
  CHECK(rows[6].hit_messages.mean == 1);
  CHECK(rows[6].peers_reached.mean == 2);
}

TEST_CASE("expanding always waits for its reports, whether floods have them or not") {
  const Graph graph = random_graph(300, 5, 1);
  LookupPlan plan = all_ways();
  plan.vias = {LookupVia::expanding};
  plan.flood.reports = false;
  const std::string without = text_of(run_lookups(graph, plan));
  plan.flood.reports = true;
  CHECK(text_of(run_lookups(graph, plan)) == without);
}

TEST_CASE("auto finds on the ring what is stored there, and floods for the rest") {
  LookupPlan plan;
  plan.vias = {LookupVia::flood, LookupVia::one_hop, LookupVia::automatic};
  plan.ttl = 5;
  plan.single = SingleSearch{0, {3}};
  const Graph ring = Graph::of(topology::ring(6));
  {  // The ring has never heard of it: a lookup and an answer, then the flood.
    const auto rows = run_lookups(ring, plan).rows;
    const auto& [flood, one_hop, both] = std::tie(rows[0], rows[1], rows[2]);
    CHECK(both.found == 1);
    CHECK(both.query_messages.mean == flood.query_messages.mean + one_hop.query_messages.mean);
    CHECK(both.done_messages.mean == one_hop.query_messages.mean);
    CHECK(both.latency_first_hit_ms.mean ==
          flood.latency_first_hit_ms.mean + one_hop.latency_first_hit_ms.mean);
    CHECK(both.hops_first_hit.mean == 3);
    CHECK(both.ttl == 5U);
  }
  plan.stored = 1;
  {
    const auto rows = run_lookups(ring, plan).rows;
    CHECK(rows[2].query_messages.mean == rows[1].query_messages.mean);
    CHECK(rows[2].hit_messages.mean == rows[1].hit_messages.mean);
    CHECK(rows[2].bytes.mean == rows[1].bytes.mean);
  }

  plan = all_ways();
  plan.vias = {LookupVia::automatic};
  plan.workload.zipf = 0;
  plan.workload.queries = 400;
  const Graph graph = random_graph(300, 5, 1);
  for (const double stored : {0.0, 0.5, 1.0}) {
    plan.stored = stored;
    std::uint64_t flooded = 0;
    LookupWatch watch;
    watch.ended = [&](LookupVia, const SearchOutcome& outcome) {
      flooded += outcome.query_messages > 1 ? 1 : 0;
    };
    run_lookups(graph, plan, {}, watch);
    // Half of 20 objects, all asked for alike.
    CHECK(static_cast<double>(flooded) == doctest::Approx(400 * (1 - stored)).epsilon(0.1));
  }
}

TEST_CASE("what nobody has is found by no way") {
  LookupPlan plan = all_ways();
  plan.single = SingleSearch{0, {}};
  for (const LookupRow& row : run_lookups(random_graph(50, 4, 1), plan).rows) {
    CHECK(row.found == 0);
    CHECK(row.hops_first_hit.count == 0);
    CHECK(row.latency_first_hit_ms.count == 0);
  }
}

TEST_CASE("copies that are made while the workload runs shorten its walks") {
  const Graph graph = random_graph(2000, 5, 2);
  LookupPlan plan;
  plan.vias = {LookupVia::walk};
  plan.workload.copies = 0.02;
  plan.workload.queries = 5000;
  plan.workload.zipf = 1.2;
  const auto messages = [&](Replication rule) {
    plan.workload.replication = rule;
    return run_lookups(graph, plan).rows[0].query_messages.mean;
  };
  const double none = messages(Replication::none);
  CHECK(messages(Replication::owner) < 0.9 * none);
  CHECK(messages(Replication::path) < 0.9 * none);
  CHECK(messages(Replication::random) < 0.9 * none);
}

TEST_CASE("square-root placement needs the fewest probes, uniform and proportional the same") {
  const Graph graph = random_graph(2000, 6, 2);
  LookupPlan plan;
  plan.vias = {LookupVia::walk};
  plan.walkers = 1;
  plan.steps = 60'000;
  plan.workload.objects = 20;
  plan.workload.copies = 0.02;
  plan.workload.queries = 3000;
  const auto probes = [&](Placement rule) {
    plan.workload.placement = rule;
    return run_lookups(graph, plan).rows[0].peers_reached.mean;
  };
  const double uniform = probes(Placement::uniform);
  CHECK(probes(Placement::proportional) == doctest::Approx(uniform).epsilon(0.1));
  CHECK(probes(Placement::square_root) < 0.9 * uniform);
}

TEST_CASE("churn makes searches fail that would have found something") {
  const Graph graph = random_graph(500, 4, 2);
  LookupPlan plan = all_ways();
  plan.workload.queries = 200;
  plan.workload.copies = 0.002;  // one copy each
  plan.ttl = 20;
  plan.vias = {LookupVia::flood, LookupVia::central};
  for (const LookupRow& row : run_lookups(graph, plan).rows) CHECK(row.found == 200);
  plan.churn = 0.001;
  for (const LookupRow& row : run_lookups(graph, plan).rows) {
    CHECK(row.found > 120);
    CHECK(row.found < 190);
  }
}

TEST_CASE("figures are mean and nearest-rank percentiles") {
  std::vector<double> values;
  for (int i = 200; i > 0; --i) values.push_back(i);
  const Figure figure = figure_of(values);
  CHECK(figure.count == 200);
  CHECK(figure.mean == 100.5);
  CHECK(figure.p50 == 100);
  CHECK(figure.p99 == 198);
  std::vector<double> none;
  CHECK(figure_of(none).count == 0);
}

TEST_CASE("plans whose options do not go together are refused") {
  const Graph graph = random_graph(100, 4, 1);
  LookupPlan plan;
  CHECK(check(graph, plan).ok());
  plan.tokens = 8;
  CHECK(check(graph, plan).ok());
  plan.churn = 0.1;
  CHECK(check(graph, plan).error().message ==
        "--tokens above 1 and --churn do not go together: leave one out");
  plan = {};
  plan.workload.objects = 1'000'000;
  plan.workload.copies = 1;
  CHECK(check(graph, plan).ok());
  CHECK_FALSE(check(Graph(1000, {}), plan).ok());
}

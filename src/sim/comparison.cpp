#include "sim/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/laws.h"
#include "sim/lookup_figures.h"
#include "sim/topology_spec.h"

namespace oxbow::sim {

namespace {

constexpr double kMessages = 5e6;     // of one run, about
constexpr std::uint32_t kFewest = 5;  // queries, whatever they cost
constexpr std::uint32_t kRecallQueries = 1000;
constexpr std::uint32_t kGrowthQueries = 200;
constexpr std::uint32_t kLoadQueries = 20'000;

bool has_ttl(LookupVia via) {
  return via == LookupVia::flood || via == LookupVia::expanding || via == LookupVia::automatic;
}

std::uint32_t queries_within(double messages, double per_query, std::uint32_t most) {
  const double affordable = messages / std::max(1.0, per_query);
  const double least = std::min(kFewest, most);
  return static_cast<std::uint32_t>(std::clamp(affordable, least, static_cast<double>(most)));
}

/// About as many as the costliest lookup in this way will need.
double messages_at_most(LookupVia via, const Graph& graph, const LookupPlan& plan) {
  const double ends = 2.0 * static_cast<double>(graph.links());
  switch (via) {
    case LookupVia::flood:
    case LookupVia::automatic:
      return ends;
    case LookupVia::expanding:
      return 2 * ends;
    case LookupVia::walk:
      return 0.1 * plan.walkers * plan.steps;
    case LookupVia::successor:
      return 0.5 * graph.peers() * plan.tokens;
    case LookupVia::one_hop:
    case LookupVia::finger:
    case LookupVia::central:
      return 20;
  }
  return ends;
}

LookupRow run_one(const Graph& graph, const LookupPlan& plan, const LookupWatch& watch = {}) {
  return run_lookups(graph, plan, {}, watch).rows.front();
}

/// Whether the originator is told that its search is over.
bool knows_the_end(LookupVia via, const LookupPlan& plan) {
  return !has_ttl(via) || via == LookupVia::expanding || plan.flood.reports;
}

RecallCurve recall_of(LookupVia via, const Graph& graph, LookupPlan plan, double per_query,
                      Comparison& comparison, const ComparisonProgress& progress) {
  RecallCurve curve{via, {}};
  const std::vector<std::uint32_t> ttls = ttls_up_to(plan.ttl);
  plan.vias = {via};
  plan.workload.queries =
      queries_within(2 * kMessages / static_cast<double>(ttls.size()), per_query,
                     std::min(kRecallQueries, plan.workload.queries));
  comparison.recall_queries = comparison.recall_queries == 0
                                  ? plan.workload.queries
                                  : std::min(comparison.recall_queries, plan.workload.queries);
  for (const std::uint32_t ttl : ttls) {
    if (progress) progress(fmt::format("recall: {} with TTL {}", name_of(via), ttl));
    plan.ttl = static_cast<FloodTtl>(ttl);
    const LookupRow row = run_one(graph, plan);
    curve.points.push_back({ttl, static_cast<double>(row.found) / static_cast<double>(row.queries),
                            row.query_messages.mean});
  }
  return curve;
}

std::vector<Graph> networks_of_kind(std::string_view spec, const Graph& asked,
                                    const LookupPlan& plan, const ComparisonProgress& progress) {
  std::vector<Graph> networks;
  for (const std::uint32_t peers : sizes_up_to(asked.peers())) {
    if (peers == asked.peers()) break;
    const auto resized = resized_topology(spec, peers);
    if (!resized) return {};
    if (progress) progress(fmt::format("growth: {}", *resized));
    auto network = build_topology(*resized, plan.seed);
    // A kind may not exist that small: 100 links a peer need more than 64 peers.
    if (network && check(network->graph, plan).ok()) {
      networks.push_back(std::move(network->graph));
    }
  }
  return networks;
}

GrowthCurve growth_of(LookupVia via, std::span<const Graph> smaller, const Graph& asked,
                      const LookupPlan& plan, const LookupRow& row,
                      const ComparisonProgress& progress) {
  GrowthCurve curve{via, {}, {}, {}};
  LookupPlan other = plan;
  other.vias = {via};
  other.single.reset();
  const auto add = [&](const Graph& graph, std::optional<double> known) {
    if (!known) {
      if (progress) progress(fmt::format("growth: {}, {} peers", name_of(via), graph.peers()));
      other.workload.queries = queries_within(kMessages, messages_at_most(via, graph, plan),
                                              std::min(kGrowthQueries, plan.workload.queries));
      known = run_one(graph, other).query_messages.mean;
    }
    curve.points.push_back({graph.peers(), *known});
    if (const auto law = law_of(via, graph, other)) {
      curve.theory.push_back({graph.peers(), law->messages});
      curve.law = law->text;
    }
  };
  for (const Graph& graph : smaller) add(graph, std::nullopt);
  add(asked, plan.single ? std::nullopt : std::optional(row.query_messages.mean));
  return curve;
}

LoadCurve load_of(LookupVia via, const Graph& graph, LookupPlan plan, const LookupRow& row) {
  LoadCurve curve{via, {}};
  std::vector<std::uint64_t> handled(std::size_t{graph.peers()} + 1);
  plan.vias = {via};
  if (!plan.single) {
    const double per_query =
        row.query_messages.mean + row.hit_messages.mean + row.done_messages.mean;
    plan.workload.queries = queries_within(kMessages, per_query, kLoadQueries);
  }
  LookupWatch watch;
  watch.handled = &handled;
  const LookupRow again = run_one(graph, plan, watch);
  if (via != LookupVia::central) handled.pop_back();  // there is no directory
  std::sort(handled.begin(), handled.end());
  const auto add = [&](double share) {
    const auto at =
        static_cast<std::size_t>(std::llround(share * static_cast<double>(handled.size() - 1)));
    curve.quantiles.emplace_back(
        share, static_cast<double>(handled[at]) / static_cast<double>(again.queries));
  };
  for (int percent = 0; percent < 99; percent += 2) add(percent / 100.0);
  for (const double share : {0.99, 0.995, 0.999, 1.0}) add(share);
  return curve;
}

}  // namespace

std::vector<std::uint32_t> ttls_up_to(std::uint32_t last) {
  std::vector<std::uint32_t> ttls;
  for (std::uint32_t ttl = 1; ttl < last; ttl = ttl < 12 ? ttl + 1 : ttl * 4 / 3) {
    ttls.push_back(ttl);
  }
  ttls.push_back(last);
  return ttls;
}

std::vector<std::uint32_t> sizes_up_to(std::uint32_t last) {
  const bool is_small = last < 256;
  std::vector<std::uint32_t> sizes;
  // What is near the last size says nothing new.
  for (std::uint32_t size = is_small ? 8 : 64; size <= last / 2; size *= is_small ? 2 : 4) {
    sizes.push_back(size);
  }
  sizes.push_back(last);
  return sizes;
}

Comparison compare(const Graph& graph, std::string_view spec, const LookupPlan& plan,
                   const LookupProgress& of_rows, const ComparisonProgress& of_curves) {
  Comparison comparison;
  std::vector<std::vector<double>> over;
  LookupWatch watch;
  watch.ended = [&](LookupVia via, const SearchOutcome& outcome) {
    if (outcome.hops_first_hit) comparison.hops.back().hops.push_back(*outcome.hops_first_hit);
    if (knows_the_end(via, plan)) over.back().push_back(outcome.elapsed_ms);
  };
  for (const LookupVia via : plan.vias) {
    over.emplace_back();
    comparison.hops.push_back({via, {}});
    LookupPlan of_this = plan;
    of_this.vias = {via};
    LookupResult result = run_lookups(graph, of_this, of_rows, watch);
    std::sort(comparison.hops.back().hops.begin(), comparison.hops.back().hops.end());
    comparison.latency_over_ms.push_back(figure_of(over.back()));
    auto rows = std::move(comparison.result.rows);
    rows.push_back(std::move(result.rows.front()));
    comparison.result = std::move(result);
    comparison.result.rows = std::move(rows);
  }
  for (const LookupRow& row : comparison.result.rows) {
    if (of_curves) of_curves(fmt::format("load: {}", name_of(row.via)));
    comparison.load.push_back(load_of(row.via, graph, plan, row));
    if (!has_ttl(row.via)) continue;
    comparison.recall.push_back(
        recall_of(row.via, graph, plan, row.query_messages.mean, comparison, of_curves));
  }
  const std::vector<Graph> smaller = networks_of_kind(spec, graph, plan, of_curves);
  if (smaller.empty()) return comparison;
  for (const LookupRow& row : comparison.result.rows) {
    comparison.growth.push_back(growth_of(row.via, smaller, graph, plan, row, of_curves));
  }
  return comparison;
}

}  // namespace oxbow::sim

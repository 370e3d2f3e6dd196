// What a report on lookups shows beside the table: recall against TTL, cost against network size,
// how far the first hit was, who bears the load. Each is measured by runs of its own, bounded in
// messages rather than in time, so that one seed gives one result.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/lookup.h"

namespace oxbow::sim {

/// Told what is measured next.
using ComparisonProgress = std::function<void(std::string_view what)>;

struct RecallPoint {
  std::uint32_t ttl = 0;
  double found = 0;  ///< share of the queries
  double messages = 0;
};
struct RecallCurve {
  LookupVia via = LookupVia::flood;
  std::vector<RecallPoint> points;
};

struct GrowthPoint {
  std::uint32_t peers = 0;
  double messages = 0;  ///< query messages, mean over the queries
};
struct GrowthCurve {
  LookupVia via = LookupVia::flood;
  std::vector<GrowthPoint> points;
  std::vector<GrowthPoint> theory;  ///< empty: there is no law that holds here
  std::string law;
};

/// Of the queries that found something, in ascending order of their hops.
struct HopsCurve {
  LookupVia via = LookupVia::flood;
  std::vector<std::uint32_t> hops;
};

struct LoadCurve {
  LookupVia via = LookupVia::flood;
  /// Share of the peers, from the least loaded; messages of all kinds that come to a peer, a query.
  std::vector<std::pair<double, double>> quantiles;
};

struct Comparison {
  LookupResult result;
  std::vector<Figure> latency_over_ms;  ///< of each row, until the originator knew; empty if never
  std::vector<RecallCurve> recall;      ///< of floods
  std::vector<GrowthCurve> growth;      ///< empty where the network is no kind of graph but a file
  std::vector<HopsCurve> hops;
  std::vector<LoadCurve> load;
  std::uint32_t recall_queries = 0;  ///< at each TTL, at least
};

/// `spec` is what the network was built from; the plan must be fine (see check()).
Comparison compare(const Graph& graph, std::string_view spec, const LookupPlan& plan,
                   const LookupProgress& of_rows = {}, const ComparisonProgress& of_curves = {});

/// TTLs worth a dot: 1, 2, 3, … 12, then in larger steps, and the last.
std::vector<std::uint32_t> ttls_up_to(std::uint32_t last);

/// Network sizes worth a dot: steps of four from 64 (of two from 8 where `last` is small), and the
/// last.
std::vector<std::uint32_t> sizes_up_to(std::uint32_t last);

}  // namespace oxbow::sim

// `oxbow-sim lookup`: one search or a workload of many, looked up in several ways on one network in
// virtual time. Plain values go in and come out.
#pragma once

#include <oxbow/result.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "overlay/flood.h"
#include "sim/flood_search.h"
#include "sim/graph.h"
#include "sim/latency_model.h"
#include "sim/workload.h"

namespace oxbow::sim {

enum class LookupVia : std::uint8_t {
  flood,
  expanding,
  walk,
  one_hop,
  finger,
  successor,
  central,    ///< one directory that knows everything
  automatic,  ///< what Oxbow itself does: the ring, and a flood for what it has never heard of
};
inline constexpr std::array<std::string_view, 8> kLookupVias{
    "flood", "expanding", "walk", "one-hop", "finger", "successor", "central", "auto"};
std::optional<LookupVia> parse_lookup_via(std::string_view name);
inline std::string_view name_of(LookupVia via) {
  return kLookupVias[static_cast<std::size_t>(via)];
}

/// What happens to an object that was found: copies of it are made at the asking peer; at every
/// peer of the way to the holder; or at as many peers drawn from those that the search has come to.
enum class Replication : std::uint8_t { none, owner, path, random };

struct SingleSearch {
  PeerNumber origin = 0;
  std::vector<PeerNumber> holders;
};

struct Workload {
  std::uint32_t objects = 100;
  double copies = 0.00125;  ///< of an object: mean fraction of the peers that hold it
  Placement placement = Placement::uniform;
  std::uint32_t queries = 1000;
  double zipf = 1;
  Replication replication = Replication::none;
  std::uint32_t capacity = 0;  ///< objects that a peer stores at most; 0: no more copies in all
};

struct LookupPlan {
  std::vector<LookupVia> vias{LookupVia::flood};
  std::optional<SingleSearch> single;  ///< else the workload
  Workload workload;
  FloodTtl ttl = 7;
  FloodSettings flood;  ///< `all` holds for walks too
  std::uint32_t walkers = 16;
  std::uint32_t steps = 1024;
  std::uint32_t tokens = 1;  ///< of a member of the ring
  /// Objects that `automatic` finds on the ring, drawn from all; rounded down to a whole number of
  /// them. The ways that only look an owner up take all as stored.
  double stored = 0.5;
  LatencyModel latency;
  double loss = 0;   ///< probability that a message does not arrive, in [0, 1)
  double churn = 0;  ///< how often a second a peer leaves, see availability.h; 0: never
  std::uint64_t seed = 1;
};

/// One figure of a row, over its queries; for a single search its value is the mean.
struct Figure {
  std::uint64_t count = 0;  ///< 0: none of the queries has it
  double mean = 0;
  double p50 = 0;  ///< nearest rank
  double p99 = 0;
};

struct LookupRow {
  LookupVia via = LookupVia::flood;
  std::optional<std::uint32_t> ttl;  ///< of floods
  std::uint64_t queries = 0;
  std::uint64_t found = 0;
  Figure query_messages;
  Figure duplicates;
  Figure lost;
  Figure hit_messages;
  Figure done_messages;
  Figure peers_reached;
  Figure max_hops;
  Figure hops_first_hit;        ///< of those that found something
  Figure latency_first_hit_ms;  ///< likewise
  Figure bytes;
  double wall_seconds = 0;  ///< of the real clock: it is no part of what a seed determines
};

struct LookupResult {
  std::uint32_t peers = 0;
  std::uint64_t links = 0;
  bool is_single = false;
  std::vector<LookupRow> rows;  ///< one for each way, in the plan's order
};

/// Told now and then: `done` of `total` queries of this way.
using LookupProgress = std::function<void(LookupVia, std::uint64_t done, std::uint64_t total)>;

/// For whoever wants to know more than the rows.
struct LookupWatch {
  std::function<void(LookupVia, const SearchOutcome&)> ended;  ///< of each query, in order
  /// Messages that have come to each peer and, behind them all, to the directory: peers() + 1
  /// counts, added to. Floods are slower while somebody counts.
  std::vector<std::uint64_t>* handled = nullptr;
};

/// What the tokens of the plan's ring are drawn from: see RingSearch.
std::uint64_t ring_seed(const LookupPlan& plan);

/// The network must have a peer; errors (code "usage") name options that do not go together.
Status check(const Graph& graph, const LookupPlan& plan);

/// Of a plan that is fine. The same for the same seed, whichever ways are asked for beside it.
LookupResult run_lookups(const Graph& graph, const LookupPlan& plan,
                         const LookupProgress& progress = {}, const LookupWatch& watch = {});

}  // namespace oxbow::sim

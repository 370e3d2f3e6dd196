#include "sim/watched_flood.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "sim/ring_search.h"

namespace oxbow::sim {

namespace {

constexpr std::uint32_t kSmall = 60;
constexpr std::uint32_t kSmallest = 16;
constexpr ObjectNumber kKeysToChooseFrom = 8;

bool is_drawable(const Graph& graph) {
  return graph.peers() <= kDrawablePeers && graph.links() <= kDrawableLinks;
}

/// The peers nearest to `center`, with the links among them.
NamedGraph cut_out(const NamedGraph& network, PeerNumber center, std::uint32_t peers) {
  std::vector<PeerNumber> taken{center};
  for (std::size_t next = 0; next < taken.size() && taken.size() < peers; ++next) {
    for (const PeerNumber neighbor : network.graph.neighbors(taken[next])) {
      if (taken.size() == peers) break;
      if (std::find(taken.begin(), taken.end(), neighbor) == taken.end()) taken.push_back(neighbor);
    }
  }
  std::sort(taken.begin(), taken.end());
  NamedGraph small;
  std::vector<LinkKey> links;
  for (std::uint32_t a = 0; a < taken.size(); ++a) {
    small.names.push_back(network.name_of(taken[a]));
    const auto neighbors = network.graph.neighbors(taken[a]);
    for (std::uint32_t b = a + 1; b < taken.size(); ++b) {
      if (std::binary_search(neighbors.begin(), neighbors.end(), taken[b])) {
        links.push_back(link_key(a, b));
      }
    }
  }
  small.graph = Graph(static_cast<std::uint32_t>(taken.size()), links);
  return small;
}

struct SmallNetwork {
  NamedGraph network;
  std::string what;
};

SmallNetwork small_of_kind(const NamedGraph& network, std::string_view spec,
                           const LookupPlan& plan) {
  for (const std::uint32_t peers : {kSmall, kSmall / 2, kSmallest}) {
    const auto resized = resized_topology(spec, peers);
    if (!resized) break;
    auto built = build_topology(*resized, plan.seed);
    if (built && is_drawable(built->graph)) return {std::move(*built), *resized};
  }
  // A file, or more links a peer than can be drawn.
  const PeerNumber center =
      plan.single ? plan.single->origin
                  : static_cast<PeerNumber>(Random(plan.seed).below(network.graph.peers()));
  for (std::uint32_t peers = kSmall;; peers /= 2) {
    NamedGraph small = cut_out(network, center, peers);
    if (peers > kSmallest && !is_drawable(small.graph)) continue;
    std::string what = fmt::format("{} and the {} peers nearest to it, cut out of {}",
                                   network.name_of(center), small.graph.peers() - 1, spec);
    return {std::move(small), std::move(what)};
  }
}

SingleSearch search_like(const LookupPlan& plan, std::uint32_t peers) {
  Random random(plan.seed);
  SingleSearch search;
  search.origin = static_cast<PeerNumber>(random.below(peers));
  const double copies = std::round(plan.workload.copies * peers);
  const auto wanted =
      std::min<std::size_t>(std::max<std::size_t>(1, static_cast<std::size_t>(copies)), peers - 1);
  while (search.holders.size() < wanted) {
    const auto holder = static_cast<PeerNumber>(random.below(peers));
    const bool is_new =
        holder != search.origin &&
        std::find(search.holders.begin(), search.holders.end(), holder) == search.holders.end();
    if (is_new) search.holders.push_back(holder);
  }
  return search;
}

WatchedWay timed(LookupVia via, std::vector<PeerNumber> path, const LatencyModel& latency) {
  WatchedWay way{via, std::move(path), {0}, {}};
  for (std::size_t i = 1; i < way.path.size(); ++i) {
    const double took = latency(way.path[i - 1], way.path[i]) * latency.tick_ms;
    way.arrived_ms.push_back(way.arrived_ms.back() + took);
  }
  if (way.path.size() > 1) {
    way.answered_ms =
        way.arrived_ms.back() + latency(way.path.back(), way.path.front()) * latency.tick_ms;
  }
  return way;
}

}  // namespace

WatchedFlood watch_flood(const NamedGraph& network, std::string_view spec, const LookupPlan& plan) {
  WatchedFlood watched;
  std::optional<SmallNetwork> small;
  if (!is_drawable(network.graph)) {
    small = small_of_kind(network, spec, plan);
    watched.network = small->what;
  }
  const NamedGraph& drawn = small ? small->network : network;
  const std::uint32_t peers = drawn.graph.peers();
  const SingleSearch search = plan.single && !small ? *plan.single : search_like(plan, peers);
  watched.origin = search.origin;
  watched.holders = search.holders;
  for (PeerNumber peer = 0; peer < peers; ++peer) {
    watched.names.push_back(drawn.name_of(peer));
    for (const PeerNumber neighbor : drawn.graph.neighbors(peer)) {
      if (peer < neighbor) watched.links.emplace_back(peer, neighbor);
    }
  }

  SearchNetwork calm{drawn.graph, plan.latency, frame_sizes(), Random(plan.seed)};
  PeerSet holders(peers);
  for (const PeerNumber holder : watched.holders) holders.insert(holder);
  FloodSearch flood(calm, plan.flood);
  flood.record(&watched.steps);
  watched.outcome = flood.run(watched.origin, holders, plan.ttl);

  const RingSearch ring(calm, plan.tokens, ring_seed(plan));
  for (PeerNumber peer = 0; peer < peers; ++peer) watched.tokens.push_back(ring.tokens_of(peer));
  // Which of the workload's keys it is, is free: one that is not next door shows more.
  const ObjectNumber keys = plan.single && !small ? 1 : kKeysToChooseFrom;
  for (ObjectNumber object = 0; object < keys; ++object) {
    const RingQuery query{watched.origin, position_of(key_of(object))};
    std::vector<WatchedWay> ways{
        timed(LookupVia::one_hop, ring.path(RingWay::one_hop, query), plan.latency),
        timed(LookupVia::finger, ring.path(RingWay::finger, query), plan.latency),
        timed(LookupVia::successor, ring.path(RingWay::successor, query), plan.latency)};
    if (object > 0 && ways[1].path.size() <= watched.ways[1].path.size()) continue;
    watched.key = key_of(object);
    watched.target = query.target;
    watched.owner = ring.owner(query.target);
    watched.ways = std::move(ways);
  }
  return watched;
}

}  // namespace oxbow::sim

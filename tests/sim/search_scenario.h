// Searches over small graphs in the large simulator, as its tests want them.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/flood_search.h"
#include "sim/graph.h"
#include "sim/graph_builders.h"
#include "sim/latency_model.h"

namespace oxbow::sim::scenario {

inline Graph random_graph(std::uint32_t peers, double mean_degree, std::uint64_t seed) {
  return {peers, *random_links(peers, mean_degree, seed)};
}

inline PeerSet set_of(const std::vector<PeerNumber>& members, std::uint32_t peers) {
  PeerSet set(peers);
  for (const PeerNumber member : members) set.insert(member);
  return set;
}

/// A network and floods over it.
class Floods {
 public:
  Floods(Graph graph, FloodSettings settings, LatencyModel latency = {}, std::uint64_t seed = 1,
         double loss = 0)
      : graph_(std::move(graph)),
        latency_(std::move(latency)),
        network_{graph_, latency_, frame_sizes(), Random(seed), loss, nullptr, 0},
        search_(network_, settings) {}
  Floods(Graph graph, FloodSettings settings, std::string_view latency, std::uint64_t seed = 1,
         double loss = 0)
      : Floods(std::move(graph), settings, *parse_latency(latency, seed), seed, loss) {}

  SearchOutcome run(PeerNumber origin, const std::vector<PeerNumber>& holders, FloodTtl ttl) {
    return search_.run(origin, set_of(holders, graph_.peers()), ttl);
  }
  std::vector<PeerNumber> reached() const {
    std::vector<PeerNumber> peers(search_.reached().begin(), search_.reached().end());
    std::sort(peers.begin(), peers.end());
    return peers;
  }
  const Totals& reported() const { return search_.reported(); }
  void record(std::vector<FloodStep>* steps) { search_.record(steps); }

 private:
  Graph graph_;
  LatencyModel latency_;
  SearchNetwork network_;
  FloodSearch search_;
};

}  // namespace oxbow::sim::scenario

#include "sim/graph.h"

#include <algorithm>

#include "base/assert.h"

namespace oxbow::sim {

Graph::Graph(std::uint32_t peers, const std::vector<LinkKey>& links)
    : first_(std::size_t{peers} + 1), neighbors_(links.size() * 2) {
  OXBOW_ASSERT(links.size() < (std::size_t{1} << 31), "links are numbered by 31 bits");
  for (const LinkKey link : links) {
    OXBOW_ASSERT(lower_of(link) < higher_of(link) && higher_of(link) < peers, "no such link");
    ++first_[lower_of(link)];
    ++first_[higher_of(link)];
  }
  // Ends of the rows first; they become beginnings as the rows are filled from behind.
  std::uint32_t end = 0;
  for (std::uint32_t& entry : first_) entry = end += entry;
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    neighbors_[--first_[lower_of(*link)]] = higher_of(*link);
  }
  // The lower neighbors of a peer come before the higher ones, so they are filled in last.
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    neighbors_[--first_[higher_of(*link)]] = lower_of(*link);
  }
}

Graph Graph::of(const Topology& topology) {
  std::vector<LinkKey> links;
  links.reserve(topology.links.size());
  for (const Edge& link : topology.links) links.push_back(link_key(link.a, link.b));
  std::sort(links.begin(), links.end());
  return {topology.peers, links};
}

double Graph::mean_degree() const {
  return peers() == 0 ? 0 : 2.0 * static_cast<double>(links()) / peers();
}

std::vector<std::uint32_t> distances(const Graph& graph, PeerNumber origin) {
  std::vector<std::uint32_t> result(graph.peers(), kUnreachable);
  std::vector<PeerNumber> reached{origin};
  result[origin] = 0;
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const PeerNumber here = reached[next];
    for (const PeerNumber neighbor : graph.neighbors(here)) {
      if (result[neighbor] != kUnreachable) continue;
      result[neighbor] = result[here] + 1;
      reached.push_back(neighbor);
    }
  }
  return result;
}

bool is_connected(const Graph& graph) {
  if (graph.peers() == 0) return true;
  const auto far = distances(graph, 0);
  return std::find(far.begin(), far.end(), kUnreachable) == far.end();
}

}  // namespace oxbow::sim

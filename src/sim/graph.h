// A large overlay network as a graph: undirected links between peers numbered from 0, in compressed
// sparse rows, 4 bytes a link and direction. Immutable once built.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sim/topology.h"

namespace oxbow::sim {

/// A link as one number, the lower peer first, so that links sort and compare fast.
using LinkKey = std::uint64_t;
constexpr LinkKey link_key(PeerNumber a, PeerNumber b) {
  return a < b ? LinkKey{a} << 32 | b : LinkKey{b} << 32 | a;
}
constexpr PeerNumber lower_of(LinkKey link) { return static_cast<PeerNumber>(link >> 32); }
constexpr PeerNumber higher_of(LinkKey link) { return static_cast<PeerNumber>(link); }

class Graph {
 public:
  Graph() = default;
  /// `links`: each once, in ascending order, between two different peers below `peers`. At most
  /// 2^31 − 1 of them.
  Graph(std::uint32_t peers, const std::vector<LinkKey>& links);
  /// Of a small topology: its links may be in any order, each once.
  static Graph of(const Topology& topology);

  std::uint32_t peers() const { return static_cast<std::uint32_t>(first_.size()) - 1; }
  std::uint64_t links() const { return neighbors_.size() / 2; }
  double mean_degree() const;

  /// In ascending order.
  std::span<const PeerNumber> neighbors(PeerNumber peer) const {
    return {neighbors_.data() + first_[peer], neighbors_.data() + first_[peer + 1]};
  }
  std::uint32_t degree(PeerNumber peer) const { return first_[peer + 1] - first_[peer]; }
  /// Where a peer's neighbors begin in all_neighbors(); good for peers() too, as the end.
  std::uint32_t first_neighbor(PeerNumber peer) const { return first_[peer]; }
  const PeerNumber* all_neighbors() const { return neighbors_.data(); }

 private:
  std::vector<std::uint32_t> first_{0};
  std::vector<PeerNumber> neighbors_;
};

/// Links from `origin` to every peer; kUnreachable where there is no way.
std::vector<std::uint32_t> distances(const Graph& graph, PeerNumber origin);

bool is_connected(const Graph& graph);

}  // namespace oxbow::sim

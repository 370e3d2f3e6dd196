// Graphs to connect peers by: undirected links between peers numbered from 0. The random one is
// determined by its seed and always connected.
#pragma once

#include <cstdint>
#include <vector>

namespace oxbow {

/// Names a peer (or a stranger) of a simulated network.
using PeerNumber = std::uint32_t;

struct Edge {
  PeerNumber a = 0;
  PeerNumber b = 0;
  friend auto operator<=>(const Edge&, const Edge&) = default;
};

struct Topology {
  std::uint32_t peers = 0;
  std::vector<Edge> links;
};

namespace topology {

Topology line(std::uint32_t peers);
Topology ring(std::uint32_t peers);  ///< at least 3 peers
Topology star(std::uint32_t peers);  ///< peer 0 is the hub
Topology complete(std::uint32_t peers);
Topology grid(std::uint32_t rows, std::uint32_t columns);
Topology tree(std::uint32_t peers, std::uint32_t arity);  ///< peer 0 is the root
Topology cube();      ///< the 8 corners of the three-dimensional one
Topology petersen();  ///< 10 peers of degree 3

/// A random tree, and random further links until the mean degree is reached or nothing is left to
/// link. A mean degree below the tree's own is as good as the tree's.
Topology random(std::uint32_t peers, double mean_degree, std::uint64_t seed);

}  // namespace topology

inline constexpr std::uint32_t kUnreachable = 0xffffffff;

/// Links from `origin` to every peer by breadth-first search; kUnreachable where there is no way.
std::vector<std::uint32_t> distances(const Topology& topology, PeerNumber origin);

/// The neighbors of every peer, in the order of the links.
std::vector<std::vector<PeerNumber>> adjacency(const Topology& topology);

}  // namespace oxbow

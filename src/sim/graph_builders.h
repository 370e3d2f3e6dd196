// Graphs of the shapes that overlays have had in the literature. Random ones are determined by
// their seed, the same with every compiler, connected, and exactly of the size that was asked for.
// Links come out sorted, as Graph wants them; memory in between is about 8 bytes a link.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "sim/graph.h"

namespace oxbow::sim {

/// `message` is for people: why there is no such graph.
inline Error topology_error(std::string message, std::string needed = {}, std::string got = {}) {
  return {"bad-topology", std::move(message), std::move(needed), std::move(got)};
}

/// Each peer has exactly `degree` links; otherwise random (pairing model: Bollobás 1980, with the
/// pairs that collide drawn again). peers × degree must be even, degree from 2 to peers − 1.
Result<std::vector<LinkKey>> regular_links(std::uint32_t peers, std::uint32_t degree,
                                           std::uint64_t seed);

/// A random tree and random further links (Erdős and Rényi's G(n, m), but connected).
Result<std::vector<LinkKey>> random_links(std::uint32_t peers, double mean_degree,
                                          std::uint64_t seed);

/// The number of peers with k links falls like k^−exponent, exponent > 2 (static model: Goh, Kahng,
/// Kim 2001, grown on a tree). Peer 0 has the most.
Result<std::vector<LinkKey>> power_law_links(std::uint32_t peers, double mean_degree,
                                             double exponent, std::uint64_t seed);

/// A ring in which each peer is linked with its `degree` nearest (an even number); each link is
/// then led elsewhere with probability `rewired` (Watts and Strogatz 1998).
Result<std::vector<LinkKey>> small_world_links(std::uint32_t peers, std::uint32_t degree,
                                               double rewired, std::uint64_t seed);

/// Rows × columns, each peer linked with those beside, above and below it.
std::vector<LinkKey> grid_links(std::uint32_t rows, std::uint32_t columns);
std::vector<LinkKey> ring_links(std::uint32_t peers);  ///< at least 3 peers
/// Peer 0 is the root; each has up to `arity` children.
std::vector<LinkKey> tree_links(std::uint32_t peers, std::uint32_t arity);
std::vector<LinkKey> complete_links(std::uint32_t peers);

}  // namespace oxbow::sim

#include "sim/topology.h"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>

#include "base/assert.h"
#include "base/random.h"

namespace oxbow {

namespace topology {

Topology line(std::uint32_t peers) {
  Topology result{peers, {}};
  for (PeerNumber i = 1; i < peers; ++i) result.links.push_back({i - 1, i});
  return result;
}

Topology ring(std::uint32_t peers) {
  OXBOW_ASSERT(peers >= 3, "a ring has at least three peers");
  Topology result = line(peers);
  result.links.push_back({peers - 1, 0});
  return result;
}

Topology star(std::uint32_t peers) {
  Topology result{peers, {}};
  for (PeerNumber i = 1; i < peers; ++i) result.links.push_back({0, i});
  return result;
}

Topology complete(std::uint32_t peers) {
  Topology result{peers, {}};
  for (PeerNumber a = 0; a < peers; ++a) {
    for (PeerNumber b = a + 1; b < peers; ++b) result.links.push_back({a, b});
  }
  return result;
}

Topology grid(std::uint32_t rows, std::uint32_t columns) {
  Topology result{rows * columns, {}};
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      const PeerNumber here = row * columns + column;
      if (column + 1 < columns) result.links.push_back({here, here + 1});
      if (row + 1 < rows) result.links.push_back({here, here + columns});
    }
  }
  return result;
}

Topology tree(std::uint32_t peers, std::uint32_t arity) {
  OXBOW_ASSERT(arity > 0, "a tree's peers have children");
  Topology result{peers, {}};
  for (PeerNumber i = 1; i < peers; ++i) result.links.push_back({(i - 1) / arity, i});
  return result;
}

Topology cube() {
  Topology result{8, {}};
  for (PeerNumber corner = 0; corner < 8; ++corner) {
    for (PeerNumber axis = 1; axis < 8; axis *= 2) {
      if ((corner & axis) == 0) result.links.push_back({corner, corner | axis});
    }
  }
  return result;
}

Topology petersen() {
  Topology result{10, {}};
  for (PeerNumber i = 0; i < 5; ++i) {
    result.links.push_back({i, (i + 1) % 5});          // the outer pentagon
    result.links.push_back({i, i + 5});                // the spokes
    result.links.push_back({i + 5, (i + 2) % 5 + 5});  // the inner star
  }
  return result;
}

Topology random(std::uint32_t peers, double mean_degree, std::uint64_t seed) {
  Random random(seed);
  Topology result{peers, {}};
  std::vector<PeerNumber> order(peers);
  std::iota(order.begin(), order.end(), 0);
  for (std::uint32_t i = peers; i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);

  std::set<Edge> taken;
  const auto add = [&](PeerNumber a, PeerNumber b) {
    if (a != b && taken.insert({std::min(a, b), std::max(a, b)}).second) {
      result.links.push_back({a, b});
    }
  };
  for (std::uint32_t i = 1; i < peers; ++i) add(order[random.below(i)], order[i]);

  const std::uint64_t possible = std::uint64_t{peers} * (peers - std::min(peers, 1U)) / 2;
  const auto wanted =
      std::min(possible, static_cast<std::uint64_t>(mean_degree * static_cast<double>(peers) / 2));
  while (taken.size() < wanted) {
    const auto a = static_cast<PeerNumber>(random.below(peers));
    add(a, static_cast<PeerNumber>(random.below(peers)));
  }
  return result;
}

}  // namespace topology

std::vector<std::vector<PeerNumber>> adjacency(const Topology& topology) {
  std::vector<std::vector<PeerNumber>> neighbors(topology.peers);
  for (const Edge& link : topology.links) {
    neighbors[link.a].push_back(link.b);
    neighbors[link.b].push_back(link.a);
  }
  return neighbors;
}

std::vector<std::uint32_t> distances(const Topology& topology, PeerNumber origin) {
  const auto neighbors = adjacency(topology);
  std::vector<std::uint32_t> result(topology.peers, kUnreachable);
  std::vector<PeerNumber> reached{origin};
  result[origin] = 0;
  for (std::size_t next = 0; next < reached.size(); ++next) {
    const PeerNumber here = reached[next];
    for (const PeerNumber neighbor : neighbors[here]) {
      if (result[neighbor] != kUnreachable) continue;
      result[neighbor] = result[here] + 1;
      reached.push_back(neighbor);
    }
  }
  return result;
}

}  // namespace oxbow

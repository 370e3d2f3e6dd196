#include "sim/graph_builders.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/assert.h"
#include "base/random.h"

namespace oxbow::sim {

namespace {

using Links = std::vector<LinkKey>;

constexpr int kAttempts = 100;
constexpr int kRounds = 300;  // of drawing again what was there already

std::uint64_t possible_links(std::uint32_t peers) {
  return std::uint64_t{peers} * (peers - std::min(peers, 1U)) / 2;
}

bool contains(const Links& sorted, LinkKey link) {
  return std::binary_search(sorted.begin(), sorted.end(), link);
}

void sort_and_merge(Links& sorted, Links more) {
  std::sort(more.begin(), more.end());
  const auto middle = static_cast<std::ptrdiff_t>(sorted.size());
  sorted.insert(sorted.end(), more.begin(), more.end());
  std::inplace_merge(sorted.begin(), sorted.begin() + middle, sorted.end());
}

/// How many links the mean degree stands for; an error if no connected graph has so few, or no
/// graph so many.
Result<std::uint64_t> count_links(std::uint32_t peers, double mean_degree) {
  const auto wanted =
      static_cast<std::uint64_t>(std::llround(mean_degree * static_cast<double>(peers) / 2));
  if (wanted > possible_links(peers)) {
    return topology_error(fmt::format("{} peers have a mean degree of at most {}, not {}", peers,
                                      peers - 1, mean_degree));
  }
  if (wanted + 1 < peers) {
    return topology_error(fmt::format(
        "{} peers of mean degree {} cannot be connected: give a mean degree of {:.3g} or more",
        peers, mean_degree, 2.0 * (peers - 1) / peers));
  }
  return wanted;
}

/// Adds links that `draw` gives until there are `wanted`, and sorts all; false: `draw` gives the
/// same ones again and again.
template <class Draw>
bool add_links(Links& links, std::uint64_t wanted, Draw draw) {
  std::sort(links.begin(), links.end());
  for (int round = 0; links.size() < wanted; ++round) {
    if (round == kRounds) return false;
    const auto known = static_cast<std::ptrdiff_t>(links.size());
    const std::uint64_t missing = wanted - links.size();
    links.reserve(wanted);
    for (std::uint64_t i = 0; i < missing; ++i) {
      const auto [a, b] = draw();
      if (a != b) links.push_back(link_key(a, b));
    }
    std::sort(links.begin() + known, links.end());
    std::inplace_merge(links.begin(), links.begin() + known, links.end());
    links.erase(std::unique(links.begin(), links.end()), links.end());
  }
  return true;
}

/// All links but `missing` of them, which stay away by chance.
Links nearly_complete(std::uint32_t peers, std::uint64_t wanted, const Links& kept,
                      Random& random) {
  Links spare;
  for (const LinkKey link : complete_links(peers)) {
    if (!contains(kept, link)) spare.push_back(link);
  }
  for (std::size_t i = 0; i < wanted - kept.size(); ++i) {
    std::swap(spare[i], spare[i + random.below(spare.size() - i)]);
  }
  spare.resize(wanted - kept.size());
  Links links = kept;
  sort_and_merge(links, std::move(spare));
  return links;
}

/// Every labelled tree with the same probability: the code of Prüfer (1918), drawn.
Links random_tree(std::uint32_t peers, Random& random) {
  Links links;
  if (peers < 2) return links;
  links.reserve(peers - 1);
  std::vector<PeerNumber> code(peers - 2);
  std::vector<std::uint32_t> degree(peers, 1);
  for (PeerNumber& peer : code) {
    peer = static_cast<PeerNumber>(random.below(peers));
    ++degree[peer];
  }
  PeerNumber lowest = 0;  // no leaf below it is left
  const auto next_leaf = [&] {
    while (degree[lowest] != 1) ++lowest;
    return lowest;
  };
  PeerNumber leaf = next_leaf();
  for (const PeerNumber peer : code) {
    links.push_back(link_key(leaf, peer));
    --degree[leaf];
    const bool is_new_leaf = --degree[peer] == 1;
    leaf = is_new_leaf && peer < lowest ? peer : next_leaf();
  }
  links.push_back(link_key(leaf, peers - 1));
  return links;
}

}  // namespace

Result<Links> random_links(std::uint32_t peers, double mean_degree, std::uint64_t seed) {
  const Result<std::uint64_t> wanted = count_links(peers, mean_degree);
  if (!wanted) return wanted.error();
  Random random(seed);
  Links links = random_tree(peers, random);
  if (*wanted > possible_links(peers) / 2) {
    std::sort(links.begin(), links.end());
    return nearly_complete(peers, *wanted, links, random);
  }
  const bool enough = add_links(links, *wanted, [&] {
    const auto a = static_cast<PeerNumber>(random.below(peers));
    return std::pair(a, static_cast<PeerNumber>(random.below(peers)));
  });
  OXBOW_ASSERT(enough, "half of all possible links were not found");
  return links;
}

Result<Links> power_law_links(std::uint32_t peers, double mean_degree, double exponent,
                              std::uint64_t seed) {
  if (!(exponent > 2)) {
    return topology_error(fmt::format(
        "a power law needs an exponent above 2 for its mean to exist, not {}", exponent));
  }
  const Result<std::uint64_t> wanted = count_links(peers, mean_degree);
  if (!wanted) return wanted.error();
  const auto no_room = [&] {
    return topology_error(fmt::format(
        "{} peers of mean degree {} leave no room for a power law of exponent {}: give fewer links "
        "or a greater exponent",
        peers, mean_degree, exponent));
  };
  if (*wanted + 1 > peers && *wanted > possible_links(peers) / 2) return no_room();
  Random random(seed);
  // Peer i is drawn with a weight of i^−α, α = 1 / (exponent − 1): the inverse of its integral.
  const double power = (exponent - 1) / (exponent - 2);
  const auto draw_below = [&](std::uint32_t bound) {
    const double drawn = static_cast<double>(bound) * std::pow(random.unit(), power);
    return std::min(static_cast<PeerNumber>(drawn), bound - 1);
  };
  Links links;
  links.reserve(*wanted);
  for (PeerNumber peer = 1; peer < peers; ++peer) {
    links.push_back(link_key(draw_below(peer), peer));
  }
  const bool enough = add_links(links, *wanted, [&] {
    const PeerNumber a = draw_below(peers);
    return std::pair(a, draw_below(peers));
  });
  if (!enough) return no_room();
  return links;
}

Result<Links> small_world_links(std::uint32_t peers, std::uint32_t degree, double rewired,
                                std::uint64_t seed) {
  if (degree % 2 != 0 || degree < 2 || degree >= peers) {
    return topology_error(fmt::format(
        "a small world of {} peers needs an even degree below {}, not {}", peers, peers, degree));
  }
  if (!(rewired >= 0 && rewired <= 1)) {
    return topology_error(
        fmt::format("a link is rewired with a probability from 0 to 1, not {}", rewired));
  }
  Random random(seed);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Links links;
    std::vector<PeerNumber> loose;  // ends that are led elsewhere
    for (PeerNumber peer = 0; peer < peers; ++peer) {
      for (std::uint32_t step = 1; step <= degree / 2; ++step) {
        if (random.unit() < rewired) {
          loose.push_back(peer);
        } else {
          links.push_back(link_key(peer, (peer + step) % peers));
        }
      }
    }
    std::sort(links.begin(), links.end());
    for (int round = 0; !loose.empty() && round < kAttempts; ++round) {
      std::vector<std::pair<LinkKey, PeerNumber>> drawn;
      for (const PeerNumber peer : loose) {
        drawn.emplace_back(link_key(peer, static_cast<PeerNumber>(random.below(peers))), peer);
      }
      loose.clear();
      std::sort(drawn.begin(), drawn.end());
      Links taken;
      for (const auto& [link, peer] : drawn) {
        const bool again = lower_of(link) == higher_of(link) || contains(links, link) ||
                           (!taken.empty() && taken.back() == link);
        if (again) {
          loose.push_back(peer);
        } else {
          taken.push_back(link);
        }
      }
      sort_and_merge(links, std::move(taken));
    }
    if (loose.empty() && is_connected(Graph(peers, links))) return links;
  }
  return topology_error(
      fmt::format("no connected small world of {} peers with degree {} came out of {} attempts: "
                  "give more links",
                  peers, degree, kAttempts));
}

std::vector<LinkKey> grid_links(std::uint32_t rows, std::uint32_t columns) {
  Links links;
  for (std::uint32_t row = 0; row < rows; ++row) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      const PeerNumber here = row * columns + column;
      if (column + 1 < columns) links.push_back(link_key(here, here + 1));
      if (row + 1 < rows) links.push_back(link_key(here, here + columns));
    }
  }
  if (columns == 1) return links;
  std::sort(links.begin(), links.end());
  return links;
}

std::vector<LinkKey> ring_links(std::uint32_t peers) {
  Links links{link_key(0, 1), link_key(0, peers - 1)};
  for (PeerNumber peer = 1; peer + 1 < peers; ++peer) links.push_back(link_key(peer, peer + 1));
  return links;
}

std::vector<LinkKey> tree_links(std::uint32_t peers, std::uint32_t arity) {
  Links links;
  for (PeerNumber peer = 1; peer < peers; ++peer) {
    links.push_back(link_key((peer - 1) / arity, peer));
  }
  return links;
}

std::vector<LinkKey> complete_links(std::uint32_t peers) {
  Links links;
  links.reserve(possible_links(peers));
  for (PeerNumber a = 0; a < peers; ++a) {
    for (PeerNumber b = a + 1; b < peers; ++b) links.push_back(link_key(a, b));
  }
  return links;
}

}  // namespace oxbow::sim

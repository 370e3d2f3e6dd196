// Random regular graphs: every peer has as many ends of links as the degree says, and the ends are
// paired by chance. Pairs that link a peer with itself, or two peers twice, are taken apart again
// together with some that were fine, and their ends are paired anew.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/random.h"
#include "sim/graph_builders.h"

namespace oxbow::sim {

namespace {

using Links = std::vector<LinkKey>;

constexpr int kAttempts = 100;
constexpr int kRounds = 200;

void shuffle(std::vector<PeerNumber>& ends, Random& random) {
  for (std::size_t i = ends.size(); i > 1; --i) std::swap(ends[i - 1], ends[random.below(i)]);
}

/// Pairs the ends; those of pairs that cannot be links are left in `ends`.
void pair_up(std::vector<PeerNumber>& ends, Links& links, Random& random) {
  shuffle(ends, random);
  Links drawn;
  drawn.reserve(ends.size() / 2);
  for (std::size_t i = 0; i + 1 < ends.size(); i += 2) {
    drawn.push_back(link_key(ends[i], ends[i + 1]));
  }
  ends = {};
  std::sort(drawn.begin(), drawn.end());
  std::size_t kept = 0;
  for (const LinkKey link : drawn) {
    const bool is_link = lower_of(link) != higher_of(link) &&
                         (kept == 0 || drawn[kept - 1] != link) &&
                         !std::binary_search(links.begin(), links.end(), link);
    if (is_link) {
      drawn[kept++] = link;
    } else {
      ends.push_back(lower_of(link));
      ends.push_back(higher_of(link));
    }
  }
  drawn.resize(kept);
  if (links.empty()) {
    links = std::move(drawn);
    return;
  }
  const auto middle = static_cast<std::ptrdiff_t>(links.size());
  links.insert(links.end(), drawn.begin(), drawn.end());
  std::inplace_merge(links.begin(), links.begin() + middle, links.end());
}

/// Takes as many links apart as there are loose pairs, and one more.
void take_apart(std::vector<PeerNumber>& ends, Links& links, Random& random) {
  const std::size_t count = std::min(links.size(), ends.size() / 2 + 1);
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t chosen = random.below(links.size());
    if (links[chosen] == 0) continue;  // already taken: no link is 0, as that is 0 with itself
    ends.push_back(lower_of(links[chosen]));
    ends.push_back(higher_of(links[chosen]));
    links[chosen] = 0;
  }
  std::erase(links, LinkKey{0});
}

/// Empty: the ends did not come together.
Links paired(std::uint32_t peers, std::uint32_t degree, Random& random) {
  std::vector<PeerNumber> ends;
  ends.reserve(std::size_t{peers} * degree);
  for (PeerNumber peer = 0; peer < peers; ++peer) ends.insert(ends.end(), degree, peer);
  Links links;
  pair_up(ends, links, random);
  for (int round = 0; !ends.empty(); ++round) {
    if (round == kRounds) return {};
    take_apart(ends, links, random);
    pair_up(ends, links, random);
  }
  return links;
}

Links one_circle(std::uint32_t peers, Random& random) {
  std::vector<PeerNumber> order(peers);
  for (PeerNumber peer = 0; peer < peers; ++peer) order[peer] = peer;
  shuffle(order, random);
  Links links;
  for (std::uint32_t i = 0; i < peers; ++i) {
    links.push_back(link_key(order[i], order[(i + 1) % peers]));
  }
  std::sort(links.begin(), links.end());
  return links;
}

/// What is not linked in `links`.
Links complement(std::uint32_t peers, const Links& links) {
  Links result;
  for (const LinkKey link : complete_links(peers)) {
    if (!std::binary_search(links.begin(), links.end(), link)) result.push_back(link);
  }
  return result;
}

}  // namespace

Result<Links> regular_links(std::uint32_t peers, std::uint32_t degree, std::uint64_t seed) {
  if (degree < 2 || degree >= peers) {
    return topology_error(fmt::format("{} peers can each have 2 to {} links, not {}", peers,
                                      peers - std::min(peers, 1U), degree));
  }
  if (std::uint64_t{peers} * degree % 2 != 0) {
    return topology_error(fmt::format(
        "{} peers cannot each have {} links: one of the two must be even", peers, degree));
  }
  Random random(seed);
  if (degree == 2) return one_circle(peers, random);
  const std::uint32_t absent = peers - 1 - degree;
  const bool is_dense = degree > peers / 2;
  if (is_dense && absent == 0) return complete_links(peers);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    Links links = paired(peers, is_dense ? absent : degree, random);
    if (links.empty()) continue;
    if (is_dense) links = complement(peers, links);
    if (is_connected(Graph(peers, links))) return links;
  }
  return topology_error(
      fmt::format("no connected graph of {} peers with {} links each came out of {} "
                  "attempts: try another seed",
                  peers, degree, kAttempts));
}

}  // namespace oxbow::sim

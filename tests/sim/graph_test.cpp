#include "sim/graph.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "sim/graph_builders.h"

using namespace oxbow;
using namespace oxbow::sim;

namespace {

using Links = std::vector<LinkKey>;

/// Sorted, each once, between two different peers of the graph.
bool is_well_formed(const Links& links, std::uint32_t peers) {
  return std::adjacent_find(links.begin(), links.end(), std::greater_equal<>()) == links.end() &&
         std::all_of(links.begin(), links.end(), [peers](LinkKey link) {
           return lower_of(link) < higher_of(link) && higher_of(link) < peers;
         });
}

std::uint32_t highest_degree(const Graph& graph) {
  std::uint32_t highest = 0;
  for (PeerNumber peer = 0; peer < graph.peers(); ++peer) {
    highest = std::max(highest, graph.degree(peer));
  }
  return highest;
}

}  // namespace

TEST_CASE("a graph knows each peer's neighbors, in ascending order") {
  const Graph graph = Graph::of({5, {{3, 1}, {0, 1}, {4, 3}, {1, 2}}});
  CHECK(graph.peers() == 5);
  CHECK(graph.links() == 4);
  CHECK(graph.mean_degree() == doctest::Approx(1.6));
  const auto neighbors = [&](PeerNumber peer) {
    const auto all = graph.neighbors(peer);
    return std::vector<PeerNumber>(all.begin(), all.end());
  };
  CHECK(neighbors(0) == std::vector<PeerNumber>{1});
  CHECK(neighbors(1) == std::vector<PeerNumber>{0, 2, 3});
  CHECK(neighbors(3) == std::vector<PeerNumber>{1, 4});
  CHECK(distances(graph, 0) == std::vector<std::uint32_t>{0, 1, 2, 2, 3});
  CHECK(is_connected(graph));
  CHECK_FALSE(is_connected(Graph::of({3, {{0, 1}}})));
}

TEST_CASE("the plain shapes are those of the small topologies") {
  const auto same = [](const Links& links, const Topology& topology) {
    Links expected;
    for (const Edge& link : topology.links) expected.push_back(link_key(link.a, link.b));
    std::sort(expected.begin(), expected.end());
    return links == expected;
  };
  CHECK(same(grid_links(3, 4), topology::grid(3, 4)));
  CHECK(same(grid_links(4, 1), topology::grid(4, 1)));
  CHECK(same(grid_links(1, 4), topology::grid(1, 4)));
  CHECK(same(ring_links(3), topology::ring(3)));
  CHECK(same(ring_links(7), topology::ring(7)));
  CHECK(same(tree_links(15, 2), topology::tree(15, 2)));
  CHECK(same(tree_links(1, 3), topology::tree(1, 3)));
  CHECK(same(complete_links(6), topology::complete(6)));
}

TEST_CASE("every peer of a regular graph has its degree, and the graph is connected") {
  struct Row {
    std::uint32_t peers, degree;
  };
  for (const Row row :
       {Row{3, 2}, Row{4, 3}, Row{6, 3}, Row{6, 4}, Row{8, 6}, Row{9, 8}, Row{10, 7}, Row{40, 38},
        Row{50, 25}, Row{100, 2}, Row{1000, 3}, Row{2000, 10}, Row{101, 60}}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(row.peers);
      CAPTURE(row.degree);
      CAPTURE(seed);
      const auto links = regular_links(row.peers, row.degree, seed);
      REQUIRE(links.ok());
      REQUIRE(is_well_formed(*links, row.peers));
      const Graph graph(row.peers, *links);
      CHECK(graph.links() == std::uint64_t{row.peers} * row.degree / 2);
      CHECK(highest_degree(graph) == row.degree);
      CHECK(is_connected(graph));
    }
  }
}

TEST_CASE("a random graph is connected and has exactly the mean degree") {
  struct Row {
    std::uint32_t peers;
    double degree;
    std::uint64_t links;
  };
  for (const Row& row : {Row{1, 0, 0}, Row{2, 1, 1}, Row{10, 1.8, 9}, Row{10, 9, 45},
                         Row{100, 80, 4000}, Row{3000, 5, 7500}, Row{999, 4.5, 2248}}) {
    CAPTURE(row.peers);
    const auto links = random_links(row.peers, row.degree, 7);
    REQUIRE(links.ok());
    REQUIRE(is_well_formed(*links, row.peers));
    CHECK(links->size() == row.links);
    CHECK(is_connected(Graph(row.peers, *links)));
    CHECK(*links == *random_links(row.peers, row.degree, 7));
  }
  CHECK(*random_links(3000, 5, 7) != *random_links(3000, 5, 8));
}

TEST_CASE("every tree of four peers is drawn equally often") {
  std::map<Links, int> drawn;
  constexpr int kDrawn = 16'000;
  for (std::uint64_t seed = 0; seed < kDrawn; ++seed) ++drawn[*random_links(4, 1.5, seed)];
  CHECK(drawn.size() == 16);  // Cayley: n^(n-2)
  for (const auto& [tree, times] : drawn) {
    CHECK(times > 850);
    CHECK(times < 1150);
  }
}

TEST_CASE("degrees follow the power law that was asked for") {
  constexpr std::uint32_t kPeers = 100'000;
  const auto links = power_law_links(kPeers, 6, 2.5, 3);
  REQUIRE(links.ok());
  REQUIRE(is_well_formed(*links, kPeers));
  CHECK(links->size() == 300'000);
  const Graph graph(kPeers, *links);
  CHECK(is_connected(graph));
  CHECK(highest_degree(graph) > 1000);
  // Of the peers with at least 20 links, those with at least twice as many are 2^-(2.5 - 1).
  const auto peers_from = [&](std::uint32_t degree) {
    std::uint32_t count = 0;
    for (PeerNumber peer = 0; peer < kPeers; ++peer) count += graph.degree(peer) >= degree;
    return static_cast<double>(count);
  };
  CHECK(peers_from(80) / peers_from(40) == doctest::Approx(0.354).epsilon(0.1));
  CHECK(peers_from(160) / peers_from(80) == doctest::Approx(0.354).epsilon(0.15));
}

TEST_CASE("a small world has short ways once a few links are rewired") {
  constexpr std::uint32_t kPeers = 1000;
  const auto farthest = [](double rewired) {
    const auto links = small_world_links(kPeers, 6, rewired, 1);
    REQUIRE(links.ok());
    REQUIRE(is_well_formed(*links, kPeers));
    CHECK(links->size() == 3000);
    const auto far = distances(Graph(kPeers, *links), 0);
    return *std::max_element(far.begin(), far.end());
  };
  CHECK(farthest(0) == 167);  // 500 / 3, rounded up
  CHECK(farthest(0.1) < 20);
  CHECK(farthest(1) < 8);
}

TEST_CASE("graphs that there cannot be are refused in words") {
  CHECK(regular_links(5, 3, 1).error().message ==
        "5 peers cannot each have 3 links: one of the two must be even");
  CHECK(regular_links(5, 5, 1).error().message == "5 peers can each have 2 to 4 links, not 5");
  CHECK(random_links(10, 1, 1).error().message ==
        "10 peers of mean degree 1 cannot be connected: give a mean degree of 1.8 or more");
  CHECK(random_links(10, 10, 1).error().message ==
        "10 peers have a mean degree of at most 9, not 10");
  CHECK(small_world_links(10, 3, 0.1, 1).error().message ==
        "a small world of 10 peers needs an even degree below 10, not 3");
  CHECK(small_world_links(10, 4, 1.5, 1).error().message ==
        "a link is rewired with a probability from 0 to 1, not 1.5");
  CHECK(power_law_links(10, 2, 2, 1).error().message ==
        "a power law needs an exponent above 2 for its mean to exist, not 2");
  CHECK(power_law_links(100, 20, 2.001, 1).error().message ==
        "100 peers of mean degree 20 leave no room for a power law of exponent 2.001: give fewer "
        "links or a greater exponent");
}

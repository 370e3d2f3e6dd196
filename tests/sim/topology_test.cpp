#include "sim/topology.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

using namespace oxbow;

namespace {

bool is_simple(const Topology& topology) {
  std::set<Edge> seen;
  return std::all_of(topology.links.begin(), topology.links.end(), [&](const Edge& e) {
    return e.a != e.b && e.a < topology.peers && e.b < topology.peers &&
           seen.insert({std::min(e.a, e.b), std::max(e.a, e.b)}).second;
  });
}

bool is_connected(const Topology& topology) {
  const auto far = distances(topology, 0);
  return std::count(far.begin(), far.end(), kUnreachable) == 0;
}

std::set<std::size_t> degrees(const Topology& topology) {
  std::set<std::size_t> result;
  for (const auto& neighbors : adjacency(topology)) result.insert(neighbors.size());
  return result;
}

}  // namespace

TEST_CASE("every generator gives a simple, connected graph of its size") {
  struct Row {
    Topology topology;
    std::uint32_t peers;
    std::size_t links;
  };
  const std::vector<Row> rows{
      {topology::line(4), 4, 3},         {topology::ring(6), 6, 6},
      {topology::star(6), 6, 5},         {topology::complete(5), 5, 10},
      {topology::grid(3, 3), 9, 12},     {topology::tree(15, 2), 15, 14},
      {topology::cube(), 8, 12},         {topology::petersen(), 10, 15},
      {topology::line(1), 1, 0},         {topology::random(40, 4.0, 1), 40, 80},
      {topology::random(5, 0, 2), 5, 4}, {topology::random(5, 99, 3), 5, 10},
      {topology::random(1, 3, 4), 1, 0},
  };
  for (const Row& row : rows) {
    CAPTURE(row.peers);
    CHECK(row.topology.peers == row.peers);
    CHECK(row.topology.links.size() == row.links);
    CHECK(is_simple(row.topology));
    CHECK(is_connected(row.topology));
  }
}

TEST_CASE("the regular ones are regular") {
  CHECK(degrees(topology::cube()) == std::set<std::size_t>{3});
  CHECK(degrees(topology::petersen()) == std::set<std::size_t>{3});
  CHECK(degrees(topology::ring(7)) == std::set<std::size_t>{2});
  CHECK(degrees(topology::complete(6)) == std::set<std::size_t>{5});
}

TEST_CASE("distances count links from the origin") {
  CHECK(distances(topology::ring(6), 0) == std::vector<std::uint32_t>{0, 1, 2, 3, 2, 1});
  CHECK(distances(topology::grid(2, 3), 0) == std::vector<std::uint32_t>{0, 1, 2, 1, 2, 3});
  const Topology apart{3, {{0, 1}}};
  CHECK(distances(apart, 0) == std::vector<std::uint32_t>{0, 1, kUnreachable});
  const auto petersen = distances(topology::petersen(), 3);
  CHECK(*std::max_element(petersen.begin(), petersen.end()) == 2);
}

TEST_CASE("a random graph is determined by its seed") {
  const auto links = [](std::uint64_t seed) { return topology::random(20, 3.0, seed).links; };
  CHECK(links(7) == links(7));
  CHECK(links(7) != links(8));
}

#include "sim/walk_search.h"

#include <doctest/doctest.h>

#include <set>
#include <vector>

#include "sim/search_scenario.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

struct Walks {
  Walks(Graph of_peers, WalkSettings settings, std::string_view latency_spec = "unit",
        double loss = 0)
      : graph(std::move(of_peers)),
        latency(*parse_latency(latency_spec, 1)),
        network{graph, latency, frame_sizes(), Random(5), loss, nullptr, 0},
        search(network, settings) {}

  SearchOutcome run(PeerNumber origin, const std::vector<PeerNumber>& holders) {
    return search.run(origin, set_of(holders, graph.peers()));
  }

  Graph graph;
  LatencyModel latency;
  SearchNetwork network;
  WalkSearch search;
};

}  // namespace

TEST_CASE("one walker on a line goes from end to end, and asks every fourth step") {
  Walks walks(Graph::of(topology::line(10)), {.walkers = 1, .keep_paths = true});
  const SearchOutcome outcome = walks.run(0, {9});
  CHECK(outcome.found);
  CHECK(outcome.query_messages == 9);
  CHECK(outcome.peers_reached == 10);
  CHECK(outcome.duplicates == 0);
  CHECK(outcome.hops_first_hit == 9U);
  CHECK(outcome.hit_messages == 1);
  CHECK(outcome.done_messages == 4);  // after steps 4 and 8: a question and an answer each
  CHECK(outcome.latency_first_hit_ms == 9 + 2 * 2 + 1);
  CHECK(walks.search.path() == std::vector<PeerNumber>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  const FrameSizes frames = frame_sizes();
  CHECK(outcome.bytes ==
        9 * frames.walk + 2 * (frames.walk_check + frames.walk_reply) + frames.walk_hit);
}

TEST_CASE("a walker that finds nothing ends after its steps, and says so") {
  Walks walks(random_graph(100, 4, 1), {.walkers = 1, .steps = 30});
  const SearchOutcome outcome = walks.run(0, {});
  CHECK_FALSE(outcome.found);
  CHECK(outcome.query_messages == 30);
  CHECK(outcome.peers_reached + outcome.duplicates == 31);
}

TEST_CASE("walkers take steps of their own, and a peer's index is looked into once") {
  Walks walks(Graph::of(topology::star(9)), {.walkers = 8, .steps = 1});
  const SearchOutcome outcome = walks.run(0, {});
  CHECK(outcome.query_messages == 8);
  CHECK(outcome.peers_reached == 9);  // each to a neighbor that none was sent to before
  CHECK(outcome.duplicates == 0);

  Walks crowd(Graph::of(topology::line(2)), {.walkers = 5, .steps = 8});
  CHECK(crowd.run(0, {1}).hit_messages == 1);
}

TEST_CASE("once it is found, the others stop when they next ask") {
  Walks walks(random_graph(2000, 6, 2), {.walkers = 16});
  std::uint64_t most = 0;
  for (PeerNumber origin = 0; origin < 50; ++origin) {
    const SearchOutcome outcome = walks.run(origin, {origin + 100, origin + 500, origin + 900});
    if (!outcome.found) continue;
    const std::uint64_t until_found = 16 * std::uint64_t{*outcome.hops_first_hit};
    CHECK(outcome.query_messages <= until_found + 16 * 8);
    most = std::max(most, outcome.query_messages);
  }
  CHECK(most > 500);
}

TEST_CASE("with --all walkers go on to other holders") {
  Walks walks(Graph::of(topology::line(10)), {.all = true, .walkers = 1, .steps = 9});
  const SearchOutcome outcome = walks.run(0, {3, 6, 9});
  CHECK(outcome.hit_messages == 3);
  CHECK(outcome.hops_first_hit == 3U);
  CHECK(outcome.query_messages == 9);
}

TEST_CASE("an originator that holds the key walks nowhere") {
  Walks walks(Graph::of(topology::line(4)), {});
  const SearchOutcome outcome = walks.run(2, {2});
  CHECK(outcome.found);
  CHECK(outcome.hops_first_hit == 0U);
  CHECK(outcome.query_messages == 0);
  CHECK(outcome.peers_reached == 1);
}

TEST_CASE("a walker that is lost takes no further step") {
  Walks walks(random_graph(1000, 5, 3), {.walkers = 200, .steps = 50}, "unit", 0.2);
  const SearchOutcome outcome = walks.run(0, {});
  CHECK(outcome.lost > 100);
  CHECK(outcome.lost <= 200);
  CHECK(outcome.query_messages == outcome.peers_reached - 1 + outcome.duplicates + outcome.lost);
}

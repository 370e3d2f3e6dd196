#include "sim/ring_search.h"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "sim/search_scenario.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

struct Ring {
  explicit Ring(std::uint32_t peers, std::uint32_t tokens = 1,
                std::string_view latency_spec = "unit", double loss = 0, double churn = 0)
      : graph(peers, {}),
        latency(*parse_latency(latency_spec, 1)),
        availability(peers, churn > 0 ? churn : 1, 3),
        network{graph, latency, frame_sizes(), Random(5), loss, churn > 0 ? &availability : nullptr,
                0},
        search(network, tokens, 11) {}

  std::vector<SearchOutcome> run(RingWay way, std::size_t queries, bool is_known = true) {
    Random random(21);
    std::vector<RingQuery> asked(queries);
    for (RingQuery& query : asked) {
      query.origin = static_cast<PeerNumber>(random.below(graph.peers()));
      query.target = Position{random.next()};
    }
    std::vector<SearchOutcome> outcomes;
    search.run(way, asked, is_known, outcomes);
    return outcomes;
  }

  Graph graph;
  LatencyModel latency;
  Availability availability;
  SearchNetwork network;
  RingSearch search;
};

double mean_forwards(const std::vector<SearchOutcome>& outcomes) {
  double sum = 0;
  for (const SearchOutcome& outcome : outcomes) sum += static_cast<double>(outcome.query_messages);
  return sum / static_cast<double>(outcomes.size());
}

}  // namespace

TEST_CASE("finger lookups take half of log2 N forwards on average, whatever N is") {
  for (std::uint32_t bits = 3; bits <= 14; ++bits) {
    CAPTURE(bits);
    Ring ring(std::uint32_t{1} << bits);
    const auto outcomes = ring.run(RingWay::finger, 4000);
    // The last forward goes to the owner itself; small rings have some targets at their originator.
    CHECK(mean_forwards(outcomes) == doctest::Approx(0.5 * bits).epsilon(0.2));
    for (const SearchOutcome& outcome : outcomes) CHECK(outcome.query_messages <= 2 * bits + 4);
  }
}

TEST_CASE("one-hop lookups take one forward, successor lookups half of the ring") {
  Ring ring(1000);
  for (const SearchOutcome& outcome : ring.run(RingWay::one_hop, 500)) {
    CHECK(outcome.query_messages <= 1);
    CHECK(outcome.found);
  }
  CHECK(mean_forwards(ring.run(RingWay::successor, 2000)) == doctest::Approx(500).epsilon(0.05));
}

TEST_CASE("the owner tells the originator, unless that is itself") {
  Ring ring(64);
  const FrameSizes frames = frame_sizes();
  for (const bool is_known : {true, false}) {
    bool some_at_home = false;
    for (const SearchOutcome& outcome : ring.run(RingWay::finger, 500, is_known)) {
      const std::uint64_t forwards = outcome.query_messages;
      some_at_home = some_at_home || forwards == 0;
      CHECK(outcome.found == is_known);
      CHECK(outcome.peers_reached == forwards + 1);
      CHECK(outcome.hit_messages == (is_known && forwards > 0 ? 1 : 0));
      CHECK(outcome.done_messages == (!is_known && forwards > 0 ? 1 : 0));
      CHECK(outcome.hops_first_hit.has_value() == is_known);
      if (is_known)
        CHECK(*outcome.latency_first_hit_ms == static_cast<double>(forwards + (forwards > 0)));
      const std::uint64_t path = forwards * (forwards + 1) / 2 + (forwards > 0 ? forwards + 1 : 0);
      CHECK(outcome.bytes == forwards * frames.lookup_step +
                                 (forwards > 0 ? frames.lookup_end : 0) + path * frames.path_entry);
    }
    CHECK(some_at_home);
  }
}

TEST_CASE("lookups side by side are the lookups one by one") {
  // A loss too small to happen makes the same lookups go one by one.
  for (const RingWay way : {RingWay::finger, RingWay::one_hop, RingWay::successor}) {
    for (const char* latency : {"unit", "uniform:10:90"}) {
      Ring together(300, 1, latency);
      Ring single(300, 1, latency, 1e-300);
      const auto a = together.run(way, 100);
      const auto b = single.run(way, 100);
      for (std::size_t i = 0; i < a.size(); ++i) {
        CHECK(a[i].query_messages == b[i].query_messages);
        CHECK(*a[i].latency_first_hit_ms == doctest::Approx(*b[i].latency_first_hit_ms));
        CHECK(a[i].bytes == b[i].bytes);
      }
    }
  }
}

TEST_CASE("with many tokens a lookup still comes to the owner of its target") {
  Ring ring(128, 32);
  const auto outcomes = ring.run(RingWay::finger, 500);
  for (const SearchOutcome& outcome : outcomes) CHECK(outcome.found);
  CHECK(mean_forwards(outcomes) < 4.5);  // more fingers a member, shorter ways
  for (const SearchOutcome& outcome : ring.run(RingWay::one_hop, 500)) {
    CHECK(outcome.query_messages <= 1);
  }
}

TEST_CASE("members that are away cost a timeout, and the next one stands in") {
  Ring ring(500, 1, "unit", 0, 0.01);
  for (const RingWay way : {RingWay::finger, RingWay::one_hop}) {
    std::uint64_t lost = 0;
    for (const SearchOutcome& outcome : ring.run(way, 300)) {
      CHECK(outcome.found);
      CHECK(outcome.elapsed_ms >= 500.0 * static_cast<double>(outcome.lost));
      lost += outcome.lost;
    }
    CHECK(lost > 20);
  }
}

TEST_CASE("a lost forward is the end of a lookup") {
  Ring ring(500, 1, "unit", 0.1);
  std::size_t failed = 0;
  for (const SearchOutcome& outcome : ring.run(RingWay::finger, 500)) {
    CHECK(outcome.found == outcome.latency_first_hit_ms.has_value());
    failed += outcome.found ? 0 : 1;
  }
  CHECK(failed > 150);
  CHECK(failed < 350);
}

#include "sim/flood_search.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/graph_builders.h"
#include "sim/search_scenario.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

const Topology kDiamond{4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}};

}  // namespace

TEST_CASE("a flood with unit latency costs exactly what the rule says, for every TTL") {
  struct Row {
    const char* name;
    Topology topology;
    std::vector<std::array<std::uint64_t, 3>> by_ttl;  // messages, peers, duplicates
  };
  const std::vector<Row> rows{
      {"line4", topology::line(4), {{1, 2, 0}, {2, 3, 0}, {3, 4, 0}, {3, 4, 0}, {3, 4, 0}}},
      {"star6", topology::star(6), {{5, 6, 0}, {5, 6, 0}, {5, 6, 0}, {5, 6, 0}, {5, 6, 0}}},
      {"triangle", topology::ring(3), {{2, 3, 0}, {4, 3, 2}, {4, 3, 2}, {4, 3, 2}, {4, 3, 2}}},
      {"diamond", kDiamond, {{2, 3, 0}, {4, 4, 1}, {5, 4, 2}, {5, 4, 2}, {5, 4, 2}}},
      {"ring6", topology::ring(6), {{2, 3, 0}, {4, 5, 0}, {6, 6, 1}, {7, 6, 2}, {7, 6, 2}}},
      {"K5",
       topology::complete(5),
       {{4, 5, 0}, {16, 5, 12}, {16, 5, 12}, {16, 5, 12}, {16, 5, 12}}},
  };
  const std::vector<FloodTtl> ttls{1, 2, 3, 4, 7};
  for (const bool reports : {false, true}) {
    for (const Row& row : rows) {
      CAPTURE(row.name);
      Floods floods(Graph::of(row.topology), {.reports = reports});
      for (std::size_t i = 0; i < ttls.size(); ++i) {
        CAPTURE(ttls[i]);
        const SearchOutcome outcome = floods.run(0, {}, ttls[i]);
        CHECK(outcome.query_messages == row.by_ttl[i][0]);
        CHECK(outcome.peers_reached == row.by_ttl[i][1]);
        CHECK(outcome.duplicates == row.by_ttl[i][2]);
        CHECK(outcome.done_messages == (reports ? row.by_ttl[i][0] : 0));
        CHECK(outcome.hit_messages == 0);
        CHECK_FALSE(outcome.found);
      }
    }
  }
}

TEST_CASE("a flood that nobody stops costs 2E - N + 1 under any latencies") {
  struct Row {
    const char* name;
    Topology topology;
    std::uint64_t messages;
  };
  const std::vector<Row> rows{
      {"line4", topology::line(4), 3},       {"star6", topology::star(6), 5},
      {"triangle", topology::ring(3), 4},    {"diamond", kDiamond, 5},
      {"ring6", topology::ring(6), 7},       {"K5", topology::complete(5), 16},
      {"cube", topology::cube(), 17},        {"petersen", topology::petersen(), 21},
      {"grid3x3", topology::grid(3, 3), 16}, {"tree15", topology::tree(15, 2), 14},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      for (const char* latency : {"uniform:0:100", "exponential:20"}) {
        Floods floods(Graph::of(row.topology), {}, latency, seed);
        const SearchOutcome outcome = floods.run(0, {}, 50);
        CHECK(outcome.query_messages == row.messages);
        CHECK(outcome.peers_reached == row.topology.peers);
        CHECK(outcome.duplicates == row.messages - row.topology.peers + 1);
      }
    }
  }
}

TEST_CASE("a late copy with a higher TTL reaches further where it is forwarded again") {
  enum : PeerNumber { o, a, b, c };
  LatencyModel latency;
  latency.most = 10;
  latency.draw = ChosenLatency{[](PeerNumber from, PeerNumber to) {
    return std::minmax(from, to) == std::minmax<PeerNumber>(o, a) ? 10U : 1U;
  }};
  const Graph graph = Graph::of({4, {{o, a}, {o, b}, {a, b}, {a, c}}});
  for (const bool reports : {false, true}) {
    Floods drop(graph, {.reports = reports}, latency);
    CHECK(drop.run(o, {}, 2).query_messages == 3);
    CHECK(drop.reached() == std::vector<PeerNumber>{o, a, b});

    Floods again(graph, {.duplicates = Duplicates::reforward, .reports = reports}, latency);
    const SearchOutcome outcome = again.run(o, {}, 2);
    CHECK(outcome.query_messages == 5);
    CHECK(outcome.peers_reached == 4);
    CHECK(outcome.duplicates == 2);
    CHECK(outcome.done_messages == (reports ? 5 : 0));
    CHECK(again.reached() == std::vector<PeerNumber>{o, a, b, c});
  }
}

TEST_CASE("responses travel the way of the first copy, one for each holder") {
  struct Row {
    const char* name;
    Topology topology;
    std::vector<PeerNumber> holders;
    FloodTtl ttl;
    std::uint64_t hit_messages;
    std::optional<std::uint32_t> hops;
  };
  const std::vector<Row> rows{
      {"line4", topology::line(4), {1, 3}, 7, 4, 1},
      {"ring5", topology::ring(5), {2, 3}, 7, 4, 2},
      {"diamond", kDiamond, {3}, 7, 2, 2},
      {"star6", topology::star(6), {1, 2, 3, 4, 5}, 1, 5, 1},
      {"the originator holds it", topology::line(4), {0}, 7, 0, 0},
      {"too far", topology::line(4), {3}, 2, 0, std::nullopt},
  };
  for (const bool reports : {false, true}) {
    for (const Row& row : rows) {
      CAPTURE(row.name);
      Floods floods(Graph::of(row.topology), {.all = true, .reports = reports});
      const SearchOutcome outcome = floods.run(0, row.holders, row.ttl);
      CHECK(outcome.hit_messages == row.hit_messages);
      CHECK(outcome.hops_first_hit == row.hops);
      CHECK(outcome.found == row.hops.has_value());
      if (row.hops) CHECK(outcome.latency_first_hit_ms == 2.0 * *row.hops);
    }
  }
}

TEST_CASE("a holder answers and routes on only with --all") {
  const Graph line = Graph::of(topology::line(4));
  Floods stops(line, {});
  CHECK(stops.run(0, {1}, 7).query_messages == 1);
  CHECK(stops.run(0, {1}, 7).peers_reached == 2);
  CHECK(stops.run(0, {0}, 7).query_messages == 0);
  Floods goes_on(line, {.all = true});
  CHECK(goes_on.run(0, {1}, 7).query_messages == 3);
  CHECK(goes_on.run(0, {0}, 7).query_messages == 3);
}

TEST_CASE("peers reached by TTL t are those within t links, and messages follow from their links") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_graph(300, 3.0 + static_cast<double>(seed % 4), seed);
    const auto far = distances(graph, 5);
    Floods floods(graph, {.all = true});
    for (FloodTtl ttl = 1; ttl <= 12; ++ttl) {
      const SearchOutcome outcome = floods.run(5, {7, 8, 9}, ttl);
      std::uint64_t within = 0, messages = 1;
      for (PeerNumber peer = 0; peer < graph.peers(); ++peer) {
        if (far[peer] <= ttl) ++within;
        if (far[peer] < ttl) messages += graph.degree(peer) - 1;
      }
      CHECK(outcome.peers_reached == within);
      CHECK(outcome.query_messages == messages);
      CHECK(outcome.query_messages == outcome.peers_reached - 1 + outcome.duplicates);
    }
  }
}

TEST_CASE("forwarding copies of a higher TTL again, every peer within TTL links is reached") {
  bool drop_misses_some = false;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const Graph graph = random_graph(400, 4, seed);
    const auto far = distances(graph, 0);
    for (FloodTtl ttl = 2; ttl <= 6; ++ttl) {
      const auto within = static_cast<std::uint64_t>(
          std::count_if(far.begin(), far.end(), [&](std::uint32_t d) { return d <= ttl; }));
      Floods again(graph, {.duplicates = Duplicates::reforward}, "exponential:30", seed);
      CHECK(again.run(0, {}, ttl).peers_reached == within);
      Floods drop(graph, {}, "exponential:30", seed);
      drop_misses_some = drop_misses_some || drop.run(0, {}, ttl).peers_reached < within;
    }
  }
  CHECK(drop_misses_some);
}

TEST_CASE("what the originator is told adds up to what was sent") {
  for (const Duplicates rule : {Duplicates::drop, Duplicates::reforward}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      for (const char* latency : {"unit", "uniform:1:80", "exponential:15"}) {
        CAPTURE(seed);
        CAPTURE(latency);
        const Graph graph = random_graph(200, 5, seed);
        Floods floods(graph, {.all = seed % 2 == 0, .duplicates = rule, .reports = true}, latency,
                      seed);
        const SearchOutcome outcome = floods.run(3, {10, 20, 30, 40}, 5);
        const Totals told = floods.reported();
        CHECK(told.messages == outcome.query_messages);
        CHECK(told.peers == outcome.peers_reached);
        CHECK(told.duplicates == outcome.duplicates);
        CHECK(told.hit_messages == outcome.hit_messages);
        CHECK(told.max_hops == outcome.max_hops);
        CHECK(told.lost == 0);
        CHECK(outcome.done_messages == outcome.query_messages);
      }
    }
  }
}

TEST_CASE("reports change nothing but the messages that they are") {
  for (const Duplicates rule : {Duplicates::drop, Duplicates::reforward}) {
    const Graph graph = random_graph(500, 6, 4);
    Floods plain(graph, {.all = true, .duplicates = rule}, "uniform:5:50", 4);
    Floods reporting(graph, {.all = true, .duplicates = rule, .reports = true}, "uniform:5:50", 4);
    const std::vector<PeerNumber> holders{77, 177, 277};
    const SearchOutcome a = plain.run(0, holders, 4);
    const SearchOutcome b = reporting.run(0, holders, 4);
    CHECK(a.query_messages == b.query_messages);
    CHECK(a.peers_reached == b.peers_reached);
    CHECK(a.hit_messages == b.hit_messages);
    CHECK(a.latency_first_hit_ms == b.latency_first_hit_ms);
    CHECK(b.bytes - a.bytes == b.done_messages * frame_sizes().query_done);
    CHECK(plain.reached() == reporting.reached());
  }
}

TEST_CASE("lost copies are lost once, and patience ends the wait for their answers") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Floods floods(random_graph(300, 5, seed), {.reports = true}, "uniform:5:50", seed, 0.1);
    const SearchOutcome outcome = floods.run(0, {}, 6);
    CHECK(outcome.lost > 0);
    CHECK(outcome.query_messages == outcome.peers_reached - 1 + outcome.duplicates + outcome.lost);
    CHECK((floods.reported().marks & marks::kTimedOut) != 0);
    CHECK(floods.reported().messages <= outcome.query_messages);
    CHECK(outcome.elapsed_ms > 500);
    CHECK(outcome.elapsed_ms <= 6 * 500 + 2 * 50);
  }
}

TEST_CASE("a search knows nothing of the one before") {
  const Graph graph = random_graph(300, 5, 1);
  Floods one(graph, {.reports = true}, "uniform:5:50", 9);
  one.run(4, {100}, 3);
  one.run(299, {}, 7);
  const SearchOutcome later = one.run(0, {250}, 5);
  Floods fresh(graph, {.reports = true}, "uniform:5:50", 9);
  const SearchOutcome first = fresh.run(0, {250}, 5);
  CHECK(later.query_messages == first.query_messages);
  CHECK(later.latency_first_hit_ms == first.latency_first_hit_ms);
  CHECK(one.reached() == fresh.reached());
}

TEST_CASE("TTLs above any cap of real peers go all the way") {
  Floods floods(Graph::of(topology::ring(5000)), {});
  const SearchOutcome outcome = floods.run(0, {2500}, 65'535);
  CHECK(outcome.peers_reached == 5000);
  CHECK(outcome.hops_first_hit == 2500U);
  CHECK(floods.run(0, {}, 1000).peers_reached == 2001);
}

TEST_CASE("a flood can be watched, message by message") {
  Floods floods(Graph::of(topology::ring(4)), {});
  std::vector<FloodStep> steps;
  floods.record(&steps);
  floods.run(0, {2}, 3);
  using Kind = FloodStep::Kind;
  const auto is = [&](std::size_t i, Kind kind, PeerNumber from, PeerNumber to, double at) {
    return steps[i].kind == kind && steps[i].from == from && steps[i].to == to &&
           steps[i].arrived_ms == at && steps[i].sent_ms == at - 1;
  };
  REQUIRE(steps.size() == 6);
  CHECK(is(0, Kind::first_copy, 0, 1, 1));
  CHECK(is(1, Kind::first_copy, 0, 3, 1));
  CHECK(is(2, Kind::first_copy, 1, 2, 2));
  CHECK(is(3, Kind::duplicate, 3, 2, 2));
  CHECK(is(4, Kind::hit, 2, 1, 3));
  CHECK(is(5, Kind::hit, 1, 0, 4));
}

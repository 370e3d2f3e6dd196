// Floods over small graphs whose exact figures were computed by hand or by theory.
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

struct Figures {
  std::uint64_t query_messages;
  std::uint64_t peers_reached;
  std::uint64_t duplicates;
};

struct ExactCounts {
  const char* name;
  Topology topology;
  std::vector<Figures> by_ttl;  // TTL 1, 2, 3, 4, 7
};

const Topology kDiamond{4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}};
const Topology kTriangle{3, {{0, 1}, {1, 2}, {0, 2}}};
const Topology kRing6{6, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}, {5, 0}}};

}  // namespace

TEST_CASE("a flood with unit latency costs exactly what the rule says, for every TTL") {
  const std::vector<ExactCounts> rows{
      {"line4", topology::line(4), {{1, 2, 0}, {2, 3, 0}, {3, 4, 0}, {3, 4, 0}, {3, 4, 0}}},
      {"star6 from its hub",
       topology::star(6),
       {{5, 6, 0}, {5, 6, 0}, {5, 6, 0}, {5, 6, 0}, {5, 6, 0}}},
      {"triangle", kTriangle, {{2, 3, 0}, {4, 3, 2}, {4, 3, 2}, {4, 3, 2}, {4, 3, 2}}},
      {"diamond", kDiamond, {{2, 3, 0}, {4, 4, 1}, {5, 4, 2}, {5, 4, 2}, {5, 4, 2}}},
      {"ring6", kRing6, {{2, 3, 0}, {4, 5, 0}, {6, 6, 1}, {7, 6, 2}, {7, 6, 2}}},
      {"K5",
       topology::complete(5),
       {{4, 5, 0}, {16, 5, 12}, {16, 5, 12}, {16, 5, 12}, {16, 5, 12}}},
  };
  const std::vector<std::uint32_t> ttls{1, 2, 3, 4, 7};
  for (const ExactCounts& row : rows) {
    CAPTURE(row.name);
    SimNetwork network(44);
    FloodWatch watch(network);
    network.add(row.topology);
    REQUIRE(network.settle());
    for (std::size_t i = 0; i < ttls.size(); ++i) {
      CAPTURE(ttls[i]);
      const SearchReport report = network.find(0, exact("nowhere", ttls[i])).search;
      CHECK(report.stopped == Stopped::complete);
      CHECK(report.query_messages == row.by_ttl[i].query_messages);
      CHECK(report.peers_reached == row.by_ttl[i].peers_reached);
      CHECK(report.duplicates == row.by_ttl[i].duplicates);
      CHECK(report.refused == 0U);
      CHECK(report.lost == 0U);
      CHECK(report.skipped == 0U);
      CHECK(report.hit_messages == 0U);
      CHECK(report.done_messages == row.by_ttl[i].query_messages);
      CHECK(watch.of(report).queries == row.by_ttl[i].query_messages);
      CHECK(watch.of(report).dones == row.by_ttl[i].query_messages);
      CHECK(watch.of(report).reached.size() == row.by_ttl[i].peers_reached);
    }
    CHECK(network.misdirected() == 0);
  }
}

TEST_CASE("a full flood costs 2E - N + 1 messages whatever the latencies") {
  struct Row {
    const char* name;
    Topology topology;
    std::uint64_t query_messages;
  };
  const std::vector<Row> rows{
      {"line4", topology::line(4), 3},
      {"star6", topology::star(6), 5},
      {"triangle", kTriangle, 4},
      {"diamond", kDiamond, 5},
      {"ring6", kRing6, 7},
      {"K5", topology::complete(5), 16},
      {"cube", topology::cube(), 17},
      {"petersen", topology::petersen(), 21},
      {"grid3x3", topology::grid(3, 3), 16},
      {"tree15", topology::tree(15, 2), 14},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      CAPTURE(seed);
      SimNetwork network(seed);
      network.add(row.topology, unbounded(), {{1us, 90ms}, false});
      REQUIRE(network.settle());
      const SearchReport report = network.find(0, exact("nowhere", 50)).search;
      CHECK(report.stopped == Stopped::complete);
      CHECK(report.query_messages == row.query_messages);
      CHECK(report.peers_reached == row.topology.peers);
      CHECK(report.done_messages == row.query_messages);
    }
  }
}

TEST_CASE("a late copy with a higher TTL is dropped, or routed on but not processed again") {
  // o-a takes 10 ms, so that b's copy reaches a first, with a TTL too low for c.
  constexpr PeerNumber o = 0;
  constexpr PeerNumber a = 1;
  constexpr PeerNumber b = 2;
  constexpr PeerNumber c = 3;
  const auto run = [&](Duplicates rule) {
    SimNetwork network(47);
    FloodWatch watch(network);
    NodeConfig config = SimNetwork::defaults();
    config.duplicates = rule;
    network.add(Topology{4, {{o, a}, {o, b}, {a, b}, {a, c}}}, config);
    network.set_latency(o, a, Latency::fixed(10ms));
    network.set_latency(a, o, Latency::fixed(10ms));
    for (const PeerNumber peer : {a, b, c}) network.start(peer), network.publish(peer, "key", "v");
    REQUIRE(network.settle());
    const FindAnswer answer = network.find(o, everywhere("key", 2));
    CHECK(answer.search.stopped == Stopped::complete);
    CHECK(adds_up(answer.search));
    CHECK(answer.hits.size() == watch.of(answer.search).reached.size() - 1);  // each but o once
    CHECK(watch.of(answer.search).queries == answer.search.query_messages);
    return std::pair(watch.of(answer.search).reached, *answer.search.query_messages);
  };
  CHECK(run(Duplicates::drop) == std::pair(std::set<PeerNumber>{o, a, b}, std::uint64_t{3}));
  CHECK(run(Duplicates::reforward) ==
        std::pair(std::set<PeerNumber>{o, a, b, c}, std::uint64_t{5}));
}

TEST_CASE("a hit comes from each holder once, with the hops of the first copy's way") {
  const Topology ring5{5, {{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 0}}};
  struct Row {
    const char* name;
    Topology topology;
    std::vector<PeerNumber> holders;
    std::uint32_t ttl;
    std::uint64_t hit_messages;
    std::map<PeerNumber, std::uint32_t> hops;
  };
  const std::vector<Row> rows{
      {"line4", topology::line(4), {1, 3}, 7, 4, {{1, 1}, {3, 3}}},
      {"ring5", ring5, {2, 3}, 7, 4, {{2, 2}, {3, 2}}},
      {"diamond", kDiamond, {3}, 7, 2, {{3, 2}}},
      {"star6 from its hub",
       topology::star(6),
       {1, 2, 3, 4, 5},
       1,
       5,
       {{1, 1}, {2, 1}, {3, 1}, {4, 1}, {5, 1}}},
      {"line4, at home", topology::line(4), {0}, 7, 0, {{0, 0}}},
      {"line4, too far", topology::line(4), {3}, 2, 0, {}},
  };
  for (const Row& row : rows) {
    CAPTURE(row.name);
    SimNetwork network(49);
    FloodWatch watch(network);
    network.add(row.topology);
    REQUIRE(network.settle());
    for (const PeerNumber holder : row.holders) network.publish(holder, "key", "value");
    const FindAnswer answer = network.find(0, everywhere("key", row.ttl));
    std::map<std::string, std::uint32_t> expected;
    for (const auto& [peer, hops] : row.hops) expected[to_string(network.address_of(peer))] = hops;
    std::map<std::string, std::uint32_t> got;
    for (const SearchHit& hit : answer.hits) got[hit.holder] = hit.hops;
    CHECK(got == expected);
    CHECK(answer.hits.size() == expected.size());
    CHECK(answer.found == !expected.empty());
    CHECK(answer.search.stopped == Stopped::complete);
    CHECK(answer.search.hit_messages == row.hit_messages);
    CHECK(watch.of(answer.search).hits == row.hit_messages);
  }
}

TEST_CASE("a holder that was asked for the key alone answers and does not route on") {
  SimNetwork network(1);
  network.add(topology::line(4));
  REQUIRE(network.settle());
  network.publish(1, "key", "value");
  network.publish(3, "key", "value");
  const FindAnswer answer = network.find(0, exact("key"));
  CHECK(answer.hits.size() == 1);
  CHECK(answer.search.query_messages == 1U);
  CHECK(answer.search.peers_reached == 2U);
  network.publish(0, "key", "value");
  const FindAnswer at_home = network.find(0, exact("key"));
  CHECK(at_home.hits.size() == 1);
  CHECK(at_home.hits[0].hops == 0);
  CHECK(at_home.search.query_messages == 0U);
  CHECK(at_home.search.elapsed_ms == 0.0);
}

TEST_CASE("a hit whose reverse path is broken is dropped and counted, and nobody floods again") {
  for (const bool report : {true, false}) {
    CAPTURE(report);
    SimNetwork network(50);
    FloodWatch watch(network);
    network.add(topology::line(4));
    REQUIRE(network.settle());
    network.publish(3, "key", "value");
    network.tap([&](const Carried& carried) {  // 1 dies when it has forwarded the query
      if (std::holds_alternative<Query>(carried.message) && carried.from == 1) network.crash(1);
    });
    FindRequest request = exact("key");
    request.report = report;
    const FindAnswer answer = network.find(0, request);
    network.run_for(1s);
    CHECK(!answer.found);
    CHECK(watch.of(answer.search).queries == 3);
    CHECK(watch.of(answer.search).hits == 1);
    CHECK(network.counter(2, "hits without a route") == 1);
    CHECK(network.counter(2, "hits sent") == 0);
    if (report) {
      CHECK(answer.search.stopped == Stopped::partial);
      CHECK(answer.search.lost == 1U);
      CHECK(adds_up(answer.search));
      CHECK(answer.search.marks == std::vector<std::string>{"link lost"});
      CHECK(answer.search.elapsed_ms == 2.0);  // 1 ms for the query, 1 ms for the reset
    } else {
      CHECK(answer.search.stopped == Stopped::timeout);
      CHECK(answer.search.query_messages == std::nullopt);
      CHECK(answer.search.elapsed_ms == 10'000.0);
    }
  }
}

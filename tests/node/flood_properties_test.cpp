// What holds for floods over any graph, tried on seeded random ones.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// A random graph of 2 to 40 peers, and more draws for what happens on it.
struct Case {
  explicit Case(std::uint64_t seed)
      : random(seed),
        peers(static_cast<std::uint32_t>(2 + random.below(39))),
        topology(topology::random(peers, 2.0 + 3.0 * random.unit(), random.next())),
        origin(static_cast<PeerNumber>(random.below(peers))) {}

  std::set<PeerNumber> some_peers(std::uint64_t most) {
    std::set<PeerNumber> result;
    for (std::uint64_t i = random.below(most + 1); i > 0; --i) {
      result.insert(static_cast<PeerNumber>(random.below(peers)));
    }
    return result;
  }

  Random random;
  std::uint32_t peers;
  Topology topology;
  PeerNumber origin;
};

std::set<PeerNumber> within(const Topology& topology, PeerNumber origin, std::uint32_t ttl) {
  const auto far = distances(topology, origin);
  std::set<PeerNumber> result;
  for (PeerNumber peer = 0; peer < topology.peers; ++peer) {
    if (far[peer] <= ttl) result.insert(peer);
  }
  return result;
}

}  // namespace

TEST_CASE("a full flood: 2E - N + 1 messages, each answered, each hit exactly once") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    SimNetwork network(seed);
    FloodWatch watch(network);
    network.add(c.topology, unbounded(), {{10us, 80ms}, seed % 2 == 0});
    REQUIRE(network.settle());
    const std::set<PeerNumber> holding = c.some_peers(5);
    for (const PeerNumber holder : holding) network.publish(holder, "key", "value");

    const FindAnswer answer = network.find(c.origin, everywhere("key", 60));
    const SearchReport& report = answer.search;
    CHECK(report.stopped == Stopped::complete);
    CHECK(report.query_messages == full_flood(c.topology));
    CHECK(report.peers_reached == c.peers);
    CHECK(report.lost == 0U);
    CHECK(report.refused == 0U);
    CHECK(adds_up(report));
    CHECK(report.marks.empty());

    std::uint64_t hops = 0;
    for (const SearchHit& hit : answer.hits) hops += hit.hops;
    CHECK(answer.hits.size() == holding.size());
    CHECK(holders(answer).size() == holding.size());
    CHECK(report.hit_messages == hops);
    if (watch.knows(report)) {
      const Flood& flood = watch.of(report);
      CHECK(flood.queries == report.query_messages);
      CHECK(flood.dones == report.query_messages);
      CHECK(flood.answers.size() == flood.queries);
      CHECK(flood.most_answers_for_a_copy() == 1);
      CHECK(flood.hits == hops);
      CHECK(flood.reached.size() == c.peers);
      CHECK(flood.most_visits_of_a_hit() <= 1);
      CHECK(flood.highest_ttl_plus_hops == 60);
    }
    CHECK(network.misdirected() == 0);
  }
}

TEST_CASE("with unit latency a flood reaches exactly the peers within its TTL") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    SimNetwork network(seed);
    FloodWatch watch(network);
    network.add(c.topology);
    REQUIRE(network.settle());
    const auto ttl = static_cast<std::uint32_t>(1 + c.random.below(6));
    const SearchReport report = network.find(c.origin, exact("nowhere", ttl)).search;
    const std::set<PeerNumber> expected = within(c.topology, c.origin, ttl);
    CHECK(report.peers_reached == expected.size());
    CHECK(adds_up(report));
    CHECK(report.done_messages == report.query_messages);
    CHECK(watch.of(report).reached == expected);
    CHECK(watch.of(report).highest_ttl_plus_hops == static_cast<int>(ttl));
    const auto far = distances(c.topology, c.origin);
    std::uint32_t farthest = 0;
    for (const PeerNumber peer : expected) farthest = std::max(farthest, far[peer]);
    CHECK(report.max_hops == farthest);
  }
}

TEST_CASE("with reforwarding that holds for any latency, and nobody processes a query twice") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    SimNetwork network(seed);
    FloodWatch watch(network);
    NodeConfig config = unbounded();
    config.duplicates = Duplicates::reforward;
    network.add(c.topology, config, {{10us, 80ms}, false});
    REQUIRE(network.settle());
    for (PeerNumber peer = 0; peer < c.peers; ++peer) network.publish(peer, "key", "value");
    const auto ttl = static_cast<std::uint32_t>(1 + c.random.below(6));
    const FindAnswer answer = network.find(c.origin, everywhere("key", ttl));
    const SearchReport& report = answer.search;
    const std::set<PeerNumber> expected = within(c.topology, c.origin, ttl);
    CHECK(watch.of(report).reached == expected);
    CHECK(report.peers_reached == expected.size());
    CHECK(adds_up(report));
    CHECK(report.query_messages == watch.of(report).queries);
    CHECK(watch.of(report).dones == watch.of(report).queries);
    CHECK(watch.of(report).answers.size() == watch.of(report).queries);
    CHECK(watch.of(report).highest_ttl_plus_hops <= static_cast<int>(ttl));
    CHECK(answer.hits.size() == expected.size());  // every peer, the originator too, exactly once
    CHECK(holders(answer).size() == expected.size());
    CHECK(watch.of(report).hits == report.hit_messages);
  }
}

TEST_CASE("a query is looked up in each peer's index once, however many copies come") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    SimNetwork network(seed);
    network.add(c.topology, unbounded(), {{10us, 80ms}, false});
    REQUIRE(network.settle());
    for (PeerNumber peer = 0; peer < c.peers; ++peer) network.publish(peer, "key", "value");
    const FindAnswer answer = network.find(c.origin, everywhere("key", 60));
    CHECK(answer.hits.size() == c.peers);
    for (PeerNumber peer = 0; peer < c.peers; ++peer) {
      if (peer != c.origin) CHECK(network.counter(peer, "queries answered") == 1);
    }
  }
}

TEST_CASE("patterns flood like keys: holders answer and route on, each result once") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    CAPTURE(seed);
    Case c(seed);
    SimNetwork network(seed);
    network.add(c.topology, unbounded(), {{10us, 80ms}, false});
    REQUIRE(network.settle());
    const std::set<PeerNumber> holding = c.some_peers(5);
    for (const PeerNumber holder : holding) {
      network.publish(holder, "notes/rivers.txt", "1");
      network.publish(holder, "notes/lakes.txt", "2");
      network.publish(holder, "notes/lakes.pdf", "3");
    }
    FindRequest request = exact("notes/*.txt", 60);
    request.match = Match::glob;
    const FindAnswer globbed = network.find(c.origin, request);
    CHECK(globbed.hits.size() == 2 * holding.size());
    CHECK(globbed.search.query_messages == full_flood(c.topology));
    CHECK(globbed.search.peers_reached == c.peers);
    CHECK(globbed.search.stopped == Stopped::complete);
    request.key = "LAKES notes";
    request.match = Match::words;
    const FindAnswer worded = network.find(c.origin, request);
    CHECK(worded.hits.size() == 2 * holding.size());
    request.all = false;  // holders do not route on
    const FindAnswer stopped = network.find(c.origin, request);
    CHECK(stopped.found == !holding.empty());
    CHECK(stopped.search.stopped == Stopped::complete);
    CHECK(adds_up(stopped.search));
    request.key = "nowhere*";
    request.match = Match::glob;
    CHECK(network.find(c.origin, request).search.query_messages == full_flood(c.topology));
  }
}

TEST_CASE("a pattern that holders do not route on reaches as far as a key does") {
  SimNetwork network(1);
  FloodWatch watch(network);
  network.add(topology::line(5));
  REQUIRE(network.settle());
  FindRequest request = exact("no*where");
  request.match = Match::glob;
  request.all = false;
  for (std::uint32_t ttl = 1; ttl <= 4; ++ttl) {
    CAPTURE(ttl);
    for (const bool report : {true, false}) {
      request.ttl = ttl;
      request.report = report;
      const SearchReport search = network.find(0, request).search;
      CHECK(watch.of(search).queries == ttl);
      CHECK(watch.of(search).highest_ttl_plus_hops == static_cast<int>(ttl));
      if (report) CHECK(search.peers_reached == ttl + 1);
    }
  }
}

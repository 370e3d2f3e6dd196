// Expanding rings and random walks over whole networks.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

struct Waves {
  std::vector<int> ttls;
  FindAnswer answer;
};

Waves expand(PeerNumber holder, std::uint32_t ttl) {
  SimNetwork network(10);
  network.add(topology::line(12));
  REQUIRE(network.settle());
  if (holder > 0) network.publish(holder, "key", "value");
  Waves waves;
  network.tap([&](const Carried& carried) {
    const auto* query = std::get_if<Query>(&carried.message);
    if (query != nullptr && carried.phase == Carried::Phase::sent && query->hops == 0) {
      waves.ttls.push_back(query->ttl);
    }
  });
  FindRequest request = exact("key", ttl);
  request.via = Via::expanding;
  waves.answer = network.find(0, request);
  CHECK(waves.answer.search.waves == waves.ttls.size());
  CHECK(waves.answer.search.stopped == Stopped::complete);
  return waves;
}

FindRequest walk(std::uint32_t walkers, std::uint32_t steps) {
  FindRequest request = exact("key");
  request.via = Via::walk;
  request.walkers = walkers;
  request.steps = steps;
  return request;
}

}  // namespace

TEST_CASE("expanding: waves of TTL 1, 2, 4, ... up to the asked one, messages summed") {
  const Waves waves = expand(0, 7);
  CHECK(waves.ttls == std::vector<int>{1, 2, 4, 7});
  CHECK(waves.answer.search.query_messages == 1U + 2 + 4 + 7);
  CHECK(waves.answer.search.done_messages == 1U + 2 + 4 + 7);
  CHECK(waves.answer.search.peers_reached == 8U);
  CHECK(waves.answer.search.max_hops == 7U);
  CHECK(!waves.answer.found);
  CHECK(expand(0, 8).ttls == std::vector<int>{1, 2, 4, 8});
  CHECK(expand(0, 1).ttls == std::vector<int>{1});
}

TEST_CASE("expanding: no further wave after one that found something") {
  const Waves near = expand(2, 7);
  CHECK(near.ttls == std::vector<int>{1, 2});
  CHECK(near.answer.search.query_messages == 3U);
  CHECK(near.answer.hits.size() == 1);
  CHECK(near.answer.hits[0].hops == 2);
  const Waves far = expand(5, 7);
  CHECK(far.ttls == std::vector<int>{1, 2, 4, 7});
  CHECK(far.answer.search.query_messages == 1U + 2 + 4 + 5);
  CHECK(far.answer.search.hit_messages == 5U);
  CHECK(far.answer.hits.size() == 1);
}

TEST_CASE("expanding: each wave has an id of its own, so that peers look at it anew") {
  SimNetwork network(11);
  FloodWatch watch(network);
  network.add(topology::ring(9));
  REQUIRE(network.settle());
  FindRequest request = exact("nowhere", 4);
  request.via = Via::expanding;
  const FindAnswer answer = network.find(0, request);
  CHECK(watch.all().size() == 3);
  CHECK(answer.search.waves == 3);
  CHECK(answer.search.query_messages == 2U + 4 + 8);
  CHECK(answer.search.peers_reached == 9U);
}

TEST_CASE("walkers find a key on any connected graph, and the search ends by itself") {
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    network.add(topology::random(30, 4.0, seed), SimNetwork::defaults(), {{1ms, 20ms}, false});
    REQUIRE(network.settle());
    network.publish(static_cast<PeerNumber>(1 + seed % 29), "key", "value");
    const FindAnswer answer = network.find(0, walk(0, 0));
    CHECK(answer.found);
    CHECK(answer.hits.size() == 1);
    CHECK(answer.search.stopped == Stopped::complete);
    CHECK(answer.search.lost == 0U);
    CHECK(network.traffic().of<Query>().sent == 0);
    CHECK(network.traffic().of<QueryDone>().sent == 0);
    network.run_for(10s);
    CHECK(network.misdirected() == 0);
    for (PeerNumber peer = 0; peer < 30; ++peer) CHECK(network.table(peer, "parked walkers") == 0);
  }
}

TEST_CASE("walkers that find nothing take all their steps, each counted") {
  SimNetwork network(12);
  network.add(topology::random(20, 4.0, 12));
  REQUIRE(network.settle());
  const FindAnswer answer = network.find(0, walk(4, 20));
  CHECK(!answer.found);
  CHECK(answer.search.stopped == Stopped::complete);
  CHECK(answer.search.query_messages == 80U);
  CHECK(network.traffic().of<Walk>().sent == 80);
  CHECK(answer.search.lost == 0U);
  // Every 4 steps a walker asks, and is answered; at its end it tells.
  const std::uint64_t direct =
      network.traffic().of<WalkReport>().sent + network.traffic().of<WalkReply>().sent;
  CHECK(answer.search.done_messages == direct);
  CHECK(network.traffic().of<WalkReport>().sent <= 4 * 5);
}

TEST_CASE("with --all walkers go on after a hit, and each holder answers once") {
  SimNetwork network(13);
  network.add(topology::complete(6));
  REQUIRE(network.settle());
  for (const PeerNumber holder : {1U, 3U, 5U}) network.publish(holder, "key", "value");
  FindRequest request = walk(4, 40);
  request.all = true;
  const FindAnswer answer = network.find(0, request);
  CHECK(answer.hits.size() == 3);
  CHECK(holders(answer).size() == 3);
  CHECK(answer.search.query_messages == 160U);
}

TEST_CASE("a walker whose peer crashes counts as lost after 5 s of silence") {
  SimNetwork network(14);
  network.add(topology::line(2));
  REQUIRE(network.settle());
  network.tap([&](const Carried& carried) {
    if (std::holds_alternative<Walk>(carried.message)) network.crash(1);
  });
  const FindAnswer answer = network.find(0, walk(1, 10));
  CHECK(!answer.found);
  CHECK(answer.search.stopped == Stopped::partial);
  CHECK(answer.search.lost == 1U);
  CHECK(answer.search.elapsed_ms == 5'000.0);
}

TEST_CASE("a walk is told to stop when its key was found by another walker") {
  SimNetwork network(15);
  network.add(topology::star(8));
  REQUIRE(network.settle());
  network.publish(3, "key", "value");
  const FindAnswer answer = network.find(0, walk(8, 1000));
  CHECK(answer.found);
  CHECK(answer.search.stopped == Stopped::complete);
  CHECK(*answer.search.query_messages < 100);
}

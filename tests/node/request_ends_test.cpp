// Every request ends exactly once, whatever happens to the network (the simulated clients assert
// that nothing comes after the end).
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

constexpr PeerNumber kFrozenOnes = 3;  // each third peer may hang; none of them is asked

FindRequest any_request(Random& random) {
  FindRequest request = exact(random.below(2) == 0 ? "key" : "nowhere");
  request.via = std::vector{Via::flood, Via::flood, Via::expanding, Via::walk}[random.below(4)];
  if (request.via == Via::flood && random.below(4) == 0) {
    request.match = Match::glob;
    request.key = "k*";
  }
  request.ttl = static_cast<std::uint32_t>(1 + random.below(8));
  request.first = random.below(4) == 0;
  request.report = random.below(4) != 0;
  request.trace = random.below(4) == 0;
  request.stream = random.below(4) == 0;
  if (random.below(2) == 0) request.all = random.below(2) == 0;
  if (request.via == Via::walk) request.steps = static_cast<std::uint32_t>(1 + random.below(60));
  return request;
}

/// True: a peer has lost its memory and come back.
bool something_happens(SimNetwork& network, Random& random, const Topology& graph) {
  const Edge link = graph.links[random.below(graph.links.size())];
  const auto peer = static_cast<PeerNumber>(random.below(graph.peers));
  const std::uint64_t what = random.below(8);
  switch (what) {
    case 0:
      network.crash(peer);
      break;
    case 1:
      network.restart(peer);
      break;
    case 2:
      network.partition(link.a, link.b);
      break;
    case 3:
      network.heal(link.a, link.b);
      break;
    case 4:
      network.freeze(peer / kFrozenOnes * kFrozenOnes);
      break;
    case 5:
      network.thaw(peer / kFrozenOnes * kFrozenOnes);
      break;
    case 6:
      network.set_pressure(link.a, link.b, static_cast<Pressure>(random.below(2)));
      break;
    default:
      network.cut(link.a, link.b);
      break;
  }
  return what == 1;
}

}  // namespace

TEST_CASE("every request ends exactly once, with figures that add up, under all kinds of faults") {
  std::size_t partial = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto peers = static_cast<std::uint32_t>(3 + random.below(18));
    const Topology graph = topology::random(peers, 3.0, random.next());
    SimNetwork network(seed);
    NodeConfig config = SimNetwork::defaults();
    config.duplicates = seed % 2 == 0 ? Duplicates::drop : Duplicates::reforward;
    FloodWatch watch(network);
    network.add(graph, config, {{1ms, 40ms}, seed % 3 == 0});
    REQUIRE(network.settle());
    for (const Edge& link : graph.links) network.set_loss(link.a, link.b, 0.02);
    network.publish(static_cast<PeerNumber>(random.below(peers)), "key", "value");

    bool restarted = false;
    std::vector<RequestHandle> finds;
    for (int round = 0; round < 60; ++round) {
      network.run_for(Duration(static_cast<Duration::rep>(random.below(300'000))));
      if (random.below(3) == 0 && something_happens(network, random, graph)) restarted = true;
      const auto origin = static_cast<PeerNumber>(random.below(peers));
      if (origin % kFrozenOnes != 0 && network.is_running(origin)) {
        finds.push_back(network.request(origin, any_request(random)));
      }
      if (!finds.empty() && random.below(6) == 0) {
        network.cancel(finds[random.below(finds.size())]);
      }
    }
    network.run_for(SimNetwork::defaults().find_timeout);
    for (const RequestHandle handle : finds) {
      const RequestRecord& record = network.record(handle);
      REQUIRE(record.over());
      CHECK(record.ended - record.asked <= config.find_timeout);
      if (!record.ending) continue;
      REQUIRE(record.error() == nullptr);
      const SearchReport& report = record.answer<FindAnswer>().search;
      if (report.via == Via::flood && report.query_messages) CHECK(adds_up(report));
      partial += report.stopped == Stopped::partial ? 1U : 0U;
    }
    for (const auto& [id, flood] : watch.all()) {
      if (!restarted) CHECK(flood.most_answers_for_a_copy() <= 1);
      CHECK(flood.highest_ttl_plus_hops <= flood.ttl_at_start);
    }
    CHECK(network.misdirected() == 0);
  }
  CHECK(partial > 100);  // the faults were felt
}

TEST_CASE("--first ends the request at the first hit; the flood goes on without it") {
  SimNetwork network(2);
  FloodWatch watch(network);
  network.add(topology::line(6));
  REQUIRE(network.settle());
  network.publish(2, "key", "value");
  network.publish(5, "key", "value");
  FindRequest request = everywhere("key");
  request.first = true;
  const FindAnswer answer = network.find(0, request);
  CHECK(answer.hits.size() == 1);
  CHECK(answer.search.stopped == Stopped::first_hit);
  CHECK(answer.search.elapsed_ms == 4.0);
  CHECK(answer.search.first_hit_ms == 4.0);
  CHECK(answer.search.query_messages == std::nullopt);
  CHECK(answer.search.hit_messages == std::nullopt);
  network.run_for(1s);
  CHECK(watch.of(answer.search).reached.size() == 6);
}

TEST_CASE("streamed hits come before the answer, and are in it too") {
  SimNetwork network(2);
  network.add(topology::line(4));
  REQUIRE(network.settle());
  for (const PeerNumber holder : {0U, 1U, 3U}) network.publish(holder, "key", "value");
  FindRequest request = everywhere("key");
  request.stream = true;
  const RequestHandle handle = network.request(0, request);
  CHECK(network.record(handle).hits.size() == 1);
  network.run_for(2ms);
  CHECK(network.record(handle).hits.size() == 2);
  CHECK(!network.record(handle).over());
  network.run_for(1s);
  CHECK(network.record(handle).hits.size() == 3);
  CHECK(network.record(handle).answer<FindAnswer>().hits.size() == 3);
}

TEST_CASE("a cancelled request never answers, and leaves nothing behind but what the flood does") {
  SimNetwork network(2);
  network.add(topology::ring(5));
  REQUIRE(network.settle());
  network.publish(2, "key", "value");
  const RequestHandle handle = network.request(0, exact("key"));
  network.run_for(1ms);
  network.cancel(handle);
  network.run_for(15s);
  CHECK(network.record(handle).cancelled);
  CHECK(!network.record(handle).ending);
  CHECK(network.find(0, exact("key")).found);
}

TEST_CASE("a request's own timeout ends it, whatever the flood is still doing") {
  SimNetwork network(2);
  network.add(topology::line(3), SimNetwork::defaults(), {Latency::fixed(400ms), false});
  REQUIRE(network.settle());
  FindRequest request = exact("nowhere");
  request.timeout_ms = 900;
  const FindAnswer answer = network.find(0, request);
  CHECK(answer.search.stopped == Stopped::timeout);
  CHECK(answer.search.elapsed_ms == 900.0);
  CHECK(answer.search.query_messages == std::nullopt);
}

TEST_CASE("a peer without neighbors answers at once") {
  SimNetwork network(2);
  network.add_peer();
  network.start();
  const FindAnswer answer = network.find(0, exact("nowhere"));
  CHECK(answer.search.stopped == Stopped::complete);
  CHECK(answer.search.query_messages == 0U);
  CHECK(answer.search.peers_reached == 1U);
  CHECK(answer.search.elapsed_ms == 0.0);
}

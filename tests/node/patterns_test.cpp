// Patterns take long, exact searches do not wait for them; and no neighbor's patterns hold up those
// of others.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Strangers that are neighbors of peer 0, which has many keys; peer 1 is its neighbor too.
struct Scene {
  explicit Scene(std::size_t strangers) : network(41) {
    network.add(topology::line(2));
    for (std::size_t i = 0; i < strangers; ++i) {
      all.push_back(&network.add_stranger());
      all.back()->answers_queries = true;
    }
    REQUIRE(network.settle());
    for (int i = 0; i < 400; ++i) {
      network.publish(0, std::string(900, 'a') + std::to_string(i), "x");
    }
    for (const Stranger* stranger : all) network.dial(*stranger, 0);
    network.run_for(100ms);
    REQUIRE(network.status(0).links == strangers + 1);
  }

  void send_patterns(int each, const std::string& glob) {
    Query query;
    query.ttl = 1;
    query.flags = query_flags::kReport;
    query.match = Match::glob;
    query.pattern = glob;
    for (const Stranger* stranger : all) {
      for (int i = 0; i < each; ++i) {
        query.id = {random.next(), random.next()};
        REQUIRE(network.inject(stranger->number(), 0, query));
      }
    }
  }

  SimNetwork network;
  std::vector<Stranger*> all;
  Random random{7};
};

}  // namespace

TEST_CASE("neighbors' patterns, however many, make no exact search busy, and no pattern of ours") {
  Scene scene(12);
  scene.network.publish(1, "honest", "x");
  scene.send_patterns(100, "*a*a*b");
  // Each of 13 links has its share.
  constexpr std::uint64_t kAll = limits::kScans / 13 * 12;
  REQUIRE(scene.network.run_until([&] { return scene.network.table(0, "scans") == kAll; }, 1s));
  for (const PeerNumber peer : {0U, 1U}) {
    for (const Via via : {Via::flood, Via::expanding, Via::walk}) {
      FindRequest request = exact("honest");
      request.via = via;
      const RequestHandle find = scene.network.request(peer, request);
      REQUIRE(scene.network.run_until([&] { return scene.network.record(find).over(); }, 10s));
      REQUIRE(scene.network.record(find).error() == nullptr);
      CHECK(scene.network.record(find).answer<FindAnswer>().found);
    }
  }
  FindRequest own = exact("*a123");
  own.match = Match::glob;
  const RequestHandle find = scene.network.request(0, own);
  REQUIRE(scene.network.run_until([&] { return scene.network.record(find).over(); }, 10s));
  REQUIRE(scene.network.record(find).error() == nullptr);
  CHECK(scene.network.record(find).answer<FindAnswer>().hits.size() == 1);
}

TEST_CASE("a neighbor with one pattern does not wait for those of one with many") {
  Scene scene(2);
  Query query;
  query.ttl = 1;
  query.flags = query_flags::kReport;
  query.match = Match::words;
  query.pattern = "nowhere";
  for (int i = 0; i < 300; ++i) {
    query.id = {scene.random.next(), scene.random.next()};
    REQUIRE(scene.network.inject(scene.all[0]->number(), 0, query));
  }
  query.id = {1, 1};
  REQUIRE(scene.network.inject(scene.all[1]->number(), 0, query));
  REQUIRE(scene.network.run_until([&] { return scene.all[1]->count<QueryDone>() == 1; }, 10s));
  CHECK(scene.all[1]->last<QueryDone>()->totals.peers == 1);
  for (const auto& received : scene.all[0]->received()) {
    const auto* done = std::get_if<QueryDone>(&received.message());
    if (done != nullptr) CHECK(done->totals.refused == 1);  // of the others none is done before
  }
}

TEST_CASE("what nobody waits for any more is not looked for any further") {
  Scene scene(1);
  scene.send_patterns(100, "*" + std::string(40, '?') + "*z");  // slow: many slices
  REQUIRE(scene.network.run_until([&] { return scene.network.table(0, "scans") == 100; }, 1s));
  scene.network.hang_up(*scene.all[0], 0);
  REQUIRE(scene.network.run_until([&] { return scene.network.status(0).links == 1; }, 1s));
  REQUIRE(scene.network.table(0, "scans") > 50);
  scene.network.run_for(200us);  // each is dropped when it is its turn
  CHECK(scene.network.table(0, "scans") == 0);
}

// Totals and hits that a neighbor made up: they are not believed.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "node/scenario.h"
#include "node/stranger_scene.h"

using namespace oxbow;
using namespace oxbow::scenario;
using Scene = StrangerScene;

TEST_CASE("totals that cannot be true are not counted, and are an offence") {
  constexpr std::uint32_t kMost = 0xffff'ffff;
  struct Row {
    const char* what;
    Totals totals;  // of a copy with hops 0 and TTL 7, peer 1's find being one hop away
    bool offence;
  };
  const Row rows[] = {
      {"zeros", {0, 0, 0, 0, 0, 0, 0, 0, 0}, true},
      {"peers without messages", {5, 0, 0, 0, 0, 0, 0, 1, 0}, true},
      {"everything at its most",
       {kMost, kMost, kMost, kMost, kMost, kMost, 0xffff, 255, 255},
       true},
      {"a sum that is right only when it wraps", {kMost, 0, 2, 0, 0, 0, 0, 1, 0}, true},
      {"all lost, the copy itself too", {0, 5, 0, 0, 6, 0, 0, 0, 0}, true},
      {"hops beyond the TTL", {1, 0, 0, 0, 0, 0, 0, 9, 0}, true},
      {"too much to be added up", {0x8000'0000, 0x7fff'ffff + 1U, 1, 0, 0, 0, 0, 3, 0}, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Scene scene;
    scene.stranger.on_message = [&](PeerNumber, const Message& message) {
      const auto* query = std::get_if<Query>(&message);
      if (query != nullptr) scene.send(QueryDone{query->id, query->number, row.totals});
    };
    for (int round = 1; round <= 3; ++round) {
      const SearchReport report = scene.network.find(1, exact("nowhere")).search;
      const bool cut_off = row.offence && round == 3;
      CHECK(report.stopped == Stopped::partial);
      CHECK(adds_up(report));
      CHECK(report.peers_reached == 2U);
      CHECK(report.query_messages == 2U);
      CHECK(report.lost == 1U);
      CHECK(report.max_hops == 1U);
      CHECK(report.marks == std::vector<std::string>{"faulty neighbor"});
      scene.network.run_for(100ms);
      CHECK(scene.was_cut_off() == cut_off);
    }
    CHECK(scene.network.counter(0, "dones implausible") == 3);
    CHECK(scene.network.status(1).links == 1);  // who relays is not blamed
    CHECK(scene.network.counter(1, "offences") == 0);
    if (!row.offence) continue;
    CHECK(scene.network.find(1, exact("nowhere")).search.stopped == Stopped::complete);
  }
}

TEST_CASE("totals that are large but can be true never add up to more than fits") {
  // Two strangers: each says what could be; together it is too much for the one who adds it up.
  Scene scene;
  Stranger& other = scene.network.add_stranger();
  scene.network.dial(other, 0);
  scene.network.run_for(100ms);
  const auto lie = [&](const Stranger& liar, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr) return;
    QueryDone done{query->id, query->number, {0x7000'0001, 0x7000'0000, 0, 0, 0, 0, 0, 3, 0}};
    scene.network.inject(liar.number(), 0, done);
  };
  scene.stranger.on_message = [&](PeerNumber, const Message& m) { lie(scene.stranger, m); };
  other.on_message = [&](PeerNumber, const Message& m) { lie(other, m); };
  const SearchReport report = scene.network.find(1, exact("nowhere")).search;
  CHECK(adds_up(report));
  CHECK(report.lost == 1U);
  CHECK(report.peers_reached == 0x7000'0003U);
  CHECK(scene.network.counter(0, "offences") == 0);
  CHECK(scene.network.counter(1, "dones implausible") == 0);
}

TEST_CASE("a hit of a neighbor that was never sent the query is not believed, and is an offence") {
  // Peer 0's find goes to peer 1 alone: the link to the stranger is under pressure. It knows the id
  // nevertheless, as another link of it may have told.
  Scene scene;
  scene.network.set_pressure(0, scene.stranger.number(), Pressure::high);
  scene.network.set_latency(0, 1, Latency::fixed(50ms));
  RequestId id;
  scene.network.tap([&](const Carried& carried) {
    if (const auto* query = std::get_if<Query>(&carried.message)) id = query->id;
  });
  const RequestHandle find = scene.network.request(0, exact("key"));
  scene.network.run_for(10ms);
  const HitResult result{"key", 5, Digest{}};
  Hit hit;
  hit.id = id;
  hit.holder = scene.stranger.id();
  hit.holder_address = scene.stranger.address();
  hit.hops = 1;
  hit.results = {&result, 1};
  scene.send(hit);
  scene.network.run_for(5s);
  CHECK(scene.network.record(find).answer<FindAnswer>().hits.empty());
  CHECK(scene.network.counter(0, "hits of one not sent to") == 1);
  CHECK(scene.network.counter(0, "offences") == 1);
  for (int i = 0; i < 2; ++i) scene.send(hit);
  scene.network.run_for(100ms);
  CHECK(scene.was_cut_off());
}

TEST_CASE("a link that came up after the query has nothing to say to it") {
  Scene scene;
  scene.network.set_latency(0, 1, Latency::fixed(200ms));
  RequestId id;
  scene.network.tap([&](const Carried& carried) {
    if (const auto* query = std::get_if<Query>(&carried.message)) id = query->id;
  });
  const RequestHandle find = scene.network.request(0, exact("key"));
  scene.network.run_for(10ms);
  scene.network.hang_up(scene.stranger, 0);
  scene.network.run_for(10ms);
  scene.network.dial(scene.stranger, 0);
  scene.network.run_for(20ms);
  const HitResult result{"key", 5, Digest{}};
  Hit hit;
  hit.id = id;
  hit.holder = scene.stranger.id();
  hit.hops = 1;
  hit.results = {&result, 1};
  REQUIRE(scene.send(hit));
  scene.network.run_for(5s);
  CHECK(scene.network.record(find).answer<FindAnswer>().hits.empty());
  CHECK(scene.network.counter(0, "hits of one not sent to") == 1);
}

TEST_CASE("a hit with a key that was not asked for reaches no client") {
  Scene scene;
  const HitResult results[] = {{"another key", 5, Digest{}}, {"key", 6, Digest{}}};
  scene.stranger.on_message = [&](PeerNumber, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr) return;
    Hit hit;
    hit.id = query->id;
    hit.holder = scene.stranger.id();
    hit.hops = static_cast<std::uint8_t>(query->hops + 1);
    hit.results = results;
    scene.send(hit);
  };
  const FindAnswer answer = scene.network.find(1, exact("key"));
  REQUIRE(answer.hits.size() == 1);
  CHECK(answer.hits[0].size == 6);
}

TEST_CASE("a walker's hit is believed of its holder alone") {
  Scene scene;
  const HitResult result{"key", 5, Digest{}};
  scene.stranger.on_message = [&](PeerNumber from, const Message& message) {
    const auto* walk = std::get_if<Walk>(&message);
    if (walk == nullptr || from != 0) return;
    WalkReport report;
    report.id = walk->id;
    report.walker = walk->walker;
    report.steps_taken = walk->steps_taken;
    report.event = WalkEvent::hit;
    report.holder = scene.network.id_of(1);
    report.results = {&result, 1};
    scene.send(report);
  };
  FindRequest walk = exact("key");
  walk.via = Via::walk;
  walk.walkers = 2;
  CHECK(!scene.network.find(0, walk).found);
  CHECK(scene.network.counter(0, "offences") > 0);
}

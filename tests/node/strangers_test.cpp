// Peers that do what no honest one does: a Node stays up, serves the others, says why it hung up.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "node/scenario.h"
#include "node/stranger_scene.h"

using namespace oxbow;
using namespace oxbow::scenario;
using Scene = StrangerScene;

TEST_CASE("a query with TTL 0 or 255 hops is an offence, and a few of them end the connection") {
  for (const bool by_ttl : {true, false}) {
    CAPTURE(by_ttl);
    Scene scene;
    const auto offend = [&] {
      Query query = scene.fresh_query();
      if (by_ttl) query.ttl = 0;
      if (!by_ttl) query.hops = 255;
      scene.send(query);
      scene.network.run_for(10ms);
    };
    offend();
    CHECK(!scene.was_cut_off());
    offend();
    CHECK(!scene.was_cut_off());
    offend();
    CHECK(scene.was_cut_off());
    CHECK(scene.network.counter(0, "offences") == 3);
    CHECK(scene.network.count_events(by_ttl ? "TTL 0" : "255 hops") > 0);
    CHECK(scene.stranger.count<Bye>() == 1);
    CHECK(scene.queries_at_1() == 0);
    CHECK(scene.network.find(0, exact("nowhere")).search.peers_reached == 2U);
  }
}

TEST_CASE("the same query a thousand times is processed once, and ends the connection") {
  Scene scene;
  const Query query = scene.fresh_query();
  int sent = 0;
  while (sent < 1000 && scene.send(query)) {
    ++sent;
    scene.network.run_for(1ms);
  }
  CHECK(scene.was_cut_off());
  CHECK(sent < 12);
  CHECK(scene.queries_at_1() == 1);
  CHECK(scene.network.count_events("hung up on stranger-2: sends the same") == 1);
  CHECK(scene.network.find(1, exact("nowhere")).search.peers_reached == 2U);
}

TEST_CASE("ten repeats in a hundred queries end the connection at the sixth") {
  Scene scene;
  Query repeated;
  for (int i = 0; i < 90; ++i) {
    repeated = scene.fresh_query();
    scene.send(repeated);
  }
  scene.network.run_for(100ms);
  for (int repeat = 1; repeat <= 10; ++repeat) {
    const bool open = scene.send(repeated);
    scene.network.run_for(10ms);
    CHECK(open == (repeat <= 6));
    CHECK(scene.was_cut_off() == (repeat >= 6));
  }
}

TEST_CASE("repeats are tolerated while they are a small share of a neighbor's queries") {
  Scene scene;
  Query repeated;
  for (int i = 0; i < 700; ++i) {
    repeated = scene.fresh_query();
    scene.send(repeated);
  }
  scene.network.run_for(1s);
  for (int repeat = 0; repeat < 10; ++repeat) scene.send(repeated);
  scene.network.run_for(1s);
  CHECK(!scene.was_cut_off());  // 10 of 710 are 1.4 %
  scene.send(repeated);
  scene.network.run_for(1s);
  CHECK(scene.was_cut_off());  // 11 of 711 are 1.55 %
}

TEST_CASE("copies with a higher TTL and a number of their own are reforwarded ones, not repeats") {
  Scene scene;
  Query query = scene.fresh_query(1);
  for (std::uint8_t ttl = 1; ttl <= 12; ++ttl) {
    query.ttl = ttl;
    query.number = static_cast<std::uint16_t>(ttl - 1);
    scene.send(query);
  }
  scene.network.run_for(1s);
  CHECK(!scene.was_cut_off());
  CHECK(scene.network.counter(0, "duplicates") == 11);
}

TEST_CASE("a neighbor is never cut off for the duplicates that it relays from others") {
  // Everything floods over everything: all the peers send each other many duplicates.
  SimNetwork network(21);
  network.add(topology::complete(8), SimNetwork::defaults(), {{1ms, 20ms}, false});
  REQUIRE(network.settle());
  for (int i = 0; i < 200; ++i) {
    network.request(static_cast<PeerNumber>(i % 8), exact("nowhere"));
    network.run_for(5ms);
  }
  network.run_for(1s);
  for (PeerNumber peer = 0; peer < 8; ++peer) {
    CHECK(network.status(peer).links == 7);
    CHECK(network.counter(peer, "hangups") == 0);
    CHECK(network.counter(peer, "offences") == 0);
  }
}

TEST_CASE("hits that nobody asked for are dropped and counted") {
  Scene scene;
  const HitResult result{"key", 5, Digest{}};
  Hit hit;
  hit.id = {1, 2};
  hit.holder = scene.stranger.id();
  hit.holder_address = scene.stranger.address();
  hit.holder_name = "a stranger";
  hit.hops = 1;
  hit.results = {&result, 1};
  for (int i = 0; i < 50; ++i) scene.send(hit);
  scene.network.run_for(1s);
  CHECK(scene.network.counter(0, "hits unasked") == 50);
  CHECK(scene.network.counter(0, "hits sent") == 0);
  CHECK(scene.network.counter(1, "hits received") == 0);
  CHECK(scene.network.traffic().of<Hit>().delivered == 50);
}

TEST_CASE("one hit sent twice reaches the client once") {
  Scene scene;
  const HitResult result{"key", 5, Digest{}};
  scene.stranger.on_message = [&](PeerNumber, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr) return;
    Hit hit;
    hit.id = query->id;
    hit.holder = scene.stranger.id();
    hit.holder_address = scene.stranger.address();
    hit.hops = static_cast<std::uint8_t>(query->hops + 1);
    hit.results = {&result, 1};
    for (int i = 0; i < 20; ++i) scene.send(hit);
    QueryDone done{query->id, query->number, {}};
    done.totals.peers = 1;
    scene.send(done);
  };
  const FindAnswer answer = scene.network.find(1, exact("key"));
  CHECK(answer.hits.size() == 1);
  CHECK(scene.network.counter(0, "hits repeated") == 19);
  CHECK(scene.network.counter(0, "hits sent") == 1);
}

TEST_CASE("a QueryDone for a copy that was never sent, or was answered already, changes nothing") {
  Scene scene;
  scene.network.set_latency(0, 1, Latency::fixed(50ms));  // so that the flood is still going on
  scene.stranger.on_message = [&](PeerNumber, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr) return;
    QueryDone invented{query->id, 7, {}};
    invented.totals.peers = 1000;
    scene.send(invented);
    QueryDone answer{query->id, query->number, {}};
    answer.totals.peers = 1;
    answer.totals.max_hops = 1;
    scene.send(answer);
    answer.totals.peers = 500;
    scene.send(answer);
  };
  scene.send(QueryDone{{3, 4}, 0, {}});
  const SearchReport report = scene.network.find(0, exact("nowhere")).search;
  CHECK(report.peers_reached == 3U);
  CHECK(report.query_messages == 2U);
  CHECK(report.stopped == Stopped::complete);
  CHECK(scene.network.counter(0, "dones unasked") == 3);
}

TEST_CASE("the only neighbor is not cut off for repeats, and that is told once") {
  SimNetwork network(23);
  Stranger& stranger = network.add_stranger();
  const PeerNumber peer = network.add_peer();
  REQUIRE(network.settle());
  network.dial(stranger, peer);
  network.run_for(100ms);
  Query query;
  query.id = {1, 2};
  query.ttl = 5;
  query.flags = query_flags::kReport;
  query.pattern = "nowhere";
  for (int i = 0; i < 100; ++i) CHECK(network.inject(stranger.number(), peer, query));
  network.run_for(1s);
  CHECK(network.status(peer).links == 1);
  CHECK(stranger.count<QueryDone>() == 100);  // each copy is answered nevertheless
  const auto told =
      std::count_if(network.events().begin(), network.events().end(), [](const LoggedEvent& event) {
        return event.severity == Severity::warning &&
               event.text.find("it is the only neighbor") != std::string::npos;
      });
  CHECK(told == 1);
}

TEST_CASE("TTL + hops above the cap is trimmed") {
  Scene scene;
  Query query = scene.fresh_query(200);
  query.hops = 3;
  int ttl = 0;
  int hops = 0;
  scene.network.tap([&](const Carried& carried) {
    const auto* seen = std::get_if<Query>(&carried.message);
    if (seen == nullptr || carried.to != 1) return;
    ttl = seen->ttl;
    hops = seen->hops;
  });
  scene.send(query);
  scene.network.run_for(1s);
  CHECK(hops == 4);
  CHECK(ttl == limits::kTtlCap - 4);
  CHECK(!scene.was_cut_off());
}

TEST_CASE("too many queries a second are refused and marked, and the sender is not cut off") {
  NodeConfig config = SimNetwork::defaults();
  config.query_rate = limits::kQueryRate;
  Scene scene(config);
  for (int i = 0; i < 150; ++i) scene.send(scene.fresh_query());
  scene.network.run_for(100ms);
  CHECK(scene.network.counter(0, "refused: rate") == 50);
  CHECK(scene.queries_at_1() == 100);
  CHECK(scene.network.counter(1, "refused: rate") == 0);
  CHECK(scene.stranger.count<QueryDone>() == 150);
  std::size_t marked = 0;
  for (const auto& received : scene.stranger.received()) {
    const auto* done = std::get_if<QueryDone>(&received.message());
    if (done == nullptr || done->totals.refused == 0) continue;
    CHECK(done->totals.marks == marks::kRate);
    CHECK(done->totals.peers == 0);
    ++marked;
  }
  CHECK(marked == 50);
  CHECK(!scene.was_cut_off());
  CHECK(scene.network.status(1).links == 1);  // nor the neighbor that relayed them
  scene.network.run_for(1s);                  // 20 more are allowed by now
  for (int i = 0; i < 30; ++i) scene.send(scene.fresh_query());
  scene.network.run_for(100ms);
  CHECK(scene.queries_at_1() >= 120);
  CHECK(scene.queries_at_1() <= 123);
}

TEST_CASE("a search says that its query was refused for the rate") {
  NodeConfig config = SimNetwork::defaults();
  config.query_rate = 1;
  config.query_burst = 2;
  SimNetwork network(22);
  network.add(topology::line(2), config);
  REQUIRE(network.settle());
  CHECK(network.find(0, exact("nowhere")).search.stopped == Stopped::complete);
  CHECK(network.find(0, exact("nowhere")).search.stopped == Stopped::complete);
  const SearchReport report = network.find(0, exact("nowhere")).search;
  CHECK(report.stopped == Stopped::partial);
  CHECK(report.refused == 1U);
  CHECK(report.marks == std::vector<std::string>{"rate"});
}

TEST_CASE("a peer's own query that comes back is a duplicate, even long after it was forgotten") {
  Scene scene;
  scene.stranger.answers_queries = true;
  const SearchReport report = scene.network.find(0, exact("nowhere")).search;
  REQUIRE(scene.stranger.count<Query>() == 1);
  Query back = *scene.stranger.last<Query>();
  back.ttl = 9;
  back.hops = 3;
  scene.send(back);
  scene.network.run_for(100ms);
  CHECK(scene.network.counter(0, "duplicates") == 1);
  REQUIRE(scene.stranger.count<QueryDone>() == 1);
  CHECK(scene.stranger.last<QueryDone>()->totals.duplicates == 1);
  scene.network.run_for(limits::kSeenLife + 1s);
  CHECK(scene.network.table(0, "seen") == 0);
  CHECK(scene.network.table(0, "routes") == 0);
  scene.send(back);
  scene.network.run_for(100ms);
  CHECK(scene.network.counter(0, "duplicates") == 2);
  CHECK(scene.network.table(0, "seen") == 0);
  CHECK(scene.queries_at_1() == 1);  // the search itself
  CHECK(scene.stranger.last<QueryDone>()->totals.duplicates == 1);
  CHECK(report.peers_reached == 3U);
}

TEST_CASE("garbage on a link ends it with a reason, and the others are served") {
  Scene scene;
  const std::vector<std::string> garbage{
      std::string("\0\0\0\0", 4), std::string("\xff\xff\xff\xff\x06", 5), std::string(5000, 'x')};
  for (const std::string& bytes : garbage) {
    scene.network.dial(scene.stranger, 0);
    scene.network.run_for(100ms);
    const std::size_t before = scene.stranger.endings(0);
    REQUIRE(scene.network.inject_bytes(scene.stranger.number(), 0, bytes));
    scene.network.run_for(100ms);
    CHECK(scene.stranger.endings(0) == before + 1);
    CHECK(scene.network.find(1, exact("nowhere")).search.peers_reached == 2U);
  }
}

TEST_CASE("a walker with too many steps is an offence here, not one of ours at the next peer") {
  Scene scene;
  Walk walk;
  walk.id = {1, 2};
  walk.steps_left = 10;
  walk.steps_taken = 65'535;
  walk.originator = scene.stranger.id();
  walk.originator_address = scene.stranger.address();
  walk.pattern = "key";
  for (int i = 0; i < 3; ++i) {
    scene.send(walk);
    scene.network.run_for(100ms);
  }
  CHECK(scene.was_cut_off());
  CHECK(scene.network.counter(0, "offences") == 3);
  CHECK(scene.network.counter(1, "offences") == 0);
  CHECK(scene.network.status(1).links == 1);
}

TEST_CASE("what a walker reports cannot exceed what it can have done") {
  Scene scene;
  scene.stranger.on_message = [&](PeerNumber, const Message& message) {
    const auto* walk = std::get_if<Walk>(&message);
    if (walk == nullptr) return;
    WalkReport report;
    report.id = walk->id;
    report.walker = walk->walker;
    report.steps_taken = 3;
    report.fresh = 60'000;
    report.event = WalkEvent::ended;
    report.holder = scene.stranger.id();
    report.holder_address = scene.stranger.address();
    scene.send(report);
  };
  FindRequest request = exact("nowhere");
  request.via = Via::walk;
  request.walkers = 2;
  request.steps = 3;
  const SearchReport report = scene.network.find(0, request).search;
  CHECK(*report.duplicates <= *report.query_messages);
  CHECK(adds_up(report));
}

TEST_CASE("queries and hits without a link are offences") {
  SimNetwork network(23);
  network.add_peer();
  Stranger& stranger = network.add_stranger();
  stranger.wants_link = false;
  network.start();
  network.dial(stranger, 0);
  network.run_for(100ms);
  REQUIRE(network.status(0).links == 0);
  Query query;
  query.id = {1, 2};
  query.ttl = 3;
  query.pattern = "key";
  for (int i = 0; i < 3; ++i) network.inject(stranger.number(), 0, query);
  network.run_for(100ms);
  CHECK(network.counter(0, "offences") == 3);
  CHECK(network.table(0, "seen") == 0);
  CHECK(stranger.endings(0) == 1);
}

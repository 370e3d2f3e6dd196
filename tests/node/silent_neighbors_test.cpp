// Neighbors that answer pings but no queries: searches go without them, and they without a link.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>

#include "node/scenario.h"
#include "node/silent_neighbors.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Five peers in a row; the stranger is a neighbor of the one in the middle.
struct Row {
  Row() : network(31), stranger(prepare()) {
    REQUIRE(network.settle());
    network.dial(stranger, kMiddle);
    network.run_for(100ms);
    REQUIRE(network.status(kMiddle).links == 3);
  }

  static constexpr PeerNumber kMiddle = 2;

  Duration time_of_find(PeerNumber peer) {
    const Instant asked = network.now();
    last = network.find(peer, exact("nowhere")).search;
    CHECK(adds_up(last));
    return network.now() - asked;
  }
  bool is_marked() const {
    return std::find(last.marks.begin(), last.marks.end(), "faulty neighbor") != last.marks.end();
  }
  std::size_t told(std::string_view text) const {
    return static_cast<std::size_t>(
        std::count_if(network.events().begin(), network.events().end(), [&](const auto& event) {
          return event.severity != Severity::debug && event.text.find(text) != std::string::npos;
        }));
  }

  SimNetwork network;
  Stranger& stranger;
  SearchReport last;

 private:
  Stranger& prepare() {
    network.add(topology::line(5));
    return network.add_stranger();
  }
};

}  // namespace

TEST_CASE("a neighbor that leaves queries unanswered slows one search, then none") {
  Row row;
  CHECK(row.time_of_find(1) > 1s);  // nobody knows it yet
  CHECK(row.last.stopped == Stopped::partial);
  for (const PeerNumber peer : {0U, 1U, 2U, 3U, 4U}) {
    CAPTURE(peer);
    CHECK(row.time_of_find(peer) < 100ms);
    CHECK(row.last.stopped == Stopped::partial);
    CHECK(row.last.skipped == 1U);
    CHECK(row.is_marked());
  }
  CHECK(row.told("leaves queries unanswered") == 1);
  CHECK(row.network.status(Row::kMiddle).links == 3);

  // It answers no probe either: the link ends, and the searches are complete again.
  row.network.run_for(8s);
  CHECK(row.network.status(Row::kMiddle).links == 2);
  CHECK(row.network.counter(Row::kMiddle, "neighbors dropped") == 1);
  CHECK(row.told("ended the link to") == 1);
  REQUIRE(row.stranger.last<Bye>() != nullptr);
  CHECK(row.stranger.last<Bye>()->code == "unanswered");
  CHECK(row.stranger.last<Bye>()->reason == "it leaves queries unanswered");
  CHECK(row.time_of_find(1) < 100ms);
  CHECK(row.last.stopped == Stopped::complete);
  CHECK(!row.is_marked());

  // It gets no link again for a while; then it has to answer a probe first.
  row.network.dial(row.stranger, Row::kMiddle);
  row.network.run_for(1s);
  CHECK(row.network.status(Row::kMiddle).links == 2);
  row.network.hang_up(row.stranger, Row::kMiddle);
  row.network.run_for(limits::kDroppedFirst);
  row.network.dial(row.stranger, Row::kMiddle);
  row.network.run_for(400ms);
  CHECK(row.network.status(Row::kMiddle).links == 3);
  CHECK(row.time_of_find(2) < 100ms);
  CHECK(row.is_marked());
  row.network.run_for(8s);
  CHECK(row.network.status(Row::kMiddle).links == 2);
}

TEST_CASE("one that answers again is sent queries again") {
  Row row;
  row.time_of_find(2);
  CHECK(row.network.table(Row::kMiddle, "skipped links") == 1);
  row.stranger.answers_queries = true;
  row.network.run_for(2s);
  CHECK(row.network.table(Row::kMiddle, "skipped links") == 0);
  CHECK(row.time_of_find(2) < 100ms);
  CHECK(row.last.stopped == Stopped::complete);
  CHECK(row.last.peers_reached == 6U);
  CHECK(row.told("no longer: ") == 1);
  row.network.run_for(1min);
  CHECK(row.network.status(Row::kMiddle).links == 3);
}

TEST_CASE("one that answers probes alone is dropped too, after a few slow searches") {
  Row row;
  row.stranger.on_message = [&](PeerNumber from, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr || query->ttl != 1 || query->hops != 0) return;
    QueryDone done{query->id, query->number, {}};
    done.totals.peers = 1;
    done.totals.max_hops = 1;
    row.network.inject(row.stranger.number(), from, done);
  };
  int slow = 0;
  for (int i = 0; i < 40; ++i) {
    slow += row.time_of_find(2) > 500ms ? 1 : 0;
    row.network.run_for(500ms);
  }
  CHECK(slow <= 4);
  CHECK(row.network.status(Row::kMiddle).links == 2);
  CHECK(row.last.stopped == Stopped::complete);
}

TEST_CASE("many searches at once wait for a silent neighbor no longer than one") {
  Row row;
  for (int i = 0; i < 200; ++i) row.network.request(Row::kMiddle, exact("nowhere"));
  row.network.run_for(limits::kPatience * limits::kDefaultTtl + 100ms);
  for (const auto& [handle, record] : row.network.records()) CHECK(record.over());
  CHECK(row.network.table(Row::kMiddle, "echoes") <= 1);  // a probe
  CHECK(row.time_of_find(2) < 100ms);
}

TEST_CASE("walkers are not sent to a neighbor that leaves queries unanswered") {
  Row row;
  row.time_of_find(2);
  const std::size_t walkers = row.stranger.count<Walk>();
  FindRequest walk = exact("nowhere");
  walk.via = Via::walk;
  walk.walkers = 8;
  walk.steps = 64;
  const FindAnswer answer = row.network.find(1, walk);
  CHECK(answer.search.lost == 0U);
  CHECK(row.stranger.count<Walk>() == walkers);
}

TEST_CASE("the only neighbor is skipped, but stays one") {
  SimNetwork network(32);
  Stranger& stranger = network.add_stranger();
  const PeerNumber peer = network.add_peer();
  REQUIRE(network.settle());
  network.dial(stranger, peer);
  network.run_for(100ms);
  REQUIRE(network.status(peer).links == 1);
  network.find(peer, exact("nowhere"));
  network.run_for(1min);
  CHECK(network.status(peer).links == 1);
  const Instant asked = network.now();
  CHECK(network.find(peer, exact("nowhere")).search.stopped == Stopped::partial);
  CHECK(network.now() - asked < 100ms);
  stranger.answers_queries = true;
  network.run_for(2s);
  CHECK(network.find(peer, exact("nowhere")).search.stopped == Stopped::complete);
}

TEST_CASE("a peer that hung for a while, and its neighbors, are neighbors afterwards") {
  SimNetwork network(33);
  network.add(topology::ring(6));
  REQUIRE(network.settle());
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 20; ++i) network.request(static_cast<PeerNumber>(i % 6), exact("nowhere"));
    network.freeze(2);
    network.run_for(5s);  // short of what ends a connection
    network.thaw(2);
    network.run_for(5s);
    for (PeerNumber peer = 0; peer < 6; ++peer) {
      CAPTURE(peer);
      CHECK(network.status(peer).links == 2);
      CHECK(network.table(peer, "skipped links") == 0);
      CHECK(network.counter(peer, "neighbors dropped") == 0);
    }
    const SearchReport report = network.find(0, exact("nowhere")).search;
    CHECK(report.stopped == Stopped::complete);
    CHECK(report.peers_reached == 6U);
  }
}

TEST_CASE("peers that were dropped are remembered for a bounded time, in a bounded number") {
  SilentNeighbors silent;
  const Instant start{1h};
  const PeerId peer = PeerId{};
  CHECK(!silent.refused(start, peer));
  silent.dropped(start, peer);
  CHECK(silent.refused(start, peer) == Duration(limits::kDroppedFirst));
  CHECK(!silent.refused(start + limits::kDroppedFirst, peer));
  CHECK(silent.is_doubted(start + limits::kDroppedFirst, peer));
  CHECK(!silent.is_doubted(start + 2 * limits::kDroppedFirst, peer));
  Instant now = start + limits::kDroppedFirst;
  for (int i = 0; i < 10; ++i) {
    silent.dropped(now, peer);
    now += *silent.refused(now, peer);
  }
  silent.dropped(now, peer);
  CHECK(silent.refused(now, peer) == Duration(limits::kDroppedMost));
}

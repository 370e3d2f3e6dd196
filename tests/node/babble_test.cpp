// A neighbor that sends well-formed nonsense of every kind: peers stay up, their memory stays
// bounded, and they serve each other.
#include <doctest/doctest.h>

#include <array>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Messages with fields that are random, extreme, or overheard.
class Babble {
 public:
  explicit Babble(std::uint64_t seed) : random_(seed) { ids_.push_back({1, 2}); }

  void overhear(const Message& message) {
    if (const auto* query = std::get_if<Query>(&message)) learn(query->id);
    if (const auto* walk = std::get_if<Walk>(&message)) learn(walk->id);
    if (const auto* reply = std::get_if<WalkReply>(&message)) learn(reply->id);
  }

  /// Its views are good until the next call.
  Message next() {
    switch (random_.below(12)) {
      case 0:
        return Ping{random_.next(), random_.below(2) == 0};
      case 1:
        return pong();
      case 2:
        return LinkChange{static_cast<LinkAction>(random_.below(4))};
      case 3:
      case 4:
        return query();
      case 5:
        return hit();
      case 6:
        return QueryDone{id(), small(), totals()};
      case 7:
        return walk();
      case 8:
        return report();
      case 9:
        return WalkReply{id(), small(), random_.below(2) == 0};
      case 10:
        return piece_request();
      default:
        return Piece{random_.below(4), static_cast<PieceStatus>(random_.below(5)), "bytes"};
    }
  }

 private:
  void learn(const RequestId& id) {
    if (ids_.size() < 200) ids_.push_back(id);
  }
  RequestId id() {
    if (random_.below(2) == 0) return ids_[random_.below(ids_.size())];
    learn({random_.next(), random_.next()});
    return ids_.back();
  }
  std::uint16_t small() { return static_cast<std::uint16_t>(random_.below(4)); }
  std::uint8_t byte() {
    constexpr std::array<std::uint8_t, 6> kExtremes{0, 1, 2, 7, 254, 255};
    if (random_.below(2) == 0) return kExtremes[random_.below(kExtremes.size())];
    return static_cast<std::uint8_t>(1 + random_.below(12));
  }
  std::string_view pattern() {
    constexpr std::array<std::string_view, 6> kPatterns{
        "key", "*", "[", "a b c", "0123456789abcdef", "[^]*?"};
    return kPatterns[random_.below(kPatterns.size())];
  }
  PeerId peer() {
    PeerId peer;
    peer.bytes[0] = byte();
    return peer;
  }
  Address address() {
    Address address = *parse_address("10.0.0.9:7400");
    address.ip[15] = byte();
    return address;
  }
  Totals totals() {
    Totals totals;
    totals.peers = static_cast<std::uint32_t>(random_.next());
    totals.messages = static_cast<std::uint32_t>(random_.next());
    totals.duplicates = static_cast<std::uint32_t>(random_.next());
    totals.hit_messages = 0xffffffff;
    totals.marks = byte();
    return totals;
  }

  Message pong() {
    for (PongEntry& entry : addresses_) entry = {peer(), address()};
    return Pong{random_.next(), addresses_};
  }
  Message query() {
    Query query;
    query.id = id();
    query.ttl = byte();
    query.hops = random_.below(4) == 0 ? byte() : std::uint8_t{1};
    query.number = small();
    query.flags = static_cast<std::uint8_t>(random_.below(8));
    query.match = static_cast<Match>(random_.below(4));
    query.max_hits = small();
    query.pattern = pattern();
    return query;
  }
  Message hit() {
    Hit hit;
    hit.id = id();
    hit.holder = peer();
    hit.holder_address = address();
    hit.holder_name = "nobody";
    hit.part = small();
    hit.last = random_.below(2) == 0;
    hit.hops = byte();
    if (random_.below(2) == 0) hit.results = results_;
    if (random_.below(4) == 0) hit.trace = entries_;
    return hit;
  }
  Message walk() {
    Walk walk;
    walk.id = id();
    walk.walker = small();
    walk.steps_left = random_.below(8) == 0 ? std::uint16_t{1023} : byte();
    walk.steps_taken = byte();
    walk.fresh = small();
    walk.flags = static_cast<std::uint8_t>(random_.below(8));
    walk.originator = peer();
    walk.originator_address = address();
    walk.pattern = pattern();
    return walk;
  }
  Message report() {
    WalkReport report;
    report.id = id();
    report.walker = small();
    report.steps_taken = byte();
    report.event = static_cast<WalkEvent>(random_.below(3));
    report.fresh = small();
    report.holder = peer();
    report.holder_address = address();
    if (random_.below(2) == 0) report.results = results_;
    return report;
  }
  Message piece_request() {
    PieceRequest request;
    request.ticket = random_.below(4);
    request.key = pattern();
    request.offset = random_.next();
    request.length = static_cast<std::uint32_t>(random_.below(100'000));
    return request;
  }

  Random random_;
  std::vector<RequestId> ids_;
  std::array<PongEntry, 10> addresses_;
  std::array<HitResult, 2> results_{{{"key", 5, Digest{}}, {"other", 0, Digest{}}}};
  std::array<TraceEntry, 2> entries_{};
};

}  // namespace

TEST_CASE("well-formed nonsense of every kind stops nobody") {
  std::uint64_t nonsense = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    NodeConfig config = SimNetwork::defaults();
    config.is_static = seed % 2 == 0;
    config.duplicates = seed % 3 == 0 ? Duplicates::reforward : Duplicates::drop;
    config.seen_entries = 500;
    config.route_entries = 500;
    config.echo_entries = 500;
    config.trace_steps = 100;
    network.add(topology::ring(4), config);
    Stranger& stranger = network.add_stranger();
    Babble babble(seed);
    stranger.on_message = [&](PeerNumber, const Message& message) { babble.overhear(message); };
    REQUIRE(network.settle());
    network.publish(2, "key", "value");

    std::vector<RequestHandle> finds;
    for (int i = 0; i < 3000; ++i) {
      if (network.connections(stranger.number(), 0).empty()) {
        network.dial(stranger, 0);
        network.run_for(10ms);
      }
      nonsense += network.inject(stranger.number(), 0, babble.next()) ? 1U : 0U;
      network.run_for(2ms);
      if (i % 100 == 0) {
        FindRequest request = everywhere("key");
        request.via = i % 300 == 0 ? Via::walk : Via::flood;
        request.trace = i % 200 == 0;
        finds.push_back(network.request(static_cast<PeerNumber>(i / 100 % 4), request));
      }
    }
    network.run_for(limits::kFindTimeout);
    for (const RequestHandle handle : finds) CHECK(network.record(handle).over());
    for (PeerNumber peer = 0; peer < 4; ++peer) {
      CHECK(network.table(peer, "seen") <= 500);
      CHECK(network.table(peer, "routes") <= 500);
      CHECK(network.table(peer, "hits") <= 500);
      CHECK(network.table(peer, "echoes") <= 500);
      CHECK(network.table(peer, "traces") <= 100);
    }
    stranger.wants_link = false;  // peers that look for neighbors may dial it
    for (PeerNumber peer = 0; peer < 4; ++peer) network.cut(stranger.number(), peer);
    network.run_for(limits::kSeenLife + 1s);
    const FindAnswer answer = network.find(1, exact("key"));
    CHECK(answer.found);
    const SearchReport report = network.find(1, everywhere("key")).search;
    CHECK(report.peers_reached == 4U);
    CHECK(report.stopped == Stopped::complete);
    CHECK(network.misdirected() == 0);
  }
  CHECK(nonsense > 20'000);
}

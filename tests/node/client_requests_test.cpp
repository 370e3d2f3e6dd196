// What a client can ask beside a search: downloads, traces, neighbors, readiness.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

std::string content_of(std::size_t size) {
  Random random(size);
  std::string content(size, '\0');
  for (char& byte : content) byte = static_cast<char>(random.next());
  return content;
}

PieceCall piece_of(const SearchHit& hit, std::uint64_t offset) {
  PieceCall call;
  call.key = hit.key;
  call.holder = hit.holder;
  call.holder_id = hit.holder_id;
  call.sha256 = hit.sha256;
  call.offset = offset;
  call.length = limits::kPiece;
  return call;
}

const RequestRecord& ask(SimNetwork& network, PeerNumber peer, ClientRequest request) {
  const RequestHandle handle = network.request(peer, std::move(request));
  const RequestRecord& record = network.record(handle);
  REQUIRE(network.run_until([&] { return record.over(); }, 5min));
  return record;
}

std::string download(SimNetwork& network, PeerNumber peer, const SearchHit& hit) {
  std::string content;
  while (content.size() < hit.size) {
    const RequestRecord& record = ask(network, peer, piece_of(hit, content.size()));
    REQUIRE(record.error() == nullptr);
    content += record.answer<PieceAnswer>().data;
  }
  return content;
}

}  // namespace

TEST_CASE("a shared file is located and comes in pieces, over a connection of its own") {
  SimNetwork network(50);
  network.add(topology::line(4));
  const std::string content = content_of(200'000);
  network.share(3, "books/atlas.bin", content);
  REQUIRE(network.settle());
  const FindAnswer answer = network.find(0, exact("books/atlas.bin"));
  REQUIRE(answer.hits.size() == 1);
  CHECK(answer.hits[0].size == 200'000);
  CHECK(answer.hits[0].sha256 == to_string(sha256(content)));
  CHECK(download(network, 0, answer.hits[0]) == content);
  CHECK(network.traffic().of<PieceRequest>().sent == 4);
  const auto live = network.connections(0, 3);
  REQUIRE(live.size() == 1);
  CHECK(live[0].kind == ConnectionKind::bulk);
  CHECK(network.status(0).links == 1);
  network.run_for(5min);  // nobody uses it any more
  CHECK(network.connections(0, 3).empty());
}

TEST_CASE("a published value comes in pieces too, and so does what the asked peer has itself") {
  SimNetwork network(51);
  network.add(topology::line(2));
  const std::string content = content_of(100'000);
  network.share(0, "own.bin", content);
  REQUIRE(network.settle());
  network.publish(1, "value", content);
  network.publish(0, "own value", content);
  for (const char* key : {"value", "own.bin", "own value"}) {
    CAPTURE(key);
    const FindAnswer answer = network.find(0, exact(key));
    REQUIRE(answer.hits.size() == 1);
    CHECK(download(network, 0, answer.hits[0]) == content);
  }
}

TEST_CASE("a download of what changed, or is gone, or whose holder died, ends with an error") {
  SimNetwork network(52);
  network.add(topology::line(3));
  REQUIRE(network.settle());
  network.publish(2, "key", "value");
  const SearchHit hit = network.find(0, exact("key")).hits.at(0);
  network.publish(2, "key", "another value");
  const RequestRecord& changed = ask(network, 0, piece_of(hit, 0));
  REQUIRE(changed.error() != nullptr);
  CHECK(changed.error()->code == "changed");
  network.request(2, UnpublishRequest{"key"});
  const RequestRecord& gone = ask(network, 0, piece_of(hit, 0));
  REQUIRE(gone.error() != nullptr);
  CHECK(gone.error()->code == "gone");

  const RequestHandle cut_short = network.request(0, piece_of(hit, 0));
  network.crash(2);
  network.run_for(1s);
  REQUIRE(network.record(cut_short).error() != nullptr);
  const RequestRecord& dead = ask(network, 0, piece_of(hit, 0));
  REQUIRE(dead.error() != nullptr);
  CHECK(dead.error()->code == "holder-unreachable");
}

TEST_CASE("a download from a holder that hangs ends with an error in time") {
  SimNetwork network(53);
  network.add(topology::line(2));
  network.share(1, "file", "content");
  REQUIRE(network.settle());
  const SearchHit hit = network.find(0, exact("file")).hits.at(0);
  CHECK(download(network, 0, hit) == "content");
  network.freeze(1);
  const RequestHandle handle = network.request(0, piece_of(hit, 0));
  network.run_for(1min);
  REQUIRE(network.record(handle).over());
  CHECK(network.record(handle).error() != nullptr);
}

TEST_CASE("a trace tells what every peer did with a search") {
  SimNetwork network(54);
  network.add(Topology{4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}});
  REQUIRE(network.settle());
  network.publish(3, "key", "value");
  FindRequest traced = exact("key");
  traced.trace = true;
  const std::string id = network.find(0, traced).search.request_id;
  TraceRequest request;
  request.request_id = id;
  const TraceAnswer trace = ask(network, 0, request).answer<TraceAnswer>();
  CHECK(trace.found);
  REQUIRE(trace.peers.size() == 4);
  const auto steps_of = [&](PeerNumber peer) {
    const std::string name = to_string(network.id_of(peer));
    const auto found = std::find_if(trace.peers.begin(), trace.peers.end(),
                                    [&](const TracedPeer& t) { return t.id == name; });
    REQUIRE(found != trace.peers.end());
    std::vector<std::string> what;
    for (const TraceStep& step : found->steps) what.push_back(step.what);
    return what;
  };
  using Steps = std::vector<std::string>;
  CHECK(steps_of(0) == Steps{"started", "forwarded", "forwarded"});
  CHECK(steps_of(1) == Steps{"received", "forwarded", "hit-relayed"});
  CHECK(steps_of(2) == Steps{"received", "forwarded"});
  CHECK(steps_of(3) == Steps{"received", "answered", "hit-relayed", "stopped", "duplicate"});
  TraceRequest unknown;
  unknown.request_id = std::string(32, '0');
  CHECK(!ask(network, 0, unknown).answer<TraceAnswer>().found);
}

TEST_CASE("ready means that all configured neighbors are linked and all shares are indexed") {
  SimNetwork network(55);
  network.add_peer();
  network.add_peer();
  network.link(0, 1);
  network.start(0);
  const RequestHandle patient = network.request(0, WaitReadyRequest{30'000});
  const RequestHandle hasty = network.request(0, WaitReadyRequest{1'000});
  network.run_for(2s);
  REQUIRE(network.record(hasty).over());
  CHECK(!network.record(hasty).answer<WaitReadyAnswer>().ready);
  CHECK(network.record(hasty).answer<WaitReadyAnswer>().waiting_for.find("10.0.0.2:7400") !=
        std::string::npos);
  CHECK(!network.record(patient).over());
  network.start(1);
  CHECK(network.run_until([&] { return network.record(patient).over(); }, 10s));
  CHECK(network.record(patient).answer<WaitReadyAnswer>().ready);
  CHECK(network.status(0).ready);
}

TEST_CASE("neighbors are added, listed and removed at run time") {
  SimNetwork network(56);
  network.add_peer();
  network.add_peer();
  network.start();
  const std::string address = to_string(network.address_of(1));
  CHECK(ask(network, 0, PeerAddRequest{address}).answer<PeerAddAnswer>().added);
  CHECK(!ask(network, 0, PeerAddRequest{address}).answer<PeerAddAnswer>().added);
  network.run_for(1s);
  const PeersAnswer peers = ask(network, 0, PeersRequest{}).answer<PeersAnswer>();
  REQUIRE(peers.neighbors.size() == 1);
  CHECK(peers.neighbors[0].address == address);
  CHECK(peers.neighbors[0].id == to_string(network.id_of(1)));
  CHECK(peers.neighbors[0].state == "linked");
  CHECK(peers.neighbors[0].configured);
  CHECK(peers.neighbors[0].dialled);
  CHECK(peers.neighbors[0].round_trip_ms == 2.0);
  CHECK(ask(network, 0, PeerRemoveRequest{address}).answer<PeerRemoveAnswer>().removed);
  CHECK(!ask(network, 0, PeerRemoveRequest{address}).answer<PeerRemoveAnswer>().removed);
  network.run_for(1min);
  CHECK(network.status(0).links == 0);
  CHECK(network.status(1).links == 0);
  CHECK(ask(network, 0, PeersRequest{}).answer<PeersAnswer>().neighbors.empty());
  const RequestRecord& bad = ask(network, 0, PeerAddRequest{"nonsense"});
  REQUIRE(bad.error() != nullptr);
  CHECK(bad.error()->code == "bad-address");
}

TEST_CASE("a request that cannot be served says what would be right") {
  SimNetwork network(57);
  network.add_peer();
  network.start();
  const auto code = [&](ClientRequest request) {
    const RequestRecord& record = ask(network, 0, std::move(request));
    return record.error() == nullptr ? std::string("none") : record.error()->code;
  };
  CHECK(code(exact("")) == "bad-key");
  CHECK(code(exact(std::string(1025, 'k'))) == "bad-key");
  CHECK(code(exact("key", 16)) == "bad-ttl");
  CHECK(code(exact("key", 15)) == "none");
  FindRequest walk = exact("key");
  walk.via = Via::walk;
  walk.walkers = 257;
  CHECK(code(walk) == "bad-walk");
  walk.walkers = 1;
  walk.match = Match::glob;
  CHECK(code(walk) == "bad-match");
  CHECK(code(PublishRequest{"key", std::string(limits::kValue, 'v')}) == "none");
  CHECK(code(PublishRequest{"key", std::string(limits::kValue + 1, 'v')}) == "too-large");
  PieceCall call;
  call.length = limits::kPiece + 1;
  call.sha256 = std::string(64, '0');
  CHECK(code(call) == "bad-length");
}

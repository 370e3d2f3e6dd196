// The ring's live objects are found by searches too, at their primaries, from any peer.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "node/replica_ring.h"
#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::replica_ring;
using scenario::everywhere;
using scenario::exact;
using scenario::holders;

namespace {

std::set<std::string> addresses(const SimNetwork& network, const std::vector<PeerNumber>& peers) {
  std::set<std::string> result;
  for (const PeerNumber peer : peers) result.insert(to_string(network.address_of(peer)));
  return result;
}

FindRequest glob(std::string pattern) {
  FindRequest request = exact(std::move(pattern));
  request.match = Match::glob;
  return request;
}

/// Perhaps not durable anywhere.
bool is_written_everywhere(const SimNetwork& network, const Ring& ring) {
  return std::all_of(ring.order.begin(), ring.order.end(), [&](PeerNumber member) {
    return network.table(member, "findable objects") == 1;
  });
}

/// What a download of the hit gives.
Result<PieceAnswer> piece(SimNetwork& network, PeerNumber peer, const SearchHit& hit,
                          std::uint64_t offset = 0) {
  const RequestHandle handle = network.request(
      peer, PieceCall{hit.key, hit.holder, hit.holder_id, hit.sha256, offset, limits::kPiece});
  REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 30s));
  if (const Error* error = network.record(handle).error()) return *error;
  return network.record(handle).answer<PieceAnswer>();
}

}  // namespace

TEST_CASE("objects are found by exact key, by glob and by words from a peer that is no member") {
  SimNetwork network(1);
  Ring ring(network, 5, "docs/a", SimNetwork::defaults(), 1);
  const PeerNumber asker = ring.outsiders[0];
  REQUIRE(ring.put(0, "the value").ok());
  network.run_for(1s);

  const FindAnswer found = network.find(asker, everywhere("docs/a"));
  CHECK(holders(found) == addresses(network, {ring[0], ring[1], ring[2]}));
  REQUIRE(found.hits.size() == 3);
  for (const SearchHit& hit : found.hits) {
    CHECK(hit.size == 9);
    CHECK(hit.sha256 == to_string(sha256("the value")));
    CHECK(hit.clock == ring.get(0)->quorum.clock);
    CHECK(piece(network, asker, hit)->data == "the value");
  }
  CHECK(scenario::adds_up(found.search));

  const FindAnswer matching = network.find(asker, glob("docs/*"));
  CHECK(holders(matching) == holders(found));
  CHECK(matching.hits.size() == 3);
  CHECK(matching.hits[0].sha256 == to_string(sha256("the value")));
  CHECK(!matching.hits[0].clock.empty());
  FindRequest words = exact("DOCS a");
  words.match = Match::words;
  CHECK(network.find(asker, words).hits.size() == 3);
  CHECK(network.find(asker, glob("docs/b*")).hits.empty());

  FindRequest walk = everywhere("docs/a");
  walk.via = Via::walk;
  CHECK(holders(network.find(asker, walk)) == holders(found));

  // At a primary itself the object is found at once, with no hops.
  const FindAnswer own = network.find(ring[0], exact("docs/a"));
  REQUIRE(own.hits.size() == 1);
  CHECK(own.hits[0].hops == 0);
  CHECK(piece(network, ring[0], own.hits[0])->data == "the value");
}

TEST_CASE("a search finds what was written last, and no more after a delete") {
  SimNetwork network(2);
  Ring ring(network, 5, "k", SimNetwork::defaults(), 1);
  const PeerNumber asker = ring.outsiders[0];
  const auto first = ring.put(0, "first");
  REQUIRE(first.ok());
  network.run_for(1s);
  const FindAnswer before = network.find(asker, everywhere("k"));
  REQUIRE(before.hits.size() == 3);

  const auto second = ring.put(1, "the second one", first->context);
  REQUIRE(second.ok());
  network.run_for(1s);
  const FindAnswer after = network.find(asker, everywhere("k"));
  REQUIRE(after.hits.size() == 3);
  CHECK(after.hits[0].size == 14);
  CHECK(after.hits[0].sha256 == to_string(sha256("the second one")));
  CHECK(after.hits[0].clock != before.hits[0].clock);
  CHECK(piece(network, asker, before.hits[0]).error().code == "changed");

  REQUIRE(network.del(ring[2], DeleteRequest{"k", second->context, "", false, true, 0}).ok());
  network.run_for(1s);
  CHECK(network.find(asker, everywhere("k")).hits.empty());
  CHECK(network.find(asker, glob("*")).hits.empty());
  CHECK(piece(network, asker, after.hits[0]).error().code == "gone");
  for (const std::size_t primary : {0U, 1U, 2U}) {
    CHECK(network.table(ring[primary], "findable objects") == 0);
  }
}

TEST_CASE("of several siblings a hit names the newest") {
  SimNetwork network(3);
  Ring ring(network, 3, "k");
  REQUIRE(ring.put(0, "older").ok());
  network.run_for(1s);
  REQUIRE(ring.put(1, "newer").ok());
  network.run_for(1s);
  REQUIRE(ring.get(0)->values.size() == 2);
  const FindAnswer found = network.find(ring[0], everywhere("k"));
  REQUIRE(found.hits.size() == 3);
  for (const SearchHit& hit : found.hits) CHECK(hit.sha256 == to_string(sha256("newer")));
}

TEST_CASE("a published value comes before the object, the object before a shared file") {
  SimNetwork network(4);
  Ring ring(network, 3, "k");
  const auto size_at_first = [&] {
    const FindAnswer found = network.find(ring[0], exact("k"));
    REQUIRE(found.hits.size() == 1);
    CHECK(found.hits[0].hops == 0);
    CHECK(found.hits[0].clock.empty() == (found.hits[0].size != 2));
    return found.hits[0].size;
  };
  network.share(ring[0], "k", "a file");
  network.run_for(1s);
  CHECK(size_at_first() == 6);
  const auto put = ring.put(0, "ob");
  REQUIRE(put.ok());
  network.run_for(1s);
  CHECK(size_at_first() == 2);
  network.publish(ring[0], "k", "a published value");
  CHECK(size_at_first() == 17);
  network.request(ring[0], UnpublishRequest{"k"});
  CHECK(size_at_first() == 2);
  REQUIRE(network.del(ring[0], DeleteRequest{"k", put->context, "", false, true, 0}).ok());
  network.run_for(1s);
  CHECK(size_at_first() == 6);
}

TEST_CASE("a large object is downloaded piece by piece") {
  SimNetwork network(5);
  Ring ring(network, 3, "k", SimNetwork::defaults(), 1);
  std::string value(limits::kValue, ' ');
  for (std::size_t i = 0; i < value.size(); ++i) value[i] = static_cast<char>(i * i >> 7);
  REQUIRE(ring.put(0, value).ok());
  network.run_for(1s);
  const FindAnswer found = network.find(ring.outsiders[0], exact("k"));
  REQUIRE(!found.hits.empty());
  CHECK(found.hits[0].sha256 == to_string(sha256(value)));
  std::string bytes;
  while (bytes.size() < value.size()) {
    bytes += piece(network, ring.outsiders[0], found.hits[0], bytes.size())->data;
  }
  CHECK(bytes == value);
}

TEST_CASE("after a restart with its store a member answers for its objects again") {
  SimNetwork network(6);
  Ring ring(network, 3, "k");
  std::vector<std::string> keys;
  for (int i = 0; i < 3000; ++i) keys.push_back("many/" + std::to_string(i));
  std::vector<RequestHandle> puts;
  for (const std::string& key : keys) puts.push_back(network.request(ring[0], put_of(key, key)));
  REQUIRE(network.run_until(
      [&] {
        return std::all_of(puts.begin(), puts.end(),
                           [&](RequestHandle put) { return network.record(put).over(); });
      },
      60s));
  network.run_for(1s);
  CHECK(network.table(ring[1], "findable objects") == 3000);

  network.crash(ring[1]);
  network.restart(ring[1]);
  REQUIRE(network.run_until([&] { return network.status(ring[1]).ready; }, 30s));
  CHECK(network.table(ring[1], "findable objects") == 3000);
  const FindAnswer found = network.find(ring[1], exact("many/2999"));
  REQUIRE(found.hits.size() == 1);
  CHECK(found.hits[0].hops == 0);
}

TEST_CASE("a member that is no primary any more does not answer for what it kept") {
  SimNetwork network(7);
  Ring ring(network, 4, "k", SimNetwork::defaults(), 1);
  REQUIRE(ring.put(0, "value").ok());
  network.run_for(1s);
  REQUIRE(network.ring_leave(ring[0], RingLeaveRequest{true}).ok());
  REQUIRE(network.wait_for_ring(3));
  network.run_for(5s);
  const FindAnswer found = network.find(ring.outsiders[0], everywhere("k"));
  CHECK(holders(found) == addresses(network, {ring[1], ring[2], ring[3]}));
  CHECK(network.table(ring[0], "findable objects") == 0);
}

TEST_CASE("a hit that shows a write goes out once it is durable, and what counts it not before") {
  SimNetwork network(8);
  Ring ring(network, 3, "k", SimNetwork::defaults(), 1);
  const PeerNumber asker = ring.outsiders[0];
  network.run_for(1s);  // what they have heard of the ring is on their disks
  for (const std::size_t member : {0U, 1U, 2U}) {
    network.set_sync_latency(ring[member], Latency::fixed(300ms));
  }
  const RequestHandle put = network.request(ring[0], put_of("k", "value"));
  network.run_for(100ms);  // written everywhere, durable nowhere
  const Instant asked = network.now();
  const FindAnswer found = network.find(asker, everywhere("k"));
  CHECK(found.hits.size() == 3);
  CHECK(found.search.stopped == Stopped::complete);
  CHECK(found.search.hit_messages >= 3U);
  CHECK(network.now() - asked >= 150ms);
  REQUIRE(network.run_until([&] { return network.record(put).over(); }, 5s));
}

TEST_CASE("a hit that waits for its write holds back no report of another search") {
  for (const Via via : {Via::flood, Via::walk}) {
    CAPTURE(static_cast<int>(via));
    SimNetwork network(9);
    Ring ring(network, 3, "k", SimNetwork::defaults(), 1);
    const PeerNumber asker = ring.outsiders[0];
    for (const std::size_t member : {0U, 1U, 2U}) {
      network.publish(ring[member], "published", "value");
      network.set_sync_latency(ring[member], Latency::fixed(1s));
    }
    network.request(ring[0], put_of("k", "value"));
    REQUIRE(network.run_until([&] { return is_written_everywhere(network, ring); }, 1s));
    FindRequest shows = everywhere("k");
    shows.via = via;
    shows.steps = 64;
    const RequestHandle waits = network.request(asker, shows);
    const RequestHandle own_waits = network.request(ring[1], everywhere("k"));
    network.run_for(50ms);
    // What does not show that write is answered at once, at the same peers and by every way.
    for (const PeerNumber peer : {asker, ring[0], ring[1], ring[2]}) {
      CAPTURE(peer);
      for (const Via other : {Via::flood, Via::walk}) {
        const Instant asked = network.now();
        FindRequest request = everywhere("published");
        request.via = other;
        request.steps = 16;
        CHECK(network.find(peer, request).hits.size() == 3);
        CHECK(network.now() - asked < 100ms);
      }
      const Instant asked = network.now();
      CHECK(network.find(peer, exact("nowhere")).search.stopped == Stopped::complete);
      CHECK(network.find(peer, glob("publ*")).hits.size() == 3);
      CHECK(network.now() - asked < 100ms);
    }
    CHECK(!network.record(waits).over());
    CHECK(!network.record(own_waits).over());
    network.run_for(5s);
    const FindAnswer& found = network.record(waits).answer<FindAnswer>();
    CHECK(found.hits.size() == 3);
    CHECK(network.record(own_waits).answer<FindAnswer>().hits.size() == 3);
  }
}

TEST_CASE("a walk is not over before a hit that waits for its write has come") {
  SimNetwork network(10);
  Ring ring(network, 3, "k", SimNetwork::defaults(), 1);
  for (const std::size_t member : {0U, 1U, 2U}) {
    network.set_sync_latency(ring[member], Latency::fixed(1s));
  }
  network.request(ring[0], put_of("k", "value"));
  REQUIRE(network.run_until([&] { return is_written_everywhere(network, ring); }, 1s));
  FindRequest walk = everywhere("k");
  walk.via = Via::walk;
  const FindAnswer found = network.find(ring.outsiders[0], walk);
  CHECK(holders(found) == addresses(network, {ring[0], ring[1], ring[2]}));
  CHECK(found.search.stopped == Stopped::complete);
}

TEST_CASE("what a member keeps as an object is read from all copies, not adopted as bytes") {
  // A copy that only one primary has, and that the two others, asked first, have never heard of.
  int reread = 0;
  for (std::uint64_t seed = 20; seed < 26; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    NodeConfig config = SimNetwork::defaults();
    config.full_reads = 0;  // no more than R copies are asked
    Ring ring(network, 3, "k", config, 1);
    network.split({{ring[0], ring[1]}, {ring[2]}});
    PutRequest put = put_of("k", "lonely", "", "1");
    put.strict = true;
    REQUIRE(network.put(ring[2], put).ok());
    network.heal_all();
    REQUIRE(ring.copy_at(0).empty());

    GetRequest request = get_of("k", "1");
    request.search = true;
    request.adopt = true;
    const auto got = network.get(ring[0], request);
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"lonely"});
    CHECK(got->source == Source::ring);
    CHECK(!got->adopted);
    reread += got->flood_ttl ? 1 : 0;
    network.run_for(2s);
    const auto later = ring.get(1, "all");
    REQUIRE(later.ok());
    CHECK(values(*later) == Texts{"lonely"});  // one sibling: its bytes were not adopted
  }
  CHECK(reread > 0);
}

TEST_CASE("a get that ends in the turn that asked for copies: what was sent is whole") {
  for (const std::uint64_t seed : {20U, 21U, 22U, 23U}) {
    CAPTURE(seed);
    SimNetwork network(seed);
    NodeConfig config = SimNetwork::defaults();
    config.full_reads = 0;
    const std::string key = "a key that no small string has room for/" + std::string(300, 'k');
    Ring ring(network, 3, key, config, 1);
    network.split({{ring[0], ring[1]}, {ring[2]}});
    PutRequest put = put_of(key, "lonely", "", "1");
    put.strict = true;
    REQUIRE(network.put(ring[2], put).ok());
    network.heal_all();
    REQUIRE(ring.copy_at(0).empty());
    std::size_t asked = 0;
    bool hangs = false;
    network.tap([&](const Carried& carried) {
      if (const auto* read = std::get_if<ObjectRead>(&carried.message)) {
        if (carried.from == ring[0]) ++asked;
        CHECK(read->key == key);
      }
      const bool comes = carried.to == ring[0] && carried.phase == Carried::Phase::delivered;
      if (hangs || !comes || !std::holds_alternative<Hit>(carried.message)) return;
      hangs = true;
      network.at(network.now(), [&] { network.freeze(ring[0]); });
    });
    // It hangs once the hit has come, and meanwhile the time of the get passes: then it looks at
    // both in one turn, begins to read all copies and gives that up.
    GetRequest request = get_of(key, "1");
    request.search = true;
    request.timeout_ms = 50;
    const RequestHandle handle = network.request(ring[0], request);
    network.run_for(1s);
    REQUIRE(hangs);
    network.thaw(ring[0]);
    REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 30s));
    REQUIRE(network.record(handle).error() != nullptr);
    CHECK(network.record(handle).error()->code == "timeout");
    CHECK(asked > 0);
    network.run_for(1s);
    CHECK(network.table(ring[0], "gets") == 0);
  }
}

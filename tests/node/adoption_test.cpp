// What a search located is handed to the ring, so that the next get needs no search: once, however
// often it is found, and never over the head of a delete.
#include <doctest/doctest.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/sha256.h"
#include "node/replica_ring.h"
#include "version/update.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

constexpr std::size_t kMembers = 5;

GetRequest searched(std::string key, std::optional<bool> adopt = std::nullopt) {
  GetRequest request;
  request.key = std::move(key);
  request.adopt = adopt;
  return request;
}

/// A ring, two peers that are no members, and a file that the second of them shares.
struct Bridge {
  explicit Bridge(std::uint64_t seed, const NodeConfig& config = SimNetwork::defaults())
      : network(seed), ring(network, kMembers, "docs/a", config, 2) {
    network.share(holder(), "docs/a", "the file");
    network.run_for(1s);
  }
  PeerNumber asker() const { return ring.outsiders[0]; }
  PeerNumber holder() const { return ring.outsiders[1]; }
  std::uint64_t floods() const { return network.counter(asker(), "queries sent"); }

  SimNetwork network;
  Ring ring;
};

void expect_nothing_left(const SimNetwork& network) {
  for (PeerNumber peer = 0; peer < network.size(); ++peer) {
    if (!network.is_running(peer)) continue;
    CHECK(network.table(peer, "searched gets") == 0);
    CHECK(network.table(peer, "bytes being fetched") == 0);
    CHECK(network.table(peer, "searches") == 0);
  }
}

}  // namespace

TEST_CASE("a get on a peer that is no member finds, adopts, and needs no search the next time") {
  Bridge bridge(1);
  SimNetwork& network = bridge.network;

  const auto found = network.get(bridge.asker(), searched("docs/a"));
  REQUIRE(found.ok());
  CHECK(found->found);
  CHECK(found->source == Source::flood);
  CHECK(found->quorum.n == 3);
  CHECK(found->quorum.acknowledged >= 2);
  CHECK(!found->adopted);
  CHECK(found->warning.empty());
  CHECK(bridge.ring.copy_at(0).empty());

  const auto adopted_now = network.get(bridge.asker(), searched("docs/a", true));
  REQUIRE(adopted_now.ok());
  CHECK(adopted_now->adopted);
  CHECK(adopted_now->adoption.n == 3);
  CHECK(adopted_now->adoption.w == 2U);
  CHECK(adopted_now->adoption.acknowledged >= 2);
  CHECK(adopted_now->adoption.members.size() == 3);
  CHECK(adopted_now->source == Source::flood);
  CHECK(values(*adopted_now) == Texts{"the file"});
  CHECK(adopted_now->hits[0].holder == to_string(network.address_of(bridge.holder())));
  CHECK(adopted_now->hits[0].clock.empty());
  network.run_for(1s);
  for (const std::size_t primary : {0U, 1U, 2U}) {
    CHECK(bridge.ring.copy_at(primary) == Texts{"the file"});
  }

  network.crash(bridge.holder());
  const std::uint64_t floods = bridge.floods();
  const auto next = network.get(bridge.asker(), searched("docs/a"));
  REQUIRE(next.ok());
  CHECK(next->source == Source::ring);
  CHECK(values(*next) == Texts{"the file"});
  CHECK(next->values[0].dot == adopted_now->values[0].dot);
  CHECK(next->values[0].written_ms == 0);
  CHECK(!next->flood_ttl);
  CHECK(bridge.floods() == floods);
  expect_nothing_left(network);
}

TEST_CASE("what an adopting get returned can be replaced with its context") {
  Bridge bridge(2);
  SimNetwork& network = bridge.network;
  const auto got = network.get(bridge.asker(), searched("docs/a", true));
  REQUIRE(got.ok());
  CHECK(!got->context.empty());
  const auto put = network.put(bridge.asker(), put_of("docs/a", "an edition of it", got->context));
  REQUIRE(put.ok());
  CHECK(put->siblings == 1);
  CHECK(values(*network.get(bridge.asker(), searched("docs/a"))) == Texts{"an edition of it"});
}

TEST_CASE(
    "the same bytes adopted at several peers at once, and again, are one sibling everywhere") {
  for (std::uint64_t seed = 10; seed < 20; ++seed) {
    CAPTURE(seed);
    Bridge bridge(seed);
    SimNetwork& network = bridge.network;
    network.share(bridge.ring[4], "docs/a", "the file");
    network.run_for(1s);
    std::vector<RequestHandle> gets;
    for (const PeerNumber peer :
         {bridge.asker(), bridge.holder(), bridge.ring[0], bridge.ring[2], bridge.ring[4]}) {
      gets.push_back(network.request(peer, searched("docs/a", true)));
    }
    const auto all_over = [&] {
      return std::all_of(gets.begin(), gets.end(),
                         [&](RequestHandle get) { return network.record(get).over(); });
    };
    REQUIRE(network.run_until(all_over, 30s));
    for (const RequestHandle get : gets) {
      CHECK(values(network.record(get).answer<GetAnswer>()) == Texts{"the file"});
    }
    network.run_for(1s);
    for (const std::size_t primary : {0U, 1U, 2U}) {
      CHECK(bridge.ring.copy_at(primary) == Texts{"the file"});
      CHECK(network.store(bridge.ring[primary]).read("docs/a")->object.clock().size() == 1);
    }
    expect_nothing_left(network);
  }
}

TEST_CASE("a deleted key stays deleted, though a file of that name is still shared") {
  Bridge bridge(3);
  SimNetwork& network = bridge.network;
  const auto got = network.get(bridge.asker(), searched("docs/a", true));
  REQUIRE(got.ok());
  REQUIRE(got->adopted);
  REQUIRE(
      network.del(bridge.asker(), DeleteRequest{"docs/a", got->context, "", false, true, 0}).ok());
  network.run_for(1s);

  for (const PeerNumber peer : {bridge.asker(), bridge.holder(), bridge.ring[0]}) {
    const std::uint64_t sent = network.counter(peer, "queries sent");
    const auto gone = network.get(peer, searched("docs/a", true));
    REQUIRE(gone.ok());
    CHECK(!gone->found);
    CHECK(gone->deleted);
    CHECK(gone->source == Source::ring);
    CHECK(!gone->flood_ttl);
    CHECK(!gone->adopted);
    CHECK(network.counter(peer, "queries sent") == sent);
  }
}

TEST_CASE("what was deleted is not adopted because fallbacks have never heard of it") {
  for (std::uint64_t seed = 1;; ++seed) {
    Bridge bridge(seed);
    SimNetwork& network = bridge.network;
    // All floods pass the peer 0.
    if (bridge.ring[0] == 0 || bridge.ring[1] == 0 || bridge.ring[2] == 0) continue;
    const auto put = network.put(bridge.asker(), put_of("docs/a", "another text"));
    REQUIRE(put.ok());
    REQUIRE(network.del(bridge.asker(), DeleteRequest{"docs/a", put->context, "", false, 0}).ok());
    network.run_for(1s);
    for (const std::size_t primary : {0U, 1U, 2U}) network.crash(bridge.ring[primary]);
    network.run_for(3s);
    const auto got = network.get(bridge.asker(), searched("docs/a", true));
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"the file"});
    CHECK(!got->adopted);
    CHECK(got->warning.starts_with("the ring did not answer, this is no object of it: too few"));

    for (const std::size_t primary : {0U, 1U, 2U}) network.start(bridge.ring[primary]);
    network.run_for(1min);
    const auto gone = network.get(bridge.asker(), searched("docs/a", true));
    REQUIRE(gone.ok());
    CHECK(gone->deleted);
    CHECK(!gone->found);
    return;
  }
}

TEST_CASE("an adoption that was under way during the delete does not bring the value back") {
  Bridge bridge(4);
  SimNetwork& network = bridge.network;
  const auto got = network.get(bridge.asker(), searched("docs/a", true));
  REQUIRE(got.ok());
  REQUIRE(
      network.del(bridge.asker(), DeleteRequest{"docs/a", got->context, "", false, true, 0}).ok());
  network.run_for(1s);
  // The same bytes come once more: as an object they say nothing new.
  Object object = network.store(bridge.ring[0]).read("docs/a")->object;
  CHECK(object.deleted());
  object.merge(adopted("docs/a", sha256("the file"), share("the file")), Conflicts::siblings);
  CHECK(object.deleted());
}

TEST_CASE("adopt-on-find in the configuration adopts, unless the client says otherwise") {
  NodeConfig config = SimNetwork::defaults();
  config.adopt_on_find = true;
  Bridge bridge(5, config);
  SimNetwork& network = bridge.network;
  const auto told_not_to = network.get(bridge.asker(), searched("docs/a", false));
  REQUIRE(told_not_to.ok());
  CHECK(!told_not_to->adopted);
  CHECK(values(*told_not_to) == Texts{"the file"});
  CHECK(network.get(bridge.asker(), searched("docs/a"))->adopted);
  CHECK(network.get(bridge.asker(), searched("docs/a"))->source == Source::ring);
}

TEST_CASE("the holder dies midway: the next holder's bytes are adopted") {
  Bridge bridge(6);
  SimNetwork& network = bridge.network;
  const std::string large(limits::kValue, 'x');
  network.publish(bridge.holder(), "large", large);
  const PeerNumber other = 2;  // not the one that the peers outside are linked with
  network.publish(other, "large", large);
  const PeerNumber asker = bridge.asker();
  const RequestHandle handle = network.request(asker, searched("large", true));
  REQUIRE(network.run_until([&] { return network.counter(asker, "pieces received") >= 3; }, 10s));
  const bool first = network.counter(bridge.holder(), "pieces sent") > 0;
  network.crash(first ? bridge.holder() : other);
  REQUIRE(network.run_until([&] { return network.record(handle).over(); }, 20s));
  const auto& got = network.record(handle).answer<GetAnswer>();
  CHECK(got.adopted);
  CHECK(values(got) == Texts{large});
  expect_nothing_left(network);
}

TEST_CASE("what is too large is not adopted, and nothing of it is kept") {
  Bridge bridge(7);
  SimNetwork& network = bridge.network;
  network.share(bridge.holder(), "film", std::string(limits::kValue + 1, 'x'));
  network.run_for(1s);
  const auto refused = network.get(bridge.asker(), searched("film", true));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "found-too-large");
  for (PeerNumber peer = 0; peer < kMembers; ++peer) {
    CHECK(!network.store(peer).read("film")->object.clock().size());
  }
}

TEST_CASE("after a missed quorum a search may answer, but nothing is adopted") {
  Bridge bridge(8);
  SimNetwork& network = bridge.network;
  for (PeerNumber member = 1; member < kMembers; ++member) network.crash(member);
  network.run_for(3s);
  const auto got = network.get(bridge.asker(), searched("docs/a", true));
  REQUIRE(got.ok());
  CHECK(got->found);
  CHECK(got->source == Source::flood);
  CHECK(!got->adopted);
  CHECK(got->warning.rfind("the ring did not answer, this is no object of it: ", 0) == 0);
  network.run_for(2s);
  CHECK(network.store(0).read("docs/a")->object.empty());

  // Nothing found: the ring's own error stands, and says who did what.
  const auto nothing = network.get(bridge.asker(), searched("nowhere"));
  REQUIRE(!nothing.ok());
  CHECK(nothing.error().code == "quorum-not-met");
  REQUIRE(nothing.error().quorum != nullptr);
  CHECK(nothing.error().quorum->n == 3);
  CHECK(nothing.error().quorum->r == 2U);
  CHECK(nothing.error().quorum->members.size() >= 2);

  // Who says what an answer has to be is not given another one.
  GetRequest strict = searched("docs/a");
  strict.strict = true;
  CHECK(network.get(bridge.asker(), strict).error().code == "quorum-not-met");
  GetRequest two = searched("docs/a");
  two.r = "2";
  CHECK(network.get(bridge.asker(), two).error().code == "quorum-not-met");
  expect_nothing_left(network);
}

TEST_CASE("a value that could not be adopted is still an answer") {
  Bridge bridge(9);
  SimNetwork& network = bridge.network;
  for (const std::size_t place : {0U, 1U, 2U, 3U, 4U}) {
    network.store(bridge.ring[place]).set_full(true);
  }
  const auto got = network.get(bridge.asker(), searched("docs/a", true));
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"the file"});
  CHECK(!got->adopted);
  CHECK(got->warning.rfind("not adopted: ", 0) == 0);
  CHECK(got->context.empty());
  expect_nothing_left(network);
}

TEST_CASE("every get that searches and adopts ends exactly once, under all kinds of faults") {
  std::map<std::string, int> endings;
  for (std::uint64_t seed = 100; seed < 112; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    Bridge bridge(seed);
    SimNetwork& network = bridge.network;
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      for (PeerNumber other = 0; other < peer; ++other) network.set_loss(peer, other, 0.01);
    }
    std::vector<RequestHandle> gets;
    for (int round = 0; round < 60; ++round) {
      const std::string key = "key" + std::to_string(random.below(8));
      const auto peer = static_cast<PeerNumber>(random.below(network.size()));
      const auto other = static_cast<PeerNumber>(random.below(network.size()));
      switch (random.below(7)) {
        case 0:
          if (network.is_running(peer)) network.publish(peer, key, std::string(90'000, 'x'));
          break;
        case 1:
          network.crash(peer);
          break;
        case 2:
          network.restart(peer);
          break;
        case 3:
          if (peer != other) network.partition(peer, other);
          break;
        case 4:
          network.heal_all();
          break;
        case 5:
          if (peer != other) network.cut(peer, other);
          break;
        default:
          if (!gets.empty()) network.cancel(gets[random.below(gets.size())]);
      }
      for (int i = 0; i < 3; ++i) {
        const auto asked = static_cast<PeerNumber>(random.below(network.size()));
        if (!network.is_running(asked)) continue;
        GetRequest request =
            searched("key" + std::to_string(random.below(8)), random.below(2) == 0);
        request.timeout_ms = static_cast<std::uint32_t>(200 + random.below(2'000));
        gets.push_back(network.request(asked, request));
      }
      network.run_for(Duration(static_cast<Duration::rep>(random.below(400'000))));
    }
    network.run_for(30s);
    for (const RequestHandle get : gets) {
      const RequestRecord& record = network.record(get);
      REQUIRE(record.over());
      if (!record.ending) continue;
      if (const Error* error = record.error()) {
        ++endings[error->code];
        continue;
      }
      const auto& answer = record.answer<GetAnswer>();
      ++endings[answer.adopted ? "adopted" : answer.found ? "found" : "nothing"];
    }
    expect_nothing_left(network);
    CHECK(network.misdirected() == 0);
  }
  CHECK(endings["adopted"] > 5);
  CHECK(endings["found"] > 50);
  CHECK(endings["nothing"] > 50);
}

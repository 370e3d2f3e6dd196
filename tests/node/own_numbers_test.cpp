// What a coordinator numbers and does not store itself, for whatever reason: no dot ever names two
// writes, nothing that was acknowledged is dropped, and the clock does not grow by it.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/replica_ring.h"
#include "sim/dot_watch.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

std::string context_of(const Result<PutAnswer>& answer) {
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return answer->context;
}

/// All copies of the ring, merged.
Object everything(SimNetwork& network, const Ring& ring) {
  Object all;
  for (const PeerNumber member : ring.order) {
    const auto copy = network.store(member).read(ring.key);
    if (copy.ok()) all.merge(copy->object, Conflicts::siblings);
    for (const Hint& hint : network.store(member).every_hint()) {
      if (hint.key == ring.key) all.merge(hint.object, Conflicts::siblings);
    }
  }
  return all;
}

Texts values_of(const Object& object) {
  Texts texts;
  for (const Sibling& sibling : object.siblings()) {
    if (!sibling.tombstone()) texts.push_back(*sibling.value);
  }
  std::sort(texts.begin(), texts.end());
  return texts;
}

}  // namespace

TEST_CASE("a primary whose disk is full numbers on, and the clock of a hot key stays small") {
  SimNetwork network(1);
  Ring ring(network, 3, "key");
  DotWatch dots(network);
  std::string context = context_of(ring.put(0, "v"));
  network.run_for(1s);
  network.store(ring[0]).set_full(true);
  for (int i = 0; i < 50; ++i) context = context_of(ring.put(0, std::to_string(i), context));
  CHECK(ring.copy_at(0) == Texts{"v"});
  CHECK(network.table(ring[0], "writes not stored here") == 1);
  const Object meanwhile = everything(network, ring);
  CHECK(meanwhile.clock().size() == 1);
  CHECK(values_of(meanwhile) == Texts{"49"});

  network.store(ring[0]).set_full(false);
  context_of(ring.put(0, "blind"));
  CHECK(network.table(ring[0], "writes not stored here") == 0);
  const auto got = ring.get(1, "3");
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"49", "blind"});
  CHECK(everything(network, ring).clock().size() == 1);
  CHECK(dots.breaches().empty());
}

TEST_CASE("a fallback whose own hint is refused does not use the number again") {
  for (const bool blind : {true, false}) {
    CAPTURE(blind);
    SimNetwork network(2);
    Ring ring(network, 6, "key");
    DotWatch dots(network);
    for (std::size_t primary = 0; primary < 3; ++primary) network.crash(ring[primary]);
    network.run_for(3s);
    network.store(ring[3]).set_full(true);
    const auto first = ring.put(3, "first");
    const std::string context = context_of(first);
    CHECK(first->quorum.coordinator == to_string(network.address_of(ring[3])));
    CHECK(first->quorum.acknowledged == 2);
    CHECK(ring.hints_at(3).empty());
    context_of(ring.put(3, "second", blind ? "" : context));
    const Texts left = blind ? Texts{"first", "second"} : Texts{"second"};
    CHECK(values_of(everything(network, ring)) == left);
    CHECK(everything(network, ring).clock().size() == 1);

    network.store(ring[3]).set_full(false);
    for (std::size_t primary = 0; primary < 3; ++primary) network.start(ring[primary]);
    REQUIRE(network.wait_for_ring(6));
    CHECK(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
    CHECK(values(*ring.get(1, "3")) == left);
    network.run_for(2s);  // repaired
    for (std::size_t primary = 0; primary < 3; ++primary) CHECK(ring.copy_at(primary) == left);
    CHECK(dots.breaches().empty());
  }
}

TEST_CASE("a fallback goes on from a hint that was delivered, and from one that others keep") {
  SimNetwork network(3);
  Ring ring(network, 4, "key");
  DotWatch dots(network);
  for (int round = 0; round < 3; ++round) {
    for (std::size_t primary = 0; primary < 3; ++primary) network.crash(ring[primary]);
    network.run_for(3s);
    PutRequest alone = put_of("key", "round " + std::to_string(round), "", "1");
    context_of(network.put(ring[3], alone));
    for (std::size_t primary = 0; primary < 3; ++primary) network.start(ring[primary]);
    REQUIRE(network.wait_for_ring(4));
    CHECK(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  }
  network.run_for(2s);
  const auto got = ring.get(0, "3");
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"round 0", "round 1", "round 2"});
  CHECK(everything(network, ring).clock().size() == 1);
  CHECK(dots.breaches().empty());
}

TEST_CASE("a coordinator that waits for its disk for ever, or has too much waiting for it") {
  for (const bool much : {false, true}) {
    CAPTURE(much);
    SimNetwork network(4);
    Ring ring(network, 3, "key");
    DotWatch dots(network);
    network.set_sync_latency(ring[0], Latency::fixed(10h));
    if (much) {
      SimStore& store = network.store(ring[0]);
      Object large;
      large.replace({}, {{{network.id_of(ring[1]), 9, 9}, 1}, share(std::string(1 << 20, 'x')), {}},
                    Conflicts::siblings);
      for (int i = 0; store.refusing().empty() && i < 100; ++i) {
        CHECK(store.write("filler " + std::to_string(i), {}, large, Sync::yes).ok());
      }
      REQUIRE(!store.refusing().empty());
    }
    context_of(ring.put(0, "first"));
    const std::string context = context_of(ring.put(0, "second"));
    context_of(ring.put(0, "third", context));
    CHECK(values_of(everything(network, ring)) == Texts{"first", "third"});
    CHECK(everything(network, ring).clock().size() == 1);
    CHECK(dots.breaches().empty());
  }
}

TEST_CASE("a write that was refused before it was sent leaves its number to the next") {
  SimNetwork network(5);
  Ring ring(network, 3, "key");
  std::string context = context_of(ring.put(0, "v"));
  network.run_for(1s);
  network.store(ring[0]).set_full(true);
  for (int i = 0; i < 20; ++i) {
    const auto refused = ring.put(0, "refused", context, "3");
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == "no-room");
  }
  CHECK(network.table(ring[0], "writes not stored here") == 0);
  network.store(ring[0]).set_full(false);
  context_of(ring.put(0, "w", context));
  const Object all = everything(network, ring);
  CHECK(values_of(all) == Texts{"w"});
  REQUIRE(all.clock().size() == 1);
  CHECK(all.clock().entries()[0].counter == 2);
}

TEST_CASE("a write that everybody refused is nowhere, and does not come with the next one") {
  SimNetwork network(6);
  Ring ring(network, 3, "key");
  const std::string context = context_of(ring.put(0, "v"));
  network.run_for(1s);
  for (const PeerNumber member : ring.order) network.store(member).set_full(true);
  for (int i = 0; i < 5; ++i) {
    const auto refused = ring.put(0, "refused");
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == "no-room");
  }
  CHECK(network.table(ring[0], "writes not stored here") == 0);
  for (const PeerNumber member : ring.order) network.store(member).set_full(false);
  context_of(ring.put(0, "w", context));
  CHECK(values_of(everything(network, ring)) == Texts{"w"});
  CHECK(everything(network, ring).clock().size() == 1);
}

TEST_CASE("a put that is refused for its siblings costs no entry of the clock") {
  SimNetwork network(7);
  Ring ring(network, 3, "key");
  for (int i = 0; i < 100; ++i) context_of(ring.put(0, std::to_string(i)));
  for (int i = 0; i < 5; ++i) {
    const auto refused = ring.put(0, "one more");
    REQUIRE(!refused.ok());
    CHECK(refused.error().code == "too-many-siblings");
  }
  const auto got = ring.get(0, "3");
  REQUIRE(got.ok());
  context_of(ring.put(0, "resolved", got->context));
  const Object all = everything(network, ring);
  CHECK(values_of(all) == Texts{"resolved"});
  CHECK(all.clock().size() == 1);
}

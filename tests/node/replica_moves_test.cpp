// Objects follow the ring: whoever is a primary gets a copy, whoever is none any more gives its own
// up, and neither a restart nor an absence in between leaves anything behind.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <string>
#include <vector>

#include "base/sha256.h"
#include "node/replica_scenario.h"
#include "version/update.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Members with keys that each has three copies of (or as many as there are members).
struct Kept {
  explicit Kept(std::uint64_t seed, std::size_t members, std::size_t count = 60,
                std::vector<BucketPolicy> buckets = {})
      : cluster(seed, members, 1, std::move(buckets)), network(cluster.network) {
    for (std::size_t i = 0; i < count; ++i) {
      keys.push_back(fmt::format("key-{}", i));
      REQUIRE(network.put(0, put_of(keys.back(), keys.back())).ok());
    }
    network.run_for(2s);
  }
  PeerNumber outsider() const { return static_cast<PeerNumber>(cluster.members.size()); }

  /// The members that have a copy, in the order of their numbers.
  std::vector<PeerNumber> holders(const std::string& key) {
    std::vector<PeerNumber> found;
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      if (network.has_disk(peer) && !cluster.copy(peer, key).empty()) found.push_back(peer);
    }
    return found;
  }
  /// Whether each key is kept by its primaries, as the asked peer knows them, and by nobody else.
  bool in_place(PeerNumber asked) {
    for (const std::string& key : keys) {
      auto primaries = cluster.primaries(key, asked);
      std::sort(primaries.begin(), primaries.end());
      if (holders(key) != primaries) return false;
    }
    return true;
  }
  bool come_into_place(PeerNumber asked, Duration within = 1min) {
    const Instant end = network.now() + within;
    while (network.now() < end && !in_place(asked)) network.run_for(100ms);
    return in_place(asked);
  }

  Cluster cluster;
  SimNetwork& network;
  std::vector<std::string> keys;
};

bool is_move(const Carried& carried) {
  const auto* write = std::get_if<ObjectWrite>(&carried.message);
  return write != nullptr && write->reason == WriteReason::move;
}

}  // namespace

TEST_CASE("after a join and a leave each object is with its primaries, and with nobody else") {
  Kept kept(1, 4);
  CHECK(kept.in_place(0));
  REQUIRE(kept.network.ring_join(kept.outsider()).ok());
  REQUIRE(kept.network.wait_for_ring(5));
  CHECK(kept.come_into_place(0));
  CHECK(kept.network.store(kept.outsider()).objects() > 0);
  const auto left = kept.network.ring_leave(2);
  REQUIRE(left.ok());
  CHECK(left->changed);
  CHECK(!left->moving);
  CHECK(left->objects == 0);
  CHECK(kept.network.store(2).objects() == 0);
  REQUIRE(kept.network.wait_for_ring(4));
  CHECK(kept.in_place(0));
}

TEST_CASE("a member that crashes while it leaves hands its objects on when it starts again") {
  Kept kept(2, 5);
  SimNetwork& network = kept.network;
  network.lose_if(is_move);
  network.request(2, RingLeaveRequest{});
  network.run_for(500ms);
  network.crash(2);
  network.lose_if(nullptr);
  CHECK(network.store(2).objects() > 0);
  network.start(2);
  REQUIRE(network.wait_for_ring(4));
  CHECK(kept.come_into_place(0));
  CHECK(network.store(2).objects() == 0);
}

TEST_CASE("a new member gets its copies though those who have them crash before they sent them") {
  // Two members for three copies: nobody gives anything up when a third one comes.
  Kept kept(3, 2);
  SimNetwork& network = kept.network;
  network.lose_if(is_move);
  REQUIRE(network.ring_join(kept.outsider()).ok());
  REQUIRE(network.wait_for_ring(3));
  network.run_for(1500ms);
  for (const PeerNumber member : kept.cluster.members) network.crash(member);
  network.lose_if(nullptr);
  CHECK(network.store(kept.outsider()).objects() == 0);
  for (const PeerNumber member : kept.cluster.members) network.start(member);
  CHECK(kept.come_into_place(0));
  CHECK(network.store(kept.outsider()).objects() == kept.keys.size());
}

TEST_CASE("leaving is not done as long as a primary cannot be given its copies") {
  Kept kept(4, 4);
  SimNetwork& network = kept.network;
  network.crash(3);
  network.run_for(2s);
  const Instant asked = network.now();
  const auto left = network.ring_leave(2);
  REQUIRE(left.ok());
  CHECK(left->changed);
  CHECK(left->moving);
  CHECK(left->objects > 0);
  CHECK(network.now() - asked == limits::kLeavePatience);
  CHECK(network.store(2).objects() == left->objects);  // who knows what the absent one has

  network.start(3);
  CHECK(kept.come_into_place(0, 10min));
  const auto again = network.ring_leave(2);
  REQUIRE(again.ok());
  CHECK(!again->changed);
  CHECK(!again->moving);
  CHECK(again->objects == 0);
}

TEST_CASE("a member that comes back to a ring of few gets back what it gave up") {
  Kept kept(5, 3);
  SimNetwork& network = kept.network;
  const auto left = network.ring_leave(2);
  REQUIRE(left.ok());
  CHECK(left->objects == 0);
  // The others have not looked through their objects for the ring of two when it ends.
  REQUIRE(network.ring_join(2).ok());
  REQUIRE(network.wait_for_ring(3));
  CHECK(kept.come_into_place(0));
  CHECK(network.store(2).objects() == kept.keys.size());
}

TEST_CASE("a start on an unchanged ring moves nothing") {
  Kept kept(6, 5);
  SimNetwork& network = kept.network;
  for (const PeerNumber member : kept.cluster.members) network.restart(member);
  network.run_for(1min);
  for (const PeerNumber member : kept.cluster.members) {
    CHECK(network.counter(member, "objects moved") == 0);
    CHECK(network.counter(member, "objects dropped") == 0);
  }
  CHECK(kept.in_place(0));
}

TEST_CASE("copies are added and given up when a bucket's N changes") {
  for (const std::uint32_t after : {3U, 1U}) {
    CAPTURE(after);
    Kept kept(8, 4, 60, {bucket("default", 2, 1, 2)});
    SimNetwork& network = kept.network;
    CHECK(kept.in_place(0));
    Stranger& proposer = network.add_stranger();
    network.dial(proposer, 1);
    network.run_for(100ms);
    const BucketRecord record{"default", 2, PeerId{{1}}, after, 1, 1};
    REQUIRE(network.inject(proposer.number(), 1, GossipRecords{{}, {&record, 1}, false}));
    network.run_for(5s);
    for (const std::string& key : kept.keys) CHECK(kept.holders(key).size() == after);
    CHECK(kept.in_place(0));
  }
}

TEST_CASE("a copy that changed while it was handed on is handed on again") {
  Kept kept(7, 5, 1);
  SimNetwork& network = kept.network;
  const std::string& key = kept.keys.front();
  const PeerNumber leaver = kept.cluster.primaries(key).front();
  // The leaver hears of a write to its own copy after it has sent it, before it is answered.
  bool written = false;
  network.tap([&](const Carried& carried) {
    if (written || !is_move(carried) || carried.from != leaver) return;
    if (carried.phase != Carried::Phase::sent) return;
    written = true;
    SimStore& store = network.store(leaver);
    const auto own = store.read(key);
    REQUIRE(own.ok());
    Object more = own->object;
    Object late = adopted(key, sha256("late"), share(std::string("late")));
    more.merge(late, Conflicts::siblings);
    REQUIRE(store.write(key, own->object, more, Sync::yes).ok());
  });
  REQUIRE(network.ring_leave(leaver).ok());
  CHECK(written);
  const PeerNumber other = kept.cluster.members[leaver == 0 ? 1 : 0];
  CHECK(kept.come_into_place(other));
  const auto got = network.get(other, get_of(key, "all"));
  REQUIRE(got.ok());
  CHECK(values_of(*got) == std::set<std::string>{key, "late"});
}

TEST_CASE("members that leave and join between writes lose nothing, and no dot names two writes") {
  const std::vector<std::string> keys{"a", "b", "c", "d", "e", "f"};
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Cluster cluster(seed, 5, 1);
    SimNetwork& network = cluster.network;
    ReplicaHistory history;
    DotWatch dots(network);
    ClientOptions options;
    options.keys = keys;
    options.think = 5ms;
    Clients clients(network, history, seed, options);
    Random random(seed ^ 0x10ea7e);
    std::set<PeerNumber> on_ring(cluster.members.begin(), cluster.members.end());
    for (int round = 0; round < 12; ++round) {
      const Instant end = network.now() + 300ms;
      while (network.now() < end) {
        clients.step();
        network.run_for(2ms);
      }
      REQUIRE(clients.finish());
      const PeerNumber peer = cluster.members[random.below(cluster.members.size())];
      if (on_ring.contains(peer) && on_ring.size() > 2) {
        REQUIRE(network.ring_leave(peer).ok());
        on_ring.erase(peer);
      } else if (!on_ring.contains(peer)) {
        REQUIRE(network.ring_join(peer).ok());
        on_ring.insert(peer);
      }
      REQUIRE(network.wait_for_ring(on_ring.size()));
      if (random.below(3) == 0) network.restart(cluster.members[random.below(5)]);
      network.run_for(15s);
      dots.see_disks(network);
    }
    for (const PeerNumber peer : cluster.members) {
      if (!on_ring.contains(peer)) REQUIRE(network.ring_join(peer).ok());
    }
    network.run_for(30s);
    check_ending(cluster, history, keys);
    check_history(cluster.network, history, dots);
    CHECK(history.acknowledged_writes() > 100);
  }
}

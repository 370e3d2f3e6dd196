// What is left of acknowledged writes when processes and disks are lost, and what one fault does.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/replica_ring.h"
#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

const std::vector<std::string> kKeys{"a", "b", "c", "d", "e", "f"};

ClientOptions writers() {
  ClientOptions options;
  options.keys = kKeys;
  options.clients = 8;
  options.gets = 0.15;
  options.think = 5ms;
  return options;
}

/// Clients at work on a ring whose members lose things.
struct Losses {
  explicit Losses(std::uint64_t seed, std::uint64_t w = 2)
      : cluster(seed, 5, 1, {bucket("default", 3, 2, static_cast<std::uint32_t>(w))}),
        network(cluster.network),
        dots(network),
        clients(network, history, seed, writers()),
        random(seed ^ 0x105535) {}

  void work(Duration duration) {
    const Instant end = network.now() + duration;
    while (network.now() < end) {
      clients.step();
      network.run_for(2ms);
    }
  }
  PeerNumber some_member() { return cluster.members[random.below(cluster.members.size())]; }
  void check() {
    cluster.make_whole();
    CHECK(clients.finish());
    check_ending(cluster, history, kKeys);
    dots.see_disks(network);
    check_history(cluster.network, history, dots);
  }

  Cluster cluster;
  SimNetwork& network;
  ReplicaHistory history;
  DotWatch dots;
  Clients clients;
  Random random;
};

/// Put and get without much ado: both must succeed.
std::string put(SimNetwork& network, PeerNumber peer, const std::string& key,
                const std::string& value, const std::string& context = {}) {
  const auto answer = network.put(peer, put_of(key, value, context));
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return answer->context;
}
GetAnswer get(SimNetwork& network, PeerNumber peer, const std::string& key,
              const std::string& r = {}) {
  const auto answer = network.get(peer, get_of(key, r));
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return *answer;
}

}  // namespace

TEST_CASE("members that crash amid writes, one by one, lose nothing that was acknowledged") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    Losses losses(seed, 1 + seed % 2);
    for (int round = 0; round < 8; ++round) {
      losses.work(Duration(static_cast<Duration::rep>(losses.random.below(300'000))));
      losses.network.restart(losses.some_member());
    }
    losses.check();
    CHECK(losses.history.acknowledged_writes() > 100);
  }
}

TEST_CASE("all members that crash at once amid writes lose nothing that was acknowledged") {
  for (std::uint64_t seed = 11; seed <= 18; ++seed) {
    CAPTURE(seed);
    Losses losses(seed, 1 + seed % 3);
    for (int round = 0; round < 4; ++round) {
      for (const PeerNumber member : losses.cluster.members) {
        losses.network.set_sync_latency(member, {100us, Duration(1 + losses.random.below(20'000))});
      }
      losses.work(Duration(static_cast<Duration::rep>(losses.random.below(500'000))));
      for (const PeerNumber member : losses.cluster.members) losses.network.crash(member);
      losses.dots.see_disks(losses.network);
      for (const PeerNumber member : losses.cluster.members) losses.network.start(member);
    }
    losses.check();
    CHECK(losses.history.acknowledged_writes() > 100);
  }
}

TEST_CASE("a lost disk, an old image put back, damaged copies: no dot names two writes") {
  for (std::uint64_t seed = 21; seed <= 28; ++seed) {
    CAPTURE(seed);
    Losses losses(seed);
    for (int round = 0; round < 4; ++round) {
      losses.work(300ms);
      const PeerNumber victim = losses.some_member();
      SimStore& disk = losses.network.store(victim);
      const SimStore::Image earlier = disk.image();
      losses.work(Duration(static_cast<Duration::rep>(losses.random.below(300'000))));
      losses.dots.see_disks(losses.network);
      switch (losses.random.below(3)) {
        case 0:
          losses.network.crash(victim);
          disk.wipe();
          losses.network.start(victim);
          break;
        case 1:
          losses.network.crash(victim);
          disk.restore(earlier);
          losses.network.start(victim);
          break;
        default:
          for (const std::string& key : kKeys) {
            if (losses.random.below(2) == 0) disk.damage(key);
          }
      }
      losses.work(300ms);
      losses.check();  // repairs, so that the next loss is again the only one
    }
  }
}

// Vector 12 (lost_local_clock_on_coordinator; basho/riak_kv #679).
TEST_CASE("a coordinator whose copy is lost writes under a new actor: both values are read") {
  for (const bool wiped : {true, false}) {
    CAPTURE(wiped);
    SimNetwork network(12);
    replica_ring::Ring ring(network, 3, "key");
    std::string context;
    for (const char* value : {"v1", "v2", "v3"}) {
      const auto put = ring.put(0, value, context, "3");
      REQUIRE(put.ok());
      CHECK(put->quorum.coordinator == to_string(network.address_of(ring[0])));
      context = put->context;
    }
    if (wiped) {
      network.crash(ring[0]);
      network.store(ring[0]).wipe();
      network.start(ring[0]);
      REQUIRE(network.wait_for_ring(3));
      REQUIRE(network.settle());
    } else {
      network.store(ring[0]).damage("key");
    }
    const auto blind = ring.put(0, "v4");
    REQUIRE(blind.ok());
    CHECK(blind->quorum.coordinator == to_string(network.address_of(ring[0])));
    network.run_for(1s);  // a damaged copy is no answer until it has been read from the others
    for (const std::size_t place : {0U, 1U, 2U}) {
      const auto got = ring.get(place, "3");
      REQUIRE(got.ok());
      CHECK(replica_ring::values(*got) == replica_ring::Texts{"v3", "v4"});
      network.run_for(1s);  // repaired
    }
    for (const std::size_t place : {0U, 1U, 2U}) {
      CHECK(ring.copy_at(place) == replica_ring::Texts{"v3", "v4"});
    }
  }
}

TEST_CASE("a full disk: writes are refused and say so, reads go on; with room again all is well") {
  Cluster cluster(1, 3, 0);
  SimNetwork& network = cluster.network;
  const std::string context = put(network, 0, "k", "1");
  network.run_for(1s);
  for (const PeerNumber member : cluster.members) network.store(member).set_full(true);
  const auto refused = network.put(0, put_of("k", "2", context));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "no-room");
  CHECK(refused.error().message.find("disk is full") != std::string::npos);
  CHECK(values_of(get(network, 1, "k")) == std::set<std::string>{"1"});
  for (const PeerNumber member : cluster.members) network.store(member).set_full(false);
  put(network, 0, "k", "3", context);
  CHECK(values_of(get(network, 2, "k", "all")).contains("3"));
}

TEST_CASE("one full disk, the coordinator's or another: others and a fallback take the write") {
  Cluster cluster(2, 5, 0);
  SimNetwork& network = cluster.network;
  DotWatch dots(network);
  const auto primaries = cluster.primaries("k");
  for (std::size_t which = 0; which < 3; ++which) {
    CAPTURE(which);
    network.store(primaries[which]).set_full(true);
    const std::string value = "value " + std::to_string(which);
    const GetAnswer before = get(network, primaries[0], "k");
    put(network, primaries[0], "k", value, before.context);
    CHECK(values_of(get(network, primaries[(which + 1) % 3], "k")) == std::set<std::string>{value});
    network.store(primaries[which]).set_full(false);
    CHECK(network.run_until([&] { return cluster.hints() == 0; }, 1min));
    get(network, primaries[0], "k", "all");
    network.run_for(2s);
    for (const PeerNumber primary : primaries) {
      CHECK(cluster.copy(primary, "k") == cluster.copy(primaries[0], "k"));
      CHECK(cluster.copy(primary, "k").siblings().size() == 1);
    }
    dots.see_disks(network);
  }
  CHECK(dots.breaches().empty());
}

TEST_CASE("a coordinator without room counts for nothing: W of the others, or nothing is stored") {
  Cluster cluster(3, 3, 0);
  SimNetwork& network = cluster.network;
  const auto primaries = cluster.primaries("k");
  network.store(primaries[0]).set_full(true);
  const auto two = network.put(primaries[0], put_of("k", "1"));
  REQUIRE_MESSAGE(two.ok(), two.error().message);
  CHECK(two->quorum.acknowledged == 2);
  CHECK(cluster.copy(primaries[0], "k").empty());
  CHECK(cluster.copy(primaries[1], "k").siblings().size() == 1);
  CHECK(cluster.copy(primaries[2], "k").siblings().size() == 1);

  const auto three = network.put(primaries[0], put_of("k", "2", two->context, "3"));
  REQUIRE(!three.ok());
  CHECK(three.error().code == "no-room");
  network.run_for(2s);
  CHECK(values_of(get(network, primaries[1], "k", "2")) == std::set<std::string>{"1"});

  // Another number for another write, though this member has forgotten the first.
  network.store(primaries[0]).set_full(false);
  put(network, primaries[0], "k", "3", two->context);
  CHECK(values_of(get(network, primaries[1], "k", "all")) == std::set<std::string>{"3"});
}

TEST_CASE("what interleaved writers have not seen of each other is at most one sibling each") {
  for (std::uint64_t seed = 41; seed <= 46; ++seed) {
    CAPTURE(seed);
    Cluster cluster(seed);
    SimNetwork& network = cluster.network;
    Random random(seed);
    std::vector<std::string> contexts(4);
    std::size_t started = 0;
    for (int i = 0; i < 60; ++i) {
      const std::size_t writer = random.below(contexts.size());
      if (contexts[writer].empty()) ++started;
      const PeerNumber entry =
          seed % 2 == 0 ? cluster.members[0] : cluster.members[random.below(5)];
      contexts[writer] = put(network, entry, "k",
                             std::to_string(i) + " of " + std::to_string(writer), contexts[writer]);
      CHECK(get(network, entry, "k").values.size() == started);
    }
    CHECK(started == contexts.size());
  }
}

TEST_CASE("the context of a get covers exactly what it returned") {
  Cluster cluster(3);
  SimNetwork& network = cluster.network;
  put(network, 0, "k", "a");
  put(network, 1, "k", "b");
  const GetAnswer first = get(network, 2, "k");
  CHECK(values_of(first) == std::set<std::string>{"a", "b"});
  put(network, 3, "k", "c");  // blind: the reader has not seen it
  put(network, 4, "k", "d", first.context);
  CHECK(values_of(get(network, 0, "k")) == std::set<std::string>{"c", "d"});
  const auto removed = network.del(1, delete_of("k", first.context));
  CHECK(removed.ok());  // what it covers is gone already
  CHECK(values_of(get(network, 2, "k")) == std::set<std::string>{"c", "d"});
}

TEST_CASE("a put that replaces the client's own last write, at a coordinator that has not got it") {
  for (const bool remove : {false, true}) {
    CAPTURE(remove);
    Cluster cluster(7, 3, 0);
    SimNetwork& network = cluster.network;
    const auto primaries = cluster.primaries("k");
    network.lose_if([&](const Carried& carried) {
      return carried.to == primaries[2] && std::holds_alternative<ObjectWrite>(carried.message);
    });
    put(network, primaries[0], "k", "another client's");
    const std::string context = put(network, primaries[0], "k", "mine");
    CHECK(cluster.copy(primaries[2], "k").empty());
    if (remove) {
      CHECK(network.del(primaries[2], delete_of("k", context)).ok());
    } else {
      put(network, primaries[2], "k", "mine, again", context);
    }
    network.lose_if(nullptr);
    network.run_for(5s);
    const std::set<std::string> left =
        remove ? std::set<std::string>{"another client's"}
               : std::set<std::string>{"another client's", "mine, again"};
    for (const PeerNumber peer : primaries) CHECK(values_of(get(network, peer, "k")) == left);
  }
}

TEST_CASE(
    "a put with the context of a write that nobody reachable has is taken beside that write") {
  for (const bool fails : {false, true}) {  // those who are asked for that write do not answer
    CAPTURE(fails);
    Cluster cluster(8, 3, 0);
    SimNetwork& network = cluster.network;
    const auto primaries = cluster.primaries("k");
    network.lose_if([&](const Carried& carried) {
      return std::holds_alternative<ObjectWrite>(carried.message);
    });
    PutRequest alone = put_of("k", "1", {}, "1");
    CHECK(network.put(primaries[0], alone).ok());
    const auto context = network.put(primaries[0], alone);
    REQUIRE(context.ok());
    network.crash(primaries[0]);
    network.lose_if([&](const Carried& carried) {
      return fails && std::holds_alternative<ObjectRead>(carried.message);
    });
    network.run_for(1s);
    // Who did not answer the read is not counted on for the write either.
    PutRequest next = put_of("k", "2", context->context, fails ? "1" : "2");
    const auto taken = network.put(primaries[1], next);
    REQUIRE_MESSAGE(taken.ok(), taken.error().message);
    network.lose_if(nullptr);
    network.run_for(3s);
    CHECK(values_of(get(network, primaries[1], "k")) == std::set<std::string>{"2"});
    // It replaces itself, wherever its client goes on.
    put(network, primaries[2], "k", "3", taken->context);
    CHECK(values_of(get(network, primaries[1], "k")) == std::set<std::string>{"3"});
    network.start(primaries[0]);
    REQUIRE(network.wait_for_ring(3));
    REQUIRE(cluster.wait_for_trust());
    const GetAnswer all = get(network, primaries[2], "k", "all");
    CHECK(all.values.size() == 3);  // both first puts, which the coordinator had not seen
    put(network, primaries[1], "k", "4", all.context);
    CHECK(values_of(get(network, primaries[2], "k")) == std::set<std::string>{"4"});
  }
}

TEST_CASE("a client goes on across a cut with the context of its last put") {
  Cluster cluster(12, 6, 0);
  SimNetwork& network = cluster.network;
  const auto primaries = cluster.primaries("k");
  std::vector<PeerNumber> others;
  for (const PeerNumber member : cluster.members) {
    if (std::find(primaries.begin(), primaries.end(), member) == primaries.end()) {
      others.push_back(member);
    }
  }
  put(network, primaries[0], "k", "0");
  network.split({primaries, others});
  network.run_for(12s);
  const std::string there = put(network, primaries[0], "k", "1");
  // What a put meets that is forwarded to a primary beyond the cut is another matter.
  const auto put_here = [&](const std::string& value, const std::string& context) {
    for (int i = 0; i < 20; ++i) {
      const auto answer = network.put(others[0], put_of("k", value, context));
      if (answer.ok()) return answer->context;
      CHECK(answer.error().code == "unknown");
      network.run_for(500ms);
    }
    FAIL("no put was taken");
    return std::string();
  };
  const std::string here = put_here("2", there);
  put_here("3", here);
  CHECK(values_of(get(network, others[2], "k")) == std::set<std::string>{"3"});
  network.heal_all();
  REQUIRE(cluster.wait_for_trust());
  CHECK(network.run_until([&] { return cluster.hints() == 0; }, 1min));
  const auto left = values_of(get(network, others[0], "k", "all"));
  CHECK(left.contains("0"));
  CHECK(left.contains("3"));
  CHECK(!left.contains("2"));
}

TEST_CASE("what a read repaired is no less durable for a write that comes after it") {
  Cluster cluster(9, 3, 0);
  SimNetwork& network = cluster.network;
  const auto primaries = cluster.primaries("k");
  const PeerNumber slow = primaries[1];
  bool losing = true;  // the write itself comes late: as a hint, after the repair
  network.lose_if([&](const Carried& carried) {
    const auto* write = std::get_if<ObjectWrite>(&carried.message);
    return losing && write != nullptr && carried.to == slow && write->reason == WriteReason::put;
  });
  put(network, primaries[0], "k", "1");
  losing = false;
  network.set_sync_latency(slow, Latency::fixed(1h));
  get(network, primaries[2], "k", "all");
  network.run_for(100ms);
  CHECK(!cluster.copy(slow, "k").empty());  // repaired, but not on its disk
  network.run_for(10s);                     // its hint goes to it, again and again
  CHECK(cluster.hints() == 1);
  network.crash(slow);
  network.set_sync_latency(slow, Latency::fixed(200us));
  network.start(slow);
  CHECK(network.run_until([&] { return cluster.hints() == 0; }, 1min));
  CHECK(!cluster.copy(slow, "k").empty());
}

TEST_CASE("deleted while one primary is away: the value does not come back") {
  for (const bool strict : {false, true}) {
    CAPTURE(strict);
    Cluster cluster(4);
    SimNetwork& network = cluster.network;
    const auto primaries = cluster.primaries("k");
    put(network, primaries[0], "k", "a");
    network.run_for(1s);
    network.crash(primaries[2]);
    network.run_for(1s);
    DeleteRequest request = delete_of("k", get(network, primaries[0], "k").context);
    request.strict = strict;
    CHECK(network.del(primaries[0], request).ok());
    network.start(primaries[2]);
    CHECK(network.wait_for_ring(5));
    for (const PeerNumber peer : cluster.members) {
      const GetAnswer answer = get(network, peer, "k");
      CHECK(!answer.found);
      CHECK(answer.deleted);
    }
    network.run_for(5s);
    CHECK(cluster.hints() == 0);
    for (const PeerNumber primary : primaries) CHECK(cluster.copy(primary, "k").deleted());
  }
}

TEST_CASE("two halves of a network write more than fits into one frame: all of it is there again") {
  Cluster cluster(10, 4, 0);
  SimNetwork& network = cluster.network;
  const auto primaries = cluster.primaries("k");
  std::vector<std::vector<PeerNumber>> halves{{primaries[0]}, {primaries[1], primaries[2]}};
  for (const PeerNumber member : cluster.members) {
    const bool primary = std::find(primaries.begin(), primaries.end(), member) != primaries.end();
    if (!primary) halves[0].push_back(member);
  }
  network.split(halves);
  network.run_for(10s);
  std::set<std::string> written;
  for (const PeerNumber entry : {primaries[0], primaries[1]}) {
    for (int i = 0; i < 3; ++i) {
      std::string value(900'000, static_cast<char>('a' + i));
      value += std::to_string(entry);
      put(network, entry, "k", value);
      written.insert(std::move(value));
    }
  }
  network.heal_all();
  CHECK(network.run_until([&] { return cluster.hints() == 0; }, 1min));
  for (const PeerNumber peer : cluster.members)
    CHECK(values_of(get(network, peer, "k")) == written);
  network.run_for(2s);
  for (const PeerNumber primary : primaries) {
    CHECK(cluster.copy(primary, "k").siblings().size() == written.size());
    CHECK(cluster.copy(primary, "k").byte_size() > limits::kFrame);
  }
}

TEST_CASE("members that join and leave a quiet ring: every key is on its primaries") {
  Cluster cluster(5, 4, 1);
  SimNetwork& network = cluster.network;
  std::vector<std::string> keys;
  for (int i = 0; i < 200; ++i) keys.push_back("key " + std::to_string(i));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    put(network, cluster.members[i % 4], keys[i], "value of " + keys[i]);
  }
  network.run_for(2s);
  const auto check = [&] {
    std::size_t missing = 0;
    for (const std::string& key : keys) {
      const auto primaries = cluster.primaries(key);
      CHECK(primaries.size() == 3);
      for (const PeerNumber primary : primaries) {
        if (cluster.copy(primary, key).siblings().size() != 1) ++missing;
      }
      CHECK(values_of(get(network, 0, key)) == std::set<std::string>{"value of " + key});
    }
    CHECK(missing == 0);
  };
  check();
  const PeerNumber newcomer = 4;
  REQUIRE(network.ring_join(newcomer).ok());
  REQUIRE(network.wait_for_ring(5));
  network.run_for(20s);
  check();
  REQUIRE(network.ring_leave(cluster.members[1]).ok());
  REQUIRE(network.wait_for_ring(4));
  network.run_for(20s);
  check();
}

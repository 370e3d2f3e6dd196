// A bucket's policy is a record of the ring: shown and changed at any peer that knows the ring.
#include <doctest/doctest.h>

#include "membership/member.h"
#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

RingBucketRequest bucket(std::string name, std::optional<std::uint32_t> n = std::nullopt) {
  RingBucketRequest request;
  request.name = std::move(name);
  request.n = n;
  return request;
}

const BucketInfo* find(const RingAnswer& ring, const std::string& name) {
  for (const BucketInfo& known : ring.buckets) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

}  // namespace

TEST_CASE("ring bucket shows what holds, and changes nothing") {
  SimNetwork network(1);
  Ring ring(network, 3, "k");
  network.run_for(5s);
  const std::uint64_t version = network.ring(ring[0])->version;
  const auto shown = network.ring_bucket(ring[1], bucket("default"));
  REQUIRE(shown.ok());
  CHECK_FALSE(shown->changed);
  CHECK(shown->bucket.n == 3);
  CHECK(shown->bucket.conflict == "siblings");
  CHECK(shown->version == kHeldVersion);
  CHECK(network.ring(ring[0])->version == version);
  CHECK(network.ring_bucket(ring[1], bucket("carts")).error().code == "not-found");
}

TEST_CASE("a changed bucket spreads to every peer, and survives a restart of all of them") {
  SimNetwork network(2);
  NodeConfig config = SimNetwork::defaults();
  Ring ring(network, 4, "k", config, 1);
  const PeerNumber outside = ring.outsiders[0];
  RingBucketRequest request = bucket("default", 4);
  request.conflict = "lww";
  request.sync = false;
  const auto changed = network.ring_bucket(outside, request);  // no member, but it knows the ring
  REQUIRE(changed.ok());
  CHECK(changed->changed);
  CHECK_FALSE(changed->made);
  CHECK(changed->version == 3);
  CHECK(changed->bucket.r == 3);  // n alone: a majority of it
  CHECK(changed->bucket.w == 3);
  network.run_for(5s);
  const auto holds_everywhere = [&] {
    for (PeerNumber peer = 0; peer < network.size(); ++peer) {
      const auto answer = network.ring(peer);
      REQUIRE(answer.ok());
      const BucketInfo* known = find(*answer, "default");
      REQUIRE(known != nullptr);
      CHECK(known->n == 4);
      CHECK(known->w == 3);
      CHECK(known->conflict == "lww");
      CHECK_FALSE(known->sync);
    }
  };
  holds_everywhere();
  for (PeerNumber peer = 0; peer < network.size(); ++peer) network.restart(peer);
  network.run_for(10s);
  holds_everywhere();

  const auto again = network.ring_bucket(ring[2], request);
  REQUIRE(again.ok());
  CHECK_FALSE(again->changed);
  CHECK(again->version == 3);
  request.n.reset();
  request.w = 2;
  const auto later = network.ring_bucket(ring[2], request);
  REQUIRE(later.ok());
  CHECK(later->version == 4);
  CHECK(later->bucket.n == 4);
  CHECK(later->bucket.r == 3);
  CHECK(later->bucket.w == 2);
}

TEST_CASE("where N grows, copies of what is there follow") {
  SimNetwork network(3);
  Ring ring(network, 5, "k");
  REQUIRE(ring.put(0, "milk").ok());
  network.run_for(2s);
  CHECK(ring.copy_at(3).empty());
  for (const std::uint32_t n : {4U, 5U}) {
    REQUIRE(network.ring_bucket(ring[0], bucket("default", n))->changed);
    REQUIRE(network.run_until(
        [&] {
          const bool is_moving = network.table(ring[0], "move scans") > 0;
          return !is_moving && ring.copy_at(n - 1) == Texts{"milk"};
        },
        1min));
  }
}

TEST_CASE("a get straight after N has grown finds what was acknowledged before") {
  for (std::uint64_t seed = 40; seed < 46; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    NodeConfig config = SimNetwork::defaults();
    config.buckets.push_back({"default", 1, 1, 1, Conflicts::siblings, Sync::yes});
    Ring ring(network, 3, "k", config);
    for (int i = 0; i < 200; ++i) {
      REQUIRE(network.put(ring[0], put_of("key-" + std::to_string(i), "milk")).ok());
    }
    const auto all_are_found = [&] {
      for (int i = 0; i < 200; ++i) {
        const auto got = network.get(ring[2], get_of("key-" + std::to_string(i)));
        REQUIRE(got.ok());
        CHECK(values(*got) == Texts{"milk"});
      }
    };
    const auto nothing_moves = [&] {
      for (PeerNumber peer = 0; peer < network.size(); ++peer) {
        if (network.table(peer, "move scans") + network.table(peer, "hints") > 0) return false;
      }
      return true;
    };
    REQUIRE(network.ring_bucket(ring[0], bucket("default", 3)).error().code == "bad-bucket");
    for (const std::uint32_t n : {2U, 3U}) {
      REQUIRE(network.ring_bucket(ring[0], bucket("default", n))->changed);
      all_are_found();
      network.run_for(1s);
      REQUIRE(network.run_until(nothing_moves, 1min));
      all_are_found();
    }
  }
}

TEST_CASE("N that grows by more than the copies allow is refused, and the error says the way") {
  SimNetwork network(7);
  NodeConfig config = SimNetwork::defaults();
  config.buckets.push_back({"one", 1, 1, 1, Conflicts::siblings, Sync::yes});
  Ring ring(network, 5, "k", config);
  // W = 2 of 3 acknowledged: 3 of 5 answers may be without both of them.
  CHECK(network.ring_bucket(ring[0], bucket("default", 5)).error() ==
        Error{"bad-bucket",
              "n grows by too much at a time: a get could miss every member that has the key "
              "(raise n to 4 first, and again once `oxbow status` of every member shows 0 move "
              "scans and 0 hints)",
              "n at most 4", "n 5 (before: 3), r 3"});
  CHECK(network.ring_bucket(ring[0], bucket("one", 3)).error().needed == "n at most 2");
  RingBucketRequest request = bucket("one", 2);
  request.r = 1;
  CHECK(network.ring_bucket(ring[0], request).error() ==
        Error{"bad-bucket",
              "n cannot grow with so small an r: a get could miss every member that has the key "
              "(raise n to 2 with r 2; r may be lowered once `oxbow status` of every member shows "
              "0 move scans and 0 hints)",
              "r at least 2", "n 2 (before: 1), r 1"});
  // The keys of a bucket that is new have been those of `default`.
  CHECK(network.ring_bucket(ring[0], bucket("carts", 5)).error().needed == "n at most 4");
  CHECK(network.ring_bucket(ring[0], bucket("carts")).error().code == "not-found");
  CHECK(network.ring_bucket(ring[0], bucket("carts", 4))->made);
  request = bucket("default", 5);
  request.r = 4;  // 4 of 5 answers, and 2 copies
  CHECK(network.ring_bucket(ring[0], request)->changed);
}

TEST_CASE("a new bucket takes the keys that begin with its name") {
  SimNetwork network(4);
  Ring ring(network, 4, "logs/k");
  const auto made = network.ring_bucket(ring[0], bucket("logs", 1));
  REQUIRE(made.ok());
  CHECK(made->made);
  CHECK(made->version == 3);
  network.run_for(2s);
  CHECK(network.owner(ring[3], "logs/k")->primaries.size() == 1);
  CHECK(network.owner(ring[3], "other/k")->primaries.size() == 3);
}

TEST_CASE("a policy that cannot be kept is refused, and changes nothing") {
  SimNetwork network(5);
  Ring ring(network, 3, "k");
  RingBucketRequest request = bucket("default");
  request.w = 4;
  CHECK(network.ring_bucket(ring[0], request).error().code == "bad-bucket");
  request.w = 0;
  CHECK(network.ring_bucket(ring[0], request).error().code == "bad-bucket");
  request = bucket("default", limits::kCopiesMost + 1);
  CHECK(network.ring_bucket(ring[0], request).error().code == "bad-bucket");
  request = bucket("default");
  request.conflict = "first";
  CHECK(network.ring_bucket(ring[0], request).error().code == "bad-bucket");
  CHECK(network.ring_bucket(ring[0], bucket("a/b", 2)).error().code == "bad-bucket");
  CHECK(network.ring_bucket(ring[0], bucket("", 2)).error().code == "bad-bucket");
  CHECK(network.ring_bucket(ring[0], bucket("default"))->version <= kHeldVersion);

  SimNetwork alone(6);
  alone.add_peer();
  alone.start();
  CHECK(alone.ring_bucket(0, bucket("default", 2)).error().code == "no-ring");
}

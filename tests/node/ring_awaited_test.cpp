// A peer that has just started, and whose records of the ring are gone, waits for news of the ring
// before it gets or puts anything: what it took for the ring would be itself alone.
#include <doctest/doctest.h>

#include <string>

#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

std::string put(SimNetwork& network, PeerNumber peer, const std::string& key,
                const std::string& value, const std::string& context = {},
                const std::string& w = {}) {
  const auto answer = network.put(peer, put_of(key, value, context, w));
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return answer->context;
}

/// Key that is not the member's: five members keep three copies.
std::string key_of_others(Cluster& cluster, PeerNumber member) {
  for (int i = 0;; ++i) {
    const std::string key = "key " + std::to_string(i);
    const auto primaries = cluster.primaries(key);
    if (std::find(primaries.begin(), primaries.end(), member) == primaries.end()) return key;
  }
}

void lose_everything(SimNetwork& network, PeerNumber peer) {
  network.crash(peer);
  network.store(peer).wipe();
  network.start(peer);
}

}  // namespace

TEST_CASE("a member that starts with an empty disk reads what the ring has, even with R = 1") {
  for (const bool strict : {false, true}) {
    CAPTURE(strict);
    Cluster cluster(1);
    SimNetwork& network = cluster.network;
    const std::string key = key_of_others(cluster, 2);
    put(network, 0, key, "v");
    network.run_for(1s);
    lose_everything(network, 2);
    const auto answer = network.get(2, get_of(key, "1", strict));
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    CHECK(values_of(*answer) == std::set<std::string>{"v"});
  }
}

TEST_CASE("a member that starts with an empty disk puts where the ring says") {
  Cluster cluster(2);
  SimNetwork& network = cluster.network;
  const std::string key = key_of_others(cluster, 2);
  lose_everything(network, 2);
  put(network, 2, key, "v", {}, "3");
  for (const PeerNumber primary : cluster.primaries(key)) {
    CHECK(cluster.copy(primary, key).siblings().size() == 1);
  }
  CHECK(cluster.copy(2, key).empty());
}

TEST_CASE("a peer that is no member, and has just started, knows the ring before it says no-ring") {
  Cluster cluster(3);
  SimNetwork& network = cluster.network;
  const PeerNumber outsider = 5;
  lose_everything(network, outsider);
  put(network, outsider, "k", "v");
  const auto answer = network.get(outsider, get_of("k"));
  REQUIRE(answer.ok());
  CHECK(values_of(*answer) == std::set<std::string>{"v"});
}

TEST_CASE("a member that knows no ring yet coordinates nothing for others either") {
  Cluster cluster(4);
  SimNetwork& network = cluster.network;
  const std::string key = "k";
  const PeerNumber first = cluster.primaries(key)[0];
  const PeerNumber outsider = 5;
  put(network, outsider, key, "v");
  network.run_for(1s);
  // It hears of no ring before it is to coordinate.
  network.lose_if([&](const Carried& carried) {
    return carried.to == first && std::holds_alternative<GossipRecords>(carried.message);
  });
  std::size_t orders = 0;
  network.tap([&](const Carried& carried) {
    const bool order = carried.to == first && std::holds_alternative<Coordinate>(carried.message);
    if (order && carried.phase == Carried::Phase::delivered) ++orders;
  });
  lose_everything(network, first);
  const Instant until = network.now() + limits::kRingPatience - 100ms;
  while (network.now() < until) {
    const auto answer = network.get(outsider, get_of(key, "1"));
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    CHECK(values_of(*answer) == std::set<std::string>{"v"});
    network.run_for(20ms);
  }
  CHECK(orders > 0);
}

TEST_CASE("a member none of whose neighbors can be reached goes on alone after a while") {
  SimNetwork network(5);
  const auto members = network.add_members(2);
  network.start(members[1]);  // configured with the other as its neighbor
  const Instant began = network.now();

  PutRequest hasty = put_of("k", "0", {}, "1");
  hasty.timeout_ms = 500;
  const auto refused = network.put(members[1], hasty);
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == "ring-unknown");
  CHECK(network.now() - began == 500ms);

  put(network, members[1], "k", "1", {}, "1");
  CHECK(network.now() - began >= limits::kRingPatience);
  CHECK(network.now() - began < Duration(limits::kRingPatience) + 100ms);
  const auto answer = network.get(members[1], get_of("k", "1"));
  REQUIRE(answer.ok());
  CHECK(values_of(*answer) == std::set<std::string>{"1"});
}

TEST_CASE("a member without neighbors works at once") {
  SimNetwork network(6);
  network.add_members(1);
  network.start();
  const Instant began = network.now();
  put(network, 0, "k", "1", {}, "1");
  CHECK(network.now() - began < 100ms);
}

TEST_CASE("five members that start for the first time together are a ring for their first put") {
  SimNetwork network(7);
  const auto members = network.add_members(5);
  network.start();
  const auto answer = network.put(members[4], put_of("k", "v"));
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  CHECK(answer->quorum.acknowledged >= 2);
  CHECK(network.wait_for_ring(5));
}

TEST_CASE("a put is asked for anew while all who could coordinate it have only just started") {
  Cluster cluster(3);
  SimNetwork& network = cluster.network;
  const PeerNumber outsider = 4;
  put(network, outsider, "warm", "up");  // connections are there
  for (PeerNumber member = 0; member < 3; ++member) lose_everything(network, member);
  std::size_t refusals = 0;
  network.tap([&](const Carried& carried) {
    const auto* answer = std::get_if<Coordinated>(&carried.message);
    if (answer != nullptr && answer->error == "not-owner") ++refusals;
  });
  for (int i = 0; i < 40; ++i) {
    const auto answer = network.put(outsider, put_of("k" + std::to_string(i), "v"));
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  }
  CHECK(refusals > 0);
}

TEST_CASE("a request that waits for the ring can be cancelled") {
  SimNetwork network(8);
  const auto members = network.add_members(2);
  network.start(members[1]);
  const RequestHandle put = network.request(members[1], put_of("k", "v", {}, "1"));
  network.run_for(100ms);
  network.cancel(put);
  network.run_for(10s);
  CHECK(!network.record(put).ending);
  CHECK(network.store(members[1]).objects() == 0);
}

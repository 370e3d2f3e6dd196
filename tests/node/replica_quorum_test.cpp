// Gets and puts across a ring: who coordinates, who stores, what the answers say.
#include <doctest/doctest.h>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

TEST_CASE("what is put at one member is read at every other, and at peers that are none") {
  SimNetwork network(1);
  Ring ring(network, 5, "key", SimNetwork::defaults(), 1);
  const auto put = ring.put(0, "value");
  REQUIRE(put.ok());
  CHECK(put->siblings == 1);
  CHECK(put->quorum.n == 3);
  CHECK(put->quorum.w == 2U);
  CHECK(put->quorum.acknowledged == 2);
  CHECK(put->quorum.hints == 0);
  CHECK(put->quorum.coordinator == to_string(network.address_of(ring[0])));
  for (std::size_t place = 0; place < 5; ++place) {
    CAPTURE(place);
    const auto got = ring.get(place);
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"value"});
    CHECK(got->quorum.r == 2U);
    CHECK(got->quorum.acknowledged == 2);
    CHECK(got->quorum.primaries == 2);
  }
  const auto outside = network.get(ring.outsiders[0], get_of("key"));
  REQUIRE(outside.ok());
  CHECK(values(*outside) == Texts{"value"});
  network.run_for(2s);
  for (std::size_t place = 0; place < 5; ++place) {
    CHECK(ring.copy_at(place) == (place < 3 ? Texts{"value"} : Texts{}));
  }
  CHECK(ring.all_hints() == 0);
}

TEST_CASE(
    "a peer that is a primary coordinates, any other hands over to the first that it reaches") {
  SimNetwork network(2);
  Ring ring(network, 5, "key");
  for (std::size_t place = 0; place < 5; ++place) {
    CAPTURE(place);
    const auto put = ring.put(place, "value");
    REQUIRE(put.ok());
    const PeerNumber coordinator = ring[place < 3 ? place : 0];
    CHECK(put->quorum.coordinator_id == to_string(network.id_of(coordinator)));
  }
  CHECK(network.counter(ring[4], "operations handed over") == 1);
  CHECK(network.counter(ring[0], "operations coordinated") == 3);
}

TEST_CASE(
    "a context replaces what it covers, a blind put adds a sibling, a delete leaves a trace") {
  SimNetwork network(3);
  Ring ring(network, 4, "key");
  const auto first = ring.put(0, "one");
  REQUIRE(first.ok());
  REQUIRE(ring.put(1, "two").ok());
  const auto both = ring.get(2);
  REQUIRE(both.ok());
  CHECK(values(*both) == Texts{"one", "two"});
  const auto merged = ring.put(3, "both", both->context);
  REQUIRE(merged.ok());
  CHECK(merged->siblings == 1);
  CHECK(values(*ring.get(0)) == Texts{"both"});
  DeleteRequest remove;
  remove.key = "key";
  remove.context = merged->context;
  const auto removed = network.del(ring[3], remove);
  REQUIRE(removed.ok());
  CHECK(removed->siblings == 0);
  const auto gone = ring.get(1);
  REQUIRE(gone.ok());
  CHECK_FALSE(gone->found);
  CHECK(gone->deleted);
  CHECK_FALSE(gone->context.empty());
}

// Vector 18 (fewer_nodes_than_N).
TEST_CASE("two members never count as three") {
  SimNetwork network(4);
  Ring ring(network, 2, "key");
  const auto put = ring.put(0, "value", "", "3");
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code == "quorum-not-met");
  CHECK(put.error().needed == "3 members");
  CHECK(put.error().got == "2 members reachable");
  CHECK_FALSE(ring.get(1)->found);  // refused before anything was written
  CHECK(ring.put(0, "value", "", "2").ok());
  const auto got = ring.get(1, "2");
  REQUIRE(got.ok());
  CHECK(got->quorum.members.size() == 2);
}

TEST_CASE("requests that are wrong in themselves are refused, and say what would be right") {
  SimNetwork network(5);
  Ring ring(network, 3, "key", SimNetwork::defaults(), 1);
  for (const PeerNumber peer : {ring[0], ring.outsiders[0]}) {
    const auto many = network.put(peer, put_of("key", "value", "", "4"));
    REQUIRE_FALSE(many.ok());
    CHECK(many.error().code == "bad-quorum");
    CHECK(many.error().needed == "1 to 3");
    CHECK(many.error().got == "4");
    CHECK(network.get(peer, get_of("")).error().code == "bad-key");
    CHECK(network.put(peer, put_of("key", "value", "junk")).error().code == "bad-context");
    const auto large = network.put(peer, put_of("key", std::string(limits::kValue + 1, 'x')));
    CHECK(large.error().code == "value-too-large");
  }
}

TEST_CASE("a peer that knows of no ring says how there would be one") {
  SimNetwork network(6);
  const PeerNumber alone = network.add_peer();
  REQUIRE(network.settle());
  const auto put = network.put(alone, put_of("key", "value"));
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code == "no-ring");
  CHECK(put.error().message.find("member = yes") != std::string::npos);
}

TEST_CASE("objects larger than a frame travel in parts, between members and to who handed over") {
  SimNetwork network(7);
  Ring ring(network, 3, "key", SimNetwork::defaults(), 1);
  network.partition(ring[0], ring[1]);
  network.partition(ring[0], ring[2]);
  Texts all;
  for (const char letter : {'a', 'b', 'c', 'd'}) {
    all.emplace_back(limits::kValue, letter);
    REQUIRE(ring.put(letter < 'c' ? 0 : 1, all.back(), "", "1").ok());
  }
  const auto one_more = ring.put(0, std::string(limits::kValue, 'e'), "", "1");
  REQUIRE_FALSE(one_more.ok());
  CHECK(one_more.error().code == "object-too-large");
  network.run_for(2s);
  network.heal(ring[0], ring[1]);
  network.heal(ring[0], ring[2]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  for (std::size_t place = 0; place < 3; ++place) CHECK(ring.copy_at(place) == all);
  const auto got = network.get(ring.outsiders[0], get_of("key", "3"));
  REQUIRE(got.ok());
  CHECK(values(*got) == all);
  // One value with that context puts it right.
  const auto merged = network.put(ring.outsiders[0], put_of("key", "small", got->context));
  REQUIRE(merged.ok());
  CHECK(values(*ring.get(2)) == Texts{"small"});
}

TEST_CASE("R = 1 at an owner is answered from its own copy") {
  SimNetwork network(8);
  NodeConfig config = SimNetwork::defaults();
  config.full_reads = 0;
  Ring ring(network, 3, "key", config);
  REQUIRE(ring.put(0, "value", "", "3").ok());
  network.run_for(1s);
  network.reset_traffic();
  const std::uint64_t reads = network.counter(ring[1], "object reads");
  const auto got = ring.get(0, "1");
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"value"});
  CHECK(got->quorum.acknowledged == 1);
  CHECK(network.counter(ring[1], "object reads") == reads);
}

TEST_CASE("many gets at once ask only R members, few ask all") {
  for (const double full_reads : {0.0, 1000.0}) {
    CAPTURE(full_reads);
    SimNetwork network(9);
    NodeConfig config = SimNetwork::defaults();
    config.full_reads = full_reads;
    Ring ring(network, 3, "key", config);
    REQUIRE(ring.put(0, "value", "", "3").ok());
    const std::uint64_t before =
        network.counter(ring[1], "object reads") + network.counter(ring[2], "object reads");
    REQUIRE(ring.get(0).ok());
    network.run_for(1s);
    const std::uint64_t after =
        network.counter(ring[1], "object reads") + network.counter(ring[2], "object reads");
    CHECK(after - before == (full_reads > 0 ? 2 : 1));
  }
}

TEST_CASE("a write is acknowledged only when it is on W disks, and shown only when it is on one") {
  SimNetwork network(10);
  Ring ring(network, 3, "key");
  network.run_for(1s);  // what they have heard of the ring is on their disks
  for (std::size_t place = 0; place < 3; ++place) {
    network.set_sync_latency(ring[place], Latency::fixed(20ms));
  }
  const Instant begun = network.now();
  REQUIRE(ring.put(0, "value").ok());
  CHECK(network.now() - begun >= 20ms);
  CHECK(network.now() - begun < 45ms);
}

TEST_CASE("a request that is cancelled is not answered, and leaves nothing behind") {
  SimNetwork network(11);
  Ring ring(network, 4, "key");
  for (const std::size_t place : {std::size_t{0}, std::size_t{3}}) {
    network.cancel(network.request(ring[place], get_of("key", "all")));
    network.cancel(network.request(ring[place], put_of("key", "value")));
  }
  network.run_for(10s);
  for (std::size_t place = 0; place < 4; ++place) {
    CHECK(network.table(ring[place], "gets") == 0);
    CHECK(network.table(ring[place], "puts") == 0);
    CHECK(network.table(ring[place], "operations handed over") == 0);
  }
}

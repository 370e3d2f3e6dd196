// What a member wrote last before it stopped, with or without warning, gets to the other primaries,
// though it answered the client and came to nothing more.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

namespace {

PutRequest strict_put(std::string key, std::string value) {
  PutRequest request = put_of(std::move(key), std::move(value));
  request.strict = true;
  return request;
}

/// A ring in which everybody's objects are known to be in place: a start moves nothing.
struct Placed {
  Placed(std::uint64_t seed, std::size_t members) : network(seed), ring(network, members, "key") {
    REQUIRE(ring.put(0, "before").ok());
    network.run_for(5s);
    for (std::size_t place = 0; place < members; ++place) {
      network.restart(ring[place]);
      network.run_for(5s);
    }
    REQUIRE(network.wait_for_ring(members));
    network.run_for(15s);
    REQUIRE(ring.all_hints() == 0);
  }
  std::uint64_t offered(std::size_t place) {
    return network.counter(ring[place], "objects offered");
  }
  /// Runs that many events; false: no more came within the time.
  bool run_events(int count, Duration within) {
    int events = 0;
    return network.run_until([&] { return ++events > count; }, within);
  }
  bool keeps_a_durable_hint() {
    for (std::size_t place = 0; place < ring.order.size(); ++place) {
      if (network.store(ring[place]).image().content.all_hints().hints > 0) return true;
    }
    return false;
  }

  SimNetwork network;
  Ring ring;
};

}  // namespace

TEST_CASE("a coordinator that dies between its answer and its hint leaves no copy missing") {
  bool hint_was_durable = false;
  int crashes = 0;
  for (int events = 0; !hint_was_durable && events < 2000; events += 1 + events / 20) {
    CAPTURE(events);
    Placed placed(31, 5);
    SimNetwork& network = placed.network;
    Ring& ring = placed.ring;
    network.freeze(ring[2]);
    PutRequest put = strict_put("key", "value");
    put.context = ring.get(0)->context;
    REQUIRE(network.put(ring[0], put).ok());
    placed.run_events(events, 3s);
    hint_was_durable = placed.keeps_a_durable_hint();
    network.crash(ring[0]);
    network.crash(ring[2]);  // which hung, and never sees what was sent to it
    ++crashes;
    network.run_for(1s);
    REQUIRE(ring.copy_at(2) == Texts{"before"});
    network.restart(ring[0]);
    network.restart(ring[2]);
    network.run_for(15s);
    CHECK(ring.copy_at(2) == Texts{"value"});
    CHECK(ring.all_hints() == 0);
    // And one more disk is lost.
    network.crash(ring[1]);
    network.store(ring[1]).wipe();
    network.run_for(1s);
    network.restart(ring[1]);
    network.run_for(2s);
    GetRequest get = get_of("key");
    get.strict = true;
    const auto got = network.get(ring[4], get);
    REQUIRE(got.ok());
    CHECK(values(*got) == Texts{"value"});
  }
  CHECK(hint_was_durable);
  CHECK(crashes > 5);
}

TEST_CASE("a second crash, while it is offered, does not lose it") {
  bool had_it = false;
  int crashes = 0;
  for (int events = 0; !had_it && events < 2000; events += 1 + events / 10) {
    CAPTURE(events);
    Placed placed(32, 4);
    SimNetwork& network = placed.network;
    Ring& ring = placed.ring;
    network.freeze(ring[2]);
    PutRequest put = strict_put("key", "value");
    put.context = ring.get(0)->context;
    REQUIRE(network.put(ring[0], put).ok());
    network.crash(ring[0]);
    network.crash(ring[2]);
    network.run_for(1s);
    REQUIRE(ring.copy_at(2) == Texts{"before"});
    network.restart(ring[2]);
    network.run_for(1s);
    network.restart(ring[0]);
    placed.run_events(events, 20s);
    had_it = ring.copy_at(2) == Texts{"value"};
    network.crash(ring[0]);
    ++crashes;
    network.run_for(1s);
    network.restart(ring[0]);
    REQUIRE(network.run_until([&] { return ring.copy_at(2) == Texts{"value"}; }, 20s));
  }
  CHECK(had_it);
  CHECK(crashes > 10);
}

TEST_CASE("what a primary that is away is to be offered is kept as a hint") {
  Placed placed(33, 3);
  SimNetwork& network = placed.network;
  Ring& ring = placed.ring;
  network.freeze(ring[2]);
  for (int i = 0; i < 100; ++i) {
    REQUIRE(network.put(ring[0], strict_put(fmt::format("key-{}", i), "value")).ok());
  }
  network.crash(ring[0]);
  network.crash(ring[1]);
  network.crash(ring[2]);
  network.store(ring[0]).set_full(true);
  network.run_for(1s);
  network.restart(ring[0]);
  network.run_for(30s);
  CHECK(ring.all_hints() == 0);  // its disk takes none
  network.store(ring[0]).set_full(false);
  network.run_for(15s);
  // For each of the two, all 100 and the key of the scenario.
  CHECK(network.store(ring[0]).all_hints().hints >= 200);
  network.restart(ring[0]);
  network.run_for(15s);
  // What was written by then are the hints: there is nothing in them that is not known.
  CHECK(placed.offered(0) >= 100);
  CHECK(network.store(ring[0]).all_hints().hints >= 200);
  network.restart(ring[0]);
  network.run_for(15s);
  CHECK(placed.offered(0) == 0);
  network.restart(ring[1]);
  network.restart(ring[2]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  for (int i = 0; i < 100; ++i) {
    const std::string key = fmt::format("key-{}", i);
    CHECK(network.store(ring[2]).read(key)->object == network.store(ring[0]).read(key)->object);
    CHECK(network.store(ring[2]).read(key)->object.siblings().size() == 1);
  }
}

TEST_CASE("a member that is stopped in order keeps hints for those that have not answered") {
  Placed placed(34, 3);
  SimNetwork& network = placed.network;
  Ring& ring = placed.ring;
  network.freeze(ring[2]);
  for (int i = 0; i < 10; ++i) {
    REQUIRE(network.put(ring[0], strict_put(fmt::format("key-{}", i), "value")).ok());
  }
  network.stop(ring[0]);
  network.run_for(1s);
  CHECK(network.store(ring[0]).all_hints().hints == 10);
  CHECK_FALSE(network.store(ring[0]).recent_writes(0).has_value());
  network.crash(ring[2]);
  network.run_for(1s);
  network.start(ring[0]);
  network.start(ring[2]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  CHECK(placed.offered(0) == 0);
  for (int i = 0; i < 10; ++i) {
    CHECK_FALSE(network.store(ring[2]).read(fmt::format("key-{}", i))->object.empty());
  }
}

TEST_CASE("after a crash each key written last is offered once, and after that nothing") {
  Placed placed(35, 3);
  SimNetwork& network = placed.network;
  Ring& ring = placed.ring;
  for (int i = 0; i < 300; ++i) {
    REQUIRE(network.put(ring[0], put_of(fmt::format("key-{}", i % 150), "value")).ok());
  }
  network.crash(ring[0]);
  network.run_for(1s);
  network.reset_traffic();
  network.restart(ring[0]);
  network.run_for(20s);
  CHECK(placed.offered(0) >= 150);
  CHECK(placed.offered(0) <= 151);  // perhaps the one that the scenario began with
  CHECK(network.count_events("was offered to the other primaries") >= 1);
  CHECK(ring.all_hints() == 0);
  network.crash(ring[0]);
  network.run_for(1s);
  network.restart(ring[0]);
  network.run_for(20s);
  CHECK(placed.offered(0) == 0);
}

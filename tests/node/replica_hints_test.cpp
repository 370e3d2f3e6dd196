// Sloppy quorums and hinted handoff: who stands in for whom, and how what was kept comes home.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include "node/replica_ring.h"

using namespace oxbow;
using namespace oxbow::replica_ring;

// Vector 27 (sloppy_walkthrough_one_down; Dynamo 4.6): A is down, D stands in, A gets its copy.
TEST_CASE("a fallback stands in for a primary that is down, and hands over when it is back") {
  SimNetwork network(1);
  Ring ring(network, 5, "key");
  network.crash(ring[0]);
  network.run_for(1s);
  REQUIRE(ring.get(1).ok());  // somebody notices
  network.run_for(100ms);
  const auto put = ring.put(1, "value");
  REQUIRE(put.ok());
  CHECK(put->quorum.coordinator == to_string(network.address_of(ring[1])));
  network.run_for(100ms);
  CHECK(ring.copy_at(1) == Texts{"value"});
  CHECK(ring.copy_at(2) == Texts{"value"});
  CHECK(ring.hints_at(3) == std::vector<std::size_t>{0});
  CHECK(ring.all_hints() == 1);
  CHECK(ring.copy_at(3).empty());  // a hint is no copy of its own
  network.restart(ring[0]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  CHECK(ring.copy_at(0) == Texts{"value"});
  CHECK(network.counter(ring[3], "hints delivered") == 1);
  CHECK(network.table(ring[3], "hints") == 0);
  CHECK(network.table(ring[3], "hint bytes") == 0);
}

// Vector 36 (late_async_failure_still_hints).
TEST_CASE("a member that fails after the answer is kept one hint for") {
  SUBCASE("N 3, R 2, W 2: at the fallback") {
    SimNetwork network(2);
    Ring ring(network, 5, "key");
    REQUIRE(ring.put(0, "old").ok());
    network.run_for(1s);
    network.freeze(ring[2]);
    REQUIRE(ring.put(0, "new", ring.get(1)->context).ok());
    CHECK(ring.all_hints() == 0);
    network.run_for(1s);
    CHECK(ring.hints_at(3) == std::vector<std::size_t>{2});
    CHECK(ring.all_hints() == 1);
    network.thaw(ring[2]);
    REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
    CHECK(ring.copy_at(2) == Texts{"new"});
  }
  SUBCASE("N 2, R 1, W 1: at the coordinator") {
    SimNetwork network(3);
    NodeConfig config = SimNetwork::defaults();
    BucketPolicy policy;
    policy.n = 2;
    policy.r = policy.w = 1;
    config.buckets = {policy};
    Ring ring(network, 2, "key", config);
    REQUIRE(network.run_until([&] { return ring.put(0, "value")->quorum.n == 2; }, 1min));
    network.run_for(1s);
    network.freeze(ring[1]);
    REQUIRE(ring.put(0, "new", ring.get(0)->context).ok());
    network.run_for(1s);
    CHECK(ring.hints_at(0) == std::vector<std::size_t>{1});
    network.thaw(ring[1]);
    REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
    CHECK(ring.copy_at(1) == Texts{"new"});
  }
}

// Vector 38 (restart_still_drains).
TEST_CASE("hints survive the restart of who keeps them") {
  SimNetwork network(4);
  Ring ring(network, 4, "key");
  network.crash(ring[0]);
  network.run_for(100ms);
  // N is 3 of 4: three quarters of all keys are the absent member's.
  std::set<std::string> kept;
  for (int i = 0; kept.size() < 1000; ++i) {
    const std::string key = fmt::format("key-{}", i);
    const PeerNumber entry = ring[1 + static_cast<std::size_t>(i) % 3];
    REQUIRE(network.put(entry, put_of(key, "value")).ok());
    const auto owner = network.owner(ring[1], key);
    for (const MemberInfo& primary : owner->primaries) {
      if (primary.id == to_string(network.id_of(ring[0]))) kept.insert(key);
    }
  }
  network.run_for(2s);
  std::set<std::string> hinted;
  for (std::size_t place = 1; place < 4; ++place) {
    for (const Hint& hint : network.store(ring[place]).every_hint()) hinted.insert(hint.key);
  }
  CHECK(hinted == kept);
  for (std::size_t place = 1; place < 4; ++place) network.crash(ring[place]);
  network.run_for(1s);
  for (std::size_t place = 0; place < 4; ++place) network.restart(ring[place]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 2min));
  CHECK(network.store(ring[0]).objects() == 1000);
}

// Vector 37 (page_retry_and_stop_on_down).
TEST_CASE(
    "hints without an answer go again, none to a member that is away, and each is one write") {
  SimNetwork network(11);
  NodeConfig config = SimNetwork::defaults();
  BucketPolicy policy;
  policy.n = 2;
  policy.r = policy.w = 1;
  config.buckets = {policy};
  Ring ring(network, 2, "key", config);
  REQUIRE(network.run_until([&] { return ring.put(0, "value")->quorum.n == 2; }, 1min));
  network.run_for(1s);
  network.crash(ring[1]);
  network.run_for(1s);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(network.put(ring[0], put_of(fmt::format("key-{}", i), "value")).ok());
  }
  network.run_for(1s);
  REQUIRE(ring.all_hints() == 20);

  std::size_t sent = 0;
  std::size_t answers = 0;
  bool deaf = true;
  network.lose_if([&](const Carried& carried) {
    if (const auto* write = std::get_if<ObjectWrite>(&carried.message)) {
      if (write->reason == WriteReason::handoff && carried.to == ring[1]) ++sent;
    }
    const bool answer =
        carried.to == ring[0] && std::holds_alternative<WriteReply>(carried.message);
    return answer && deaf && ++answers > 5;
  });
  network.start(ring[1]);
  REQUIRE(network.run_until([&] { return answers == 20; }, 1min));
  network.run_for(100ms);
  CHECK(sent == 20);
  CHECK(ring.all_hints() == 15);

  network.partition(ring[0], ring[1]);
  network.run_for(1s);  // the connection's end, and what was on its way
  sent = 0;
  network.run_for(30s);
  CHECK(sent == 0);

  deaf = false;
  network.heal(ring[0], ring[1]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  CHECK(sent == 15);
  for (int i = 0; i < 20; ++i) {
    const std::string key = fmt::format("key-{}", i);
    const auto copy = network.store(ring[1]).read(key);
    REQUIRE(copy.ok());
    CHECK(copy->object.siblings().size() == 1);
    CHECK(copy->object == network.store(ring[0]).read(key)->object);
  }
}

TEST_CASE("while all primaries are away fallbacks take writes, read them, and hand them over") {
  SimNetwork network(5);
  Ring ring(network, 6, "key");
  for (std::size_t place = 0; place < 3; ++place) network.crash(ring[place]);
  network.run_for(1s);
  const auto first = ring.put(3, "one");
  REQUIRE(first.ok());
  CHECK(first->quorum.fallbacks == 2);
  CHECK(first->quorum.primaries == 0);
  const auto second = ring.put(4, "two", first->context);
  REQUIRE(second.ok());
  const auto got = ring.get(5);
  REQUIRE(got.ok());
  CHECK(values(*got) == Texts{"two"});
  for (std::size_t place = 0; place < 3; ++place) network.restart(ring[place]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  for (std::size_t place = 0; place < 3; ++place) CHECK(ring.copy_at(place) == Texts{"two"});
}

TEST_CASE("strict refuses fallbacks, at once, and nothing is written then") {
  SimNetwork network(6);
  Ring ring(network, 5, "key");
  network.crash(ring[0]);
  network.crash(ring[1]);
  network.run_for(1s);
  // Those who stand in for two primaries have never heard of it: the primaries may have.
  const auto unheard = ring.get(2);
  REQUIRE_FALSE(unheard.ok());
  CHECK(unheard.error().code == "quorum-not-met");
  CHECK(unheard.error().needed == "2 of its primaries");
  CHECK(unheard.error().got == "1");
  network.run_for(100ms);
  PutRequest strict = put_of("key", "value");
  strict.strict = true;
  const Instant asked = network.now();
  const auto put = network.put(ring[2], strict);
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code == "quorum-not-met");
  CHECK(put.error().needed == "2 primaries");
  CHECK(put.error().got == "1 primary reachable");
  CHECK(network.now() - asked < 10ms);
  network.run_for(5s);
  CHECK(ring.all_hints() == 0);
  CHECK(ring.copy_at(2).empty());
  GetRequest get = get_of("key");
  get.strict = true;
  CHECK(network.get(ring[2], get).error().code == "quorum-not-met");
}

TEST_CASE("strict: a hint is kept for who is missing, and counts for nothing") {
  SimNetwork network(10);
  Ring ring(network, 5, "key");
  network.crash(ring[2]);
  network.run_for(1s);
  REQUIRE(ring.get(0).ok());
  network.run_for(100ms);
  PutRequest strict = put_of("key", "value");
  strict.strict = true;
  for (const PeerNumber entry : {ring[0], ring[4]}) {
    const auto put = network.put(entry, strict);
    REQUIRE(put.ok());
    CHECK(put->quorum.primaries == 2);
    CHECK(put->quorum.acknowledged == 2);
  }
  network.run_for(100ms);
  CHECK(ring.hints_at(3) == std::vector<std::size_t>{2});
}

TEST_CASE("hints of a member that left for good go to the primaries of their keys") {
  SimNetwork network(7);
  Ring ring(network, 5, "key");
  REQUIRE(ring.put(0, "before").ok());
  REQUIRE(ring.get(4).ok());  // connects it to the first primary
  network.run_for(1s);
  network.partition(ring[0], ring[1]);
  network.partition(ring[0], ring[2]);
  network.partition(ring[0], ring[3]);
  REQUIRE(ring.put(1, "value", ring.get(1)->context).ok());
  network.run_for(2s);
  REQUIRE(ring.all_hints() == 1);
  REQUIRE(network.ring_leave(ring[0]).ok());
  REQUIRE(network.run_until([&] { return ring.copy_at(3) == Texts{"value"}; }, 1min));
  // What the one that left wanted to hand over is old news by now.
  for (std::size_t place = 1; place < 4; ++place) network.heal(ring[0], ring[place]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  for (std::size_t place = 1; place < 4; ++place) CHECK(ring.copy_at(place) == Texts{"value"});
}

TEST_CASE("a hint is never kept for the member itself, nor sent to one that hangs for ever") {
  SimNetwork network(8);
  Ring ring(network, 3, "key");
  network.freeze(ring[1]);
  network.freeze(ring[2]);
  PutRequest request = put_of("key", "value");
  request.timeout_ms = 3000;
  const auto put = network.put(ring[0], request);
  REQUIRE_FALSE(put.ok());
  CHECK(put.error().code == "unknown");
  CHECK(put.error().got == "1 copy");
  network.run_for(1s);
  CHECK(ring.hints_at(0) == std::vector<std::size_t>{1, 2});
  network.thaw(ring[1]);
  network.thaw(ring[2]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  CHECK(ring.copy_at(1) == Texts{"value"});
  CHECK(ring.copy_at(2) == Texts{"value"});
}

TEST_CASE("a clock does not grow while a member is away, whoever coordinates") {
  SimNetwork network(9);
  SUBCASE("hints at the coordinator") {
    Ring ring(network, 3, "key");
    network.crash(ring[2]);
    network.run_for(1s);
    std::string context;
    for (int i = 0; i < 40; ++i) {
      const auto put = ring.put(0, fmt::format("value {}", i), context);
      REQUIRE(put.ok());
      context = put->context;
    }
    CHECK(network.store(ring[0]).read("key")->object.clock().size() == 1);
    network.restart(ring[2]);
    REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
    REQUIRE(ring.put(0, "last", context).ok());
    CHECK(network.store(ring[0]).read("key")->object.clock().size() == 1);
  }
  SUBCASE("a fallback coordinates") {
    Ring ring(network, 6, "key");
    for (std::size_t place = 0; place < 3; ++place) network.crash(ring[place]);
    network.run_for(1s);
    std::string context;
    for (int i = 0; i < 40; ++i) {
      const auto put = ring.put(3, fmt::format("value {}", i), context);
      REQUIRE(put.ok());
      CHECK(put->siblings == 1);
      context = put->context;
    }
    for (const Hint& hint : network.store(ring[3]).every_hint()) {
      CHECK(hint.object.clock().size() == 1);
    }
    // Delivered, the numbers are forgotten here: the next write takes a fresh actor.
    for (std::size_t place = 0; place < 3; ++place) network.restart(ring[place]);
    REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
    for (std::size_t place = 0; place < 3; ++place) {
      CHECK(ring.copy_at(place) == Texts{"value 39"});
    }
  }
}

TEST_CASE("a wall clock that jumps ahead, or stays wrong, throws no hint away") {
  SimNetwork network(12);
  Ring ring(network, 4, "key");
  network.crash(ring[0]);
  network.run_for(1s);
  for (int i = 0; i < 20; ++i) {
    REQUIRE(network.put(ring[1], put_of(fmt::format("key-{}", i), "value")).ok());
  }
  network.run_for(2s);
  const std::size_t kept = ring.all_hints();
  REQUIRE(kept > 0);
  for (std::size_t place = 1; place < 4; ++place) {
    network.set_wall_clock(ring[place], std::chrono::hours(24 * 10));
  }
  network.run_for(5s);
  CHECK(ring.all_hints() == kept);
  network.restart(ring[2]);  // while it is wrong; what it wrote last it keeps hints for, too
  network.run_for(5s);
  network.set_wall_clock(ring[1], Duration{});
  network.set_wall_clock(ring[2], -std::chrono::hours(24 * 400));
  network.run_for(5s);
  network.restart(ring[1]);
  network.run_for(5s);
  CHECK(ring.all_hints() >= kept);
  for (std::size_t place = 1; place < 4; ++place) network.set_wall_clock(ring[place], Duration{});
  network.restart(ring[0]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 2min));
  for (std::size_t place = 1; place < 4; ++place) {
    CHECK(network.table(ring[place], "hints") == 0);
    CHECK(network.counter(ring[place], "hints expired") == 0);
  }
}

TEST_CASE(
    "hints go for their age only where room is short, also after a restart, and that is told") {
  SimNetwork network(13);
  NodeConfig config = SimNetwork::defaults();
  config.hints.life = 10min;
  config.hints.most_hints = 20;
  BucketPolicy policy;
  policy.n = 2;
  policy.r = policy.w = 1;
  config.buckets = {policy};
  Ring ring(network, 2, "key", config);
  REQUIRE(network.run_until([&] { return ring.put(0, "value")->quorum.n == 2; }, 1min));
  network.run_for(1s);
  network.crash(ring[1]);
  network.run_for(1s);
  const auto put = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      REQUIRE(network.put(ring[0], put_of(fmt::format("key-{}", i), "value")).ok());
    }
    network.run_for(2s);
  };
  put(0, 10);
  network.run_for(7min);
  network.restart(ring[0]);
  network.run_for(7min);
  // Old, but there is room. (One is of the key that the scenario began with.)
  CHECK(network.table(ring[0], "hints") == 11);
  put(10, 18);
  CHECK(network.run_until([&] { return network.table(ring[0], "hints") < 15; }, 1min));
  const std::uint64_t thrown_away = network.counter(ring[0], "hints expired");
  CHECK(thrown_away == 5);  // those too many, and none of the young ones
  CHECK(network.count_events("are thrown away") == 1);
  network.run_for(1min);
  CHECK(network.counter(ring[0], "hints expired") == thrown_away);
  for (int i = 10; i < 18; ++i) {
    CHECK(network.store(ring[0]).read_hint(network.id_of(ring[1]), fmt::format("key-{}", i)));
  }
  // Full of young ones: what comes is refused, and that is told once.
  put(18, 40);
  CHECK(network.table(ring[0], "hints") <= 20);
  CHECK(network.counter(ring[0], "hints refused") > 0);
  CHECK(network.count_events("is not kept: too many hints") == 1);
}

TEST_CASE("hints into a connection that is dead at the other end go over a new one") {
  SimNetwork network(14);
  NodeConfig config = SimNetwork::defaults();
  BucketPolicy policy;
  policy.n = 2;
  policy.r = policy.w = 1;
  config.buckets = {policy};
  Ring ring(network, 2, "key", config);
  REQUIRE(network.run_until([&] { return ring.put(0, "value")->quorum.n == 2; }, 1min));
  network.crash(ring[1]);
  network.run_for(1s);
  for (int i = 0; i < 10; ++i) {
    REQUIRE(network.put(ring[0], put_of(fmt::format("key-{}", i), "value")).ok());
  }
  network.run_for(1s);
  network.restart(ring[1]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 1min));
  REQUIRE(network.connections(ring[0], ring[1]).size() == 2);  // one of them bulk
  // It hangs meanwhile, so that both connections outlast the writes that it misses.
  network.freeze(ring[1]);
  for (int i = 10; i < 20; ++i) {
    REQUIRE(network.put(ring[0], put_of(fmt::format("key-{}", i), "value")).ok());
  }
  network.run_for(1s);
  REQUIRE(ring.all_hints() == 10);
  REQUIRE(network.connections(ring[0], ring[1]).size() == 2);
  network.silence(ring[0], ring[1]);
  network.thaw(ring[1]);
  REQUIRE(network.run_until([&] { return ring.all_hints() == 0; }, 20s));
  CHECK(network.counter(ring[0], "hints delivered") >= 20);
  for (int i = 0; i < 20; ++i) {
    CHECK_FALSE(network.store(ring[1]).read(fmt::format("key-{}", i))->object.empty());
  }
}

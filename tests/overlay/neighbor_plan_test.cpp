#include "overlay/neighbor_plan.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;
constexpr std::string_view kTarget = "10.0.0.1:7400";
constexpr std::string_view kOther = "other.example:7401";

PeerId peer(std::uint8_t number) {
  PeerId id;
  id.bytes[0] = number;
  return id;
}

NeighborPlan static_plan() { return NeighborPlan({peer(0), true, 3}, Random(1)); }

using Targets = std::vector<std::string_view>;
Targets due(NeighborPlan& plan, Instant now) {
  Targets targets;
  plan.take_due(now, targets);
  return targets;
}

const ConfiguredNeighbor& only(const NeighborPlan& plan) {
  REQUIRE(plan.configured().size() == 1);
  return plan.configured().front();
}

/// The time until the one target is due again, which must lie within 25 % of `plain`.
Duration waits_about(const NeighborPlan& plan, Instant now, Duration plain) {
  const Duration wait = only(plan).retry_at - now;
  CHECK(only(plan).state == TargetState::waiting);
  CHECK(plan.next_deadline() == only(plan).retry_at);
  CHECK(wait >= plain * 3 / 4);
  CHECK(wait <= plain * 5 / 4);
  return wait;
}

/// A plan whose one target is peer 1, linked.
NeighborPlan linked_plan() {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  REQUIRE(due(plan, kStart).size() == 1);
  plan.reached(kTarget, peer(1));
  plan.link_up(kStart, peer(1));
  return plan;
}

}  // namespace

TEST_CASE("the back-off doubles from half a second to half a minute, and a quarter around") {
  struct Row {
    std::uint32_t failures;
    double jitter;
    Duration wait;
  };
  const Row rows[] = {
      {1, 0.5, 500ms},   {2, 0.5, 1s},
      {3, 0.5, 2s},      {4, 0.5, 4s},
      {5, 0.5, 8s},      {6, 0.5, 16s},
      {7, 0.5, 30s},     {8, 0.5, 30s},
      {1, 0.0, 375ms},   {1, 1.0, 625ms},
      {7, 0.0, 22500ms}, {7, 1.0, 37500ms},
      {40, 0.5, 30s},    {4'000'000'000, 0.5, 30s},
  };
  for (const Row& row : rows) {
    CAPTURE(row.failures);
    CAPTURE(row.jitter);
    CHECK(dial_backoff(row.failures, row.jitter) == row.wait);
  }
}

TEST_CASE("configured neighbors are dialled at once, each once, in their order") {
  NeighborPlan plan = static_plan();
  CHECK(plan.next_deadline() == kNever);
  CHECK(*plan.add(kStart, kTarget));
  CHECK(*plan.add(kStart, kOther));
  CHECK_FALSE(*plan.add(kStart, kTarget));
  CHECK(plan.next_deadline() == kStart);
  CHECK(due(plan, kStart - 1us).empty());
  CHECK(due(plan, kStart) == Targets{kTarget, kOther});
  CHECK(due(plan, kStart + 1h).empty());
  CHECK(plan.next_deadline() == kNever);
  CHECK(plan.first_missing()->target == kTarget);
  CHECK(plan.first_missing()->state == TargetState::dialling);
}

TEST_CASE("a dial that fails is tried again after longer and longer waits, for ever") {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  Instant now = kStart;
  for (const Duration plain : {Duration(500ms), Duration(1s), Duration(2s), Duration(4s),
                               Duration(8s), Duration(16s), Duration(30s), Duration(30s)}) {
    CHECK(due(plan, now) == Targets{kTarget});
    plan.dial_failed(now, kTarget, "connection refused");
    const Duration wait = waits_about(plan, now, plain);
    CHECK(due(plan, now + wait - 1us).empty());
    now += wait;
  }
  CHECK(only(plan).failures == 8);
  CHECK(only(plan).last_error == "connection refused");
}

TEST_CASE("one seed gives one sequence of waits, and peers of other seeds wait otherwise") {
  const auto first_wait = [](std::uint64_t seed) {
    NeighborPlan plan({peer(0), true, 3}, Random(seed));
    plan.add(kStart, kTarget).value();
    due(plan, kStart);
    plan.dial_failed(kStart, kTarget, "refused");
    return only(plan).retry_at - kStart;
  };
  CHECK(first_wait(1) == first_wait(1));
  CHECK(first_wait(1) != first_wait(2));
}

TEST_CASE("a link ends the dialling, and a lost one starts with the first back-off again") {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  Instant now = kStart;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(due(plan, now).size() == 1);
    plan.dial_failed(now, kTarget, "refused");
    now = only(plan).retry_at;
  }
  REQUIRE(due(plan, now).size() == 1);
  plan.reached(kTarget, peer(1));
  CHECK(only(plan).state == TargetState::dialling);
  plan.link_up(kStart, peer(1));
  CHECK(only(plan).state == TargetState::linked);
  CHECK(only(plan).peer == peer(1));
  CHECK(only(plan).failures == 0);
  CHECK(only(plan).last_error.empty());
  CHECK(plan.first_missing() == nullptr);
  CHECK(plan.degree() == 1);
  CHECK(plan.next_deadline() == kNever);

  plan.link_down(now, peer(1), "connection reset");
  CHECK(plan.degree() == 0);
  CHECK(only(plan).last_error == "connection reset");
  now += waits_about(plan, now, 500ms);
  CHECK(due(plan, now) == Targets{kTarget});
  plan.dial_failed(now, kTarget, "refused");
  waits_about(plan, now, 1s);
}

TEST_CASE("a dial that reaches a peer but gives no link backs off") {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  due(plan, kStart);
  plan.reached(kTarget, peer(1));
  plan.dial_failed(kStart, kTarget, "has no room for links");
  waits_about(plan, kStart, 500ms);
  CHECK(only(plan).peer == peer(1));
  plan.link_up(kStart, peer(1));  // it has dialled us meanwhile
  CHECK(only(plan).state == TargetState::linked);
  CHECK(plan.next_deadline() == kNever);
}

TEST_CASE("a duplicate of a connection that the other side dialled counts as satisfied") {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  due(plan, kStart);
  plan.link_up(kStart, peer(1));  // the target is not yet known to be this peer
  CHECK(only(plan).state == TargetState::dialling);
  plan.reached(kTarget, peer(1));
  CHECK(only(plan).state == TargetState::linked);
  plan.dial_failed(kStart, kTarget, "duplicate");
  CHECK(only(plan).state == TargetState::linked);
  CHECK(only(plan).last_error.empty());
  CHECK(due(plan, kStart + 1h).empty());
  plan.link_down(kStart + 1h, peer(1), "gone");
  waits_about(plan, kStart + 1h, 500ms);
}

TEST_CASE("two targets that are one peer are both satisfied by one link") {
  NeighborPlan plan = linked_plan();
  REQUIRE(plan.add(kStart, kOther).ok());
  CHECK(due(plan, kStart) == Targets{kOther});
  plan.reached(kOther, peer(1));
  plan.dial_failed(kStart, kOther, "duplicate");
  CHECK(plan.first_missing() == nullptr);
  CHECK(plan.degree() == 1);
  plan.link_down(kStart, peer(1), "gone");
  CHECK(due(plan, kStart + 1s).size() == 2);
}

TEST_CASE("a target where another peer answers now belongs to that one") {
  NeighborPlan plan = linked_plan();
  plan.link_down(kStart, peer(1), "restarted");
  REQUIRE(due(plan, kStart + 1s).size() == 1);
  plan.reached(kTarget, peer(2));
  plan.link_up(kStart, peer(1));  // elsewhere; not this target's any more
  CHECK(only(plan).state == TargetState::dialling);
  plan.link_up(kStart, peer(2));
  CHECK(only(plan).state == TargetState::linked);
  plan.link_down(kStart + 2s, peer(1), "gone");
  CHECK(only(plan).state == TargetState::linked);
}

TEST_CASE("a link to the peer that was at a target before does not count for the one there now") {
  NeighborPlan plan = linked_plan();
  plan.reached(kTarget, peer(2));
  CHECK(only(plan).state == TargetState::waiting);
  CHECK(due(plan, kStart) == Targets{kTarget});
  plan.link_down(kStart, peer(1), "gone");
  plan.link_up(kStart, peer(2));
  CHECK(only(plan).state == TargetState::linked);
  CHECK(plan.degree() == 1);
}

TEST_CASE("a target that is this peer itself is dialled once") {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  due(plan, kStart);
  plan.reached(kTarget, peer(0));
  plan.dial_failed(kStart, kTarget, "own");
  CHECK(only(plan).state == TargetState::self);
  CHECK(only(plan).last_error == "this address is the peer's own");
  CHECK(plan.next_deadline() == kNever);
  CHECK(plan.first_missing() == nullptr);
}

TEST_CASE("neighbors are added and removed at run time") {
  NeighborPlan plan = linked_plan();
  CHECK(plan.remove(kTarget));
  CHECK_FALSE(plan.remove(kTarget));
  CHECK(plan.configured().empty());
  plan.link_down(kStart, peer(1), "removed");
  plan.dial_failed(kStart, kTarget, "late");
  plan.reached(kTarget, peer(1));
  CHECK(plan.next_deadline() == kNever);
  CHECK(*plan.add(kStart + 5s, kTarget));
  CHECK(due(plan, kStart + 5s) == Targets{kTarget});
}

TEST_CASE("what cannot be dialled is refused, and there is a most") {
  NeighborPlan plan = static_plan();
  for (const std::string_view bad : {"", "host", ":7400", "host:", "host:0", "host:65536",
                                     "host:7x", "host:000001", "a host:7400", "host:-1"}) {
    CAPTURE(bad);
    CHECK(plan.add(kStart, bad).error() == Error{"bad-address", "not an address to dial",
                                                 "HOST:PORT, such as 127.0.0.1:7401",
                                                 std::string(bad)});
  }
  CHECK(plan.add(kStart, std::string(limits::kTarget, 'h') + ":1").error().code == "bad-address");
  CHECK(plan.add(kStart, "[::1]:7400").ok());
  for (std::size_t i = 1; i < limits::kConfiguredNeighbors; ++i) {
    REQUIRE(plan.add(kStart, "host" + std::to_string(i) + ":1").ok());
  }
  CHECK(plan.add(kStart, "onemore:1").error() ==
        Error{"full", "too many configured neighbors (remove one first)", "at most 1024",
              "one more"});
}

TEST_CASE("below the minimum degree candidates are wanted, one at a time, twice a second") {
  NeighborPlan plan({peer(0), false, 2}, Random(1));
  CHECK(plan.next_deadline() <= kStart);
  CHECK(plan.wants_candidate(kStart));
  CHECK_FALSE(plan.wants_candidate(kStart));  // there was no address
  CHECK(plan.next_deadline() == kStart + 500ms);
  CHECK_FALSE(plan.wants_candidate(kStart + 499ms));

  CHECK(plan.wants_candidate(kStart + 500ms));
  plan.discovery_started(kTarget);
  CHECK(plan.next_deadline() == kNever);
  CHECK_FALSE(plan.wants_candidate(kStart + 5s));  // the dial is under way
  plan.dial_failed(kStart + 5s, kTarget, "timed out");
  CHECK(plan.configured().empty());
  CHECK(plan.next_deadline() == kStart + 1s);

  CHECK(plan.wants_candidate(kStart + 5s));
  plan.discovery_started(kOther);
  plan.reached(kOther, peer(1));
  plan.link_up(kStart, peer(1));
  CHECK(plan.next_deadline() == kStart + 5s + 500ms);
  CHECK_FALSE(plan.wants_candidate(kStart + 5s));
  CHECK(plan.wants_candidate(kStart + 6s));

  plan.link_up(kStart, peer(2));
  CHECK(plan.degree() == 2);
  CHECK(plan.next_deadline() == kNever);
  CHECK_FALSE(plan.wants_candidate(kStart + 10s));
  plan.link_down(kStart + 10s, peer(1), "gone");
  CHECK(plan.wants_candidate(kStart + 10s));
}

TEST_CASE("a static peer discovers nothing") {
  NeighborPlan plan = static_plan();
  CHECK_FALSE(plan.wants_candidate(kStart));
  CHECK(plan.next_deadline() == kNever);
}

TEST_CASE("a sign that a peer can be reached ends the back-off of its target, and of no other") {
  NeighborPlan plan = linked_plan();
  REQUIRE(plan.add(kStart, kOther).ok());
  plan.link_down(kStart, peer(1), "gone");
  Instant now = kStart;
  for (int i = 0; i < 10; ++i) {
    now += 1min;
    for (const std::string_view target : due(plan, now)) plan.dial_failed(now, target, "refused");
  }
  CHECK(due(plan, now + 10s).empty());
  plan.can_be_reached(now + 10s, peer(7));
  CHECK(due(plan, now + 10s).empty());
  plan.can_be_reached(now + 10s, peer(1));
  CHECK(plan.next_deadline() == now + 10s);
  CHECK(due(plan, now + 10s) == Targets{kTarget});
  plan.dial_failed(now + 10s, kTarget, "refused after all");
  // The back-off goes on where it was.
  for (const std::string_view target : due(plan, now + 30s)) CHECK(target == kOther);
}

TEST_CASE("with its first link a peer that was alone tries its other neighbors soon") {
  NeighborPlan plan = static_plan();
  REQUIRE(plan.add(kStart, kTarget).ok());
  REQUIRE(plan.add(kStart, kOther).ok());
  Instant now = kStart;
  for (int i = 0; i < 10; ++i) {
    for (const std::string_view target : due(plan, now)) plan.dial_failed(now, target, "no route");
    now += 1min;
  }
  for (const std::string_view target : due(plan, now)) plan.dial_failed(now, target, "no route");
  plan.reached(kTarget, peer(1));
  plan.link_up(now + 1s, peer(1));  // it has dialled us
  CHECK(due(plan, now + 1s).empty());
  CHECK(due(plan, now + 1s + 625ms) == Targets{kOther});
  plan.dial_failed(now + 2s, kOther, "no route");
  plan.link_up(now + 3s, peer(5));  // not the first one
  CHECK(due(plan, now + 10s).empty());
}

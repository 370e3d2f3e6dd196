#include "sim/bucket_ring.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/random.h"

using namespace oxbow;
using namespace oxbow::sim;

namespace {

struct Event {
  std::uint32_t name;
};
using Ring = BucketRing<Event>;

/// (tick, name) of all that is still to happen, in the order in which it does.
std::vector<std::pair<Tick, std::uint32_t>> drain(Ring& ring) {
  std::vector<std::pair<Tick, std::uint32_t>> order;
  while (!ring.empty()) {
    ring.run_tick([](const Event&) {},
                  [&](const Event& event) { order.emplace_back(ring.now(), event.name); });
  }
  return order;
}

}  // namespace

TEST_CASE("events come in the order of their ticks, and within a tick as they were put in") {
  Ring ring(10);
  ring.push(10, {1});
  ring.push(1, {2});
  ring.push(10, {3});
  ring.push(5, {4});
  CHECK(ring.size() == 4);
  CHECK(ring.next_tick() == 1);
  CHECK(drain(ring) ==
        std::vector<std::pair<Tick, std::uint32_t>>{{1, 2}, {5, 4}, {10, 1}, {10, 3}});
  CHECK(ring.empty());
}

TEST_CASE("an event may put in others while its tick is under way") {
  Ring ring(3);
  ring.push(3, {0});
  std::vector<Tick> ticks;
  while (!ring.empty()) {
    ring.run_tick([](const Event&) {},
                  [&](const Event& event) {
                    ticks.push_back(ring.now());
                    if (event.name < 4) ring.push(3, {event.name + 1});
                  });
  }
  CHECK(ticks == std::vector<Tick>{3, 6, 9, 12, 15});
}

TEST_CASE("random events come out as a sort would have them, round after round of the ring") {
  for (const std::uint32_t horizon : {1U, 2U, 63U, 64U, 100U, 1510U}) {
    CAPTURE(horizon);
    Ring ring(horizon);
    Random random(horizon);
    std::vector<std::pair<Tick, std::uint32_t>> expected;
    std::vector<std::pair<Tick, std::uint32_t>> seen;
    std::uint32_t name = 0;
    const auto push = [&] {
      const auto delay = static_cast<std::uint32_t>(random.below(horizon)) + 1;
      expected.emplace_back(ring.now() + delay, name);
      ring.push(delay, {name++});
    };
    for (int i = 0; i < 500; ++i) push();
    while (!ring.empty()) {
      ring.run_tick([](const Event&) {},
                    [&](const Event& event) {
                      seen.emplace_back(ring.now(), event.name);
                      if (name < 5000) push();
                    });
    }
    std::sort(expected.begin(), expected.end());
    CHECK(seen == expected);
  }
}

TEST_CASE("each event is announced once, before its turn") {
  Ring ring(4);
  for (std::uint32_t name = 0; name < 200; ++name) ring.push(2, {name});
  std::vector<std::uint32_t> looked, taken;
  bool ahead = true;
  ring.run_tick([&](const Event& event) { looked.push_back(event.name); },
                [&](const Event& event) {
                  taken.push_back(event.name);
                  ahead = ahead && looked.size() >= taken.size();
                });
  CHECK(ahead);
  CHECK(looked == taken);
  CHECK(taken.size() == 200);
}

TEST_CASE("a reset ring is as good as new") {
  Ring ring(7);
  for (std::uint32_t name = 0; name < 100; ++name) ring.push(1 + name % 7, {name});
  ring.reset();
  CHECK(ring.empty());
  CHECK(ring.now() == 0);
  ring.push(7, {5});
  CHECK(drain(ring) == std::vector<std::pair<Tick, std::uint32_t>>{{7, 5}});
}

TEST_CASE("time can be moved on to before the next event") {
  Ring ring(10);
  ring.skip_to(1000);
  ring.push(10, {1});
  ring.skip_to(1009);
  CHECK(drain(ring) == std::vector<std::pair<Tick, std::uint32_t>>{{1010, 1}});
}

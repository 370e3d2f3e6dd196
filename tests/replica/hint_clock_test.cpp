// The age of hints.
#include "replica/hint_clock.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;

namespace {
constexpr Instant kStart{Duration(77)};
}  // namespace

TEST_CASE("the clock of hints goes on where it was when the member starts again") {
  HintClock clock;
  clock.start(kStart, Duration{});
  CHECK(clock.at(kStart) == 0s);
  CHECK(clock.at(kStart + 1h) == 1h);
  HintClock later;
  later.start(kStart, 1h);
  CHECK(later.at(kStart + 30min) == 90min);
}

TEST_CASE("a clock that was kept too long ago, or not at all, goes on from the newest hint") {
  HintClock clock;
  clock.start(kStart, 1h);
  clock.meet(kStart + 1s, 50min);
  CHECK(clock.at(kStart + 1s) == 1h + 1s);
  clock.meet(kStart + 1s, 2h);
  CHECK(clock.at(kStart + 1s) == 2h);
  CHECK(clock.at(kStart + 11s) == 2h + 10s);
}

#include "overlay/rate_limiter.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;

TEST_CASE("a burst passes at once, then only as many as the rate brings") {
  struct Row {
    Duration at;
    int asked, admitted;
  };
  const Row rows[] = {
      {0ms, 150, 100},    // the burst
      {0ms, 10, 0},       // at the same moment
      {49ms, 1, 0},       // 0.98 of a token
      {50ms, 2, 1},       // 20 a second
      {75ms, 1, 0},       // half of one
      {100ms, 2, 1},      // and the other half
      {1100ms, 100, 20},  // one second
      {3600s, 200, 100},  // never more than the burst
  };
  RateLimiter limiter;
  const Instant start = Instant{} + 1h;
  for (const Row& row : rows) {
    int admitted = 0;
    for (int i = 0; i < row.asked; ++i) admitted += limiter.admit(start + row.at, 20, 100) ? 1 : 0;
    CAPTURE(row.at.count());
    CHECK(admitted == row.admitted);
  }
}

TEST_CASE("rate 0 is no limit") {
  RateLimiter limiter;
  for (int i = 0; i < 10'000; ++i) CHECK(limiter.admit(Instant{}, 0, 1));
}

TEST_CASE("what is refused takes no token") {
  RateLimiter limiter;
  CHECK(limiter.admit(Instant{}, 1, 1));
  for (int i = 1; i < 10; ++i) CHECK_FALSE(limiter.admit(Instant{} + i * 100ms, 1, 1));
  CHECK(limiter.admit(Instant{} + 1001ms, 1, 1));
}

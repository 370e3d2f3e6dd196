// How long members are waited for alone.
#include "replica/response_times.h"

#include <doctest/doctest.h>

#include "version/history.h"

using namespace oxbow;
using namespace std::chrono_literals;
using history::peer;

TEST_CASE("patience is a small multiple of what is usual, within its limits") {
  struct Row {
    std::vector<Duration> samples;
    Duration patience;
  };
  const std::vector<Row> rows{
      {{}, limits::kPatienceUnknown},
      {{1ms}, limits::kPatienceLeast},  // 3 × (1 + 2 × 0.5) ms is below what a busy machine takes
      {{20ms}, 120ms},                  // 3 × (20 + 2 × 10)
      {{20ms, 20ms}, 105ms},            // the variation falls by a quarter: 7.5 ms
      {{20ms, 20ms, 20ms, 20ms}, 85314us},  // and on: 4.21875 ms
      {{400ms}, 500ms},                     // never longer than until it has failed
      {{10ms, 90ms}, 202500us},             // smoothed 20 ms, variation 5 + 80/4 - 5/4 = 23.75 ms
  };
  for (const Row& row : rows) {
    ResponseTime time;
    for (const Duration sample : row.samples) time.add(sample);
    CAPTURE(row.samples.size());
    CHECK(patience_for(time, limits::kPatienceLeast, 500ms) == row.patience);
  }
}

TEST_CASE("a limit above that is below the one below holds") {
  CHECK(patience_for(ResponseTime(), 50ms, 20ms) == 20ms);
}

TEST_CASE("each member, and each thing that it is asked for, has times of its own") {
  ResponseTimes times(500ms);
  times.took(peer('A'), AskedFor::write, 30ms);
  CHECK(times.patience(peer('A'), AskedFor::write) == 180ms);
  CHECK(times.patience(peer('A'), AskedFor::copy) == limits::kPatienceUnknown);
  CHECK(times.patience(peer('B'), AskedFor::write) == limits::kPatienceUnknown);
}

TEST_CASE("it is known when a member answered last") {
  ResponseTimes times(500ms);
  const Instant now{1s};
  CHECK_FALSE(times.has_answered_since(peer('A'), Instant{}));
  times.answered(now, peer('A'));
  CHECK(times.has_answered_since(peer('A'), now));
  CHECK(times.has_answered_since(peer('A'), now - 1ms));
  CHECK_FALSE(times.has_answered_since(peer('A'), now + 1ms));
}

TEST_CASE("of so many members the one that answered longest ago is forgotten") {
  ResponseTimes times(500ms, 2);
  times.answered(Instant{1s}, peer('A'));
  times.answered(Instant{2s}, peer('B'));
  times.answered(Instant{3s}, peer('A'));
  times.answered(Instant{4s}, peer('C'));
  CHECK(times.size() == 2);
  CHECK(times.has_answered_since(peer('A'), Instant{3s}));
  CHECK_FALSE(times.has_answered_since(peer('B'), Instant{}));
}

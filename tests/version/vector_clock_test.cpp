// Vector clocks: the vectors of Voldemort's VectorClockTest, and the laws of a semilattice.
#include "version/vector_clock.h"

#include <doctest/doctest.h>

#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

namespace {

VectorClock merge(VectorClock first, const VectorClock& second) {
  first.merge(second);
  return first;
}

/// Actors a to e, counters 0 to 2^63 - 1, small ones often.
VectorClock some_clock(Random& random) {
  VectorClock clock;
  for (char letter = 'a'; letter <= 'e'; ++letter) {
    const std::uint64_t bits = random.below(64);
    clock.cover({actor(letter), random.next() & kMaxCounter >> (63 - bits)});
  }
  return clock;
}

bool at_least(const VectorClock& first, const VectorClock& second) {
  const Occurred occurred = compare(first, second);
  return occurred == Occurred::equal || occurred == Occurred::after;
}

}  // namespace

TEST_CASE("comparison tells equal, before, after and concurrent apart") {
  struct Row {
    Counters a, b;
    Occurred expected, reversed;
  };
  const std::vector<Row> table{
      {{}, {}, Occurred::equal, Occurred::equal},
      {{{'1', 2}, {'2', 1}}, {{'1', 2}, {'2', 1}}, Occurred::equal, Occurred::equal},
      {{{'1', 2}, {'2', 1}}, {{'1', 2}, {'2', 1}, {'3', 1}}, Occurred::before, Occurred::after},
      {{{'1', 1}}, {{'2', 1}}, Occurred::concurrent, Occurred::concurrent},
      {{{'1', 2}, {'2', 1}}, {{'1', 2}, {'3', 1}}, Occurred::concurrent, Occurred::concurrent},
      {{{'1', 1}, {'2', 1}, {'3', 2}},
       {{'1', 2}, {'2', 1}, {'3', 1}},
       Occurred::concurrent,
       Occurred::concurrent},
      {{{'2', 2}}, {{'1', 1}, {'2', 2}, {'3', 1}}, Occurred::before, Occurred::after}};
  for (const Row& row : table) {
    CHECK(compare(clock_of(row.a), clock_of(row.b)) == row.expected);
    CHECK(compare(clock_of(row.b), clock_of(row.a)) == row.reversed);
  }
}

TEST_CASE("a merge takes the greater counter of every actor") {
  struct Row {
    Counters a, b, expected;
  };
  const std::vector<Row> table{{{}, {}, {}},
                               {{{'1', 1}}, {{'1', 1}}, {{'1', 1}}},
                               {{{'1', 1}}, {{'2', 1}}, {{'1', 1}, {'2', 1}}},
                               {{{'1', 1}}, {{'1', 1}, {'2', 1}}, {{'1', 1}, {'2', 1}}},
                               {{{'1', 1}, {'2', 1}}, {{'1', 1}}, {{'1', 1}, {'2', 1}}},
                               {{{'1', 3}, {'2', 1}, {'3', 1}, {'5', 1}},
                                {{'1', 1}, {'2', 2}, {'4', 1}},
                                {{'1', 3}, {'2', 2}, {'3', 1}, {'4', 1}, {'5', 1}}},
                               {{{'2', 1}, {'3', 1}, {'5', 1}},
                                {{'1', 1}, {'2', 2}, {'4', 1}, {'7', 1}},
                                {{'1', 1}, {'2', 2}, {'3', 1}, {'4', 1}, {'5', 1}, {'7', 1}}}};
  for (const Row& row : table) {
    CHECK(text(merge(clock_of(row.a), clock_of(row.b))) == text(clock_of(row.expected)));
  }
}

TEST_CASE("merging clocks is idempotent, commutative, associative, and gives an upper bound") {
  Random random(3);
  for (int round = 0; round < 500; ++round) {
    CAPTURE(round);
    const VectorClock a = some_clock(random);
    const VectorClock b = some_clock(random);
    const VectorClock c = some_clock(random);
    CHECK(merge(a, a) == a);
    CHECK(merge(a, b) == merge(b, a));
    CHECK(merge(merge(a, b), c) == merge(a, merge(b, c)));
    CHECK(at_least(merge(a, b), a));
    CHECK(at_least(merge(a, b), b));
  }
}

TEST_CASE("a zero counter is never stored") {
  VectorClock clock;
  clock.cover({actor('a'), 0});
  CHECK(clock.empty());
  CHECK(clock == VectorClock{});
}

TEST_CASE("a clock contains the dots up to its counter, and no others") {
  const VectorClock clock = clock_of({{'a', 3}, {'c', 1}});
  CHECK(clock.contains({actor('a'), 1}));
  CHECK(clock.contains({actor('a'), 3}));
  CHECK_FALSE(clock.contains({actor('a'), 4}));
  CHECK_FALSE(clock.contains({actor('b'), 1}));
  CHECK(clock.counter(actor('c')) == 1);
  CHECK(clock.counter(actor('d')) == 0);
}

TEST_CASE("covering an earlier dot changes nothing") {
  VectorClock clock = clock_of({{'a', 3}});
  clock.cover({actor('a'), 2});
  CHECK(text(clock) == "a:3");
}

TEST_CASE("the entries of one run of one peer are found, and no others") {
  VectorClock clock;
  for (std::uint64_t run = 1; run <= 3; ++run) {
    for (std::uint64_t number = 1; number <= 2; ++number) {
      clock.cover({{peer('b'), run, number}, run * 10 + number});
    }
  }
  clock.cover({actor('a'), 1});
  clock.cover({actor('c'), 1});
  std::vector<std::uint64_t> counters;
  for (const Dot& entry : clock.of_run(peer('b'), 2)) counters.push_back(entry.counter);
  CHECK(counters == std::vector<std::uint64_t>{21, 22});
  const auto none = clock.of_run(peer('b'), 4);
  CHECK(none.begin() == none.end());
}

TEST_CASE("entries from outside must be ascending, distinct and in range") {
  const Dot a{actor('a'), 1};
  const Dot b{actor('b'), kMaxCounter};
  CHECK(VectorClock::from_entries({a, b})->entries() == std::vector<Dot>{a, b});
  const std::vector<std::vector<Dot>> bad{
      {b, a}, {a, a}, {{actor('a'), 0}}, {{actor('a'), kMaxCounter + 1}}};
  for (const auto& entries : bad) {
    const auto clock = VectorClock::from_entries(entries);
    REQUIRE_FALSE(clock.ok());
    CHECK(clock.error().code == "bad-clock");
  }
}

TEST_CASE("clocks, dots and actors print abbreviated") {
  VectorClock clock;
  clock.cover({{peer('a'), 0x07be000000000000, 4}, 17});
  clock.cover({{peer('b'), 1, 1}, 2});
  CHECK(abbreviated(clock) == "{61000000/07be#4:17, 62000000/0000#1:2}");
}

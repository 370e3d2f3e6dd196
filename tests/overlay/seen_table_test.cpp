#include "overlay/seen_table.h"

#include <doctest/doctest.h>

using namespace oxbow;

namespace {
Instant at(int ms) { return Instant(std::chrono::milliseconds(ms)); }
constexpr LinkNumber kBusy{1}, kQuiet{2};
}  // namespace

TEST_CASE("a seen query is remembered for a minute, then forgotten") {
  SeenTable table(100);
  REQUIRE(table.insert(at(0), {1, 1}, kBusy) != nullptr);
  table.expire(at(59'999));
  CHECK(table.find({1, 1}) != nullptr);
  CHECK(table.next_deadline() == at(60'000));
  table.expire(at(60'000));
  CHECK(table.find({1, 1}) == nullptr);
  CHECK(table.next_deadline() == kNever);
}

TEST_CASE("a full table drops the oldest of the neighbor that has most in it") {
  SeenTable table(4);
  table.insert(at(0), {1, 0}, kQuiet);
  for (std::uint64_t i = 2; i <= 4; ++i) table.insert(at(10), {i, 0}, kBusy);
  REQUIRE(table.insert(at(3000), {5, 0}, kQuiet) != nullptr);
  CHECK(table.find({1, 0}) != nullptr);
  CHECK(table.find({2, 0}) == nullptr);
  CHECK(table.find({3, 0}) != nullptr);
  CHECK(table.size() == 4);
}

TEST_CASE("nothing younger than two seconds is dropped: the new query is refused") {
  SeenTable table(2);
  table.insert(at(0), {1, 0}, kBusy);
  table.insert(at(0), {2, 0}, kBusy);
  CHECK(table.insert(at(1999), {3, 0}, kQuiet) == nullptr);
  CHECK(table.size() == 2);
  CHECK(table.find({3, 0}) == nullptr);
  CHECK(table.insert(at(2000), {3, 0}, kQuiet) != nullptr);
}

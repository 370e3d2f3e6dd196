#include "base/stable_table.h"

#include <doctest/doctest.h>

#include <map>
#include <set>

#include "base/expiring_table.h"
#include "base/random.h"

using namespace oxbow;

namespace {
struct Mix {
  std::uint64_t operator()(std::uint64_t key) const { return key * 0x9e3779b97f4a7c15ULL; }
};
struct AllAlike {
  std::uint64_t operator()(std::uint64_t) const { return 42; }
};
}  // namespace

TEST_CASE("a table of slots agrees with a map through thousands of insertions and erasures") {
  StableTable<std::uint64_t, int, Mix> table;
  std::map<std::uint64_t, int> expected;
  Random random(5);
  for (int step = 0; step < 20'000; ++step) {
    const std::uint64_t key = random.below(3000);
    const Slot slot = table.find(key);
    REQUIRE((slot != kNoSlot) == expected.contains(key));
    if (slot == kNoSlot) {
      table.value(table.insert(key)) = step;
      expected[key] = step;
    } else {
      REQUIRE(table.value(slot) == expected[key]);
      table.erase(slot);
      expected.erase(key);
    }
    REQUIRE(table.size() == expected.size());
  }
  for (const auto& [key, value] : expected) CHECK(table.value(table.find(key)) == value);
}

TEST_CASE("a slot keeps its number while others come and go") {
  StableTable<std::uint64_t, int, Mix> table;
  const Slot kept = table.insert(7);
  table.value(kept) = 70;
  for (std::uint64_t key = 100; key < 5000; ++key) table.insert(key);
  for (std::uint64_t key = 100; key < 5000; ++key) table.erase(table.find(key));
  CHECK(table.find(7) == kept);
  CHECK(table.value(kept) == 70);
}

TEST_CASE("keys that all hash alike are still told apart") {
  StableTable<std::uint64_t, int, AllAlike> table;
  for (int key = 0; key < 200; ++key)
    table.value(table.insert(static_cast<std::uint64_t>(key))) = key;
  for (int key = 0; key < 200; ++key) {
    CHECK(table.value(table.find(static_cast<std::uint64_t>(key))) == key);
  }
  CHECK(table.find(200) == kNoSlot);
}

TEST_CASE("an emptied table can be filled again") {
  StableTable<std::uint64_t, int, Mix> table;
  for (int round = 0; round < 3; ++round) {
    std::set<Slot> slots;
    for (std::uint64_t key = 0; key < 3000; ++key) slots.insert(table.insert(key));
    CHECK(slots.size() == 3000);
    for (std::uint64_t key = 0; key < 3000; ++key) table.erase(table.find(key));
    CHECK(table.size() == 0);
  }
}

TEST_CASE("an expiring table knows its oldest entry, whatever is erased between") {
  ExpiringTable<std::uint64_t, int, Mix> table;
  const auto at = [](int ms) { return Instant(std::chrono::milliseconds(ms)); };
  CHECK(table.oldest_time() == kNever);
  for (int i = 0; i < 5; ++i) table.insert(at(i * 10), static_cast<std::uint64_t>(i));
  CHECK(table.oldest_time() == at(0));
  table.erase(table.find(1));
  table.erase(table.find(0));
  CHECK(table.oldest_time() == at(20));
  table.erase(table.find(4));
  table.erase(table.find(2));
  CHECK(table.oldest_time() == at(30));
  table.erase(table.oldest());
  CHECK(table.oldest() == kNoSlot);
}

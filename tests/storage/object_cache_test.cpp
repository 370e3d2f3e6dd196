// The cache of decoded objects: what is new is kept however full it is, what is used stays.
#include "storage/object_cache.h"

#include <doctest/doctest.h>

#include "base/random.h"
#include "version/history.h"

using namespace oxbow;
using namespace oxbow::storage;

namespace {

const Object kObject = history::put({}, "value", {}, 'a');

std::string key_of(std::uint64_t number) {
  const std::string digits = std::to_string(number);
  return std::string(8 - digits.size(), '0') + digits;
}

/// Room for so many entries with such keys.
ObjectCache cache_of(std::size_t entries) {
  ObjectCache one(1'000'000);
  one.put(key_of(0), kObject, 0);
  return ObjectCache(entries * one.bytes());
}

/// Reads it as a store does; whether that was a hit.
bool read(ObjectCache& cache, std::uint64_t number) {
  if (cache.find(key_of(number)) != nullptr) return true;
  cache.put(key_of(number), kObject, 0);
  return false;
}

int hits(ObjectCache& cache, std::uint64_t from, std::uint64_t to) {
  int found = 0;
  for (std::uint64_t number = from; number < to; ++number) {
    found += cache.find(key_of(number)) != nullptr ? 1 : 0;
  }
  return found;
}

}  // namespace

TEST_CASE("a full cache keeps what is new, and the oldest goes") {
  ObjectCache cache = cache_of(10);
  for (std::uint64_t number = 0; number < 25; ++number) cache.put(key_of(number), kObject, 0);
  CHECK(cache.size() == 10);
  CHECK(hits(cache, 0, 15) == 0);
  CHECK(hits(cache, 15, 25) == 10);
}

TEST_CASE("a full cache of which everything was used keeps what is new, too") {
  ObjectCache cache = cache_of(10);
  for (std::uint64_t number = 0; number < 1000; ++number) {
    CHECK_FALSE(read(cache, number));
    CHECK(read(cache, number));
  }
  CHECK(cache.size() == 10);
}

TEST_CASE("what is used stays, however much passes by once") {
  ObjectCache cache = cache_of(100);
  for (std::uint64_t number = 0; number < 50; ++number) read(cache, number);
  int kept = 0;
  for (std::uint64_t round = 1; round <= 100; ++round) {
    kept += hits(cache, 0, 50);
    for (std::uint64_t number = 0; number < 40; ++number) read(cache, 1000 * round + number);
  }
  CHECK(kept == 100 * 50);
  CHECK(cache.size() == 100);
}

TEST_CASE("of a working set ten times its size a cache has a tenth at hand") {
  ObjectCache cache = cache_of(1000);
  Random random(1);
  for (int i = 0; i < 20'000; ++i) read(cache, random.below(10'000));
  int found = 0;
  for (int i = 0; i < 50'000; ++i) found += read(cache, random.below(10'000)) ? 1 : 0;
  CHECK(found > 4'500);
  CHECK(found < 5'500);
  CHECK(cache.size() == 1000);
}

TEST_CASE(
    "a tenth of the keys, asked for nine times of ten, is nearly all in a cache of that size") {
  ObjectCache cache = cache_of(1000);
  Random random(1);
  const auto draw = [&] {
    return random.below(10) < 9 ? random.below(1000) : 1000 + random.below(9000);
  };
  for (int i = 0; i < 50'000; ++i) read(cache, draw());
  int found = 0;
  for (int i = 0; i < 50'000; ++i) found += read(cache, draw()) ? 1 : 0;
  CHECK(found > 37'500);  // the best there can be: 45,500
}

TEST_CASE("a changed object replaces the one before, and says what it waits for") {
  ObjectCache cache = cache_of(3);
  cache.put(key_of(1), kObject, 7);
  const Object other = history::put({}, "another value", {}, 'a');
  cache.put(key_of(1), other, 8);
  CHECK(cache.size() == 1);
  const ObjectCache::Entry* const entry = cache.find(key_of(1));
  REQUIRE(entry != nullptr);
  CHECK(entry->object == other);
  CHECK(entry->shown_after == 8);
}

TEST_CASE("what is larger than the cache is not kept, and drives nothing out") {
  ObjectCache cache = cache_of(10);
  for (std::uint64_t number = 0; number < 10; ++number) cache.put(key_of(number), kObject, 0);
  cache.put("large", history::put({}, std::string(100'000, 'v'), {}, 'a'), 0);
  CHECK(cache.find("large") == nullptr);
  CHECK(hits(cache, 0, 10) == 10);
  // Nor is what it was before it grew.
  cache.put(key_of(3), history::put({}, std::string(100'000, 'v'), {}, 'a'), 0);
  CHECK(cache.find(key_of(3)) == nullptr);
  CHECK(cache.size() == 9);
  ObjectCache none(0);
  none.put("key", kObject, 0);
  CHECK(none.size() == 0);
  CHECK(none.bytes() == 0);
}

TEST_CASE("puts and erasures in any order keep the cache within its bounds") {
  ObjectCache cache = cache_of(20);
  const std::size_t most = [] {
    ObjectCache same = cache_of(20);
    for (std::uint64_t number = 0; number < 20; ++number) same.put(key_of(number), kObject, 0);
    return same.bytes();
  }();
  Random random(3);
  for (int i = 0; i < 100'000; ++i) {
    const std::uint64_t number = random.below(60);
    switch (random.below(4)) {
      case 0:
        cache.erase(key_of(number));
        CHECK(cache.find(key_of(number)) == nullptr);
        break;
      case 1:
        cache.put(key_of(number), history::put({}, std::string(random.below(900), 'v'), {}, 'a'),
                  0);
        CHECK(cache.find(key_of(number)) != nullptr);
        break;
      default:
        read(cache, number);
    }
    if (cache.bytes() > most) FAIL("above the bound");
  }
  for (std::uint64_t number = 0; number < 60; ++number) cache.erase(key_of(number));
  CHECK(cache.size() == 0);
  CHECK(cache.bytes() == 0);
}

// Hints counted again while they are gone through and written.
#include "store/hint_recount.h"

#include <doctest/doctest.h>

#include <map>

#include "base/random.h"

using namespace oxbow;

TEST_CASE("what is met from the first to the last is the count") {
  HintRecount recount;
  HintTotals found;
  CHECK_FALSE(recount.end(found));
  recount.begin("");
  recount.meet("a", 10);
  recount.meet("b", 20);
  recount.begin("b");  // the next page
  recount.meet("d", 5);
  REQUIRE(recount.end(found));
  CHECK(found.hints == 3);
  CHECK(found.bytes == 35);
  CHECK_FALSE(recount.end(found));
}

TEST_CASE("a page that leaves some out is no count, one that goes back counts none twice") {
  HintRecount recount;
  HintTotals found;
  recount.begin("");
  recount.meet("a", 10);
  recount.begin("c");
  recount.meet("d", 10);
  CHECK_FALSE(recount.end(found));

  recount.begin("");
  recount.meet("a", 10);
  recount.meet("b", 10);
  recount.begin("a");  // not all of the page before were dealt with
  recount.meet("b", 10);
  recount.meet("c", 10);
  REQUIRE(recount.end(found));
  CHECK(found.hints == 3);
}

TEST_CASE("writes meanwhile are counted, wherever they are") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    std::map<std::string, std::uint64_t> hints;
    const auto some_key = [&] { return "key" + std::to_string(10 + random.below(50)); };
    for (int i = 0; i < 30; ++i) hints[some_key()] = 1 + random.below(100);
    HintRecount recount;
    recount.begin("");
    for (auto next = hints.begin(); next != hints.end();) {
      const std::string met = next->first;
      recount.meet(met, next->second);
      for (int i = 0; i < 3; ++i) {
        const std::string key = some_key();
        const auto known = hints.find(key);
        const std::uint64_t before = known == hints.end() ? 0 : known->second;
        const std::uint64_t after = random.below(2) == 0 ? 0 : 1 + random.below(100);
        recount.change(key, before, after);
        if (after > 0) {
          hints[key] = after;
        } else {
          hints.erase(key);
        }
      }
      next = hints.upper_bound(met);
    }
    HintTotals found;
    REQUIRE(recount.end(found));
    std::uint64_t bytes = 0;
    for (const auto& [key, size] : hints) bytes += size;
    CHECK(found.hints == hints.size());
    CHECK(found.bytes == bytes);
  }
}

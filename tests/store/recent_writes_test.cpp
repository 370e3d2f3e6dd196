// Which records of what was written lately are kept.
#include "store/recent_writes.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;
using Numbers = std::vector<std::uint64_t>;

namespace {

constexpr Instant kStart{Duration(5'000'000)};

struct Kept {
  explicit Kept(RecentWrites::Limits limits) : writes(7, limits) {}
  /// The records that go with a commit at that time.
  Numbers commit(Duration at, std::size_t bytes = 10) {
    Numbers gone;
    last = writes.add(kStart + at, bytes, gone);
    return gone;
  }
  RecentWrites writes;
  std::uint64_t last = 0;
};

}  // namespace

TEST_CASE("records are numbered on, and go when they are old") {
  Kept kept({10s, 1s, 100, 1'000'000});
  CHECK(kept.commit(0s).empty());
  CHECK(kept.last == 7);
  for (int second = 1; second <= 10; ++second) {
    CHECK(kept.commit(std::chrono::seconds(second)).empty());
  }
  CHECK(kept.last == 17);
  CHECK(kept.commit(11s) == Numbers{7});
  CHECK(kept.commit(11s).empty());
  CHECK(kept.commit(12s) == Numbers{8});
  CHECK(kept.writes.records() == 12);
}

TEST_CASE("however long nothing was committed, it counts as one step: nothing goes at once") {
  Kept kept({10s, 1s, 100, 1'000'000});
  CHECK(kept.commit(0s).empty());
  CHECK(kept.commit(1h).empty());  // the process hung, or its disk did
  CHECK(kept.commit(2h).empty());
  CHECK(kept.commit(2h + 500ms).empty());
  CHECK(kept.writes.records() == 4);
  for (int second = 1; second <= 8; ++second) kept.commit(2h + std::chrono::seconds(second));
  CHECK(kept.writes.records() == 12);
  CHECK(kept.commit(2h + 9s) == Numbers{7});
}

TEST_CASE("they are bounded in number and in bytes, and the newest is always kept") {
  Kept few({10s, 1s, 3, 1'000'000});
  for (int i = 0; i < 3; ++i) CHECK(few.commit(0s).empty());
  CHECK(few.commit(0s) == Numbers{7});
  CHECK(few.writes.records() == 3);

  Kept small({10s, 1s, 100, 50});
  for (int i = 0; i < 5; ++i) CHECK(small.commit(0s).empty());
  CHECK(small.commit(0s, 25) == Numbers{7, 8, 9});
  CHECK(small.writes.bytes() == 45);
  CHECK(small.commit(0s, 1000) == Numbers{10, 11, 12});
  CHECK(small.writes.records() == 1);
}

TEST_CASE("all of them go when all is settled") {
  Kept kept({10s, 1s, 100, 1'000'000});
  kept.commit(0s);
  kept.commit(1s);
  CHECK(kept.writes.take_all() == Numbers{7, 8});
  CHECK(kept.writes.take_all().empty());
  CHECK(kept.writes.bytes() == 0);
  kept.commit(2s);
  CHECK(kept.last == 9);
}

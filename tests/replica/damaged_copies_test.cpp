// What is done about copies that cannot be read.
#include "replica/damaged_copies.h"

#include <doctest/doctest.h>

#include "base/limits.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

constexpr Instant kStart{1s};

}  // namespace

TEST_CASE("a copy that is met damaged is read from others at once, and once") {
  DamagedCopies copies;
  CHECK(copies.next_deadline() == kNever);
  CHECK(copies.meet(kStart, "key"));
  CHECK_FALSE(copies.meet(kStart, "key"));
  CHECK(copies.next_deadline() == kStart);
  CHECK(copies.take_due(kStart) == "key");
  CHECK(copies.take_due(kStart) == std::nullopt);
  CHECK_FALSE(copies.meet(kStart, "key"));
  CHECK(copies.next_deadline() == kNever);
  copies.restored("key");
  CHECK(copies.empty());
}

TEST_CASE("where too few could answer it is tried again later") {
  DamagedCopies copies;
  copies.meet(kStart, "key");
  copies.take_due(kStart);
  copies.try_again(kStart, "key");
  CHECK(copies.next_deadline() == kStart + limits::kDamagedRetry);
  CHECK(copies.take_due(kStart) == std::nullopt);
  CHECK(copies.take_due(kStart + limits::kDamagedRetry) == "key");
}

TEST_CASE("a copy may be replaced by a write only where no other member has it") {
  DamagedCopies copies;
  CHECK_FALSE(copies.may_be_replaced("key"));
  copies.meet(kStart, "key");
  CHECK_FALSE(copies.may_be_replaced("key"));
  copies.take_due(kStart);
  CHECK_FALSE(copies.may_be_replaced("key"));
  copies.nobody_has_it("key");
  CHECK(copies.may_be_replaced("key"));
  CHECK(copies.next_deadline() == kNever);
  copies.restored("key");
  CHECK_FALSE(copies.may_be_replaced("key"));
}

TEST_CASE("so many are remembered; what is met beyond that is met again") {
  DamagedCopies copies;
  for (std::size_t i = 0; i < limits::kDamagedCopies; ++i) {
    CHECK(copies.meet(kStart, std::to_string(i)));
  }
  CHECK_FALSE(copies.meet(kStart, "one more"));
  copies.restored("7");
  CHECK(copies.meet(kStart, "one more"));
}

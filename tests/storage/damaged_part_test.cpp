// Where a part that cannot be read ends.
#include "storage/damaged_part.h"

#include <doctest/doctest.h>

#include <limits>

using namespace oxbow::storage;

namespace {

constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();

}  // namespace

TEST_CASE("the end of a damaged part is found exactly, in at most 128 questions") {
  for (const std::uint64_t from : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 40}) {
    for (const std::uint64_t length :
         {std::uint64_t{1}, std::uint64_t{2}, std::uint64_t{3}, std::uint64_t{1000},
          (std::uint64_t{1} << 50) + 17, (std::uint64_t{1} << 63) - 5}) {
      int asked = 0;
      const auto found = end_of_damage(from, [&](std::uint64_t at) {
        ++asked;
        return at >= from + length;
      });
      CHECK(found == from + length);
      CHECK(asked <= 128);
    }
  }
}

TEST_CASE("a damaged part without an end has none") {
  CHECK_FALSE(end_of_damage(0, [](std::uint64_t) { return false; }).has_value());
  CHECK_FALSE(end_of_damage(kLast, [](std::uint64_t) { return true; }).has_value());
  CHECK(end_of_damage(kLast - 1, [](std::uint64_t at) { return at == kLast; }) == kLast);
}

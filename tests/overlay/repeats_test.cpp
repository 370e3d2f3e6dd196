#include "overlay/repeats.h"

#include <doctest/doctest.h>

using namespace oxbow;

TEST_CASE("a neighbor is cut off from the 6th repeat on, above 1.5 % of its queries") {
  struct Row {
    std::uint64_t repeats, queries;
    std::size_t others, enough;
    bool disconnect;
  };
  const Row rows[] = {
      {10, 100, 3, 3, true},  // the vector
      {5, 5, 3, 3, false},    // tolerated, whatever the share
      {6, 6, 3, 3, true},     // the 6th
      {6, 400, 3, 3, false},  // 1.5 % exactly
      {6, 399, 3, 3, true},   // just above
      {15, 1000, 3, 3, false},   {16, 1000, 3, 3, true},
      {1000, 1000, 2, 3, false},  // too few others remain
      {1000, 1000, 0, 0, true},   // none is needed
      {0, 0, 3, 3, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.repeats);
    CAPTURE(row.queries);
    CHECK(should_disconnect({row.repeats, row.queries}, row.others, row.enough) == row.disconnect);
  }
}

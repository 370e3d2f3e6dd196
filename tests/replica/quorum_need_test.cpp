// R and W: what a client may say, and what it is in numbers.
#include "replica/quorum_need.h"

#include <doctest/doctest.h>

#include <array>

using namespace oxbow;

namespace {

std::uint32_t needed(std::string_view text, std::uint32_t n, std::uint32_t of_bucket) {
  const auto need = parse_need(text);
  REQUIRE(need.ok());
  const auto answers = needed_answers(*need, n, of_bucket);
  REQUIRE(answers.ok());
  return *answers;
}

}  // namespace

TEST_CASE("R and W are the bucket's, a number, a majority, or all") {
  CHECK(needed("", 3, 2) == 2);
  CHECK(needed("1", 3, 2) == 1);
  CHECK(needed("3", 3, 2) == 3);
  CHECK(needed("all", 5, 2) == 5);
  CHECK(needed("quorum", 1, 1) == 1);
  CHECK(needed("quorum", 2, 1) == 2);
  CHECK(needed("quorum", 3, 1) == 2);
  CHECK(needed("quorum", 4, 1) == 3);
  CHECK(needed("quorum", 5, 1) == 3);
}

TEST_CASE("other texts are refused, and named") {
  for (const char* text : {"0", "-1", "two", "2 ", "65", "99999999999", "Quorum", "1.5"}) {
    CAPTURE(text);
    const auto need = parse_need(text);
    REQUIRE_FALSE(need.ok());
    CHECK(need.error().code == "bad-quorum");
    CHECK(need.error().needed == "1 to 64, quorum or all");
    CHECK(need.error().got == text);
  }
}

TEST_CASE("more answers than copies are refused, and both are named") {
  const auto answers = needed_answers(*parse_need("4"), 3, 2);
  REQUIRE_FALSE(answers.ok());
  CHECK(answers.error().code == "bad-quorum");
  CHECK(answers.error().message == "the bucket keeps 3 copies: ask for no more");
  CHECK(answers.error().needed == "1 to 3");
  CHECK(answers.error().got == "4");
}

// Dynamo, section 4.5; vector 30 (overlap_table).
TEST_CASE("R + W > N makes reads see writes, 2 W > N makes writes meet") {
  struct Row {
    std::uint32_t n, r, w;
    bool sees, meet;
  };
  constexpr std::array<Row, 7> kRows{{{3, 2, 2, true, true},
                                      {3, 1, 3, true, true},
                                      {3, 3, 1, true, false},
                                      {3, 1, 1, false, false},
                                      {3, 1, 2, false, true},
                                      {5, 3, 3, true, true},
                                      {1, 1, 1, true, true}}};
  for (const Row& row : kRows) {
    CAPTURE(row.n);
    CAPTURE(row.r);
    CAPTURE(row.w);
    CHECK(reads_see_writes(row.n, row.r, row.w) == row.sees);
    CHECK(writes_meet(row.n, row.w) == row.meet);
  }
}

TEST_CASE("counted things read like people write them") {
  CHECK(counted(1, "copy") == "1 copy");
  CHECK(counted(2, "copy") == "2 copies");
  CHECK(counted(0, "answer") == "0 answers");
}

// The arithmetic of gets and puts.
#include <doctest/doctest.h>

#include "replica/members.h"

using namespace oxbow;
using namespace oxbow::members;

TEST_CASE("a get has enough after R answers, and never heard is one") {
  GetTally tally(2, Conflicts::siblings);
  CHECK_FALSE(tally.enough());
  tally.add(peer('A'), true, Object());
  CHECK_FALSE(tally.enough());
  CHECK(tally.missed().needed == "2 answers");
  CHECK(tally.missed().got == "1 answer");
  CHECK(tally.missed().code == "quorum-not-met");
  tally.add(peer('B'), true, Object());
  CHECK(tally.enough());
  CHECK(tally.merged().empty());
  CHECK(tally.behind().empty());
}

// Vectors 31 and 34: the member that missed a write, or the key, is behind; one sibling is left.
TEST_CASE("copies are merged, and primaries that lack something are behind") {
  GetTally tally(2, Conflicts::siblings);
  tally.add(peer('B'), true, copy_of('B', 2));
  tally.add(peer('C'), true, copy_of('B', 1));
  tally.add(peer('A'), true, Object());
  CHECK(tally.merged() == copy_of('B', 2));
  CHECK(tally.merged().siblings().size() == 1);
  CHECK(tally.behind() == peers("CA"));
}

TEST_CASE("concurrent copies are each behind the merged one") {
  GetTally tally(2, Conflicts::siblings);
  tally.add(peer('A'), true, copy_of('A', 1));
  tally.add(peer('B'), true, copy_of('B', 1));
  CHECK(tally.merged().siblings().size() == 2);
  CHECK(tally.behind() == peers("AB"));
}

TEST_CASE("fallbacks are not repaired") {
  GetTally tally(2, Conflicts::siblings);
  tally.add(peer('A'), true, copy_of('A', 1));
  tally.add(peer('D'), false, Object());
  CHECK(tally.behind().empty());
  tally.add(peer('E'), false, copy_of('A', 2));
  CHECK(tally.behind() == peers("A"));
}

TEST_CASE("copies of fallbacks count towards W, unless the quorum is strict") {
  PutTally sloppy(2, Quorum::sloppy);
  PutTally strict(2, Quorum::strict);
  for (PutTally* tally : {&sloppy, &strict}) {
    tally->stored_by_primary();
    CHECK_FALSE(tally->enough());
    tally->stored_by_fallback();
    CHECK(tally->primaries() == 1);
    CHECK(tally->fallbacks() == 1);
  }
  CHECK(sloppy.enough());
  CHECK_FALSE(strict.enough());
  CHECK(strict.missed().code == "unknown");
  CHECK(strict.missed().needed == "2 copies");
  CHECK(strict.missed().got == "1 copy");
  CHECK(strict.missed().message.find("may have been stored") != std::string::npos);
}

TEST_CASE("too few members say how many are needed, and how many can be reached") {
  const Error sloppy = too_few_members(2, 1, Quorum::sloppy, "--r");
  CHECK(sloppy.code == "quorum-not-met");
  CHECK(sloppy.message ==
        "too few members can be reached (start members: oxbow ring show; or ask for fewer with "
        "--r)");
  CHECK(sloppy.needed == "2 members");
  CHECK(sloppy.got == "1 member reachable");
  const Error strict = too_few_members(3, 0, Quorum::strict, "--w");
  CHECK(strict.message ==
        "too few of the key's primaries can be reached (start members: oxbow ring show; or ask for "
        "fewer with --w, or without --strict)");
  CHECK(strict.needed == "3 primaries");
  CHECK(strict.got == "0 primaries reachable");
}

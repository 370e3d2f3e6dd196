#include "membership/own_record.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;
using Word = OwnRecord::Word;

}  // namespace

TEST_CASE("what an earlier run said is put right at once") {
  OwnRecord own;
  Random random(1);
  CHECK(own.contradicted(kStart, 7, random) == Word::now);
  CHECK(own.next_deadline() == kNever);
  CHECK(!own.take_due(kStart + 1h));
}

TEST_CASE("one contradiction in a long while after another is no dispute") {
  OwnRecord own;
  Random random(1);
  for (int i = 0; i < 100; ++i) {
    CHECK(own.contradicted(kStart + i * 2min, 7, random) == Word::now);
  }
}

TEST_CASE("somebody else who speaks for this peer is answered after pauses that double") {
  OwnRecord own;
  Random random(1);
  CHECK(own.contradicted(kStart, 1, random) == Word::now);
  CHECK(own.contradicted(kStart + 1ms, 3, random) == Word::now);
  CHECK(own.contradicted(kStart + 2ms, 5, random) == Word::disputed);
  Instant now = kStart + 3ms;
  std::uint64_t incarnation = 7;
  for (Duration pause = 1s; pause < 10min; pause *= 2) {
    CHECK(own.contradicted(now, incarnation, random) == Word::later);
    CHECK(own.contradicted(now, incarnation + 5, random) == Word::later);  // the highest counts
    const Instant due = own.next_deadline();
    const Duration expected = std::min<Duration>(pause, 30s);
    CHECK(due - now >= expected / 2);
    CHECK(due - now <= expected * 3 / 2);
    CHECK(!own.take_due(due - 1us));
    CHECK(own.take_due(due) == incarnation + 5);
    CHECK(own.next_deadline() == kNever);
    now = due;
    incarnation += 6;
  }
}

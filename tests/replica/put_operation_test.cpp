// A put's course, step by step.
#include <doctest/doctest.h>

#include "replica/members.h"

using namespace oxbow;
using namespace oxbow::members;
using namespace std::chrono_literals;

namespace {

PutPlan plan(const std::string& primaries, const std::string& down, const std::string& fallbacks,
             std::uint32_t need, char self = 'A') {
  PutPlan result;
  result.need = need;
  result.self = peer(self);
  for (const char one : primaries) {
    result.primaries.push_back({peer(one), down.find(one) == std::string::npos, true});
  }
  result.fallbacks = peers(fallbacks);
  result.deadline = at_ms(5000);
  result.replica_timeout = 500ms;
  return result;
}
Participant own(char member) { return {peer(member), {}}; }

}  // namespace

TEST_CASE("a put is answered at W copies, and done once all primaries have it") {
  SpokenPut put(plan("ABC", "", "D", 2));
  CHECK(put.begin() == "write A, write B, write C soon");
  CHECK(put.step(1, Stored{own('B')}) == "");
  CHECK(put.step(2, Stored{own('A')}) == "answer");
  CHECK(put.operation.state() == PutOperation::State::answered);
  CHECK(put.step(3, Stored{own('C')}) == "");
  CHECK(put.operation.state() == PutOperation::State::done);
  CHECK(put.operation.tally().primaries() == 3);
}

TEST_CASE("copies beyond W are written without haste, until one that was to be waited for fails") {
  SpokenPut put(plan("ABC", "", "DE", 2));
  CHECK(put.begin() == "write A, write B, write C soon");
  CHECK(put.step(1, NotStored{own('B')}) == "write D/B");
  CHECK(put.step(2, Stored{own('A')}) == "");
  CHECK(put.step(3, Stored{own('C')}) == "answer");  // whoever is first counts
  SpokenPut all(plan("ABC", "", "", 3));
  CHECK(all.begin() == "write A, write B, write C");
  SpokenPut by_another(plan("ABC", "", "", 1, 'D'));
  CHECK(by_another.begin() == "write A, write B soon, write C soon");
}

// Vector 27: A is down, B coordinates, D keeps the hint.
TEST_CASE("a fallback keeps a hint for a primary that is down, and counts") {
  SpokenPut put(plan("ABC", "A", "DE", 2, 'B'));
  CHECK(put.begin() == "write B, write C, write D/A soon");
  CHECK(put.step(1, Stored{own('B')}) == "");
  CHECK(put.step(2, Stored{fallback('D', 'A')}) == "answer");
  CHECK(put.step(3, Stored{own('C')}) == "");
  CHECK(put.operation.state() == PutOperation::State::done);
  CHECK(put.outcome_of('A') == Outcome::unreachable);
  CHECK(put.outcome_of('D') == Outcome::hinted);
}

// Vector 36, in both its configurations.
TEST_CASE("a member that fails after the answer is kept exactly one hint for") {
  SUBCASE("N 3, W 2: at a fallback") {
    SpokenPut put(plan("ABC", "", "D", 2));
    put.begin();
    put.step(1, Stored{own('A')});
    CHECK(put.step(2, Stored{own('B')}) == "answer");
    CHECK(put.step(500, PutTimePassed{}) == "late C, write D/C soon");
    CHECK(put.step(501, Stored{own('C')}) == "");
    CHECK(put.step(502, Stored{fallback('D', 'C')}) == "");
    CHECK(put.operation.state() == PutOperation::State::done);
    CHECK(put.outcome_of('C') == Outcome::timeout);
  }
  SUBCASE("N 2, W 1: at the coordinator, where there is no fallback") {
    SpokenPut put(plan("AB", "", "", 1));
    put.begin();
    CHECK(put.step(1, Stored{own('A')}) == "answer");
    CHECK(put.step(2, NotStored{own('B')}) == "write A/B");
    CHECK(put.step(3, Stored{fallback('A', 'B')}) == "");
    CHECK(put.operation.state() == PutOperation::State::done);
    CHECK(put.operation.tally().acknowledged() == 1);
  }
}

TEST_CASE("a fallback that fails hands the hint on to the next, in the end to the coordinator") {
  SpokenPut put(plan("ABC", "C", "DE", 2));
  CHECK(put.begin() == "write A, write B, write D/C soon");
  CHECK(put.step(1, Stored{own('A')}) == "");
  CHECK(put.step(2, Stored{own('B')}) == "answer");
  CHECK(put.step(3, NotStored{fallback('D', 'C')}) == "write E/C soon");
  CHECK(put.step(503, PutTimePassed{}) == "late E, write A/C");
  CHECK(put.step(504, NotStored{fallback('A', 'C'), Outcome::refused}) == "no hint for C");
  CHECK(put.operation.state() == PutOperation::State::done);
}

TEST_CASE("the coordinator's hints for others are no further copies") {
  SpokenPut put(plan("ABC", "BC", "", 2));
  CHECK(put.begin() == "write A, write A/B, write A/C");
  CHECK(put.step(1, Stored{own('A')}) == "");
  CHECK(put.step(2, Stored{fallback('A', 'B')}) == "");
  CHECK(put.step(3, Stored{fallback('A', 'C')}) == "fail unknown");
  CHECK(put.operation.tally().acknowledged() == 1);
}

TEST_CASE("strict: hints are kept, and do not count") {
  PutPlan strict = plan("ABC", "C", "D", 2);
  strict.quorum = Quorum::strict;
  SpokenPut put(strict);
  CHECK(put.begin() == "write A, write B, write D/C soon");
  CHECK(put.step(1, Stored{own('A')}) == "");
  CHECK(put.step(2, Stored{fallback('D', 'C')}) == "");
  CHECK(put.step(3, NotStored{own('B')}) == "write A/B");
  CHECK(put.step(4, Stored{fallback('A', 'B')}) == "fail unknown");
}

// Vector 32: W is 2, and two of three hang.
TEST_CASE("a put whose members hang is unknown, and hints are kept") {
  SpokenPut put(plan("ABC", "", "", 2));
  put.begin();
  CHECK(put.step(1, Stored{own('A')}) == "");
  CHECK(put.step(500, PutTimePassed{}) == "late B, write A/B, late C, write A/C");
  CHECK(put.step(501, Stored{fallback('A', 'B')}) == "");
  CHECK(put.step(501, Stored{fallback('A', 'C')}) == "fail unknown");
  CHECK(put.operation.state() == PutOperation::State::done);
}

TEST_CASE("a put whose time is up is unknown, and goes on without its client") {
  PutPlan short_of_time = plan("ABC", "", "D", 2);
  short_of_time.deadline = at_ms(100);
  SpokenPut put(short_of_time);
  put.begin();
  put.step(1, Stored{own('A')});
  CHECK(put.due() == 100);
  CHECK(put.step(100, PutTimePassed{}) == "fail unknown");
  CHECK(put.operation.state() == PutOperation::State::failed);
  CHECK(put.due() == 500);
  CHECK(put.step(200, Stored{own('B')}) == "");
  CHECK(put.step(500, PutTimePassed{}) == "late C, write D/C soon");
  CHECK(put.step(501, Stored{fallback('D', 'C')}) == "");
  CHECK(put.operation.state() == PutOperation::State::done);
}

TEST_CASE("a coordinator that is a fallback keeps a hint as its own copy") {
  SpokenPut put(plan("ABC", "ABC", "DEF", 2, 'D'));
  CHECK(put.begin() == "write D/A, write E/B, write F/C");
  CHECK(put.step(1, Stored{fallback('D', 'A')}) == "");
  CHECK(put.step(2, Stored{fallback('F', 'C')}) == "answer");
  CHECK(put.operation.tally().fallbacks() == 2);
}

TEST_CASE("beyond the window hints are kept only where the quorum needs them") {
  PutPlan absent = plan("ABC", "C", "D", 2);
  absent.primaries[2].hintable = false;
  SpokenPut enough(absent);
  CHECK(enough.begin() == "write A, write B, no hint for C");
  absent.need = 3;
  SpokenPut needed(absent);
  CHECK(needed.begin() == "write A, write B, write D/C");
}

TEST_CASE("an own disk that never answers does not keep a put alive for ever") {
  SpokenPut put(plan("AB", "", "", 1));
  put.begin();
  CHECK(put.step(1, Stored{own('B')}) == "answer");
  CHECK(put.due() == 5000);
  CHECK(put.step(5000, PutTimePassed{}) == "");
  CHECK(put.operation.state() == PutOperation::State::done);
}

// A get's course, step by step.
#include <doctest/doctest.h>

#include "replica/members.h"

using namespace oxbow;
using namespace oxbow::members;
using namespace std::chrono_literals;

namespace {

GetPlan plan(const std::string& places, std::uint32_t need, bool ask_all = true) {
  GetPlan result;
  result.need = need;
  result.places = primaries(places);
  result.ask_all = ask_all;
  result.deadline = at_ms(5000);
  result.replica_timeout = 500ms;
  result.patience.otherwise = 100ms;
  return result;
}

}  // namespace

TEST_CASE("all are asked; the answer goes out after R, repairs after all") {
  SpokenGet get(plan("ABC", 2));
  CHECK(get.begin() == "ask A, ask B, ask C");
  CHECK(get.due() == 100);
  CHECK(get.step(1, CopyCame{peer('A'), copy_of('A', 2)}) == "");
  CHECK(get.step(3, CopyCame{peer('B'), Object()}) == "answer");
  CHECK(get.operation.state() == GetOperation::State::repairing);
  CHECK(get.operation.tally().merged() == copy_of('A', 2));
  CHECK(get.due() == 500);
  CHECK(get.outcome_of('A') == Outcome::answered);
  CHECK(get.outcome_of('B') == Outcome::never_heard);
  CHECK(get.outcome_of('C') == Outcome::asked);
  CHECK(get.step(9, CopyCame{peer('C'), copy_of('A', 1)}) == "repair B, repair C");
  CHECK(get.operation.state() == GetOperation::State::done);
  CHECK(get.due() == -1);
}

TEST_CASE("who does not answer in time is not waited for by the repairs") {
  SpokenGet get(plan("ABC", 1));
  get.begin();
  CHECK(get.step(1, CopyCame{peer('A'), copy_of('A', 1)}) == "answer");
  CHECK(get.step(2, CopyCame{peer('B'), Object()}) == "");
  CHECK(get.step(500, TimePassed{}) == "late C, repair B");
  CHECK(get.outcome_of('C') == Outcome::timeout);
}

TEST_CASE("only R are asked where not all are wanted, the next when one fails") {
  SpokenGet get(plan("ABC", 2, false));
  CHECK(get.begin() == "ask A, ask B");
  CHECK(get.step(1, MemberLost{peer('B')}) == "ask C");
  CHECK(get.outcome_of('B') == Outcome::unreachable);
  CHECK(get.step(2, CopyCame{peer('A'), Object()}) == "");
  CHECK(get.step(3, CopyCame{peer('C'), Object()}) == "answer");
  CHECK(get.operation.state() == GetOperation::State::done);
}

TEST_CASE("a member that is late is hedged by the next one, and may still answer") {
  SpokenGet get(plan("ABC", 2, false));
  get.begin();
  CHECK(get.step(1, CopyCame{peer('A'), Object()}) == "");
  CHECK(get.due() == 100);
  CHECK(get.step(100, TimePassed{}) == "ask C");
  CHECK(get.step(101, CopyCame{peer('B'), copy_of('B', 1)}) == "answer");
  CHECK(get.step(102, CopyCame{peer('C'), copy_of('B', 1)}) == "repair A");
}

TEST_CASE("spares stand in for primaries that fail, and are not repaired") {
  GetPlan with_spares = plan("ABC", 2);
  with_spares.spares = peers("DE");
  SpokenGet get(with_spares);
  CHECK(get.begin() == "ask A, ask B, ask C");
  CHECK(get.step(1, CopyCame{peer('A'), copy_of('A', 1)}) == "");
  CHECK(get.step(500, TimePassed{}) == "late B, ask D/B, late C, ask E/C");
  CHECK(get.step(501, CopyCame{peer('D'), Object()}) == "answer");
  CHECK(get.step(502, CopyCame{peer('E'), Object()}) == "");
  CHECK(get.operation.state() == GetOperation::State::done);
}

TEST_CASE("that fallbacks have never heard of a key is no answer while a primary is waited for") {
  GetPlan with_spares = plan("ABC", 2);
  with_spares.spares = peers("DE");
  SpokenGet found(with_spares);
  found.begin();
  CHECK(found.step(1, MemberLost{peer('A')}) == "ask D/A");
  CHECK(found.step(2, CopyCame{peer('D'), Object()}) == "");
  CHECK(found.step(3, CopyCame{peer('B'), Object()}) == "");
  CHECK(found.step(4, CopyCame{peer('C'), copy_of('C', 1)}) == "answer, repair B");

  SpokenGet lost(with_spares);
  lost.begin();
  CHECK(lost.step(1, MemberLost{peer('A')}) == "ask D/A");
  CHECK(lost.step(2, CopyCame{peer('D'), Object()}) == "");
  CHECK(lost.step(3, CopyCame{peer('B'), Object()}) == "");
  CHECK(lost.step(4, MemberLost{peer('C')}) == "ask E/C, answer");
}

TEST_CASE("a get fails once nobody is left to ask") {
  SpokenGet get(plan("ABC", 2));
  get.begin();
  CHECK(get.step(1, CopyCame{peer('A'), Object()}) == "");
  CHECK(get.step(2, MemberLost{peer('B')}) == "");
  CHECK(get.step(3, MemberLost{peer('C'), Outcome::refused}) == "fail quorum-not-met");
  CHECK(get.operation.state() == GetOperation::State::done);
  CHECK(get.step(4, CopyCame{peer('B'), Object()}) == "");
}

TEST_CASE("a get fails when its time is up") {
  GetPlan short_of_time = plan("ABC", 2);
  short_of_time.deadline = at_ms(300);
  SpokenGet get(short_of_time);
  get.begin();
  CHECK(get.step(100, TimePassed{}) == "");
  CHECK(get.due() == 300);
  CHECK(get.step(300, TimePassed{}) == "fail quorum-not-met");
}

TEST_CASE("answers of members that are not waited for change nothing") {
  SpokenGet get(plan("AB", 2));
  get.begin();
  CHECK(get.step(1, CopyCame{peer('X'), copy_of('X', 1)}) == "");
  CHECK(get.step(1, CopyCame{peer('A'), Object()}) == "");
  CHECK(get.step(1, CopyCame{peer('A'), copy_of('X', 1)}) == "");
  CHECK(get.operation.tally().answers() == 1);
  CHECK(get.step(2, MemberLost{peer('A')}) == "");
  CHECK(get.step(3, CopyCame{peer('B'), Object()}) == "answer");
}

TEST_CASE("what is left of a damaged copy is no answer, but belongs to it, and is behind") {
  SpokenGet get(plan("ABC", 2));
  get.begin();
  CHECK(get.step(1, IncompleteCopyCame{peer('A'), copy_of('A', 1)}) == "");
  CHECK(get.outcome_of('A') == Outcome::refused);
  CHECK(get.step(2, CopyCame{peer('B'), Object()}) == "");
  CHECK(get.operation.tally().answers() == 1);
  CHECK(get.step(3, CopyCame{peer('C'), copy_of('C', 1)}) ==
        "answer, repair A, repair B, repair C");
  CHECK(get.operation.tally().merged() ==
        merged(copy_of('A', 1), copy_of('C', 1), Conflicts::siblings));
}

TEST_CASE("with R = 1 a damaged copy never stands for never heard of") {
  SpokenGet get(plan("ABC", 1, false));
  CHECK(get.begin() == "ask A");
  CHECK(get.step(1, IncompleteCopyCame{peer('A'), {}}) == "ask B");
  CHECK(get.step(2, CopyCame{peer('B'), copy_of('B', 1)}) == "answer, repair A");

  SpokenGet alone(plan("A", 1, false));
  alone.begin();
  CHECK(alone.step(1, IncompleteCopyCame{peer('A'), {}}) == "fail quorum-not-met");
  CHECK(alone.operation.tally().missed().message.find("damaged") != std::string::npos);
}

#include "overlay/answer_record.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace std::chrono_literals;
using State = AnswerRecord::State;

namespace {

constexpr Instant kStart{1h};

AnswerRecord proven() {
  AnswerRecord record;
  record.answered();
  return record;
}

}  // namespace

TEST_CASE("a neighbor that answered before is skipped after three copies in a row that timed out") {
  AnswerRecord record = proven();
  record.timed_out(kStart);
  record.timed_out(kStart + 1s);
  CHECK(record.state() == State::asked);
  record.timed_out(kStart + 2s);
  CHECK(record.state() == State::skipped);
  CHECK(record.is_skipped());
}

TEST_CASE("one that has never answered is skipped after the first") {
  AnswerRecord record;
  record.timed_out(kStart);
  CHECK(record.is_skipped());
}

TEST_CASE("copies that time out at one instant count once: this peer may have been late itself") {
  AnswerRecord record = proven();
  for (int i = 0; i < 1000; ++i) record.timed_out(kStart);
  CHECK(!record.is_skipped());
}

TEST_CASE("one in five is borne, one in two is not") {
  AnswerRecord good = proven();
  AnswerRecord bad = proven();
  Instant now = kStart;
  for (int i = 0; i < 1000; ++i) {
    now += 1s;
    good.timed_out(now);
    for (int k = 0; k < 4; ++k) good.answered();
  }
  CHECK(!good.is_skipped());
  int copies = 0;
  while (!bad.is_skipped() && copies < 100) {
    now += 1s;
    bad.timed_out(now);
    if (!bad.is_skipped()) bad.answered();
    ++copies;
  }
  CHECK(copies < 10);
}

TEST_CASE("a probe that is answered brings it back, and the next fault counts as one too many") {
  AnswerRecord record;
  record.timed_out(kStart);
  record.timed_out(kStart + 1s);  // a probe
  CHECK(record.is_skipped());
  record.answered();
  CHECK(record.state() == State::asked);
  record.timed_out(kStart + 2s);
  CHECK(record.state() == State::skipped);
}

TEST_CASE("five probes without an answer, and it is given up") {
  AnswerRecord record;
  record.timed_out(kStart);
  for (std::uint32_t i = 1; i <= limits::kProbesTolerated; ++i) {
    CHECK(record.state() == State::skipped);
    record.timed_out(kStart + i * 1s);
  }
  CHECK(record.state() == State::given_up);
  CHECK(record.is_skipped());
  record.answered();  // the link was kept, and it has come to its senses
  CHECK(record.state() == State::asked);
}

TEST_CASE("one that answers probes and nothing else is given up the fourth time") {
  AnswerRecord record;
  Instant now = kStart;
  for (std::uint32_t i = 0; i < limits::kSkipsTolerated; ++i) {
    record.timed_out(now += 1s);
    CHECK(record.state() == State::skipped);
    record.answered();
  }
  record.timed_out(now += 1s);
  CHECK(record.state() == State::given_up);
}

TEST_CASE("what was long ago does not count any more") {
  AnswerRecord record;
  Instant now = kStart;
  for (int i = 0; i < 20; ++i) {
    record.timed_out(now += limits::kSkipForgotten);
    CHECK(record.state() == State::skipped);
    record.answered();
  }
}

TEST_CASE("a link to one that was dropped begins with a probe, and its next fault is the last") {
  AnswerRecord record;
  record.begin_skipped(kStart);
  CHECK(record.state() == State::skipped);
  record.answered();
  CHECK(record.state() == State::asked);
  record.timed_out(kStart + 1s);
  CHECK(record.state() == State::given_up);
}

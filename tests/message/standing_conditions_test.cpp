#include "message/standing_conditions.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

constexpr Instant kStart{1h};

std::vector<std::string> lines_at(StandingConditions& standing, Instant now) {
  std::vector<std::string> lines;
  while (const auto line = standing.take_line(now)) lines.push_back(line->text);
  return lines;
}
using Lines = std::vector<std::string>;

bool warn(StandingConditions& standing, Instant now, std::string_view condition,
          StandsUntil until = StandsUntil::quiet) {
  return standing.happened(now, Severity::warning, condition, std::string(condition) + " it is",
                           until);
}

}  // namespace

TEST_CASE("a condition is told once, and with its count when it is over") {
  StandingConditions standing;
  CHECK(standing.next_deadline() == kNever);
  CHECK(warn(standing, kStart, "damaged"));
  for (int i = 1; i <= 101; ++i) CHECK(!warn(standing, kStart + i * 50ms, "damaged"));
  CHECK(lines_at(standing, kStart + 10s).empty());
  CHECK(standing.next_deadline() == kStart + 5050ms + limits::kStandingQuiet);
  const auto line = standing.take_line(standing.next_deadline());
  REQUIRE(line.has_value());
  CHECK(line->severity == Severity::warning);
  CHECK(line->text == "no longer: damaged it is (102 times within 6 s)");
  CHECK(standing.size() == 0);
  CHECK(standing.next_deadline() == kNever);
  CHECK(warn(standing, kStart + 2min, "damaged"));
}

TEST_CASE("what happened once and then never again is not told twice") {
  StandingConditions standing;
  CHECK(warn(standing, kStart, "damaged"));
  CHECK(lines_at(standing, kStart + limits::kStandingQuiet).empty());
  CHECK(standing.size() == 0);
}

TEST_CASE("it stands for as long as it shows itself") {
  StandingConditions standing;
  CHECK(warn(standing, kStart, "refused"));
  int told = 0;
  Instant now = kStart;
  for (; now < kStart + 1h; now += 50s) {
    told += warn(standing, now, "refused") ? 1 : 0;
    CHECK(lines_at(standing, now).empty());
  }
  CHECK(told == 0);
  CHECK(lines_at(standing, now + limits::kStandingQuiet) ==
        Lines{"no longer: refused it is (73 times within 3550 s)"});
}

TEST_CASE("one that is ended says so; one that did not stand does not") {
  StandingConditions standing;
  standing.ended(kStart, "full");
  CHECK(lines_at(standing, kStart).empty());
  CHECK(warn(standing, kStart, "full", StandsUntil::ended));
  CHECK(lines_at(standing, kStart + 24h).empty());  // it does not end by itself
  CHECK(standing.next_deadline() == kNever);
  CHECK(!warn(standing, kStart + 24h, "full", StandsUntil::ended));
  standing.ended(kStart + 25h, "full");
  CHECK(standing.next_deadline() <= kStart);  // there is something to take
  CHECK(lines_at(standing, kStart + 25h) ==
        Lines{"no longer: full it is (2 times within 86400 s)"});
}

TEST_CASE("conditions do not end each other") {
  StandingConditions standing;
  CHECK(warn(standing, kStart, "a"));
  CHECK(warn(standing, kStart + 1s, "b"));
  CHECK(warn(standing, kStart + 2s, "c", StandsUntil::ended));
  CHECK(!warn(standing, kStart + 30s, "a"));
  CHECK(!warn(standing, kStart + 59s, "b"));
  CHECK(standing.next_deadline() == kStart + 30s + limits::kStandingQuiet);
  CHECK(lines_at(standing, kStart + 90s) == Lines{"no longer: a it is (2 times within 30 s)"});
  CHECK(standing.next_deadline() == kStart + 59s + limits::kStandingQuiet);
  standing.ended(kStart + 91s, "c");
  CHECK(lines_at(standing, kStart + 91s) == Lines{"no longer: c it is"});
}

TEST_CASE("ever new conditions are told as a number alone, once there are too many of them") {
  StandingConditions standing(4);
  int told = 0;
  for (int i = 0; i < 100; ++i) {
    told += warn(standing, kStart + i * 1ms, "stranger " + std::to_string(i)) ? 1 : 0;
  }
  CHECK(told == 4);
  CHECK(standing.size() == 4);
  CHECK(lines_at(standing, kStart + 1s).empty());
  CHECK(lines_at(standing, kStart + 2min) ==
        Lines{"and 96 times something that was not told, as there was too much of it"});
  // What has not shown itself for long makes room, though only ended() would end it.
  for (int i = 0; i < 4; ++i) {
    CHECK(warn(standing, kStart + 2min, std::to_string(i), StandsUntil::ended));
  }
  CHECK(warn(standing, kStart + 4min, "new"));
  CHECK(standing.size() == 4);
}

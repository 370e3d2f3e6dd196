#include "net/log.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.h"

using namespace oxbow;
using namespace oxbow::net;
using namespace std::chrono_literals;

namespace {

struct Lines {
  std::vector<std::string> lines;
  LogSink sink() {
    return [this](std::string_view line) { lines.emplace_back(line); };
  }
};

constexpr Instant kStart{1h};

}  // namespace

TEST_CASE("a line has a time, a severity and a text") {
  Lines out;
  Log log(LogLevel::info, out.sink());
  log.write(kStart, Severity::info, "linked to b");
  log.write(kStart, Severity::warning, "refused c");
  REQUIRE(out.lines.size() == 2);
  CHECK(out.lines[0].size() == std::string("2026-11-22 12:00:00.000 info  linked to b").size());
  CHECK(out.lines[0].substr(10, 1) == " ");
  CHECK(out.lines[0].substr(23) == " info  linked to b");
  CHECK(out.lines[1].substr(23) == " warn  refused c");
}

TEST_CASE("what is less severe than the level is not written") {
  Lines out;
  Log log(LogLevel::warning, out.sink());
  CHECK(!log.wants(Severity::info));
  log.write(kStart, Severity::info, "x");
  log.write(kStart, Severity::warning, "y");
  CHECK(out.lines.size() == 1);
  Log silent(LogLevel::off, out.sink());
  silent.write(kStart, Severity::warning, "z");
  CHECK(out.lines.size() == 1);
}

TEST_CASE("so many lines a second, then a count of the others") {
  Lines out;
  Log log(LogLevel::info, out.sink());
  for (std::uint32_t i = 0; i < limits::kLogWarnings + 7; ++i) {
    log.write(kStart, Severity::warning, "a stranger");
  }
  CHECK(out.lines.size() == limits::kLogWarnings);
  CHECK(log.next_deadline() == kStart + 1s);
  log.expire(kStart + 999ms);
  CHECK(out.lines.size() == limits::kLogWarnings);
  log.expire(kStart + 1s);
  REQUIRE(out.lines.size() == limits::kLogWarnings + 1);
  CHECK(out.lines.back().substr(23) == " warn  7 more lines like these were left out");
  CHECK(log.next_deadline() == kNever);
  log.write(kStart + 1s, Severity::warning, "another");
  CHECK(out.lines.size() == limits::kLogWarnings + 2);
}

TEST_CASE("a stranger's text cannot break or forge lines") {
  Lines out;
  Log log(LogLevel::info, out.sink());
  log.write(kStart, Severity::info, "a\nb\x1b[31m\x7f grün");
  log.write(kStart, Severity::info,
            "\xc2\x9b"
            "31m\xc2\x85\x9b");                                               // C1
  log.write(kStart, Severity::info, "\xe2\x80\xae\xe2\x81\xa6\xe2\x80\xa8");  // directions, lines
  log.write(kStart, Severity::info, std::string(10'000, '\x9b'));
  REQUIRE(out.lines.size() == 4);
  CHECK(out.lines[0].substr(30) == "a\\nb\\x1b[31m\\x7f grün");
  CHECK(out.lines[1].substr(30) == "\\xc2\\x9b31m\\xc2\\x85\\x9b");
  CHECK(out.lines[2].substr(30) == "\\xe2\\x80\\xae\\xe2\\x81\\xa6\\xe2\\x80\\xa8");
  CHECK(out.lines[3].size() < 30 + limits::kLogLine + 4);
}

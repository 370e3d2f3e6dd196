#include "replica/waiting_line.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;

namespace {

Instant at(int ms) { return Instant(std::chrono::milliseconds(ms)); }
const auto kAny = [](const std::string&) { return true; };

}  // namespace

TEST_CASE("who came first is served first, those who cannot be are passed over") {
  WaitingLine<std::string> line(3, 100);
  line.add(at(10), 1, "a");
  line.add(at(10), 1, "b");
  line.add(at(10), 1, "c");
  CHECK(line.take_first([](const std::string& what) { return what != "a"; }, 3) == "b");
  CHECK_FALSE(line.take_first([](const std::string& what) { return what == "c"; }, 1));
  CHECK(line.take_first(kAny, 3) == "a");
  CHECK(line.take_first(kAny, 3) == "c");
  CHECK_FALSE(line.take_first(kAny, 3));
  CHECK(line.added() == 3);
}

TEST_CASE("a line is bounded in number and in bytes") {
  WaitingLine<std::string> line(2, 100);
  CHECK_FALSE(line.has_room(101));
  line.add(at(10), 60, "a");
  CHECK_FALSE(line.has_room(41));
  CHECK(line.has_room(40));
  line.add(at(10), 0, "b");
  CHECK_FALSE(line.has_room(0));
  CHECK(line.bytes() == 60);
  line.drop_if([](const std::string& what) { return what == "a"; });
  CHECK(line.size() == 1);
  CHECK(line.has_room(100));
}

TEST_CASE("whose time is up is taken out, the earliest deadline first") {
  WaitingLine<std::string> line(9, 100);
  CHECK(line.next_deadline() == kNever);
  line.add(at(30), 1, "a");
  line.add(at(20), 1, "b");
  CHECK(line.next_deadline() == at(20));
  CHECK_FALSE(line.take_expired(at(19)));
  CHECK(line.take_expired(at(40)) == "b");
  CHECK(line.take_expired(at(40)) == "a");
  CHECK_FALSE(line.take_expired(at(40)));
  CHECK(line.empty());
}

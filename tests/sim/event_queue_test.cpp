#include "sim/event_queue.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;

TEST_CASE("events come out by time, and at one instant in the order in which they were put in") {
  EventQueue<std::string> queue;
  const Instant soon{Duration(5)};
  const Instant later{Duration(9)};
  queue.push(later, "d");
  queue.push(soon, "a");
  queue.push(soon, "b");
  queue.push(later, "e");
  queue.push(soon, "c");
  CHECK(queue.size() == 5);
  CHECK(queue.next_at() == soon);
  std::string order;
  while (!queue.empty()) order += queue.pop().event;
  CHECK(order == "abcde");
  CHECK(queue.next_at() == kNever);
}

TEST_CASE("a thousand events at one instant keep their order") {
  EventQueue<int> queue;
  for (int i = 0; i < 1000; ++i) queue.push(Instant{}, i);
  for (int i = 0; i < 1000; ++i) REQUIRE(queue.pop().event == i);
}

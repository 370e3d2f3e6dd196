#include "overlay/echo.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "overlay/echo_table.h"

using namespace oxbow;

namespace {

bool balanced(const Totals& t) {
  return t.messages + 1 == t.peers + t.duplicates + t.refused + t.lost;
}

Instant at(int ms) { return Instant(std::chrono::milliseconds(ms)); }
constexpr LinkNumber kA{1}, kB{2}, kC{3};

}  // namespace

TEST_CASE("every kind of answer for a copy balances by itself") {
  CHECK(balanced(reached(0)));
  CHECK(balanced(duplicate()));
  CHECK(balanced(refused(marks::kRate)));
}

TEST_CASE("a forwarding adds up its copies' answers and stays balanced") {
  EchoState state;
  state.totals = reached(1);
  sent_copies(state, 4, 1);
  CHECK(!is_complete(state));
  answered(state, reached(2));
  answered(state, duplicate());
  answered(state, refused(marks::kCongested));
  gave_up(state, 1, marks::kLinkLost);
  CHECK(is_complete(state));
  CHECK(balanced(state.totals));
  CHECK(state.totals.peers == 2);
  CHECK(state.totals.messages == 4);
  CHECK(state.totals.skipped == 1);
  CHECK(state.totals.max_hops == 3);
  CHECK(state.totals.marks == (marks::kSkipped | marks::kCongested | marks::kLinkLost));
}

TEST_CASE("an echo is not complete while its own index is still searched") {
  EchoState state;
  state.searching = true;
  CHECK(!is_complete(state));
}

TEST_CASE("counters saturate instead of starting again") {
  Totals sum;
  sum.messages = std::numeric_limits<std::uint32_t>::max() - 1;
  Totals more;
  more.messages = 5;
  add(sum, more);
  CHECK(sum.messages == std::numeric_limits<std::uint32_t>::max());
}

TEST_CASE("a copy is answered once, and only by the link that it was put on") {
  EchoTable table(10, Duration(500'000));
  EchoState state;
  state.ttl = 3;
  const std::vector<LinkNumber> links{kA, kB};
  sent_copies(state, 2, 0);
  const Slot slot = table.open(at(0), {{1, 2}, 0}, state, links);
  CHECK(table.find({{1, 2}, 0}) == slot);
  CHECK(table.find({{1, 2}, 1}) == kNoSlot);
  CHECK(!table.take(slot, kC));
  CHECK(table.take(slot, kA));
  CHECK(!table.take(slot, kA));
  CHECK(table.take(slot, kB));
}

TEST_CASE("patience is the TTL times the unit, so a child gives up before its parent") {
  EchoTable table(10, Duration(500'000));
  EchoState state;
  state.ttl = 7;
  const Slot parent = table.open(at(0), {{1, 0}, 0}, state, {});
  state.ttl = 6;
  const Slot child = table.open(at(100), {{2, 0}, 0}, state, {});
  CHECK(table.next_deadline() == at(3100));
  CHECK(table.overdue(at(3099)) == kNoSlot);
  CHECK(table.overdue(at(3100)) == child);
  table.close(child);
  CHECK(table.overdue(at(3499)) == kNoSlot);
  CHECK(table.overdue(at(3500)) == parent);
}

TEST_CASE("where no copy was sent, patience is half a unit: less than that of any parent") {
  EchoTable table(10, Duration(500'000));
  EchoState state;
  state.searching = true;
  const Slot slot = table.open(at(0), {{1, 0}, 0}, state, {});
  CHECK(table.overdue(at(249)) == kNoSlot);
  CHECK(table.overdue(at(250)) == slot);
}

TEST_CASE("the forwardings that a lost link concerns are those that wait for it or came over it") {
  EchoTable table(10, Duration(500'000));
  EchoState from_a;
  from_a.upstream = kA;
  EchoState from_b;
  from_b.upstream = kB;
  const std::vector<LinkNumber> to_c{kC};
  const Slot first = table.open(at(0), {{1, 0}, 0}, from_a, to_c);
  const Slot second = table.open(at(0), {{2, 0}, 0}, from_b, {});
  const Slot third = table.open(at(0), {{3, 0}, 0}, from_b, to_c);
  std::vector<Slot> slots;
  table.concerning(kC, slots);
  CHECK(slots == std::vector<Slot>{first, third});
  slots.clear();
  table.concerning(kB, slots);
  CHECK(slots == std::vector<Slot>{second, third});
}

#include "overlay/echo.h"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "base/limits.h"
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

TEST_CASE("an answer is believed if it keeps the law of totals and the TTL of its copy") {
  EchoState state;
  state.ttl = 3;
  state.hops = 2;
  sent_copies(state, 10, 0);
  CHECK(judge(state, reached(2)) == Plausible::yes);
  CHECK(judge(state, duplicate()) == Plausible::yes);
  CHECK(judge(state, refused(marks::kRate)) == Plausible::yes);
  CHECK(judge(state, {4, 5, 1, 0, 1, 9, 3, 5, 0}) == Plausible::yes);
  CHECK(judge(state, {4, 5, 1, 0, 1, 9, 3, 6, 0}) == Plausible::no);  // hops 2 + TTL 3
  CHECK(judge(state, {4, 5, 1, 0, 0, 0, 0, 5, 0}) == Plausible::no);
  CHECK(judge(state, {4, 5, 1, 1, 1, 0, 0, 5, 0}) == Plausible::no);
  CHECK(judge(state, {}) == Plausible::no);
  CHECK(judge(state, {0, 3, 0, 0, 4, 0, 0, 0, 0}) == Plausible::no);  // the copy did arrive
  constexpr std::uint32_t kMost = std::numeric_limits<std::uint32_t>::max();
  CHECK(judge(state, {kMost, kMost, 1, 0, 0, 0, 0, 5, 0}) == Plausible::too_much);
  CHECK(judge(state, {kMost, 1, 3, 0, 0, 0, 0, 5, 0}) == Plausible::no);  // right only if it wraps
  constexpr std::uint32_t kRest = limits::kTotalsMost - 10;
  CHECK(judge(state, {kRest + 1, kRest, 0, 0, 0, 0, 0, 5, 0}) == Plausible::yes);
  CHECK(judge(state, {kRest + 2, kRest + 1, 0, 0, 0, 0, 0, 5, 0}) == Plausible::too_much);

  state.ttl = 1;
  CHECK(judge(state, reached(2)) == Plausible::yes);
  CHECK(judge(state, {2, 1, 0, 0, 0, 0, 0, 3, 0}) == Plausible::no);
  state.ttl = 2;
  CHECK(judge(state, {0x1'0000, 0xffff, 0, 0, 0, 0, 0, 4, 0}) == Plausible::yes);
  CHECK(judge(state, {0x1'0001, 0x1'0000, 0, 0, 0, 0, 0, 4, 0}) == Plausible::no);
}

TEST_CASE("what one answer adds up is plausible to the next peer, whoever lied below") {
  EchoState state;
  state.totals = reached(0);
  state.ttl = 3;
  state.hops = 1;
  sent_copies(state, 200, 0);
  const Totals large{limits::kTotalsMost / 2, limits::kTotalsMost / 2 - 1, 0, 0, 0, 0, 0, 4, 0};
  for (int i = 0; i < 200; ++i) {
    if (judge(state, large) == Plausible::yes) {
      answered(state, large);
    } else {
      gave_up(state, 1, marks::kFaulty);
    }
  }
  CHECK(balanced(state.totals));
  EchoState above;
  above.ttl = 4;
  sent_copies(above, 1, 0);
  CHECK(judge(above, state.totals) != Plausible::no);
}

TEST_CASE("why a link was left out is marked") {
  EchoState state;
  sent_copies(state, 1, 1, marks::kFaulty);
  CHECK(state.totals.skipped == 1);
  CHECK(state.totals.marks == marks::kFaulty);
}

TEST_CASE(
    "an answer waits for the newest write that it counts, and that goes with its forwarding") {
  EchoTable table(10, Duration(500'000));
  EchoState state;
  state.ttl = 3;
  const Slot slot = table.open(at(0), {{1, 2}, 0}, state, {});
  CHECK(table.after(slot) == kNothingPending);
  table.wait_for(slot, kNothingPending);
  CHECK(table.after(slot) == kNothingPending);
  table.wait_for(slot, WriteSequence{7});
  table.wait_for(slot, WriteSequence{5});
  CHECK(table.after(slot) == WriteSequence{7});
  const Slot other = table.open(at(0), {{3, 4}, 0}, state, {});
  CHECK(table.after(other) == kNothingPending);
  table.close(slot);
  const Slot again = table.open(at(0), {{5, 6}, 0}, state, {});
  CHECK(again == slot);  // the slot is used again
  CHECK(table.after(again) == kNothingPending);
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

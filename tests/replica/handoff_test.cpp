// Hints on their way, and the rules around them.
#include "replica/handoff.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>
#include <vector>

#include "replica/byte_budget.h"
#include "replica/hint_rules.h"
#include "replica/members.h"
#include "replica/movement_rules.h"

using namespace oxbow;
using namespace oxbow::members;
using namespace std::chrono_literals;

namespace {

/// What a store and a connection are to a handoff.
struct Sender {
  std::set<std::string> hints;
  Handoff handoff{20, 5s};
  std::uint64_t last_ticket = 0;

  std::vector<std::uint64_t> send(Instant now) {
    std::vector<std::uint64_t> tickets;
    auto next = hints.upper_bound(handoff.cursor());
    for (; next != hints.end() && handoff.room() > 0; ++next) {
      if (handoff.is_under_way(*next)) {
        handoff.skipped(*next);
        continue;
      }
      tickets.push_back(++last_ticket);
      handoff.sent(now, last_ticket, *next, 0);
    }
    if (next == hints.end()) handoff.end_of_page();
    return tickets;
  }
};

}  // namespace

// Vector 37.
TEST_CASE("a page goes out, and what was not answered goes again; after a loss nothing does") {
  Sender sender;
  for (int i = 0; i < 20; ++i) sender.hints.insert(fmt::format("key-{:02}", i));
  const auto first = sender.send(at_ms(0));
  CHECK(first.size() == 20);
  CHECK(sender.handoff.room() == 0);
  CHECK(sender.send(at_ms(1)).empty());
  for (std::size_t i = 0; i < 5; ++i) {
    const auto sent = sender.handoff.answered(first[i * 3]);
    REQUIRE(sent);
    sender.hints.erase(sent->key);
  }
  CHECK_FALSE(sender.handoff.answered(first[0]));
  CHECK(sender.send(at_ms(2)).empty());  // all others are under way
  CHECK(sender.handoff.next_deadline() == at_ms(5000));
  CHECK(sender.handoff.expire(at_ms(5000)) == 15);
  CHECK(sender.send(at_ms(5001)).size() == 15);
  sender.handoff.lost();
  CHECK(sender.handoff.under_way() == 0);
  CHECK(sender.handoff.next_deadline() == kNever);
  CHECK_FALSE(sender.handoff.answered(sender.last_ticket));
}

TEST_CASE("an answer tells which version was delivered") {
  Handoff handoff(2, 5s);
  handoff.sent(at_ms(0), 7, "key", 41);
  const auto sent = handoff.answered(7);
  REQUIRE(sent);
  CHECK(sent->key == "key");
  CHECK(sent->version == 41);
}

TEST_CASE("hints have a window and a budget, and their age counts only where room is short") {
  constexpr HintRules kRules;
  CHECK(in_hint_window(kRules, 3h));
  CHECK_FALSE(in_hint_window(kRules, 3h + 1us));
  constexpr Duration kOld = std::chrono::hours(9 * 24);
  CHECK_FALSE(is_thrown_away(kRules, 100 * kOld, 749'999, limits::kHintBytes / 4 * 3 - 1));
  CHECK(is_thrown_away(kRules, kOld, 750'000, 0));
  CHECK(is_thrown_away(kRules, kOld, 1, limits::kHintBytes / 4 * 3));
  CHECK_FALSE(is_thrown_away(kRules, kOld - 1us, 1'000'000, limits::kHintBytes));
  CHECK(has_room_for_hint(kRules, 999'999, 0, 100));
  CHECK_FALSE(has_room_for_hint(kRules, 1'000'000, 0, 100));
  CHECK(has_room_for_hint(kRules, 0, limits::kHintBytes - 100, 100));
  CHECK_FALSE(has_room_for_hint(kRules, 0, limits::kHintBytes - 100, 101));
}

TEST_CASE("a budget lets a second's worth through at once, then at its rate") {
  ByteBudget budget(1000);
  CHECK(budget.any(at_ms(10'000)));
  budget.spend(1500);
  CHECK_FALSE(budget.any(at_ms(10'000)));
  CHECK_FALSE(budget.any(at_ms(10'500)));
  CHECK(budget.available_at() <= at_ms(10'501));
  CHECK(budget.any(at_ms(10'501)));
  budget.spend(1);
  CHECK(budget.any(at_ms(20'000)));
  budget.spend(999);
  CHECK(budget.any(at_ms(20'000)));
  budget.spend(1);
  CHECK_FALSE(budget.any(at_ms(20'000)));
}

TEST_CASE("the first earlier primary that can be reached hands over, and one that leaves") {
  const auto all = [](const PeerId&) { return true; };
  const auto not_a = [](const PeerId& member) { return member != peer('A'); };
  CHECK(new_primaries(peers("ABC"), peers("DAB")) == peers("D"));
  CHECK(new_primaries(peers("ABC"), peers("ABC")).empty());
  CHECK(hands_over(peer('A'), peers("ABC"), peers("DAB"), all));
  CHECK_FALSE(hands_over(peer('B'), peers("ABC"), peers("DAB"), all));
  CHECK(hands_over(peer('C'), peers("ABC"), peers("DAB"), all));
  CHECK(hands_over(peer('B'), peers("ABC"), peers("DAB"), not_a));
  CHECK_FALSE(hands_over(peer('D'), peers("ABC"), peers("DAB"), all));
}

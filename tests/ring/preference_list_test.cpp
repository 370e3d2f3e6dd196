// Lists of N members: distinct, spread over zones, and who stands in for whom.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "ring/active_list.h"
#include "ring/rings.h"

using namespace oxbow;
using namespace oxbow::rings;

namespace {

struct Zoned {
  char letter;
  const char* zone;
  std::uint64_t token;
};

TokenRing zoned(const std::vector<Zoned>& members) {
  std::vector<PlacedMember> placed;
  for (const Zoned& member : members) {
    placed.push_back({peer(member.letter), member.zone, {Position{member.token}}});
  }
  return TokenRing::placed(placed);
}

/// The rule of zones word by word: rounds of walks.
std::vector<MemberNumber> list_by_rounds(const TokenRing& ring, Position position, std::size_t n) {
  std::vector<MemberNumber> list;
  const TokenNumber start = ring.tokens().owner(position);
  while (list.size() < std::min(n, ring.size())) {
    std::set<ZoneNumber> served;
    TokenNumber token = start;
    do {
      const MemberNumber member = ring.member_of(token);
      const bool taken = std::find(list.begin(), list.end(), member) != list.end();
      if (!taken && list.size() < n && served.insert(ring.zone_of(member)).second) {
        list.push_back(member);
      }
      token = ring.tokens().next(token);
    } while (token != start);
  }
  return list;
}

std::string places(const TokenRing& ring, const std::vector<Place>& list) {
  std::string text;
  for (const Place& place : list) {
    if (!text.empty()) text += ' ';
    text += spell(ring, {place.member});
    if (place.is_fallback()) text += " for " + spell(ring, {place.primary});
  }
  return text;
}

/// The list while the members named by `down` cannot be reached.
std::string active(const TokenRing& ring, std::uint64_t position, std::size_t n,
                   const std::string& down, Fallbacks fallbacks = Fallbacks::allowed) {
  return places(ring, active_list(ring, Position{position}, n, fallbacks, [&](MemberNumber member) {
                  return down.find(spell(ring, {member})) == std::string::npos;
                }));
}

const TokenRing kFive = letters({{'A', 10}, {'B', 20}, {'C', 30}, {'D', 40}, {'E', 50}});

}  // namespace

TEST_CASE("a list names N distinct members, or all there are; a longer one begins with it") {
  Random random(11);
  for (std::size_t round = 0; round < 60; ++round) {
    CAPTURE(round);
    const std::size_t members = 1 + random.below(round % 10 == 0 ? 80 : 12);
    const auto tokens = static_cast<std::uint32_t>(1 + random.below(20));
    const std::size_t zones = 1 + random.below(5);
    const TokenRing ring = TokenRing::drawn(draw_members(random, members, tokens, zones));
    for (std::size_t key = 0; key < 10; ++key) {
      const Position position{random.next()};
      const auto everyone = ring.preference_list(position, members + 5);
      CHECK(std::set(everyone.begin(), everyone.end()).size() == members);
      CHECK(everyone.size() == members);
      for (const std::size_t n : {std::size_t{1}, std::size_t{3}, members}) {
        const auto list = ring.preference_list(position, n);
        REQUIRE(list.size() == std::min(n, members));
        CHECK(std::equal(list.begin(), list.end(), everyone.begin()));
        CHECK(list == list_by_rounds(ring, position, n));
      }
      CHECK(everyone.front() == ring.owner(position));
    }
  }
}

TEST_CASE("with several zones each round takes the first member of every zone, clockwise") {
  const TokenRing ring = zoned({{'A', "x", 10},
                                {'B', "x", 20},
                                {'C', "y", 30},
                                {'D', "x", 40},
                                {'E', "z", 50},
                                {'F', "y", 60}});
  CHECK(spell(ring, ring.preference_list(Position{5}, 1)) == "A");
  CHECK(spell(ring, ring.preference_list(Position{5}, 3)) == "ACE");
  CHECK(spell(ring, ring.preference_list(Position{5}, 4)) == "ACEB");
  CHECK(spell(ring, ring.preference_list(Position{5}, 5)) == "ACEBF");  // z has nobody else
  CHECK(spell(ring, ring.preference_list(Position{5}, 9)) == "ACEBFD");
  CHECK(spell(ring, ring.preference_list(Position{45}, 3)) == "EFA");
}

TEST_CASE("every list covers as many zones as it can, so that no zone's loss takes all copies") {
  Random random(12);
  for (std::size_t round = 0; round < 40; ++round) {
    CAPTURE(round);
    const std::size_t members = 2 + random.below(14);
    const std::size_t zones = 1 + random.below(4);
    const TokenRing ring = TokenRing::drawn(draw_members(random, members, 8, zones));
    for (std::size_t key = 0; key < 20; ++key) {
      const Position position{random.next()};
      for (const std::size_t n : {2U, 3U, 5U}) {
        std::set<ZoneNumber> covered;
        for (const MemberNumber member : ring.preference_list(position, n)) {
          covered.insert(ring.zone_of(member));
        }
        CHECK(covered.size() == std::min(ring.zones(), n));
        if (ring.zones() < 2) continue;
        for (std::uint32_t lost = 0; lost < ring.zones(); ++lost) {
          const auto left = active_list(
              ring, position, n, Fallbacks::refused,
              [&](MemberNumber member) { return ring.zone_of(member) != ZoneNumber{lost}; });
          CHECK(!left.empty());
        }
      }
    }
  }
}

TEST_CASE("all primaries reachable: they are asked, in the order of the list") {
  CHECK(active(kFive, 5, 3, "") == "A B C");
  CHECK(active(kFive, 45, 3, "") == "E A B");
}

TEST_CASE("while one of three primaries is down the next member stands in for it") {
  CHECK(active(kFive, 5, 3, "A") == "B C D for A");
  CHECK(active(kFive, 5, 3, "B") == "A C D for B");
  CHECK(active(kFive, 5, 3, "AD") == "B C E for A");
  CHECK(active(kFive, 5, 3, "AC") == "B D for A E for C");
}

TEST_CASE("fallbacks run out before anybody stands in twice") {
  CHECK(active(kFive, 5, 3, "ABC") == "D for A E for B");
  CHECK(active(kFive, 5, 3, "ABCDE") == "");
  CHECK(active(kFive, 5, 9, "B") == "A C D E");
  CHECK(active(TokenRing(), 5, 3, "") == "");
}

TEST_CASE("strict: primaries or nobody") {
  CHECK(active(kFive, 5, 3, "A", Fallbacks::refused) == "B C");
  CHECK(active(kFive, 5, 3, "ABC", Fallbacks::refused) == "");
}

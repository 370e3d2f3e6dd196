// What moves when a member joins or leaves: to it or from it alone, and no more than its share.
#include "ring/movement.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "ring/rings.h"

using namespace oxbow;
using namespace oxbow::rings;

namespace {

Move move(std::uint64_t after, std::uint64_t last, char from, char to, bool from_keeps = false) {
  return {{Position{after}, Position{last}}, peer(from), peer(to), from_keeps};
}

using Moves = std::vector<Move>;

std::vector<Position> draw_keys(Random& random, std::size_t count) {
  std::vector<Position> keys(count);
  for (Position& key : keys) key = Position{random.next()};
  return keys;
}

bool contains(const std::vector<PeerId>& ids, const PeerId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// The moves of a position say exactly who stores it now and did not before.
void check_moves_of(Position key, const TokenRing& before, const TokenRing& after, std::size_t n,
                    const Moves& moves) {
  const auto had = ids(before, before.preference_list(key, n));
  const auto has = ids(after, after.preference_list(key, n));
  std::size_t gains = 0;
  for (const PeerId& id : has) gains += contains(had, id) ? 0U : 1U;
  for (const Move& each : moves) {
    if (!each.range.contains(key)) continue;
    REQUIRE(gains > 0);
    --gains;
    CHECK(contains(had, each.from));
    CHECK(contains(has, each.from) == each.from_keeps);
    CHECK(contains(has, each.to));
    CHECK_FALSE(contains(had, each.to));
  }
  CHECK(gains == 0);
}

}  // namespace

TEST_CASE("adding E at 60 moves exactly 51 to 60, from D; removing B exactly 1 to 25, to C") {
  const TokenRing ring = letters({{'A', 0}, {'B', 25}, {'C', 50}, {'D', 75}});
  const TokenRing with_e = letters({{'A', 0}, {'B', 25}, {'C', 50}, {'D', 75}, {'E', 60}});
  const TokenRing without_b = letters({{'A', 0}, {'C', 50}, {'D', 75}});
  CHECK(moves_between(ring, with_e, 1) == Moves{move(50, 60, 'D', 'E')});
  CHECK(moves_between(ring, without_b, 1) == Moves{move(0, 25, 'B', 'C')});
  std::uint64_t to_e = 0;
  std::uint64_t from_b = 0;
  for (std::uint64_t key = 0; key < 100; ++key) {
    const bool moved = owner(ring, key) != owner(with_e, key);
    CHECK(moved == (key >= 51 && key <= 60));
    to_e += moved ? 1 : 0;
    const bool left = owner(ring, key) != owner(without_b, key);
    CHECK(left == (key >= 1 && key <= 25));
    from_b += left ? 1 : 0;
  }
  CHECK(to_e == 10);
  CHECK(from_b == 25);
}

TEST_CASE("with N copies the newcomer takes over ranges behind it, each from who gives it up") {
  const TokenRing before = letters({{'A', 10}, {'B', 20}, {'D', 40}, {'E', 50}});
  const TokenRing after = letters({{'A', 10}, {'B', 20}, {'C', 30}, {'D', 40}, {'E', 50}});
  CHECK(moves_between(before, after, 3) ==
        Moves{move(50, 10, 'D', 'C'), move(10, 20, 'E', 'C'), move(20, 30, 'A', 'C')});
}

TEST_CASE("where members are fewer than copies the newcomer gets all, and nobody gives up any") {
  const TokenRing before = letters({{'A', 10}, {'B', 20}});
  const TokenRing after = letters({{'A', 10}, {'B', 20}, {'C', 30}});
  CHECK(moves_between(before, after, 3) ==
        Moves{move(20, 10, 'A', 'C', true), move(10, 20, 'B', 'C', true)});
  CHECK(moves_between(after, before, 3).empty());
}

TEST_CASE("neighboring ranges between the same two members are one move, also across zero") {
  const std::vector<PlacedMember> only_a{{peer('A'), "", {Position{10}, Position{20}}}};
  const std::vector<PlacedMember> a_and_b{{peer('A'), "", {Position{10}, Position{20}}},
                                          {peer('B'), "", {Position{14}, Position{30}}}};
  const TokenRing a = TokenRing::placed(only_a);
  const TokenRing ab = TokenRing::placed(a_and_b);
  CHECK(moves_between(a, ab, 1) == Moves{move(10, 14, 'A', 'B'), move(20, 30, 'A', 'B')});
  CHECK(moves_between(a, letters({{'B', 15}}), 1) == Moves{move(20, 20, 'A', 'B')});
  const TokenRing c = letters({{'C', 99}});
  CHECK(moves_between(c, ab, 1) == Moves{move(30, 10, 'C', 'A'), move(10, 14, 'C', 'B'),
                                         move(14, 20, 'C', 'A'), move(20, 30, 'C', 'B')});
}

TEST_CASE("nothing moves between equal rings, or out of or into an empty one") {
  const TokenRing ring = letters({{'A', 10}, {'B', 20}});
  CHECK(moves_between(ring, ring, 2).empty());
  CHECK(moves_between(TokenRing(), ring, 2).empty());
  CHECK(moves_between(ring, TokenRing(), 2).empty());
}

TEST_CASE("adding a member moves about K/n keys and only to it; removing it restores every owner") {
  constexpr std::size_t kKeys = 10'000;
  Random random(21);
  for (std::size_t round = 0; round < 20; ++round) {
    CAPTURE(round);
    const std::vector<RingMember> ten = draw_members(random, 10);
    std::vector<RingMember> eleven = ten;
    eleven.push_back({draw_peer(random), "", limits::kTokensPerMember});
    const PeerId newcomer = eleven.back().id;
    const TokenRing before = TokenRing::drawn(ten);
    const TokenRing after = TokenRing::drawn(eleven);
    std::size_t moved = 0;
    for (const Position key : draw_keys(random, kKeys)) {
      const PeerId old_owner = before.member(before.owner(key)).id;
      const PeerId new_owner = after.member(after.owner(key)).id;
      if (old_owner == new_owner) continue;
      ++moved;
      REQUIRE(new_owner == newcomer);
    }
    CHECK(moved <= kKeys * 3 / 2 / 11);
    CHECK(moved >= kKeys / 2 / 11);
    CHECK(TokenRing::drawn(without(eleven, newcomer)).digest() == before.digest());
  }
}

TEST_CASE("copies, too, move only to who joins and only from who leaves, with zones or without") {
  Random random(22);
  for (std::size_t round = 0; round < 40; ++round) {
    CAPTURE(round);
    const std::size_t zones = 1 + random.below(4);
    const std::vector<RingMember> members = draw_members(random, 2 + random.below(10), 8, zones);
    const PeerId changing = members[random.below(members.size())].id;
    const TokenRing with = TokenRing::drawn(members);
    const TokenRing lacking = TokenRing::drawn(without(members, changing));
    for (const std::size_t n : {1U, 2U, 3U, 4U}) {
      const Moves joins = moves_between(lacking, with, n);
      CHECK(!joins.empty());
      for (const Move& each : joins) CHECK(each.to == changing);
      const Moves leaves = moves_between(with, lacking, n);
      for (const Move& each : leaves) {
        CHECK(each.from == changing);
        CHECK_FALSE(each.from_keeps);
      }
      for (const Position key : draw_keys(random, 20)) {
        check_moves_of(key, lacking, with, n, joins);
        check_moves_of(key, with, lacking, n, leaves);
      }
    }
  }
}

TEST_CASE("any two rings: the moves say exactly who stores what it did not store before") {
  Random random(23);
  for (std::size_t round = 0; round < 30; ++round) {
    CAPTURE(round);
    std::vector<RingMember> members = draw_members(random, 9, 6, 1 + random.below(3));
    const TokenRing before = TokenRing::drawn({members.data(), 6});
    const TokenRing after = TokenRing::drawn({members.data() + 3, 6});
    const Moves moves = moves_between(before, after, 3);
    for (const Position key : draw_keys(random, 60)) check_moves_of(key, before, after, 3, moves);
    for (const Position bound : after.tokens().positions()) {
      check_moves_of(bound, before, after, 3, moves);
      check_moves_of(advanced(bound, 1), before, after, 3, moves);
    }
  }
}

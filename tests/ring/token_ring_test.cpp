// Who owns what: worked examples, and what any ring must hold.
#include "ring/token_ring.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>

#include "ring/rings.h"

using namespace oxbow;
using namespace oxbow::rings;

TEST_CASE("a token is the hash of the member's id and the token's index") {
  std::string bytes(PeerId::kSize, '\0');
  bytes[0] = 'A';
  bytes += std::string("\x02\x01\x00\x00", 4);
  CHECK(token_of(peer('A'), 0x0102) == Position{hash64(bytes)});
  // Of every version and on every machine: members that disagree would own other ranges.
  CHECK(token_of(peer('A'), 0) == Position{hash64(std::string("A") + std::string(19, '\0'))});
  CHECK(position_of("readme.txt") == Position{hash64("readme.txt")});
}

TEST_CASE("a member takes tokens by its weight, at least one and not without end") {
  CHECK(tokens_of_weight(1) == 128);
  CHECK(tokens_of_weight(0.5) == 64);
  CHECK(tokens_of_weight(2.5) == 320);
  CHECK(tokens_of_weight(0.001) == 1);
  CHECK(tokens_of_weight(8) == 1024);
  CHECK(tokens_of_weight(1e300) == 1024);
}

TEST_CASE("a range holds its last position, not the one that it is after, also across zero") {
  const RingRange plain{Position{25}, Position{50}};
  CHECK_FALSE(plain.contains(Position{25}));
  CHECK(plain.contains(Position{26}));
  CHECK(plain.contains(Position{50}));
  CHECK_FALSE(plain.contains(Position{51}));
  const RingRange wrapped{Position{~std::uint64_t{0} - 1}, Position{2}};
  CHECK_FALSE(wrapped.contains(Position{~std::uint64_t{0} - 1}));
  CHECK(wrapped.contains(Position{~std::uint64_t{0}}));
  CHECK(wrapped.contains(Position{0}));
  CHECK(wrapped.contains(Position{2}));
  CHECK_FALSE(wrapped.contains(Position{3}));
  const RingRange whole{Position{7}, Position{7}};
  CHECK(whole.contains(Position{7}));
  CHECK(whole.contains(Position{8}));
  CHECK(whole.share() == 1.0);
  CHECK(RingRange{Position{0}, Position{std::uint64_t{1} << 62}}.share() == 0.25);
}

TEST_CASE("the owner of a position is the first token at or after it, clockwise") {
  const TokenRing ring = letters({{'A', 0}, {'B', 25}, {'C', 50}, {'D', 75}});
  CHECK(owner(ring, 0) == peer('A'));
  CHECK(owner(ring, 1) == peer('B'));
  CHECK(owner(ring, 25) == peer('B'));
  CHECK(owner(ring, 26) == peer('C'));
  CHECK(owner(ring, 50) == peer('C'));
  CHECK(owner(ring, 51) == peer('D'));
  CHECK(owner(ring, 75) == peer('D'));
  CHECK(owner(ring, 76) == peer('A'));
  CHECK(owner(ring, 99) == peer('A'));
}

TEST_CASE("Dynamo's figure 2: a key in (A, B] is with B, C and D, and D stores three ranges") {
  const TokenRing ring =
      letters({{'A', 10}, {'B', 20}, {'C', 30}, {'D', 40}, {'E', 50}, {'F', 60}, {'G', 70}});
  for (const std::uint64_t key : {11U, 15U, 20U}) {
    CHECK(spell(ring, ring.preference_list(Position{key}, 3)) == "BCD");
  }
  const MemberNumber d = ring.find(peer('D')).value();
  const RingRange a_b{Position{10}, Position{20}};
  const RingRange b_c{Position{20}, Position{30}};
  const RingRange c_d{Position{30}, Position{40}};
  CHECK(ring.ranges_stored(d, 3) == std::vector{a_b, b_c, c_d});
  CHECK(ring.ranges_owned(d) == std::vector{c_d});
}

TEST_CASE("two members with eight tokens each make a list of two, never of one member twice") {
  const std::vector<RingMember> members{{peer('A'), "", 8}, {peer('B'), "", 8}};
  const TokenRing ring = TokenRing::drawn(members);
  CHECK(ring.tokens().size() == 16);
  for (const Position token : ring.tokens().positions()) {
    const std::string list = spell(ring, ring.preference_list(token, 3));
    CHECK((list == "AB" || list == "BA"));
  }
}

TEST_CASE("owners are those of a plain search, for rings of any size and unevenness") {
  Random random(1);
  for (std::size_t round = 0; round < 60; ++round) {
    CAPTURE(round);
    const int shift = static_cast<int>(random.below(64));  // crowds the tokens near zero
    std::vector<Position> positions(1 + random.below(40));
    for (Position& position : positions) position = Position{random.next() >> shift};
    std::sort(positions.begin(), positions.end());
    const SortedTokens tokens(positions);
    for (std::size_t i = 0; i < 100; ++i) {
      const Position target =
          i < positions.size() ? positions[i] : Position{random.next() >> shift};
      const auto found = std::lower_bound(positions.begin(), positions.end(), target);
      const auto expected = found == positions.end() ? 0 : found - positions.begin();
      const TokenNumber owner = tokens.owner(target);
      REQUIRE(index_of(owner) == static_cast<std::size_t>(expected));
      std::size_t owners = 0;
      for (std::uint32_t token = 0; token < tokens.size(); ++token) {
        const bool owns = tokens.owns(TokenNumber{token}, target);
        owners += owns ? 1U : 0U;
        REQUIRE(owns == (TokenNumber{token} == owner));
        if (owns) REQUIRE(tokens.range(owner).contains(target));
      }
      REQUIRE(owners == 1);
    }
  }
}

TEST_CASE("where two tokens meet the lower id owns the position, and the other one is next") {
  const TokenRing ring = letters({{'C', 40}, {'B', 40}, {'A', 70}});
  CHECK(owner(ring, 30) == peer('B'));
  CHECK(owner(ring, 40) == peer('B'));
  CHECK(owner(ring, 41) == peer('A'));
  CHECK(spell(ring, ring.preference_list(Position{30}, 3)) == "BCA");
  CHECK(ring.ranges_owned(ring.find(peer('C')).value()).empty());
  CHECK(ring.ranges_stored(ring.find(peer('C')).value(), 2) ==
        std::vector{RingRange{Position{70}, Position{40}}});
  CHECK(ring.share(ring.find(peer('C')).value()) == 0.0);
  const TokenRing all_on_one = letters({{'B', 5}, {'A', 5}});
  CHECK(all_on_one.share(MemberNumber{0}) == 1.0);
  CHECK(all_on_one.share(MemberNumber{1}) == 0.0);
}

TEST_CASE("a ring does not depend on the order in which its members were heard of") {
  Random random(2);
  std::vector<RingMember> members = draw_members(random, 20, 16, 3);
  const TokenRing ring = TokenRing::drawn(members);
  std::reverse(members.begin(), members.end());
  const TokenRing same = TokenRing::drawn(members);
  CHECK(same.digest() == ring.digest());
  CHECK(std::ranges::equal(same.members(), ring.members()));
  CHECK(std::ranges::equal(same.tokens().positions(), ring.tokens().positions()));
}

TEST_CASE("the ring of the same members is the same on every machine") {
  const std::vector<RingMember> members{{peer('A'), "x", 8}, {peer('B'), "y", 8}};
  const TokenRing ring = TokenRing::drawn(members);
  CHECK(ring.tokens()[TokenNumber{0}] == Position{0x06c8658179ea154a});
  CHECK(ring.digest() == 0xfdd097ddbfc8593b);
}

TEST_CASE("rings that differ in a member, a zone or a token have another digest") {
  const std::vector<RingMember> members{{peer('A'), "x", 8}, {peer('B'), "y", 8}};
  const std::uint64_t digest = TokenRing::drawn(members).digest();
  CHECK(digest != 0);
  CHECK(TokenRing().digest() == 0);
  auto changed = members;
  changed[0].tokens = 9;
  CHECK(TokenRing::drawn(changed).digest() != digest);
  changed = members;
  changed[0].zone = "y";
  CHECK(TokenRing::drawn(changed).digest() != digest);
  changed = members;
  changed[1].id = peer('C');
  CHECK(TokenRing::drawn(changed).digest() != digest);
  changed.pop_back();
  CHECK(TokenRing::drawn(changed).digest() != digest);
  CHECK(letters({{'A', 1}, {'B', 2}}).digest() != letters({{'A', 2}, {'B', 1}}).digest());
}

TEST_CASE("an empty ring has no members to offer, and knows nobody") {
  const TokenRing ring = TokenRing::drawn({});
  CHECK(ring.empty());
  CHECK(ring.preference_list(Position{5}, 3).empty());
  CHECK_FALSE(ring.find(peer('A')).has_value());
  CHECK(ring.zones() == 0);
}

TEST_CASE("the ranges of all members cover the ring once, those stored N times") {
  Random random(3);
  for (const std::size_t zones : {1U, 3U}) {
    const TokenRing ring = TokenRing::drawn(draw_members(random, 9, 16, zones));
    double owned = 0;
    double stored = 0;
    for (std::uint32_t i = 0; i < ring.size(); ++i) {
      owned += ring.share(MemberNumber{i});
      for (const RingRange& range : ring.ranges_stored(MemberNumber{i}, 4)) stored += range.share();
    }
    CHECK(owned == doctest::Approx(1.0));
    CHECK(stored == doctest::Approx(4.0));
  }
}

TEST_CASE("ten members share the ring the more evenly the more tokens they have") {
  struct Row {
    std::uint32_t tokens;
    double bound;
  };
  constexpr std::size_t kRings = 200;
  for (const Row row : {Row{1, 5.5}, {16, 2.0}, {64, 1.4}, {128, 1.3}, {256, 1.2}}) {
    CAPTURE(row.tokens);
    Random random(row.tokens);
    std::vector<double> largest_of_mean;
    for (std::size_t i = 0; i < kRings; ++i) {
      const TokenRing ring = TokenRing::drawn(draw_members(random, 10, row.tokens));
      double largest = 0;
      for (std::uint32_t m = 0; m < ring.size(); ++m) {
        largest = std::max(largest, ring.share(MemberNumber{m}));
      }
      largest_of_mean.push_back(largest * 10);
    }
    std::sort(largest_of_mean.begin(), largest_of_mean.end());
    CHECK(largest_of_mean[kRings * 99 / 100 - 1] <= row.bound);
    CHECK(largest_of_mean.front() >= 1.0);
  }
}

TEST_CASE("a member of twice the weight owns about twice as much") {
  Random random(4);
  double heavy = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    std::vector<RingMember> members = draw_members(random, 9);
    members[0].tokens = tokens_of_weight(2);
    const TokenRing ring = TokenRing::drawn(members);
    heavy += ring.share(ring.find(members[0].id).value()) / 50;
  }
  CHECK(heavy == doctest::Approx(0.2).epsilon(0.05));
}

TEST_CASE("a ring that is redrawn is the ring that is drawn, whoever came, went or changed") {
  const auto any_members = [](Random& random) {
    std::vector<RingMember> members;
    for (std::uint64_t number = 0; number < 12; ++number) {
      if (random.below(3) == 0) continue;
      RingMember member;
      member.id.bytes[0] = static_cast<std::uint8_t>(number * 20 + 1);
      member.zone = random.below(2) == 0 ? "east" : "west";
      member.tokens = static_cast<std::uint32_t>(1 + random.below(3) * 4);
      members.push_back(member);
    }
    return members;
  };
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    TokenRing ring;
    for (int step = 0; step < 5; ++step) {
      const std::vector<RingMember> members = any_members(random);
      ring = ring.redrawn(members);
      const TokenRing fresh = TokenRing::drawn(members);
      CHECK(ring.digest() == fresh.digest());
      REQUIRE(ring.size() == fresh.size());
      CHECK(std::equal(ring.members().begin(), ring.members().end(), fresh.members().begin()));
      REQUIRE(ring.tokens().size() == fresh.tokens().size());
      CHECK(ring.zones() == fresh.zones());
      for (std::uint32_t i = 0; i < ring.tokens().size(); ++i) {
        CHECK(ring.tokens()[TokenNumber{i}] == fresh.tokens()[TokenNumber{i}]);
        CHECK(ring.member_of(TokenNumber{i}) == fresh.member_of(TokenNumber{i}));
      }
      for (std::uint32_t i = 0; i < ring.size(); ++i) {
        CHECK(ring.zone_of(MemberNumber{i}) == fresh.zone_of(MemberNumber{i}));
        CHECK(ring.share(MemberNumber{i}) == fresh.share(MemberNumber{i}));
      }
    }
  }
}

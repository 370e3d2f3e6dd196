// The three ways around the ring end at the owner, at the price that theory gives.
#include "ring/lookup.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "ring/finger_table.h"
#include "ring/rings.h"

using namespace oxbow;
using namespace oxbow::rings;

namespace {

constexpr std::array kWays{RingWay::one_hop, RingWay::finger, RingWay::successor};

SortedTokens draw_tokens(Random& random, std::size_t count) {
  std::vector<Position> positions(count);
  for (Position& position : positions) position = Position{random.next()};
  std::sort(positions.begin(), positions.end());
  return SortedTokens(std::move(positions));
}

/// Forwards until the lookup is at its owner.
std::uint32_t run(RingWay way, const SortedTokens& tokens, RingLookup lookup) {
  while (!advance(way, tokens, lookup)) REQUIRE(lookup.forwards <= tokens.size());
  REQUIRE(lookup.at == tokens.owner(lookup.target));
  return lookup.forwards;
}

std::uint32_t run(RingWay way, const TokenRing& ring, MemberNumber at, Position target) {
  std::uint32_t forwards = 0;
  for (;;) {
    const MemberStep step = lookup_step(way, ring, at, target);
    if (step.here) break;
    REQUIRE(step.next != at);
    at = step.next;
    REQUIRE(++forwards <= ring.tokens().size());
  }
  REQUIRE(at == ring.owner(target));
  return forwards;
}

}  // namespace

TEST_CASE("a finger starts 2^k further on, and is the first token from there") {
  // Chord's figure 3: three nodes on a ring of 8, here at the top three bits.
  constexpr int kShift = 61;
  const auto at = [](std::uint64_t place) { return Position{place << kShift}; };
  const SortedTokens tokens({at(0), at(1), at(3)});
  const auto fingers = [&](std::uint32_t token) {
    const FingerTable table(tokens, TokenNumber{token});
    std::vector<std::uint64_t> nodes;
    for (int k = kShift; k < 64; ++k) {
      nodes.push_back(static_cast<std::uint64_t>(tokens[table.finger(k)]) >> kShift);
    }
    return nodes;
  };
  CHECK(fingers(0) == std::vector<std::uint64_t>{1, 3, 0});
  CHECK(fingers(1) == std::vector<std::uint64_t>{3, 3, 0});
  CHECK(fingers(2) == std::vector<std::uint64_t>{0, 0, 0});
}

TEST_CASE("a step by fingers goes where the finger table says") {
  Random random(31);
  for (const std::size_t count : {1U, 2U, 3U, 17U, 200U}) {
    const SortedTokens tokens = draw_tokens(random, count);
    for (std::uint32_t token = 0; token < count; ++token) {
      const FingerTable table(tokens, TokenNumber{token});
      CHECK(table.successor() == tokens.next(TokenNumber{token}));
      for (std::size_t i = 0; i < 10; ++i) {
        const Position target{random.next()};
        if (tokens.owns(TokenNumber{token}, target)) continue;
        CHECK(table.next_hop(target) ==
              next_token(RingWay::finger, tokens, TokenNumber{token}, target));
      }
    }
  }
}

TEST_CASE("a token knows about log2 N others") {
  Random random(32);
  const SortedTokens tokens = draw_tokens(random, 1024);
  std::size_t known = 0;
  for (std::uint32_t token = 0; token < 1024; ++token) {
    const auto each = FingerTable(tokens, TokenNumber{token}).known();
    CHECK(std::find(each.begin(), each.end(), TokenNumber{token}) == each.end());
    known += each.size();
  }
  CHECK(static_cast<double>(known) / 1024 == doctest::Approx(10).epsilon(0.1));
}

TEST_CASE("every way ends at the owner, wherever it starts and whoever else is there") {
  Random random(33);
  for (const std::size_t count : {1U, 2U, 3U, 10U, 64U}) {
    for (const std::uint32_t each : {1U, 7U}) {
      const TokenRing ring = TokenRing::drawn(draw_members(random, count, each));
      for (std::size_t i = 0; i < 100; ++i) {
        const MemberNumber from{static_cast<std::uint32_t>(random.below(count))};
        const Position target{random.next()};
        const std::uint32_t at_once = ring.owner(target) == from ? 0 : 1;
        CHECK(run(RingWay::one_hop, ring, from, target) == at_once);
        CHECK(run(RingWay::finger, ring, from, target) <= 64);
        run(RingWay::successor, ring, from, target);
      }
    }
  }
}

TEST_CASE("a step of a member with one token is the step of that token") {
  Random random(34);
  const TokenRing ring = TokenRing::drawn(draw_members(random, 50, 1));
  for (std::size_t i = 0; i < 500; ++i) {
    const TokenNumber at{static_cast<std::uint32_t>(random.below(50))};
    const Position target{random.next()};
    for (const RingWay way : kWays) {
      const MemberStep step = lookup_step(way, ring, ring.member_of(at), target);
      CHECK(step.here == ring.tokens().owns(at, target));
      if (step.here) continue;
      CHECK(step.next == ring.member_of(next_token(way, ring.tokens(), at, target)));
    }
  }
}

TEST_CASE("tokens on one position, and targets on tokens, lead no way astray") {
  const TokenRing ring =
      letters({{'A', 10}, {'B', 10}, {'C', 10}, {'D', 20}, {'E', 20}, {'F', ~std::uint64_t{0}}});
  const TokenRing one_place = letters({{'A', 10}, {'B', 10}, {'C', 10}});
  for (const TokenRing* each : {&ring, &one_place}) {
    for (const std::uint64_t target : {0U, 9U, 10U, 11U, 19U, 20U, 21U}) {
      for (std::uint32_t from = 0; from < each->size(); ++from) {
        for (const RingWay way : kWays) {
          run(way, *each, MemberNumber{from}, Position{target});
          run(way, each->tokens(), {Position{target}, TokenNumber{from}});
        }
      }
    }
  }
}

TEST_CASE("walking from successor to successor passes every token between") {
  Random random(35);
  const SortedTokens tokens = draw_tokens(random, 32);
  for (std::uint32_t from = 0; from < 32; ++from) {
    const Position target{random.next()};
    const std::size_t owner = index_of(tokens.owner(target));
    CHECK(run(RingWay::successor, tokens, {target, TokenNumber{from}}) == (owner + 32 - from) % 32);
  }
}

TEST_CASE("a lookup by fingers takes half of log2 N forwards on average, for N = 8 to 1,024") {
  constexpr std::size_t kLookups = 20'000;
  Random random(36);
  for (std::size_t bits = 3; bits <= 10; ++bits) {
    const std::size_t count = std::size_t{1} << bits;
    CAPTURE(count);
    const std::size_t rings = std::max<std::size_t>(1, 2'000 / count);
    std::uint64_t forwards = 0;
    std::uint64_t most = 0;
    for (std::size_t ring = 0; ring < rings; ++ring) {
      const SortedTokens tokens = draw_tokens(random, count);
      for (std::size_t i = 0; i < kLookups / rings; ++i) {
        const TokenNumber from{static_cast<std::uint32_t>(random.below(count))};
        const std::uint64_t path = run(RingWay::finger, tokens, {Position{random.next()}, from});
        forwards += path;
        most = std::max(most, path);
      }
    }
    const double mean =
        static_cast<double>(forwards) / static_cast<double>(kLookups / rings * rings);
    CHECK(mean == doctest::Approx(0.5 * static_cast<double>(bits)).epsilon(0.1));
    CHECK(most <= 2 * bits + 2);
  }
}

TEST_CASE("many tokens a member make the way by fingers no longer") {
  Random random(37);
  const TokenRing ring = TokenRing::drawn(draw_members(random, 128, 32));
  std::uint64_t forwards = 0;
  for (std::size_t i = 0; i < 4'000; ++i) {
    const MemberNumber from{static_cast<std::uint32_t>(random.below(128))};
    forwards += run(RingWay::finger, ring, from, Position{random.next()});
  }
  CHECK(static_cast<double>(forwards) / 4'000 <= 3.5 * 1.1);
}

TEST_CASE("where some members do not answer, each way goes around them, or names the owner") {
  Random random(35);
  for (std::size_t i = 0; i < 600; ++i) {
    const TokenRing ring = TokenRing::drawn(draw_members(random, 12, i % 2 == 0 ? 1 : 5));
    std::array<bool, 12> answers{};
    for (bool& member : answers) member = random.below(3) != 0;
    const auto does = [&](MemberNumber member) { return answers[index_of(member)]; };
    const Position target{random.next()};
    const MemberNumber owner = ring.owner(target);
    for (const RingWay way : kWays) {
      MemberNumber at{static_cast<std::uint32_t>(random.below(12))};
      std::size_t forwards = 0;
      for (;;) {
        const MemberStep direct = lookup_step(way, ring, at, target);
        const MemberStep step = lookup_step_around(way, ring, at, target, does);
        CHECK(step.here == direct.here);
        if (step.here) break;
        REQUIRE(step.next != at);
        if (does(direct.next)) CHECK(step == direct);
        if (way == RingWay::one_hop) CHECK(step == direct);
        if (!does(step.next)) {
          CHECK(step.next == owner);
          break;
        }
        at = step.next;
        REQUIRE(++forwards <= ring.tokens().size());
      }
      CHECK((at == owner || !does(owner)));
    }
  }
}

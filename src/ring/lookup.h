// Three ways to find the owner of a position on the ring, hop by hop, for comparison. Each is a
// step function: what a member that a lookup has come to does with it. A Node takes one step for
// each message that it receives; a large simulation keeps a RingLookup of 16 bytes for each lookup.
//
//   one_hop     every member knows the ring: straight to the owner (DeCandia et al. 2007)
//   finger      a member knows O(log n) others, its fingers (Stoica et al. 2001): to the last
//               finger that starts before the target, so that more than half of the way is done
//   successor   a member knows the next one: on, clockwise
#pragma once

#include <oxbow/requests.h>

#include <bit>
#include <cstdint>
#include <functional>

#include "ring/token_ring.h"

namespace oxbow {

/// What to do with a lookup: answer it, as the owner is here, or forward it.
struct MemberStep {
  bool here = false;
  MemberNumber next{};  ///< unless it is here; never the member itself

  friend bool operator==(const MemberStep&, const MemberStep&) = default;
};

/// A lookup for `target` has come to `self`. A member with many tokens goes on from the one that is
/// nearest before the target.
MemberStep lookup_step(RingWay way, const TokenRing& ring, MemberNumber self, Position target);

/// The same where some members do not answer: around them, clockwise, by the next nearer finger,
/// else by the next successor (Stoica et al. 2001, section 6.2). The member that does not answer is
/// `next` all the same where there is no way around: where it is the owner.
MemberStep lookup_step_around(RingWay way, const TokenRing& ring, MemberNumber self,
                              Position target, const std::function<bool(MemberNumber)>& answers);

/// A finger starts 2^k clockwise of a token, for k = 0 … 63, and is the first token from there on.
/// This is the k of the last finger that starts no later than `target`; the positions differ.
constexpr int finger_towards(Position token, Position target) {
  return 63 - std::countl_zero(clockwise(token, target));
}
inline TokenNumber finger(const SortedTokens& tokens, TokenNumber token, int k) {
  return tokens.owner(advanced(tokens[token], std::uint64_t{1} << k));
}

/// A lookup under way in a ring where every member has one token.
struct RingLookup {
  Position target{};
  TokenNumber at{};
  std::uint32_t forwards = 0;
};
static_assert(sizeof(RingLookup) == 16);

/// Where a lookup that has come to the token `at`, which is not the owner, goes next.
inline TokenNumber next_token(RingWay way, const SortedTokens& tokens, TokenNumber at,
                              Position target) {
  if (way == RingWay::successor) return tokens.next(at);
  // A token at the target itself that is not the owner lies behind the owner at the same position.
  if (way == RingWay::one_hop || tokens[at] == target) return tokens.owner(target);
  return finger(tokens, at, finger_towards(tokens[at], target));
}

/// One step: true if the lookup has arrived at the owner; otherwise it has moved on by a forward.
inline bool advance(RingWay way, const SortedTokens& tokens, RingLookup& lookup) {
  if (tokens.owns(lookup.at, lookup.target)) return true;
  lookup.at = next_token(way, tokens, lookup.at, lookup.target);
  ++lookup.forwards;
  return false;
}

}  // namespace oxbow

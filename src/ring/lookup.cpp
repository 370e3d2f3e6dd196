#include "ring/lookup.h"

#include <algorithm>

namespace oxbow {

namespace {

/// The member's token from which the way clockwise to `target` is the shortest, but not zero.
TokenNumber nearest_before(const TokenRing& ring, MemberNumber member, Position target) {
  const auto own = ring.tokens_of(member);
  const auto behind = std::partition_point(
      own.begin(), own.end(),
      [&ring, target](TokenNumber token) { return ring.tokens()[token] < target; });
  return behind == own.begin() ? own.back() : *(behind - 1);
}

}  // namespace

MemberStep lookup_step(RingWay way, const TokenRing& ring, MemberNumber self, Position target) {
  const MemberNumber owner = ring.owner(target);
  if (owner == self) return {true, self};
  if (way == RingWay::one_hop) return {false, owner};
  const TokenNumber from = nearest_before(ring, self, target);
  return {false, ring.member_of(next_token(way, ring.tokens(), from, target))};
}

}  // namespace oxbow

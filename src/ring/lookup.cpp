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

MemberStep lookup_step_around(RingWay way, const TokenRing& ring, MemberNumber self,
                              Position target, const std::function<bool(MemberNumber)>& answers) {
  const MemberStep direct = lookup_step(way, ring, self, target);
  if (direct.here || way == RingWay::one_hop || answers(direct.next)) return direct;
  const SortedTokens& tokens = ring.tokens();
  const TokenNumber from = nearest_before(ring, self, target);
  if (way == RingWay::finger && tokens[from] != target) {
    for (int k = finger_towards(tokens[from], target) - 1; k >= 0; --k) {
      const MemberNumber nearer = ring.member_of(finger(tokens, from, k));
      if (answers(nearer)) return {false, nearer};
    }
  }
  const TokenNumber last = tokens.owner(target);
  for (TokenNumber token = tokens.next(from);; token = tokens.next(token)) {
    const MemberNumber next = ring.member_of(token);
    if (token == last || answers(next)) return {false, next};
  }
}

}  // namespace oxbow

// What changes hands between two rings: when one member joins or leaves, only ranges next to its
// tokens (monotonicity: Karger et al. 1997).
#pragma once

#include <vector>

#include "ring/token_ring.h"

namespace oxbow {

/// A range that a member stores from now on.
struct Move {
  RingRange range;
  PeerId from;  ///< stored it before: one that gives it up, or else its first primary
  PeerId to;
  bool from_keeps = false;  ///< `from` is no less a primary of the range than before

  friend bool operator==(const Move&, const Move&) = default;
};

/// All that moves, clockwise, if every key has n copies; neighboring ranges between the same two
/// members are one. Nothing moves out of an empty ring. Looks at every token of both rings: tens of
/// milliseconds for 1,000 members.
std::vector<Move> moves_between(const TokenRing& before, const TokenRing& after, std::size_t n);

}  // namespace oxbow

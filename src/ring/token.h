// Positions on the ring of 2^64 hashes, ranges between them, and the tokens that a member takes
// there (consistent hashing: Karger et al. 1997; many tokens a member: DeCandia et al. 2007, 4.2).
#pragma once

#include <cstdint>
#include <string_view>

#include "base/hash.h"
#include "base/ids.h"
#include "base/limits.h"

namespace oxbow {

/// A place on the ring; clockwise is upwards, and 0 follows 2^64 − 1.
enum class Position : std::uint64_t {};

/// Where a key lies: objects are stored in the order of this hash.
inline Position position_of(std::string_view key) { return Position{hash64(key)}; }

/// How far it is clockwise; 0 for the same position.
constexpr std::uint64_t clockwise(Position from, Position to) {
  return static_cast<std::uint64_t>(to) - static_cast<std::uint64_t>(from);
}
constexpr Position advanced(Position from, std::uint64_t distance) {
  return Position{static_cast<std::uint64_t>(from) + distance};
}

/// (after, last]: what the token at `last` owns if `after` is the token before it. With
/// after == last it is the whole ring; there is no empty range.
struct RingRange {
  Position after{};
  Position last{};

  friend constexpr bool operator==(const RingRange&, const RingRange&) = default;

  constexpr bool is_whole_ring() const { return after == last; }
  constexpr bool contains(Position position) const {
    return is_whole_ring() || clockwise(position, last) < clockwise(after, last);
  }
  /// The part of the ring that it covers, in (0, 1].
  double share() const;
};

/// Token number `index` of a member: the same on every peer, and independent of other members.
Position token_of(const PeerId& member, std::uint32_t index);

/// How many tokens a member of that weight takes: limits::kTokensPerMember for weight 1, at least
/// one, at most limits::kTokensMost. `weight` must be a number above 0.
std::uint32_t tokens_of_weight(double weight);

}  // namespace oxbow

// Which time it is, as far as a peer can tell: its own wall clock may be wrong, by years, but most
// clocks are right. Each peer says what its own shows, and counts once.
#pragma once

#include <span>

#include "base/time.h"
#include "membership/member.h"

namespace oxbow {

/// A wall clock as its distance from this peer's steady one: it stays the same while time passes,
/// whatever happens to this peer's own wall clock.
using ClockOffset = Duration;
inline ClockOffset offset_of(Instant steady, WallTime wall) {
  return wall.time_since_epoch() - steady.time_since_epoch();
}

struct ClockOpinion {
  WallTime early;  ///< not later than half of the clocks: what others take for no future
  WallTime late;   ///< not earlier than half of them
  /// How far this peer's own clock is ahead of the others' middle one (or, negative, behind);
  /// zero: there are no others.
  Duration own_is_ahead{};
};

/// By this peer's own clock and those of `others`. With an odd number of clocks `early` and `late`
/// are the same, so that one clock out of three cannot move them.
ClockOpinion opinion_of(Now now, std::span<const ClockOffset> others);

/// The time that writes are stamped with, by this peer's own clock and those of `others`, which are
/// in ascending order: the own clock, unless the lower middle one differs from it by more than
/// limits::kTimeAhead; then that one. So of two clocks the earlier one holds: what is stamped too
/// late would win over what others write.
WallTime stamp_time(Now now, std::span<const ClockOffset> others);

/// The incarnation that a clock stands for: µs since 1970, from 1 to limits::kIncarnationMost.
std::uint64_t incarnation_at(WallTime time);

/// What a record may say at most and still weigh like any other, by that opinion.
TrustedIncarnation trusted_incarnation(const ClockOpinion& opinion);

/// Whether most clocks, this peer's own and those of `others`, agree that this incarnation is of a
/// future that a record's owner should take back. Never without others.
bool is_future(Now now, std::span<const ClockOffset> others, std::uint64_t incarnation);

}  // namespace oxbow

#include "membership/clock_votes.h"

#include <algorithm>
#include <vector>

#include "base/limits.h"

namespace oxbow {

namespace {

std::vector<ClockOffset> sorted(std::span<const ClockOffset> offsets) {
  std::vector<ClockOffset> result(offsets.begin(), offsets.end());
  std::sort(result.begin(), result.end());
  return result;
}

WallTime at(Now now, ClockOffset offset) {
  return WallTime(now.steady.time_since_epoch() + offset);
}

constexpr Duration kFuture = limits::kIncarnationAhead + std::chrono::hours(1);  // see put_right()

}  // namespace

ClockOpinion opinion_of(Now now, std::span<const ClockOffset> others) {
  const ClockOffset own = offset_of(now.steady, now.wall);
  if (others.empty()) return {now.wall, now.wall, {}};
  std::vector<ClockOffset> all = sorted(others);
  // Of an even number the middle ones are two: what is between them is as right as they are.
  const ClockOffset middle = std::clamp(own, all[(all.size() - 1) / 2], all[all.size() / 2]);
  all.insert(std::upper_bound(all.begin(), all.end(), own), own);
  return {at(now, all[(all.size() - 1) / 2]), at(now, all[all.size() / 2]), own - middle};
}

WallTime stamp_time(Now now, std::span<const ClockOffset> others) {
  const ClockOffset own = offset_of(now.steady, now.wall);
  const std::size_t middle = others.size() / 2;  // of all, the own one among them
  ClockOffset agreed = own;
  if (middle < others.size()) agreed = std::min(agreed, others[middle]);
  if (middle > 0) agreed = std::max(agreed, others[middle - 1]);
  const bool is_right = agreed - own <= limits::kTimeAhead && own - agreed <= limits::kTimeAhead;
  return is_right ? now.wall : at(now, agreed);
}

std::uint64_t incarnation_at(WallTime time) {
  const Duration::rep micros = time.time_since_epoch().count();
  if (micros < 1) return 1;
  return std::min(static_cast<std::uint64_t>(micros), limits::kIncarnationMost);
}

TrustedIncarnation trusted_incarnation(const ClockOpinion& opinion) {
  return incarnation_at(opinion.late + limits::kIncarnationAhead);
}

bool is_future(Now now, std::span<const ClockOffset> others, std::uint64_t incarnation) {
  if (others.empty()) return false;
  const auto says_so = [&](ClockOffset offset) {
    return incarnation > incarnation_at(at(now, offset) + kFuture);
  };
  auto votes = static_cast<std::size_t>(std::count_if(others.begin(), others.end(), says_so));
  if (says_so(offset_of(now.steady, now.wall))) ++votes;
  return 2 * votes > others.size() + 1;
}

}  // namespace oxbow

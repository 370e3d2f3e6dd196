#include "membership/peer_clocks.h"

#include <algorithm>

#include "base/limits.h"

namespace oxbow {

namespace {

Duration offset_of(Now now, WallTime wall) {
  return wall.time_since_epoch() - now.steady.time_since_epoch();
}

}  // namespace

void PeerClocks::heard(Now now, const PeerId& member, WallTime clock) {
  std::erase_if(members_, [&](const auto& entry) {
    return entry.second.at + limits::kClockHeard < now.steady;
  });
  members_[member] = {now.steady, offset_of(now, clock)};
  offsets_.clear();
  for (const auto& [id, heard] : members_) offsets_.push_back(heard.offset);
  std::sort(offsets_.begin(), offsets_.end());
}

PeerClocks::Votes PeerClocks::votes(Duration own) const {
  const auto before = std::lower_bound(offsets_.begin(), offsets_.end(), own - limits::kTimeAhead);
  const auto after = std::upper_bound(offsets_.begin(), offsets_.end(), own + limits::kTimeAhead);
  return {static_cast<std::size_t>(before - offsets_.begin()),
          static_cast<std::size_t>(offsets_.end() - after)};
}

std::optional<Duration> PeerClocks::error(Now now) const {
  const Duration own = offset_of(now, now.wall);
  const Votes found = votes(own);
  const std::size_t all = offsets_.size() + 1;
  // The middle one of those that outvote it.
  if (2 * found.earlier > all) return own - offsets_[found.earlier / 2];
  if (2 * found.later > all) return own - offsets_[offsets_.size() - 1 - found.later / 2];
  return std::nullopt;
}

WallTime PeerClocks::believed(Now now) const {
  const Duration own = offset_of(now, now.wall);
  const std::size_t earlier = votes(own).earlier;
  if (2 * earlier == offsets_.size() + 1) return now.wall - (own - offsets_[earlier / 2]);
  const auto wrong = error(now);
  return wrong ? now.wall - *wrong : now.wall;
}

}  // namespace oxbow

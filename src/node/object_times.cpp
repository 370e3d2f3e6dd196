#include "node/object_times.h"

#include <fmt/format.h>

#include <algorithm>

#include "membership/clock_votes.h"

namespace oxbow {

namespace {

std::string in_words(Duration duration) {
  const auto hours = std::chrono::round<std::chrono::hours>(duration).count();
  return hours < 48 ? fmt::format("{} h", hours) : fmt::format("{} days", hours / 24);
}

bool is_known_member(const NodeState& node, const PeerId& peer) {
  return node.ring.members.find(peer) != nullptr;
}

/// Members hand on what they have, whatever its time: it was acknowledged once, and a later write
/// outbids it. A new write with such a time is one of a wrong clock, which has to be told.
Duration allowed_ahead(const NodeState& node, const Connection& from, const ObjectWrite& write) {
  if (!is_known_member(node, from.peer)) return limits::kTimeAhead;
  const bool is_new = write.reason == WriteReason::put && !write.outbids;
  return is_new && write.conflicts == Conflicts::lww ? limits::kTimeAhead : limits::kTimeAheadKnown;
}

/// Of the siblings that are not here yet.
WallTime newest_news(const Object& object, const Object& local) {
  WallTime newest{};
  for (const Sibling& sibling : object.siblings()) {
    if (!local.clock().contains(sibling.dot)) newest = std::max(newest, sibling.time);
  }
  return newest;
}

Status check_clock(const Object& object, const Object& local) {
  std::size_t entries = object.clock().size();
  if (entries + local.clock().size() > limits::kClockEntries) {
    VectorClock all = local.clock();
    all.merge(object.clock());
    entries = all.size();
  }
  if (entries <= limits::kClockEntries || entries == local.clock().size()) return Done{};
  return Error{"clock-too-large", "so large a clock is taken from members of the ring only",
               fmt::format("at most {} entries", limits::kClockEntries),
               fmt::format("{}", entries)};
}

}  // namespace

WallTime wall_time(const Turn& turn) { return stamp_time(turn.now, turn.node.ring.member_clocks); }

Error time_ahead(std::string message, Duration ahead) {
  return {"time-ahead", std::move(message),
          fmt::format("at most {} ahead", in_words(limits::kTimeAhead)),
          fmt::format("{} ahead", in_words(ahead))};
}

bool is_doubtful(const Turn& turn, const Connection& from, const ObjectWrite& write,
                 const Object& object) {
  return !is_known_member(turn.node, from.peer) ||
         object.newest() - wall_time(turn) > allowed_ahead(turn.node, from, write);
}

Status may_enter(const Turn& turn, const Connection& from, const ObjectWrite& write,
                 const Object& object, const Object& local) {
  const NodeState& node = turn.node;
  if (!is_known_member(node, from.peer)) {
    if (Status clock = check_clock(object, local); !clock.ok()) return clock;
  }
  const Duration ahead = newest_news(object, local) - wall_time(turn);
  if (ahead <= allowed_ahead(node, from, write)) return Done{};
  return time_ahead(fmt::format("it is stamped with a time {} ahead of this member's clock: one of "
                                "the two clocks is wrong",
                                in_words(ahead)),
                    ahead);
}

}  // namespace oxbow

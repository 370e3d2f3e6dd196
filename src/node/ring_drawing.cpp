// The token ring is drawn from the records: at most once a turn, only what changed of it, and,
// where it is large, with pauses, so that those who change records cost others no more than a part
// of their time. What this peer says of itself is drawn at once.
#include <algorithm>
#include <utility>
#include <vector>

#include "node/membership.h"

namespace oxbow {

void ring_is_to_be_redrawn(Turn& turn) {
  RingState& state = turn.node.ring;
  const std::size_t tokens = state.ring.tokens().size();
  Instant due = turn.now.steady;
  if (tokens > limits::kRingRedrawnAtOnce) {
    due = std::max(due, state.redrawn + static_cast<Duration::rep>(tokens) * limits::kRedrawPause);
  }
  state.redraw_due = std::min(state.redraw_due, due);
}

std::optional<TokenRing> redraw_ring(Turn& turn) {
  RingState& state = turn.node.ring;
  state.redraw_due = kNever;
  std::vector<RingMember> joined;
  for (const auto& [id, member] : state.members.all()) {
    if (member.state == MemberState::joined) joined.push_back({id, member.zone, member.tokens});
  }
  state.stamp.version = state.members.version();
  const auto current = state.ring.members();
  if (std::equal(joined.begin(), joined.end(), current.begin(), current.end())) return {};
  TokenRing before = std::exchange(state.ring, state.ring.redrawn(joined));
  state.stamp.digest = state.ring.digest();
  state.redrawn = turn.now.steady;
  return before;
}

void redraw_due_ring(Turn& turn) {
  if (turn.node.ring.redraw_due <= turn.now.steady) redraw_now(turn);
}

void redraw_now(Turn& turn) {
  NodeState& node = turn.node;
  if (node.ring.redraw_due == kNever) return;
  const std::optional<TokenRing> before = redraw_ring(turn);
  if (!before) return;
  ++node.counters.ring_changes;
  move_objects(turn, *before);
}

}  // namespace oxbow

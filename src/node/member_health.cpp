// Who answers. A member that did not is left alone for a pause that doubles, with jitter, and is
// then pinged until it is heard of again. What a single peer sees is its own affair: it never
// changes the ring, and moves no data.
#include <algorithm>

#include "node/membership.h"

namespace oxbow {

namespace {

Duration pause_after(std::uint32_t attempts, Random& random) {
  Duration pause = limits::kMemberRetry;
  for (std::uint32_t i = 1; i < attempts && pause < limits::kMemberRetryMost; ++i) pause *= 2;
  pause = std::min<Duration>(pause, limits::kMemberRetryMost);
  const double factor = 0.75 + random.unit() / 2;
  return Duration(static_cast<Duration::rep>(static_cast<double>(pause.count()) * factor));
}

}  // namespace

void member_lives(Turn& turn, const PeerId& peer) {
  if (!turn.node.ring.failed.empty()) turn.node.ring.failed.erase(peer);
}

void member_failed(Turn& turn, const PeerId& peer) {
  NodeState& node = turn.node;
  if (peer == node.config.id || !node.ring.ring.find(peer)) return;
  MemberHealth& health = node.ring.failed[peer];
  // Many operations that wait for one member fail together: that is one attempt.
  if (health.attempts > 0 && turn.now.steady < health.retry) return;
  if (health.attempts == 0) health.failed = turn.now.steady;
  ++health.attempts;
  health.retry = turn.now.steady + pause_after(health.attempts, node.random);
}

void member_disconnected(Turn& turn, const PeerId& peer) {
  Connections& connections = turn.node.connections;
  if (connections.to_peer(peer, ConnectionKind::control) == nullptr) member_failed(turn, peer);
}

bool is_reachable(const NodeState& node, const PeerId& member, Now now) {
  const auto failed = node.ring.failed.find(member);
  return failed == node.ring.failed.end() || failed->second.retry <= now.steady;
}

void member_connected(Turn& turn, const PeerId& peer) { member_lives(turn, peer); }

void probe_failed_members(Turn& turn) {
  NodeState& node = turn.node;
  std::vector<PeerId> due;
  for (const auto& [id, health] : node.ring.failed) {
    if (health.retry <= turn.now.steady) due.push_back(id);
  }
  for (const PeerId& id : due) {
    member_failed(turn, id);  // until it is heard of
    const Member* member = node.ring.members.find(id);
    if (member == nullptr) continue;
    send_to_peer(turn, id, member->address, ConnectionKind::control,
                 Ping{node.random.next() | 1, false});
  }
}

Instant probe_deadline(const NodeState& node) {
  Instant next = kNever;
  for (const auto& [id, health] : node.ring.failed) next = std::min(next, health.retry);
  return next;
}

}  // namespace oxbow

// Who answers. A member that did not is left alone for a pause that doubles, with jitter, and is
// then pinged until it answers. Being heard is not answering: a member may send, and hear nothing.
// What a single peer sees is its own affair: it never changes the ring, and moves no data.
#include <algorithm>

#include "node/membership.h"
#include "node/replicas.h"

namespace oxbow {

namespace {

Duration pause_after(std::uint32_t attempts, Random& random) {
  Duration pause = limits::kMemberRetry;
  for (std::uint32_t i = 1; i < attempts && pause < limits::kMemberRetryMost; ++i) pause *= 2;
  pause = std::min<Duration>(pause, limits::kMemberRetryMost);
  const double factor = 0.75 + random.unit() / 2;
  return Duration(static_cast<Duration::rep>(static_cast<double>(pause.count()) * factor));
}

void ping(Turn& turn, const PeerId& id) {
  send_to_member(turn, id, ConnectionKind::control, Ping{turn.node.random.next() | 1, false});
}

/// Of those that failed one is back: the network may be whole again, so the others are tried soon.
void revive_others(Turn& turn) {
  NodeState& node = turn.node;
  RingState& ring = node.ring;
  const Instant now = turn.now.steady;
  if (ring.failed.empty() || ring.revived > now - limits::kRevivedEvery) return;
  ring.revived = now;
  const auto within = static_cast<std::uint64_t>(Duration(limits::kRevivedWithin).count());
  for (auto& [id, health] : ring.failed) {
    const auto wait = Duration(static_cast<Duration::rep>(node.random.below(within)));
    health.retry = std::min(health.retry, now + wait);
  }
}

}  // namespace

bool is_owed_answer(const Message& message) {
  return std::holds_alternative<Pong>(message) || std::holds_alternative<ObjectReply>(message) ||
         std::holds_alternative<WriteReply>(message) ||
         std::holds_alternative<Coordinated>(message) ||
         std::holds_alternative<Confirmed>(message) || std::holds_alternative<LookupEnd>(message);
}

void member_answered(Turn& turn, const PeerId& peer) {
  NodeState& node = turn.node;
  node.replica.times.answered(turn.now.steady, peer);
  node.replica.owed.answered(peer);
  if (node.ring.failed.empty() || node.ring.failed.erase(peer) == 0) return;
  revive_others(turn);
}

void member_heard(Turn& turn, const PeerId& peer) {
  NodeState& node = turn.node;
  if (node.ring.failed.empty()) return;
  const auto found = node.ring.failed.find(peer);
  if (found == node.ring.failed.end()) return;
  if (found->second.probed + limits::kProbeMember > turn.now.steady) return;
  found->second.probed = turn.now.steady;  // it may be back: its pong says so
  ping(turn, peer);
}

void member_doubted(Turn& turn, const PeerId& peer) {
  NodeState& node = turn.node;
  if (peer == node.config.id || !node.ring.ring.find(peer)) return;
  const Instant until = turn.now.steady + node.config.replica_timeout;
  if (node.replica.owed.expect(peer, until)) ping(turn, peer);
}

void fail_silent_members(Turn& turn) {
  for (const PeerId& peer : turn.node.replica.owed.take_overdue(turn.now.steady)) {
    member_failed(turn, peer);
    forwards_are_silent(turn, peer);
  }
}

void member_failed(Turn& turn, const PeerId& peer) {
  NodeState& node = turn.node;
  if (peer == node.config.id || !node.ring.ring.find(peer)) return;
  MemberHealth& health = node.ring.failed[peer];
  // Many operations that wait for one member fail together: that is one attempt.
  if (health.attempts > 0 && turn.now.steady < health.retry) return;
  if (health.attempts == 0) health.failed = turn.now.steady;
  ++health.attempts;
  health.tried = turn.now.steady;
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

void member_may_live(Turn& turn, const PeerId& peer) {
  const auto failed = turn.node.ring.failed.find(peer);
  if (failed == turn.node.ring.failed.end()) return;
  MemberHealth& health = failed->second;
  health.retry =
      std::min(health.retry, std::max(turn.now.steady, health.tried + limits::kMemberRetry));
}

void probe_failed_members(Turn& turn) {
  NodeState& node = turn.node;
  std::vector<PeerId> due;
  for (const auto& [id, health] : node.ring.failed) {
    if (health.retry <= turn.now.steady) due.push_back(id);
  }
  for (const PeerId& id : due) {
    const bool is_connected = node.connections.to_peer(id, ConnectionKind::control) != nullptr;
    if (!is_connected && !node.ring.probe_dials.admit(turn.now.steady, limits::kProbeDialRate,
                                                      limits::kProbeDialBurst)) {
      node.ring.failed.at(id).retry = turn.now.steady + pause_after(1, node.random);
      continue;
    }
    member_failed(turn, id);  // until it answers
    ping(turn, id);
  }
}

Instant probe_deadline(const NodeState& node) {
  Instant next = kNever;
  for (const auto& [id, health] : node.ring.failed) next = std::min(next, health.retry);
  return next;
}

}  // namespace oxbow

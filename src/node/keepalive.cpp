// Whether the other ends of connections are still there: where a machine vanishes, or a network is
// cut, no connection ends by itself for minutes.
//
// A link is watched always; any other connection from the first message that was sent over it since
// something was last heard: it owes an answer, or at least a pong.
//
//   silent for kKeepaliveAfter: pinged   for kSuspectAfter: its peer is dialled once more, beside
//   it for kDeadAfter: hung up, and what was sent over it is lost
#include <fmt/format.h>

#include <algorithm>

#include "node/handlers.h"
#include "node/node.h"

namespace oxbow {

namespace {

/// Since when it ought to have been heard of; kNever: it owes nothing.
Instant silent_since(const Connection& connection) {
  return connection.linked ? connection.heard : connection.owes;
}

Instant idle_at(const Connection& connection) {
  const Duration most = connection.named ? Duration(limits::kNamedIdle) : limits::kIdleConnection;
  return connection.linked ? kNever : connection.used + most;
}

void ping(Turn& turn, Connection& connection) {
  NodeState& node = turn.node;
  const bool short_of_peers = connection.linked && !node.config.is_static &&
                              node.plan.degree() < node.config.minimum_degree;
  connection.ping_nonce = node.random.next() | 1;
  connection.pinged = turn.now.steady;
  turn.out.send(connection.id, Ping{connection.ping_nonce, short_of_peers});
}

void hang_up_dead(Turn& turn, Connection& connection) {
  const PeerId peer = connection.peer;
  connection.dead = true;
  hang_up(turn, connection, "silent",
          fmt::format("not heard of for {} s", Duration(limits::kDeadAfter).count() / 1'000'000));
  member_disconnected(turn, peer);
}

/// When a connection next needs a look; kNever: it has just been hung up.
Instant watch(Turn& turn, Connection& connection) {
  const Instant now = turn.now.steady;
  if (connection.retired) {
    if (connection.heard + limits::kRetiredConnection > now) {
      return connection.heard + limits::kRetiredConnection;
    }
    hang_up(turn, connection, "duplicate", "connected twice", Severity::debug);
    return kNever;
  }
  const Instant idle = idle_at(connection);
  if (idle <= now) {
    hang_up(turn, connection, "idle", "nobody uses it", Severity::debug);
    return kNever;
  }
  const Instant since = silent_since(connection);
  if (since == kNever) return idle;
  if (since + limits::kDeadAfter <= now) {
    hang_up_dead(turn, connection);
    return kNever;
  }
  if (since + limits::kKeepaliveAfter > now) return std::min(idle, since + limits::kKeepaliveAfter);
  if (connection.ping_nonce == 0 || connection.pinged + limits::kKeepaliveAfter <= now) {
    ping(turn, connection);
  }
  if (since + limits::kSuspectAfter <= now) dial_beside(turn, connection);
  return std::min({idle, since + limits::kDeadAfter, now + limits::kKeepaliveAfter});
}

}  // namespace

void look_after_connections(Turn& turn) {
  NodeState& node = turn.node;
  if (node.keepalive_due > turn.now.steady) return;
  node.keepalive_due = kNever;
  decide_contenders(turn);
  const std::vector<ConnectionId> all(node.connections.all().begin(), node.connections.all().end());
  Instant due = node.contenders.next_deadline();
  for (const ConnectionId id : all) {
    Connection* connection = node.connections.find(id);
    if (connection != nullptr && connection->up) due = std::min(due, watch(turn, *connection));
  }
  node.keepalive_due = std::min(node.keepalive_due, due);
}

void note_sends(Turn& turn) {
  NodeState& node = turn.node;
  for (const Send& send : turn.out.sends) {
    for (const ConnectionId target : turn.out.targets_of(send)) {
      Connection* connection = node.connections.find(target);
      if (connection == nullptr || connection->owes != kNever || !connection->up) continue;
      connection->owes = turn.now.steady;
      node.keepalive_due = std::min(node.keepalive_due, turn.now.steady + limits::kKeepaliveAfter);
    }
  }
}

void Node::alive(Now now, ConnectionId id) {
  Connection* connection = state_->connections.find(id);
  if (connection == nullptr) return;
  connection->heard = now.steady;
  if (connection->owes != kNever) connection->owes = now.steady;
}

}  // namespace oxbow

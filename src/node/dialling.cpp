// Dials: whom the neighbor plan wants, whom a walker or a download needs, and addresses to prove.
#include <fmt/format.h>

#include "message/lanes.h"
#include "node/handlers.h"

namespace oxbow {

DialId dial(Turn& turn, PendingDial pending) {
  NodeState& node = turn.node;
  const DialId id{++node.last_dial};
  turn.out.dials.push_back({id, turn.out.arena.copy(pending.target)});
  node.dials.emplace(id, std::move(pending));
  return id;
}

namespace {

void dial_neighbor(Turn& turn, std::string_view target) {
  PendingDial pending;
  pending.target = target;
  pending.wants_link = true;
  dial(turn, std::move(pending));
}

bool connected_to(NodeState& node, const PongEntry& entry) {
  for (const ConnectionId id : node.connections.all()) {
    const Connection& connection = *node.connections.find(id);
    if (connection.up && (connection.peer == entry.peer || connection.address == entry.address) &&
        connection.linked) {
      return true;
    }
  }
  return false;
}

// The addresses that neighbors state about themselves are dialled before they are passed on.
void probe_one_neighbor(Turn& turn) {
  NodeState& node = turn.node;
  if (node.config.is_static || node.probe_due > turn.now.steady) return;
  for (const ConnectionId link : node.connections.links()) {
    Connection& neighbor = *node.connections.find(link);
    if (neighbor.dialled || neighbor.probed) continue;
    neighbor.probed = true;
    if (!may_be_shared(neighbor.address, neighbor.remote)) continue;  // nor dialled on its word
    node.probe_due = turn.now.steady + limits::kProbeEvery;
    PendingDial pending;
    pending.target = to_string(neighbor.address);
    pending.kind = ConnectionKind::probe;
    pending.expected = neighbor.peer;
    dial(turn, std::move(pending));
    return;
  }
  node.probe_due = kNever;  // until the next link comes up
}

}  // namespace

void dial_due_neighbors(Turn& turn) {
  NodeState& node = turn.node;
  std::vector<std::string_view> targets;
  node.plan.take_due(turn.now.steady, targets);
  for (const std::string_view target : targets) dial_neighbor(turn, target);
  if (node.plan.wants_candidate(turn.now.steady) && has_room_for_link(node, true)) {
    const auto candidate =
        node.pongs.candidate(turn.now.steady, node.random,
                             [&](const PongEntry& entry) { return connected_to(node, entry); });
    if (candidate) {
      const std::string target = to_string(candidate->address);
      node.plan.discovery_started(target);
      dial_neighbor(turn, target);
    }
  }
  probe_one_neighbor(turn);
}

void give_up_dials(Turn& turn, std::string_view target) {
  std::vector<DialId> given_up;
  for (const auto& [id, pending] : turn.node.dials) {
    if (pending.wants_link && pending.target == target) given_up.push_back(id);
  }
  for (const DialId id : given_up) dial_ended(turn, id, "removed from the neighbor list");
}

void dial_ended(Turn& turn, DialId id, std::string_view reason) {
  NodeState& node = turn.node;
  const auto found = node.dials.find(id);
  if (found == node.dials.end()) return;
  if (!found->second.wants_link && !found->second.expected.is_zero()) {
    // It may have dialled this peer meanwhile: what waits goes over that connection.
    Connection* other = node.connections.to_peer(found->second.expected, found->second.kind);
    if (other != nullptr) return dial_succeeded(turn, *other, id);
  }
  const PendingDial pending = std::move(found->second);
  node.dials.erase(found);
  if (pending.wants_link) node.plan.dial_failed(turn.now.steady, pending.target, reason);
  for (const std::uint64_t ticket : pending.pieces) {
    const auto piece = node.pieces.find(ticket);
    if (piece == node.pieces.end()) continue;
    const RequestHandle handle = piece->second.handle;
    node.pieces.erase(piece);
    reply(turn, handle,
          Error{"holder-unreachable",
                fmt::format("cannot reach the holder at {}: {}", pending.target, reason),
                "a holder that accepts connections (find again: another may have it)", ""});
  }
  if (!pending.messages.empty()) {
    member_failed(turn, pending.expected);
    replica_lost(turn, pending.expected, pending.kind, false);
    if (pending.kind == ConnectionKind::control) lookups_lost(turn, pending.expected);
  }
  check_ready(turn);
}

void dial_succeeded(Turn& turn, Connection& connection, DialId id) {
  NodeState& node = turn.node;
  const auto found = node.dials.find(id);
  if (found == node.dials.end()) return;
  const PendingDial pending = std::move(found->second);
  node.dials.erase(found);
  for (const OwnedReport& owned : pending.reports) {
    WalkReport report = owned.report;
    report.holder_name = node.config.name;
    report.results = result_views(turn, owned.results);
    turn.out.send(connection.id, report, node.shown);
  }
  for (const std::uint64_t ticket : pending.pieces) ask_for_piece(turn, ticket, connection);
  for (const OwnedSend& owned : pending.messages) {
    // The outbox's views must outlive `pending`.
    turn.out.send(connection.id, copy_into(turn.out.arena, *owned.message), owned.after);
  }
  if (pending.kind == ConnectionKind::control && !pending.messages.empty()) {
    replica_connected(turn, connection.peer);
  }
}

bool send_to_peer(Turn& turn, const PeerId& peer, const Address& address, ConnectionKind kind,
                  const Message& message, WriteSequence after) {
  NodeState& node = turn.node;
  if (Connection* connection = node.connections.to_peer(peer, kind)) {
    connection->used = turn.now.steady;
    turn.out.send(connection->id, message, after);
    return true;
  }
  for (auto& [id, pending] : node.dials) {
    if (pending.kind != kind || pending.expected != peer) continue;
    if (pending.messages.size() >= limits::kSendsAwaitingDial) return false;
    if (pending.message_bytes + data_bytes(message) > limits::kDialBytes) return false;
    pending.messages.push_back({OwnedMessage(message), after});
    pending.message_bytes += data_bytes(message);
    return true;
  }
  if (!has_room_for_direct(node)) return false;
  PendingDial pending;
  pending.target = to_string(address);
  pending.kind = kind;
  pending.expected = peer;
  pending.messages.push_back({OwnedMessage(message), after});
  pending.message_bytes = data_bytes(message);
  dial(turn, std::move(pending));
  return true;
}

void send_report(Turn& turn, const PeerId& peer, const Address& address, const WalkReport& report) {
  NodeState& node = turn.node;
  if (Connection* connection = node.connections.to_peer(peer, ConnectionKind::control)) {
    connection->used = turn.now.steady;
    return turn.out.send(connection->id, report, node.shown);
  }
  OwnedReport owned{report, {}};
  owned.report.results = {};
  owned.report.holder_name = {};
  for (const HitResult& result : report.results) {
    owned.results.push_back(
        {std::string(result.key), result.size, result.sha256, std::string(result.clock)});
  }
  for (auto& [id, pending] : node.dials) {
    if (pending.kind != ConnectionKind::control || pending.expected != peer) continue;
    if (pending.reports.size() < limits::kSendsAwaitingDial) {
      pending.reports.push_back(std::move(owned));
    }
    return;
  }
  if (!has_room_for_direct(node)) return;
  PendingDial pending;
  pending.target = to_string(address);
  pending.expected = peer;
  pending.reports.push_back(std::move(owned));
  dial(turn, std::move(pending));
}

}  // namespace oxbow

// Dials: whom the neighbor plan wants, whom a walker or a download needs, and addresses to prove.
#include <fmt/format.h>

#include "message/lanes.h"
#include "node/handlers.h"

namespace oxbow {

DialId dial(Turn& turn, PendingDial pending) {
  NodeState& node = turn.node;
  const DialId id{++node.last_dial};
  turn.out.dial(id, pending.target);
  pending.began = turn.now.steady;
  node.dials.emplace(id, std::move(pending));
  return id;
}

namespace {

/// Asks for a link over a connection that is there. False: there is none to that peer.
bool ask_for_link(Turn& turn, const PeerId& peer) {
  Connection* connection = turn.node.connections.to_peer(peer, ConnectionKind::control);
  if (connection == nullptr || connection->linked) return false;
  if (!connection->link_asked) turn.out.send(connection->id, LinkChange{LinkAction::ask});
  connection->link_asked = true;
  return true;
}

void dial_neighbor(Turn& turn, std::string_view target) {
  for (const ConfiguredNeighbor& configured : turn.node.plan.configured()) {
    if (configured.target == target && configured.peer && ask_for_link(turn, *configured.peer)) {
      return;
    }
  }
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
    const bool is_asked = node.refused_link + limits::kProbeEvery > turn.now.steady;
    node.probe_due =
        turn.now.steady + (is_asked ? Duration(limits::kProbeEveryFull) : limits::kProbeEvery);
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
        node.pongs.candidate(turn.now.steady, node.random, [&](const PongEntry& entry) {
          return connected_to(node, entry) || !may_discover_at(node, entry.address);
        });
    if (candidate && ask_for_link(turn, candidate->peer)) {
      node.pongs.has_no_room(turn.now.steady, candidate->address);  // until it agrees
    } else if (candidate) {
      const std::string target = to_string(candidate->address);
      node.plan.discovery_started(target);
      dial_neighbor(turn, target);
    }
  }
  probe_one_neighbor(turn);
}

void dial_beside(Turn& turn, const Connection& suspect) {
  NodeState& node = turn.node;
  const bool is_wanted =
      (suspect.linked && suspect.dialled) || node.ring.ring.find(suspect.peer).has_value();
  if (!is_wanted) return;
  for (const auto& [id, pending] : node.dials) {
    if (pending.kind == suspect.kind && pending.expected == suspect.peer) return;
  }
  const auto where = where_to_dial(node, suspect.peer, suspect.address);
  if (!where) return;
  PendingDial pending;
  pending.target = to_string(*where);
  pending.kind = suspect.kind;
  pending.wants_link = suspect.linked;
  pending.expected = suspect.peer;
  pending.beside = true;
  dial(turn, std::move(pending));
}

void no_room_for_link(Turn& turn, std::string_view target) {
  NodeState& node = turn.node;
  node.plan.dial_failed(turn.now.steady, target, "no room for one more link there");
  if (const auto address = parse_address(target); address.ok()) {
    node.pongs.has_no_room(turn.now.steady, *address);
  }
}

void give_up_dials(Turn& turn, std::string_view target) {
  std::vector<DialId> given_up;
  for (const auto& [id, pending] : turn.node.dials) {
    if (pending.wants_link && pending.target == target) given_up.push_back(id);
  }
  for (const DialId id : given_up) dial_ended(turn, id, "removed from the neighbor list");
}

namespace {

/// The dial has failed, but that neighbor has connected: then it can be asked for a link.
void connected_meanwhile(NodeState& node, std::string_view target, Instant now) {
  for (const ConfiguredNeighbor& configured : node.plan.configured()) {
    if (configured.target != target || !configured.peer) continue;
    const PeerId peer = *configured.peer;
    const bool is_up = node.connections.to_peer(peer, ConnectionKind::control) != nullptr;
    if (is_up) return node.plan.can_be_reached(now, peer);
  }
}

}  // namespace

void dial_ended(Turn& turn, DialId id, std::string_view reason) {
  NodeState& node = turn.node;
  const auto found = node.dials.find(id);
  if (found == node.dials.end()) return;
  if (!found->second.wants_link && !found->second.expected.is_zero() && !found->second.beside) {
    // It may have dialled this peer meanwhile: what waits goes over that connection.
    Connection* other = node.connections.to_peer(found->second.expected, found->second.kind);
    if (other != nullptr) return dial_succeeded(turn, *other, id);
  }
  const PendingDial pending = std::move(found->second);
  node.dials.erase(found);
  if (pending.wants_link && !pending.beside) {
    node.plan.dial_failed(turn.now.steady, pending.target, reason);
    connected_meanwhile(node, pending.target, turn.now.steady);
  }
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
  if (!pending.messages.empty() && !pending.named) {
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
    turn.out.send(connection.id, report, owned.after);
  }
  for (const std::uint64_t ticket : pending.pieces) ask_for_piece(turn, ticket, connection);
  for (const OwnedSend& owned : pending.messages) {
    turn.out.send(connection.id, *owned.message, owned.after);
  }
  if (pending.kind == ConnectionKind::control && !pending.messages.empty()) {
    replica_connected(turn, connection.peer);
  }
}

std::optional<Address> where_to_dial(const NodeState& node, const PeerId& peer,
                                     const Address& stated) {
  bool is_on_this_host = node.config.advertised.is_loopback();
  for (const ConnectionId id : node.connections.all()) {
    const Connection& connection = *node.connections.find(id);
    if (!connection.up || connection.peer != peer) continue;
    if (connection.dialled) return connection.remote;
    if (connection.remote.is_loopback()) is_on_this_host = true;
  }
  if (stated.port == 0 || !stated.is_unicast()) return std::nullopt;
  if (stated.is_loopback() && !is_on_this_host) return std::nullopt;
  return stated;
}

bool send_to_peer(Turn& turn, const PeerId& peer, const Address& address, ConnectionKind kind,
                  const Message& message, WriteSequence after) {
  NodeState& node = turn.node;
  if (Connection* connection = node.connections.to_peer(peer, kind)) {
    connection->used = turn.now.steady;
    connection->named = false;
    turn.out.send(connection->id, message, after);
    return true;
  }
  for (auto& [id, pending] : node.dials) {
    if (pending.kind != kind || pending.expected != peer || pending.named) continue;
    if (pending.messages.size() >= limits::kSendsAwaitingDial) return false;
    if (pending.message_bytes + data_bytes(message) > limits::kDialBytes) return false;
    pending.messages.push_back({OwnedMessage(message), after});
    pending.message_bytes += data_bytes(message);
    return true;
  }
  const auto where = where_to_dial(node, peer, address);
  if (!where || !has_room_for_direct(node, peer)) return false;
  PendingDial pending;
  pending.target = to_string(*where);
  pending.kind = kind;
  pending.expected = peer;
  pending.messages.push_back({OwnedMessage(message), after});
  pending.message_bytes = data_bytes(message);
  dial(turn, std::move(pending));
  return true;
}

}  // namespace oxbow

// Links coming up and going down, keepalive, and what a neighbor may not do.
#include <fmt/format.h>

#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

std::string name_of(const Connection& connection) {
  if (!connection.name.empty()) return connection.name;
  return connection.peer.is_zero() ? to_string(connection.remote) : abbreviated(connection.peer);
}

bool has_room_for_link(const NodeState& node, bool dialled) {
  const std::uint32_t most = dialled ? node.config.outgoing_links : node.config.incoming_links;
  return node.connections.count_links(dialled) < most;
}

bool has_room_for_direct(const NodeState& node) {
  const Connections& connections = node.connections;
  return connections.all().size() - connections.links().size() + node.dials.size() <=
         limits::kDirectConnections;
}

void link_came_up(Turn& turn, Connection& connection) {
  NodeState& node = turn.node;
  node.connections.set_linked(connection, true);
  connection.link_asked = false;
  node.plan.link_up(connection.peer);
  node.probe_due = std::min(node.probe_due, turn.now.steady + limits::kProbeEvery);
  node.keepalive_due = std::min(node.keepalive_due, turn.now.steady + limits::kKeepaliveAfter);
  log(turn, Severity::info, connection.id,
      fmt::format("linked to {} at {}", name_of(connection), to_string(connection.address)));
  connection.ping_nonce = node.random.next() | 1;
  connection.pinged = turn.now.steady;
  turn.out.send(connection.id, Ping{connection.ping_nonce, !node.config.is_static});
  tell_digest(turn, connection);
}

namespace {

void link_went_down(Turn& turn, Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  if (!connection.linked) return;
  node.connections.set_linked(connection, false);
  node.plan.link_down(turn.now.steady, connection.peer, reason);
  log(turn, Severity::info, connection.id,
      fmt::format("link to {} ended: {}", name_of(connection), reason));
  link_lost(turn, connection.id);
}

// The link that we asked for over a connection that was there already will not come.
void link_refused(Turn& turn, Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  connection.link_asked = false;
  for (const ConfiguredNeighbor& neighbor : node.plan.configured()) {
    if (neighbor.peer != connection.peer) continue;
    node.plan.dial_failed(turn.now.steady, neighbor.target, reason);
  }
}

}  // namespace

void connection_gone(Turn& turn, Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  const ConnectionId id = connection.id;
  const std::string why(reason);
  link_went_down(turn, connection, why);
  if (connection.link_asked) link_refused(turn, connection, why);
  if (connection.dialled && !connection.up) dial_ended(turn, connection.dial, why);
  fail_pieces_over(turn, id, why);
  drop_paced(turn, id);
  const PeerId peer = connection.peer;
  const ConnectionKind kind = connection.kind;
  const bool was_up = connection.up;
  node.connections.close(id);
  if (!was_up || node.connections.to_peer(peer, kind) != nullptr) return;
  // One that replaces it may be on its way: then it is too early to give up.
  const bool dialling = std::any_of(node.dials.begin(), node.dials.end(), [&](const auto& dial) {
    return dial.second.expected == peer && dial.second.kind == kind;
  });
  if (dialling) return;
  replica_lost(turn, peer, kind, true);
  if (kind == ConnectionKind::control) lookups_lost(turn, peer);
}

void hang_up(Turn& turn, Connection& connection, std::string_view code, std::string_view reason,
             Severity severity) {
  NodeState& node = turn.node;
  ++node.counters.hangups;
  const std::string_view why = turn.out.arena.copy(reason);
  if (severity != Severity::debug) {
    log(turn, severity, connection.id, fmt::format("hung up on {}: {}", name_of(connection), why));
  }
  turn.out.send(connection.id, Bye{code, why});
  turn.out.hangups.push_back({connection.id, why});
  connection_gone(turn, connection, why);
}

void offence(Turn& turn, Connection& from, std::string_view what) {
  ++turn.node.counters.offences;
  log(turn, Severity::warning, from.id, fmt::format("{} sent {}", name_of(from), what));
  if (++from.offences >= limits::kOffencesTolerated) {
    hang_up(turn, from, "offence", fmt::format("it sent {}", what), Severity::warning);
  }
}

void receive_bye(Turn& turn, Connection& from, const Bye& bye) {
  // Its text is a stranger's: bounded by the codec, escaped by the log.
  turn.out.hangups.push_back({from.id, turn.out.arena.copy(bye.reason)});
  const PeerId peer = from.peer;
  const bool lives_on = !from.up || bye.code == "idle" || bye.code == "duplicate";
  connection_gone(turn, from, fmt::format("it said: {}", bye.reason));
  if (!lives_on) member_disconnected(turn, peer);
}

void receive_link_change(Turn& turn, Connection& from, const LinkChange& change) {
  NodeState& node = turn.node;
  if (from.kind != ConnectionKind::control) return offence(turn, from, "a link wish over bulk");
  switch (change.action) {
    case LinkAction::ask: {
      const bool agrees = from.linked || has_room_for_link(node, from.dialled);
      turn.out.send(from.id, LinkChange{agrees ? LinkAction::agree : LinkAction::refuse});
      if (agrees && !from.linked) link_came_up(turn, from);
      break;
    }
    case LinkAction::agree:
      if (!from.link_asked) return offence(turn, from, "a link that was not asked for");
      if (!from.linked) link_came_up(turn, from);
      break;
    case LinkAction::refuse:
      if (from.link_asked) link_refused(turn, from, "no room for one more link there");
      break;
    case LinkAction::end:
      link_went_down(turn, from, "the neighbor ended it");
      break;
  }
  check_ready(turn);
}

void receive_ping(Turn& turn, Connection& from, const Ping& ping) {
  NodeState& node = turn.node;
  Pong pong;
  pong.nonce = ping.nonce;
  const bool due = from.gave_addresses == Instant{} ||
                   from.gave_addresses + limits::kAddressesEvery <= turn.now.steady;
  if (ping.addresses && due && from.linked) {
    from.gave_addresses = turn.now.steady;
    std::vector<PongEntry> chosen;
    node.pongs.select(turn.now.steady, limits::kPongEntries, from.peer, from.remote, node.random,
                      chosen);
    const auto views = turn.out.arena.array<PongEntry>(chosen.size());
    std::copy(chosen.begin(), chosen.end(), views.begin());
    pong.addresses = views;
  }
  turn.out.send(from.id, pong);
}

void receive_pong(Turn& turn, Connection& from, const Pong& pong) {
  NodeState& node = turn.node;
  if (from.ping_nonce == 0 || pong.nonce != from.ping_nonce) return;
  from.ping_nonce = 0;
  from.round_trip = turn.now.steady - from.pinged;
  neighbor_answered(turn);
  if (node.config.is_static) return;
  for (const PongEntry& entry : pong.addresses) {
    node.pongs.learn(turn.now.steady, from.id, from.remote, entry);
  }
}

namespace {

// When a connection next needs a look; kNever: it has just been hung up.
Instant look_after(Turn& turn, Connection& connection) {
  NodeState& node = turn.node;
  const Instant now = turn.now.steady;
  if (connection.retired) {
    if (connection.heard + limits::kRetiredConnection > now) {
      return connection.heard + limits::kRetiredConnection;
    }
    hang_up(turn, connection, "duplicate", "connected twice", Severity::debug);
    return kNever;
  }
  if (!connection.linked) {
    if (connection.used + limits::kIdleConnection <= now) {
      hang_up(turn, connection, "idle", "nobody uses it", Severity::debug);
      return kNever;
    }
    return connection.used + limits::kIdleConnection;
  }
  if (connection.heard + limits::kDeadAfter <= now) {
    const PeerId peer = connection.peer;
    hang_up(turn, connection, "silent",
            fmt::format("not heard of for {} s", Duration(limits::kDeadAfter).count() / 1'000'000));
    member_disconnected(turn, peer);
    return kNever;
  }
  if (connection.heard + limits::kKeepaliveAfter > now) {
    return connection.heard + limits::kKeepaliveAfter;
  }
  if (connection.ping_nonce == 0 || connection.pinged + limits::kKeepaliveAfter <= now) {
    const bool short_of_peers =
        !node.config.is_static && node.plan.degree() < node.config.minimum_degree;
    connection.ping_nonce = node.random.next() | 1;
    connection.pinged = now;
    turn.out.send(connection.id, Ping{connection.ping_nonce, short_of_peers});
  }
  return std::min(connection.heard + limits::kDeadAfter, now + limits::kKeepaliveAfter);
}

}  // namespace

void look_after_connections(Turn& turn) {
  NodeState& node = turn.node;
  if (node.keepalive_due > turn.now.steady) return;
  node.keepalive_due = kNever;
  const std::vector<ConnectionId> all(node.connections.all().begin(), node.connections.all().end());
  Instant due = kNever;
  for (const ConnectionId id : all) {
    Connection* connection = node.connections.find(id);
    if (connection != nullptr && connection->up) due = std::min(due, look_after(turn, *connection));
  }
  node.keepalive_due = std::min(node.keepalive_due, due);
}

void log(Turn& turn, Severity severity, ConnectionId connection, std::string_view text) {
  turn.out.events.push_back({severity, connection, turn.out.arena.copy(text)});
}

void note(Turn& turn, const Query& query, TraceKind kind, LinkNumber peer) {
  if (!wants(query.flags, query_flags::kTrace)) return;
  const Connection* connection = turn.node.connections.find(peer);
  turn.node.traces.add(turn.now.steady, query.id, kind,
                       connection == nullptr ? Address{} : connection->address, query.ttl,
                       query.hops);
}

}  // namespace oxbow

// Links coming up and going down, pings, and what a neighbor may not do.
#include <fmt/format.h>

#include <algorithm>

#include "base/printable.h"
#include "node/handlers.h"

namespace oxbow {

std::string name_of(const Connection& connection) {
  if (!connection.name.empty()) return connection.name;
  return connection.peer.is_zero() ? to_string(connection.remote) : abbreviated(connection.peer);
}

namespace {

/// Addresses that this peer has dialled, for the other end to dial; now and then.
std::span<const PongEntry> addresses_for(Turn& turn, Connection& to) {
  NodeState& node = turn.node;
  const bool due = to.gave_addresses == Instant{} ||
                   to.gave_addresses + limits::kAddressesEvery <= turn.now.steady;
  if (!due) return {};
  to.gave_addresses = turn.now.steady;
  std::vector<PongEntry> chosen;
  node.pongs.select(turn.now.steady, limits::kPongEntries, to.peer, to.remote, node.random, chosen);
  const auto views = turn.out.arena.array<PongEntry>(chosen.size());
  std::copy(chosen.begin(), chosen.end(), views.begin());
  return views;
}

void learn_addresses(Turn& turn, const Connection& from, std::span<const PongEntry> addresses) {
  NodeState& node = turn.node;
  if (node.config.is_static) return;
  for (const PongEntry& entry : addresses) {
    node.pongs.learn(turn.now.steady, from.id, from.remote, entry);
  }
}

}  // namespace

void refuse_link(Turn& turn, Connection& asker, std::string_view reason) {
  tell_of_refusal(turn, asker, reason);
  turn.out.send(asker.id, LinkChange{LinkAction::refuse, turn.out.arena.copy(reason),
                                     addresses_for(turn, asker), own_links(turn.node)});
}

void give_up_link(Turn& turn, Connection& neighbor, std::string_view reason) {
  turn.out.send(neighbor.id, LinkChange{LinkAction::end, turn.out.arena.copy(reason),
                                        addresses_for(turn, neighbor), own_links(turn.node)});
  end_link(turn, neighbor, reason);
}

void link_came_up(Turn& turn, Connection& connection) {
  NodeState& node = turn.node;
  node.connections.set_linked(connection, true);
  connection.link_asked = false;
  connection.linked_at = turn.now.steady;
  node.plan.link_up(turn.now.steady, connection.peer);
  node.pongs.linked(connection.peer);
  node.probe_due = std::min(node.probe_due, turn.now.steady + limits::kProbeEvery);
  node.keepalive_due = std::min(node.keepalive_due, turn.now.steady + limits::kKeepaliveAfter);
  log(turn, Severity::info, connection.id,
      fmt::format("linked to {} at {}", name_of(connection), to_string(connection.address)));
  connection.ping_nonce = node.random.next() | 1;
  connection.pinged = turn.now.steady;
  turn.out.send(connection.id, Ping{connection.ping_nonce, !node.config.is_static});
  tell_digest(turn, connection);
  silent_link_up(turn, connection);
}

namespace {

void link_went_down(Turn& turn, Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  if (!connection.linked) return;
  node.connections.set_linked(connection, false);
  node.plan.link_down(turn.now.steady, connection.peer, reason);
  log(turn, Severity::info, connection.id,
      fmt::format("link to {} ended: {}", name_of(connection), reason));
  silent_link_down(turn, connection);
  link_lost(turn, connection.id);
}

// The link that we asked for will not come: with a LinkChange, or with a Hello, whose answer has
// said so already.
void link_refused(Turn& turn, Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  if (!connection.link_asked) return node.plan.explain(connection.peer, reason);
  connection.link_asked = false;
  for (const ConfiguredNeighbor& neighbor : node.plan.configured()) {
    if (neighbor.peer != connection.peer) continue;
    node.plan.dial_failed(turn.now.steady, neighbor.target, reason);
  }
}

constexpr std::string_view kLeftUnanswered = "it left queries unanswered";

std::string host_of(const Connection& connection) {
  Address host = connection.remote;
  host.port = 0;
  return to_string(host);
}

}  // namespace

void end_link(Turn& turn, Connection& connection, std::string_view reason) {
  link_went_down(turn, connection, reason);
}

namespace {

/// It led to no connection that can be used.
void dialled_in_vain(Turn& turn, const Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  const auto pending = node.dials.find(connection.dial);
  const bool reached_nobody = pending != node.dials.end() && !connection.reached;
  if (reached_nobody) {
    if (const auto address = parse_address(pending->second.target); address.ok()) {
      node.pongs.failed(turn.now.steady, *address);
    }
  }
  dial_ended(turn, connection.dial, reason);
}

}  // namespace

void connection_gone(Turn& turn, Connection& connection, std::string_view reason) {
  NodeState& node = turn.node;
  const ConnectionId id = connection.id;
  const std::string why(reason);
  link_went_down(turn, connection, why);
  if (connection.link_asked) link_refused(turn, connection, why);
  if (connection.dialled && !connection.up) dialled_in_vain(turn, connection, why);
  node.contenders.ended(id);
  node.keepalive_due = std::min(node.keepalive_due, node.contenders.next_deadline());
  fail_pieces_over(turn, id, why);
  drop_paced(turn, id);
  const PeerId peer = connection.peer;
  const ConnectionKind kind = connection.kind;
  const bool was_up = connection.up;
  const bool is_dead = connection.dead;
  node.connections.close(id);
  if (!was_up) return;
  if (!is_dead && node.connections.to_peer(peer, kind) != nullptr) return;
  // One that replaces it may be on its way: then it is too early to give up.
  const bool dialling = std::any_of(node.dials.begin(), node.dials.end(), [&](const auto& dial) {
    return dial.second.expected == peer && dial.second.kind == kind && !dial.second.named;
  });
  if (dialling && !is_dead) return;
  replica_lost(turn, peer, kind, true);
  if (kind == ConnectionKind::control) lookups_lost(turn, peer);
}

void hang_up(Turn& turn, Connection& connection, std::string_view code, std::string_view reason,
             Severity severity) {
  NodeState& node = turn.node;
  ++node.counters.hangups;
  // What it quotes may be a stranger's; over the wire goes text of a bounded length.
  const std::string_view why =
      turn.out.arena.copy(printable_message(reason, limits::kReason - kEllipsis));
  if (severity != Severity::debug) {
    // One that connects again and again is told of once.
    log_standing(
        turn, severity, connection.id,
        fmt::format("hangup/{}/{}/{}", code, host_of(connection), to_string(connection.peer)),
        fmt::format("hung up on {}: {}", name_of(connection), why));
  }
  turn.out.send(connection.id, Bye{code, why});
  turn.out.hang_up(connection.id, why, severity);
  connection_gone(turn, connection, why);
}

void offence(Turn& turn, Connection& from, std::string_view what) {
  ++turn.node.counters.offences;
  log_standing(turn, Severity::warning, from.id,
               fmt::format("offence/{}/{}/{}", host_of(from), to_string(from.peer), what),
               fmt::format("{} sent {}", name_of(from), what));
  if (++from.offences >= limits::kOffencesTolerated) {
    hang_up(turn, from, "offence", fmt::format("it sent {}", what), Severity::warning);
  }
}

void receive_link_change(Turn& turn, Connection& from, const LinkChange& change) {
  if (from.kind != ConnectionKind::control) return offence(turn, from, "a link wish over bulk");
  from.links = change.links;
  learn_addresses(turn, from, change.addresses);
  switch (change.action) {
    case LinkAction::ask: {
      if (!from.linked && link_refused_for(turn, from.peer)) {
        turn.out.send(from.id, LinkChange{LinkAction::refuse, kLeftUnanswered});
        break;
      }
      const std::string refusal = from.linked ? "" : room_for_link(turn, from);
      if (!refusal.empty()) {
        refuse_link(turn, from, refusal);
        break;
      }
      turn.out.send(from.id, LinkChange{LinkAction::agree});
      if (!from.linked) link_came_up(turn, from);
      break;
    }
    case LinkAction::agree:
      if (!from.link_asked) return offence(turn, from, "a link that was not asked for");
      if (from.linked) break;
      if (link_refused_for(turn, from.peer)) {
        turn.out.send(from.id, LinkChange{LinkAction::end});
        link_refused(turn, from, kLeftUnanswered);
        break;
      }
      link_came_up(turn, from);
      break;
    case LinkAction::refuse:
      link_refused(turn, from,
                   change.reason.empty() ? "no room for one more link there" : change.reason);
      break;
    case LinkAction::end:
      link_went_down(turn, from, change.reason.empty() ? "the neighbor ended it" : change.reason);
      break;
  }
  check_ready(turn);
}

namespace {

/// Whether an attempt of this peer's to reach the one at the other end has that number.
bool is_own_dial(const NodeState& node, const Connection& from, std::uint64_t number) {
  const std::span<const ConnectionId> all = node.connections.all();
  return std::any_of(all.begin(), all.end(), [&](ConnectionId id) {
    const Connection& other = *node.connections.find(id);
    if (!other.dialled || other.up || other.own_dial != number) return false;
    const auto pending = node.dials.find(other.dial);
    return pending != node.dials.end() &&
           (pending->second.expected.is_zero() || pending->second.expected == from.peer);
  });
}

}  // namespace

void receive_ping(Turn& turn, Connection& from, const Ping& ping) {
  NodeState& node = turn.node;
  Pong pong;
  pong.nonce = ping.nonce;
  pong.own_dial = is_own_dial(node, from, ping.nonce);
  pong.links = own_links(node);
  if (ping.addresses && from.linked) pong.addresses = addresses_for(turn, from);
  turn.out.send(from.id, pong);
}

void receive_pong(Turn& turn, Connection& from, const Pong& pong) {
  if (pong.links != kLinksNotTold) from.links = pong.links;
  if (older_answered(turn, from, pong)) return;
  if (from.ping_nonce == 0 || pong.nonce != from.ping_nonce) return;
  from.ping_nonce = 0;
  from.round_trip = turn.now.steady - from.pinged;
  neighbor_answered(turn);
  learn_addresses(turn, from, pong.addresses);
}

void log(Turn& turn, Severity severity, ConnectionId connection, std::string_view text) {
  turn.out.log(severity, connection, text);
}

void log_standing(Turn& turn, Severity severity, ConnectionId connection,
                  std::string_view condition, std::string_view text, StandsUntil until) {
  const bool is_new =
      turn.node.standing.happened(turn.now.steady, severity, condition, text, until);
  log(turn, is_new ? severity : Severity::debug, connection, text);
}

void log_store_failure(Turn& turn, const Error& error) {
  log_standing(turn, Severity::warning, kNoConnection, "store/" + error.code, error.message);
}

void standing_ended(Turn& turn, std::string_view condition) {
  turn.node.standing.ended(turn.now.steady, condition);
}

void tell_ended_conditions(Turn& turn) {
  while (const auto line = turn.node.standing.take_line(turn.now.steady)) {
    log(turn, line->severity, kNoConnection, line->text);
  }
}

void note(Turn& turn, const Query& query, TraceKind kind, LinkNumber peer) {
  if (!wants(query.flags, query_flags::kTrace)) return;
  const Connection* connection = turn.node.connections.find(peer);
  turn.node.traces.add(turn.now.steady, query.id, kind,
                       connection == nullptr ? Address{} : connection->address, query.ttl,
                       query.hops);
}

}  // namespace oxbow

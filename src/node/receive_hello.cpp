// The handshake. The dialler's Hello states its wish, the acceptor's answers it; both sides apply
// the same rules to what they learn, so that they agree without a further message.
#include <fmt/format.h>

#include "node/handlers.h"
#include "node/node.h"

namespace oxbow {

namespace {

Hello own_hello(const NodeState& node, ConnectionKind kind, bool link) {
  Hello hello;
  hello.network = node.config.network;
  hello.peer = node.config.id;
  hello.advertised = node.config.advertised;
  hello.name = node.config.name;
  hello.kind = kind;
  hello.link = link;
  return hello;
}

// If both dialled, the connection dialled by the lower peer id stays.
bool newer_stays(const NodeState& node, const Connection& newer, const Connection& older) {
  if (newer.dialled == older.dialled) return false;
  const bool we_are_lower = node.config.id < newer.peer;
  return newer.dialled == we_are_lower;
}

// Another connection to the same peer takes the place of `older`. One that is no link may carry
// requests and answers of replicas that are still on their way: it goes when it has been silent.
void replace(Turn& turn, Connection& older) {
  if (older.linked) return hang_up(turn, older, "duplicate", "connected twice", Severity::debug);
  older.retired = true;
  turn.node.keepalive_due =
      std::min(turn.node.keepalive_due, older.heard + limits::kRetiredConnection);
}

// An address of "any" is where the peer was seen, with the port that it says.
Address usable_address(const Hello& hello, const Address& remote) {
  if (!hello.advertised.is_unspecified()) return hello.advertised;
  Address address = remote;
  address.port = hello.advertised.port;
  return address;
}

// A peer that is dialled by others already need not be dialled at the address that it states, if
// that is where it was seen.
void recognise_target(NodeState& node, const Connection& from) {
  if (from.address.same_host(from.remote)) node.plan.reached(to_string(from.address), from.peer);
}

void accepted(Turn& turn, Connection& from, const Hello& hello) {
  NodeState& node = turn.node;
  Connection* older =
      from.kind == ConnectionKind::probe ? nullptr : node.connections.to_peer(from.peer, from.kind);
  const bool loses = older != nullptr && !newer_stays(node, from, *older);
  const bool wants_link = hello.link && from.kind == ConnectionKind::control;
  const bool had_link = older != nullptr && older->linked;
  const bool may_link = wants_link && !loses;
  const std::string no_link = may_link && !had_link ? link_refusal(node, from) : "";
  const bool agrees = may_link && no_link.empty();
  if (!agrees && older == nullptr) {
    if (const std::string refusal = direct_refusal(node, from); !refusal.empty()) {
      tell_of_refusal(turn, from, refusal);
      return hang_up(turn, from, "full", refusal, Severity::debug);
    }
  }
  turn.out.send(from.id, own_hello(node, from.kind, agrees));
  if (!no_link.empty()) refuse_link(turn, from, no_link);
  recognise_target(node, from);
  if (loses) return hang_up(turn, from, "duplicate", "connected already", Severity::debug);
  from.up = true;  // before the older one ends: what waits for answers goes on waiting
  if (older != nullptr) replace(turn, *older);
  member_connected(turn, from.peer);
  check_address(turn, from);
  if (agrees) return link_came_up(turn, from);
  if (had_link) {  // what it replaced was a link; its dialler did not know that yet
    from.link_asked = true;
    turn.out.send(from.id, LinkChange{LinkAction::ask});
  }
}

void answered_dial(Turn& turn, Connection& from, const Hello& hello) {
  NodeState& node = turn.node;
  const auto pending = node.dials.find(from.dial);
  if (pending == node.dials.end()) return hang_up(turn, from, "unwanted", "no longer needed");
  const bool wanted_link = pending->second.wants_link;
  const std::string target = pending->second.target;
  const PeerId expected = pending->second.expected;
  node.plan.reached(target, from.peer);
  if (const auto address = parse_address(target); address.ok()) {
    node.pongs.verified(turn.now.steady, {from.peer, *address});
  }
  if (!expected.is_zero() && expected != from.peer) {
    const std::string other =
        fmt::format("{} is peer {}, not {}", target, abbreviated(from.peer), abbreviated(expected));
    address_failed(turn, expected, target, other);
    return hang_up(turn, from, "other-peer", other);
  }
  address_reached(turn, from.peer, target);
  if (from.kind == ConnectionKind::probe) {
    return hang_up(turn, from, "probe", "the address is right", Severity::debug);
  }
  Connection* older = node.connections.to_peer(from.peer, from.kind);
  if (older != nullptr && !newer_stays(node, from, *older)) {
    dial_succeeded(turn, *older, from.dial);
    if (wanted_link && !older->linked && !older->link_asked) {
      older->link_asked = true;
      turn.out.send(older->id, LinkChange{LinkAction::ask});
    }
    return hang_up(turn, from, "duplicate", "connected already", Severity::debug);
  }
  from.up = true;
  if (older != nullptr) replace(turn, *older);
  const DialId dial = from.dial;
  const ConnectionId id = from.id;
  if (wanted_link && hello.link) link_came_up(turn, from);
  if (wanted_link && !hello.link) {
    node.plan.dial_failed(turn.now.steady, target, "no room for one more link there");
  }
  Connection* connection = node.connections.find(id);
  if (connection == nullptr) return;
  member_connected(turn, connection->peer);
  if (!connection->linked) tell_digest(turn, *connection);
  dial_succeeded(turn, *connection, dial);
}

}  // namespace

void receive_hello(Turn& turn, Connection& from, const Hello& hello) {
  NodeState& node = turn.node;
  if (from.up) return offence(turn, from, "a second hello");
  from.peer = hello.peer;
  from.name = hello.name;
  from.address = usable_address(hello, from.remote);
  if (!from.dialled) from.kind = hello.kind;
  if (hello.version == 0) {
    return hang_up(turn, from, "version", "protocol version 0 does not exist", Severity::warning);
  }
  if (hello.network != node.config.network) {
    return hang_up(
        turn, from, "other-network",
        fmt::format("this is network '{}', not '{}'", node.config.network, hello.network),
        Severity::warning);
  }
  if (hello.peer == node.config.id) {
    if (from.dialled) {
      const auto pending = node.dials.find(from.dial);
      if (pending != node.dials.end()) node.plan.reached(pending->second.target, hello.peer);
    } else {  // the end that dialled is to learn whom it reached
      turn.out.send(from.id, own_hello(node, from.kind, false));
    }
    return hang_up(turn, from, "self", "this is the same peer", Severity::debug);
  }
  from.heard = turn.now.steady;
  from.used = turn.now.steady;
  node.keepalive_due = std::min(node.keepalive_due, turn.now.steady + limits::kKeepaliveAfter);
  if (from.dialled) {
    answered_dial(turn, from, hello);
  } else {
    accepted(turn, from, hello);
  }
  check_ready(turn);
}

void Node::connected(Now now, ConnectionId id, const Connected& details, Outbox& out) {
  NodeState& node = *state_;
  Turn turn{node, now, out};
  Connection& connection = node.connections.open(id);
  connection.dialled = details.dialled;
  connection.dial = details.dial;
  connection.remote = details.remote;
  connection.opened = now.steady;
  connection.heard = now.steady;
  connection.used = now.steady;
  if (!details.dialled) return;
  const auto pending = node.dials.find(details.dial);
  if (pending == node.dials.end()) {
    return hang_up(turn, connection, "unwanted", "no longer needed", Severity::debug);
  }
  connection.kind = pending->second.kind;
  out.send(id, own_hello(node, connection.kind, pending->second.wants_link));
}

}  // namespace oxbow

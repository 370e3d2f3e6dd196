// The handshake. The dialler's Hello states its wish, the acceptor's answers it; both sides apply
// the same rules to what they learn, so that they agree without a further message.
//
// Of two connections to one peer one stays: the one dialled by the lower peer id if both dialled,
// else the older one, if it still lives (contenders.h).
#include "overlay/hello_rules.h"

#include <fmt/format.h>

#include "node/handlers.h"
#include "node/node.h"

namespace oxbow {

namespace {

Hello own_hello(const NodeState& node, const Connection& to, bool link) {
  Hello hello;
  hello.network = node.config.network;
  hello.peer = node.config.id;
  hello.advertised = node.config.advertised;
  hello.name = node.config.name;
  hello.features = peer_features::kConfirms;
  hello.kind = to.kind;
  hello.link = link;
  hello.run = node.config.run;
  hello.dial = to.own_dial;
  hello.links = own_links(node);
  return hello;
}

// If both dialled, the connection dialled by the lower peer id stays.
bool newer_stays(const NodeState& node, const Connection& newer, const Connection& older) {
  if (newer.dialled == older.dialled) return false;
  const bool we_are_lower = node.config.id < newer.peer;
  return newer.dialled == we_are_lower;
}

/// It was pinged, and nothing came.
bool is_suspect(const Connection& connection, Instant now) {
  const Instant since = connection.linked ? connection.heard : connection.owes;
  return since != kNever && since + limits::kSuspectAfter <= now;
}

// Another connection to the same peer takes the place of `older`, and is up. What was sent over a
// dead one is lost. Else one that is no link may carry requests and answers of replicas that are
// still on their way: it goes when it has been silent.
void replace(Turn& turn, Connection& older) {
  if (older.dead || is_suspect(older, turn.now.steady)) {
    older.dead = true;
    return hang_up(turn, older, "silent", "it does not answer, and its peer has connected again",
                   Severity::debug);
  }
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

IdUser user_of(const Connection& connection) {
  const bool can_be_dialled = connection.address.port != 0;
  return {connection.name, can_be_dialled ? connection.address : connection.remote, connection.run};
}

/// Takes in a peer that dialled, in the place of `older` if there is one.
void admit_accepted(Turn& turn, Connection& from, Connection* older) {
  NodeState& node = turn.node;
  const bool had_link = older != nullptr && older->linked;
  const bool may_link =
      from.wishes_link && (had_link || !link_refused_for(turn, from.peer).has_value());
  const std::string no_link = may_link && !had_link ? room_for_link(turn, from) : "";
  const bool agrees = may_link && no_link.empty();
  if (!agrees && older == nullptr) {
    if (const std::string refusal = direct_refusal(node, from); !refusal.empty()) {
      if (!no_link.empty()) {  // it may be told of others before it goes
        turn.out.send(from.id, own_hello(node, from, false));
        refuse_link(turn, from, no_link);
      } else {
        tell_of_refusal(turn, from, refusal);
      }
      ++node.counters.refusals;
      return hang_up(turn, from, "full", refusal, Severity::debug);
    }
  }
  turn.out.send(from.id, own_hello(node, from, agrees));
  if (!no_link.empty()) refuse_link(turn, from, no_link);
  recognise_target(node, from);
  from.up = true;  // before the older one ends: what waits for answers goes on waiting
  if (older != nullptr) replace(turn, *older);
  member_heard(turn, from.peer);
  check_address(turn, from);
  if (agrees) return link_came_up(turn, from);
  if (had_link) {  // what it replaced was a link; its dialler did not know that yet
    from.link_asked = true;
    turn.out.send(from.id, LinkChange{LinkAction::ask});
  }
}

/// Goes on with a peer that this one has dialled, in the place of `older` if there is one.
void admit_dialled(Turn& turn, Connection& from, Connection* older) {
  NodeState& node = turn.node;
  const auto pending = node.dials.find(from.dial);
  if (pending == node.dials.end()) return hang_up(turn, from, "unwanted", "no longer needed");
  const bool wanted_link = pending->second.wants_link;
  const std::string target = pending->second.target;
  from.named = pending->second.named;
  from.up = true;
  if (older != nullptr) replace(turn, *older);
  const DialId dial = from.dial;
  const ConnectionId id = from.id;
  const auto refused = link_refused_for(turn, from.peer);
  if (wanted_link && from.wishes_link && refused) {
    turn.out.send(id, LinkChange{LinkAction::end});
    node.plan.dial_failed(turn.now.steady, target,
                          fmt::format("it left queries unanswered: no link for {} s",
                                      std::chrono::ceil<std::chrono::seconds>(*refused).count()));
  }
  if (wanted_link && from.wishes_link && !refused) link_came_up(turn, from);
  Connection* connection = node.connections.find(id);
  if (connection == nullptr) return;
  member_answered(turn, connection->peer);
  if (wanted_link && !connection->wishes_link) no_room_for_link(turn, target);
  if (!connection->linked) tell_digest(turn, *connection);
  dial_succeeded(turn, *connection, dial);
}

void admit(Turn& turn, Connection& from, Connection* older) {
  turn.node.plan.can_be_reached(turn.now.steady, from.peer);
  if (from.dialled) {
    admit_dialled(turn, from, older);
  } else {
    admit_accepted(turn, from, older);
  }
}

/// The older one stays, and this one comes from the same process, or from one too old to tell.
void refuse_duplicate(Turn& turn, Connection& from, Connection& older, bool says_hello) {
  NodeState& node = turn.node;
  if (!from.dialled) {
    if (says_hello) turn.out.send(from.id, own_hello(node, from, false));
    recognise_target(node, from);
    return hang_up(turn, from, "duplicate", "connected already", Severity::debug);
  }
  const auto pending = node.dials.find(from.dial);
  const bool wanted_link = pending != node.dials.end() && pending->second.wants_link;
  dial_succeeded(turn, older, from.dial);
  if (wanted_link && !older.linked && !older.link_asked) {
    older.link_asked = true;
    turn.out.send(older.id, LinkChange{LinkAction::ask});
  }
  hang_up(turn, from, "duplicate", "connected already", Severity::debug);
}

/// The older one lives, and this one is somebody else who uses the same id.
void refuse_other_process(Turn& turn, Connection& from, Connection& older) {
  const IdUser stays = user_of(older);
  const IdUser other = user_of(from);
  met_id_conflict(turn, older.peer, stays, other);
  turn.out.send(older.id, IdInUse{turn.out.arena.copy(other.name), from.remote, other.run});
  refuse(turn, from, "id-in-use",
         fmt::format("peer id {} is in use already, by another process: {} at {}",
                     abbreviated(older.peer), name_of(older), to_string(stays.at)));
}

/// Asks the older one whether it still lives.
void contend(Turn& turn, Connection& from, Connection& older) {
  NodeState& node = turn.node;
  const std::uint64_t told = from.dialled ? 0 : from.peer_dial;
  Contender contender{from.id, older.id, told != 0 ? told : node.random.next() | 1,
                      turn.now.steady};
  if (!node.contenders.add(contender)) {
    return refuse(turn, from, "duplicate", "several connections of this peer wait already");
  }
  node.keepalive_due = std::min(node.keepalive_due, contender.due());
  turn.out.send(older.id, Ping{contender.nonce, false});
}

/// A hello has come that nothing is wrong with.
void greeted(Turn& turn, Connection& from) {
  NodeState& node = turn.node;
  Connection* older =
      from.kind == ConnectionKind::probe ? nullptr : node.connections.to_peer(from.peer, from.kind);
  if (older == nullptr || is_suspect(*older, turn.now.steady)) return admit(turn, from, older);
  // One that this peer dialled has just reached the process; when they dialled each other, both
  // ends know, and apply the same rule at once.
  if (from.dialled && from.run == older->run) {
    if (newer_stays(node, from, *older)) return admit(turn, from, older);
    return refuse_duplicate(turn, from, *older, true);
  }
  contend(turn, from, *older);
}

void answered_dial(Turn& turn, Connection& from) {
  NodeState& node = turn.node;
  const auto pending = node.dials.find(from.dial);
  if (pending == node.dials.end()) return hang_up(turn, from, "unwanted", "no longer needed");
  const std::string target = pending->second.target;
  const PeerId expected = pending->second.expected;
  const Instant began = pending->second.began;
  from.reached = true;
  node.plan.reached(target, from.peer);
  node.refusals.forget(target);
  if (const auto address = parse_address(target); address.ok()) {
    node.pongs.verified(turn.now.steady, {from.peer, *address});
  }
  if (!expected.is_zero() && expected != from.peer) {
    const std::string other =
        fmt::format("{} is peer {}, not {}", target, abbreviated(from.peer), abbreviated(expected));
    address_failed(turn, expected, target, began, other);
    return refuse(turn, from, "other-peer", other);
  }
  address_reached(turn, from.peer, target);
  if (from.kind == ConnectionKind::probe) {
    return hang_up(turn, from, "probe", "the address is right", Severity::debug);
  }
  greeted(turn, from);
}

/// The peer at the other end has this peer's id: this very process, or another one.
void met_own_id(Turn& turn, Connection& from) {
  NodeState& node = turn.node;
  // An end that dialled is to learn whom it has reached.
  if (!from.dialled) turn.out.send(from.id, own_hello(node, from, false));
  if (from.run == node.config.run) {
    const auto pending = node.dials.find(from.dial);
    if (from.dialled && pending != node.dials.end()) {
      node.plan.reached(pending->second.target, from.peer);
    }
    return hang_up(turn, from, "self", "this is the same peer", Severity::debug);
  }
  met_id_conflict(turn, from.peer, self_user(node), user_of(from));
  refuse(turn, from, "id-in-use",
         fmt::format("peer id {} is in use already, by this process: {} at {}",
                     abbreviated(from.peer), node.config.name, to_string(node.config.advertised)));
}

}  // namespace

bool older_answered(Turn& turn, Connection& older, const Pong& pong) {
  NodeState& node = turn.node;
  const auto contender = node.contenders.answered(older.id, pong.nonce);
  if (!contender) return false;
  Connection* newer = node.connections.find(contender->newer);
  if (newer == nullptr) return true;
  if (pong.own_dial && newer->run == older.run) {
    if (newer_stays(node, *newer, older)) {
      admit(turn, *newer, &older);
    } else {
      refuse_duplicate(turn, *newer, older, true);
    }
    return true;
  }
  const bool neither_tells = newer->run == 0 && older.run == 0;
  if (neither_tells) {
    refuse_duplicate(turn, *newer, older, false);
  } else {
    refuse_other_process(turn, *newer, older);
  }
  return true;
}

void decide_contenders(Turn& turn) {
  NodeState& node = turn.node;
  while (const auto contender = node.contenders.take_due(turn.now.steady)) {
    Connection* newer = node.connections.find(contender->newer);
    if (newer == nullptr) continue;
    Connection* older = node.connections.to_peer(newer->peer, newer->kind);
    if (older != nullptr && older->id != contender->older) {  // another one was quicker
      contend(turn, *newer, *older);
      continue;
    }
    // Something has come since, though not the answer: it lives, and is slow.
    if (older != nullptr && older->heard > contender->asked) {
      if (newer->run == older->run) {
        refuse_duplicate(turn, *newer, *older, false);
      } else {
        refuse_other_process(turn, *newer, *older);
      }
      continue;
    }
    if (older != nullptr) older->dead = true;
    admit(turn, *newer, older);
  }
}

void receive_hello(Turn& turn, Connection& from, const Hello& hello) {
  NodeState& node = turn.node;
  if (from.up || node.contenders.waits(from.id)) return offence(turn, from, "a second hello");
  if (!from.dialled) from.kind = hello.kind;
  if (const Status fine = check(hello); !fine.ok()) {
    const Error& error = fine.error();
    return refuse(turn, from, error.code, error.message);
  }
  from.peer = hello.peer;
  from.name = hello.name;
  from.features = hello.features;
  from.address = usable_address(hello, from.remote);
  from.run = hello.run;
  from.peer_dial = hello.dial;
  from.links = hello.links;
  from.wishes_link = hello.link && from.kind == ConnectionKind::control;
  if (hello.network != node.config.network) {
    return refuse(
        turn, from, "other-network",
        fmt::format("this is network '{}', not '{}'", node.config.network, hello.network));
  }
  if (hello.peer == node.config.id) return met_own_id(turn, from);
  from.heard = turn.now.steady;
  from.used = turn.now.steady;
  node.keepalive_due = std::min(node.keepalive_due, turn.now.steady + limits::kKeepaliveAfter);
  if (from.dialled) {
    answered_dial(turn, from);
  } else {
    greeted(turn, from);
  }
  check_ready(turn);
}

void Node::connected(Now now, ConnectionId id, const Connected& details, Outbox& out) {
  NodeState& node = *state_;
  Turn turn{node, now, out};
  const SendsNoted noted(turn);
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
  connection.own_dial = node.random.next() | 1;
  out.send(id, own_hello(node, connection, pending->second.wants_link));
}

}  // namespace oxbow

// Hinted handoff: now and then each member that hints are kept for is tried; where it can be
// reached, its hints go to it over bulk, a few at a time and at a bounded rate, and each is deleted
// once it is stored there.
#include <algorithm>

#include "node/replicas.h"
#include "replica/hint_rules.h"
#include "store/hint_ledger.h"
#include "store/slice_sums.h"

namespace oxbow {

namespace {

bool is_joined(const NodeState& node, const PeerId& member) {
  return node.ring.ring.find(member).has_value();
}

bool is_primary(const NodeState& node, const PeerId& member, std::string_view key) {
  const KeyPlace place = place_of(node, key);
  return std::find(place.primaries.begin(), place.primaries.end(), member) != place.primaries.end();
}

/// Whether the hint goes for its age: see hint_rules.h.
bool is_too_old(Turn& turn, const Hint& hint) {
  const NodeState& node = turn.node;
  HintClock& clock = turn.node.replica.hints.clock;
  clock.meet(turn.now.steady, hint.written);
  const HintTotals all = node.store.all_hints();
  return is_thrown_away(node.config.hints, clock.at(turn.now.steady) - hint.written, all.hints,
                        all.bytes);
}

/// False: the connection takes no more for now.
bool send_hint(Turn& turn, const PeerId& to, const Hint& hint, std::uint64_t ticket) {
  NodeState& node = turn.node;
  const std::vector<SharedBytes> parts = encoded_parts(hint.object, hint.key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ObjectWrite write;
    write.ticket = ticket;
    write.ring = node.ring.stamp;
    write.reason = WriteReason::handoff;
    write.conflicts = node.ring.members.policy_of(hint.key).conflicts;
    write.last = i + 1 == parts.size();
    write.key = hint.key;
    write.object = turn.out.share(parts[i]);
    if (!send_to_member(turn, to, ConnectionKind::bulk, write)) return false;
  }
  node.replica.background.spend(size_of(hint));
  return true;
}

/// The member has left the ring, or the key has: its hint is for the key's primaries now.
void reassign(Turn& turn, const Hint& hint) {
  NodeState& node = turn.node;
  const KeyPlace place = place_of(node, hint.key);
  for (const PeerId& primary : place.primaries) {
    const auto kept =
        primary == node.config.id
            ? merge_own(turn, hint.key, hint.object, place.policy->conflicts, Sync::yes)
            : keep_hint(turn, primary, hint.key, hint.object, place.policy->conflicts, Sync::yes);
    if (!kept.ok()) return;  // with the next pass
  }
  erase_hint(turn, hint);
}

/// Goes on with one member's hints; false: there is no more to be done for it in this pass.
bool send_page(Turn& turn, const PeerId& destination, Handoff& handoff) {
  NodeState& node = turn.node;
  std::vector<Hint> page;
  node.store.scan_hints(destination, handoff.cursor(), limits::kHandoffBatch, limits::kHandoffPage,
                        page);
  if (page.empty()) {
    handoff.end_of_page();
    return false;
  }
  for (const Hint& hint : page) {
    if (handoff.is_under_way(hint.key)) {
      handoff.skipped(hint.key);
    } else if (is_too_old(turn, hint)) {
      handoff.skipped(hint.key);
      throw_away(turn, hint);
    } else if (!is_primary(node, destination, hint.key)) {
      handoff.skipped(hint.key);
      reassign(turn, hint);
    } else {
      if (handoff.room() == 0 || !node.replica.background.any(turn.now.steady)) return false;
      if (!bulk_has_room(node, destination)) return false;
      const std::uint64_t ticket = new_ticket(node);
      if (!send_hint(turn, destination, hint, ticket)) return false;
      handoff.sent(turn.now.steady, ticket, hint.key, object_hash(hint.key, hint.object));
    }
  }
  return true;
}

/// Hints of a member that cannot be reached are looked at only for their age (and counted).
void drop_too_old(Turn& turn, const PeerId& destination, Handoff& handoff) {
  std::vector<Hint> page;
  turn.node.store.scan_hints(destination, handoff.cursor(), limits::kHandoffBatch,
                             limits::kHandoffPage, page);
  for (const Hint& hint : page) {
    handoff.skipped(hint.key);
    if (is_too_old(turn, hint)) throw_away(turn, hint);
  }
  if (page.empty()) handoff.end_of_page();
}

/// Hints were not answered. A connection over which nothing else came either may be dead, though
/// nobody was told: the next ones go over a new one.
void give_up_silent(Turn& turn, const PeerId& member) {
  Connection* const bulk = turn.node.connections.to_peer(member, ConnectionKind::bulk);
  if (bulk == nullptr || bulk->heard + limits::kHandoffPatience > turn.now.steady) return;
  hang_up(turn, *bulk, "silent", "it answered no hints");
}

void go_on_with(Turn& turn, const PeerId& destination, Handoff& handoff) {
  if (is_joined(turn.node, destination) && !is_reachable(turn.node, destination, turn.now)) {
    return drop_too_old(turn, destination, handoff);
  }
  for (std::size_t pages = 0; pages < 4 && send_page(turn, destination, handoff); ++pages) {
  }
}

}  // namespace

void hand_off(Turn& turn) {
  NodeState& node = turn.node;
  ReplicaState& replica = node.replica;
  const Instant now = turn.now.steady;
  for (auto& [destination, handoff] : replica.handoffs) {
    // What it does not take in time it is not sent more of, until it is heard of.
    if (handoff.expire(now) == 0) continue;
    give_up_silent(turn, destination);
    member_failed(turn, destination);
  }
  if (replica.handoff_due > now) return;
  replica.handoff_due = kNever;
  if (node.store.all_hints().hints == 0) {
    replica.handoffs.clear();
    return;
  }
  if (node.ring.ring.empty() || ring_is_awaited(node)) {  // before it is known, nobody has left it
    replica.handoff_due = now + limits::kHandoffEvery;
    return;
  }
  const std::vector<PeerId> destinations = node.store.hint_destinations();
  std::erase_if(replica.handoffs, [&](const auto& entry) {
    return !std::binary_search(destinations.begin(), destinations.end(), entry.first);
  });
  for (const PeerId& destination : destinations) {
    go_on_with(turn, destination, replica.handoffs[destination]);
  }
  replica.handoff_due = now + limits::kHandoffEvery;
}

Instant handoff_deadline(const NodeState& node) {
  Instant next = node.replica.handoff_due;
  for (const auto& [destination, handoff] : node.replica.handoffs) {
    next = std::min(next, handoff.next_deadline());
  }
  return next;
}

bool hint_answered(Turn& turn, Connection& from, const WriteReply& reply) {
  NodeState& node = turn.node;
  const auto found = node.replica.handoffs.find(from.peer);
  if (found == node.replica.handoffs.end()) return false;
  const auto sent = found->second.answered(reply.ticket);
  if (!sent) return false;
  if (reply.status != ReplicaStatus::ok) return true;  // it goes again with a later pass
  ++node.counters.hints_delivered;
  const auto hint = node.store.read_hint(from.peer, sent->key);
  if (hint && object_hash(hint->key, hint->object) == sent->version) erase_hint(turn, *hint);
  // The next ones need not wait for the clock, as long as they are taken.
  const std::size_t under_way = found->second.under_way();
  if (under_way == 0 || under_way == limits::kHandoffBatch / 2) {
    send_page(turn, from.peer, found->second);
  }
  return true;
}

void handoff_lost(Turn& turn, const PeerId& member) {
  const auto found = turn.node.replica.handoffs.find(member);
  if (found != turn.node.replica.handoffs.end()) found->second.lost();
}

}  // namespace oxbow

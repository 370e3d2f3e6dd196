// What was written last before the last stop is offered to the other primaries of its keys, once
// the ring is known: see replica/offers.h. A copy that a primary does not take becomes a hint.
#include <fmt/format.h>

#include "node/membership.h"
#include "node/replicas.h"

namespace oxbow {

namespace {

bool may_offer(const NodeState& node) {
  return node.replica.offers.state() != Offers::State::done && !node.ring.ring.empty() &&
         !ring_is_awaited(node);
}

/// Who has been sent copies reads them; else no further ones are sent for now.
bool offers_are_read(const NodeState& node) {
  return node.replica.offers.all_under_way(
      [&](const PeerId& member) { return bulk_has_room(node, member); });
}

bool send_copy(Turn& turn, const PeerId& to, std::string_view key, const Object& object) {
  NodeState& node = turn.node;
  const std::uint64_t ticket = new_ticket(node);
  const std::vector<SharedBytes> parts = encoded_parts(object, key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ObjectWrite write;
    write.ticket = ticket;
    write.ring = node.ring.stamp;
    write.reason = WriteReason::repair;
    write.conflicts = node.ring.members.policy_of(key).conflicts;
    write.urgent = false;
    write.last = i + 1 == parts.size();
    write.key = key;
    write.object = turn.out.share(parts[i]);
    if (!send_to_member(turn, to, ConnectionKind::bulk, write)) return false;
  }
  node.replica.background.spend(key.size() + object.byte_size());
  node.replica.offers.sent(
      ticket, {to, std::string(key), turn.now.steady + Duration(limits::kHandoffPatience)});
  return true;
}

void keep_instead(Turn& turn, const PeerId& to, std::string_view key, const Object& object) {
  const Conflicts conflicts = turn.node.ring.members.policy_of(key).conflicts;
  if (!keep_hint(turn, to, key, object, conflicts, Sync::yes).ok()) {
    turn.node.replica.offers.not_taken();
  }
}

void keep_instead(Turn& turn, const Offers::Copy& copy) {
  const Conflicts conflicts = turn.node.ring.members.policy_of(copy.key).conflicts;
  const auto own = read_all(turn, copy.key, conflicts);
  if (!own.ok() || own->state != CopyState::whole) return turn.node.replica.offers.not_taken();
  if (!own->object.empty()) keep_instead(turn, copy.to, copy.key, own->object);
}

void offer(Turn& turn, const std::string& key) {
  NodeState& node = turn.node;
  const auto own = read_all(turn, key, node.ring.members.policy_of(key).conflicts);
  if (!own.ok()) return node.replica.offers.not_taken();
  if (own->object.empty()) return;  // a hint that was delivered, a copy that is damaged
  ++node.counters.objects_offered;
  for (const PeerId& to : place_of(node, key).primaries) {
    if (to == node.config.id) continue;
    if (is_reachable(node, to, turn.now) && send_copy(turn, to, key, own->object)) continue;
    keep_instead(turn, to, key, own->object);
  }
}

void read_round(Turn& turn) {
  Offers& offers = turn.node.replica.offers;
  while (!offers.has_enough()) {
    auto record = turn.node.store.recent_writes(offers.cursor());
    if (!record) break;
    offers.add(*std::move(record));
  }
  offers.begin_round();
  if (offers.state() != Offers::State::done || offers.offered() == 0) return;
  log(turn, Severity::info, kNoConnection,
      fmt::format(
          "what was written shortly before the last stop ({} keys) was offered to the other "
          "primaries",
          offers.offered()));
}

}  // namespace

void go_on_offering(Turn& turn) {
  NodeState& node = turn.node;
  Offers& offers = node.replica.offers;
  const Instant now = turn.now.steady;
  for (const Offers::Copy& copy : offers.take_overdue(now)) {
    member_failed(turn, copy.to);
    keep_instead(turn, copy);
  }
  if (!may_offer(node)) return;
  if (offers.state() == Offers::State::resting && offers.rests_until() <= now) offers.go_on();
  if (offers.state() == Offers::State::reading) read_round(turn);
  if (offers.state() != Offers::State::offering) return;
  while (offers.has_keys() && offers.room() > 0 && node.replica.background.any(now) &&
         offers_are_read(node)) {
    offer(turn, offers.take_key());
  }
  if (!offers.round_is_over()) return;
  for (const std::uint64_t number : offers.end_round(now)) node.store.forget_recent_writes(number);
}

Instant offer_deadline(const NodeState& node) {
  const Offers& offers = node.replica.offers;
  const Instant next = offers.next_deadline();
  if (!may_offer(node)) return next;
  switch (offers.state()) {
    case Offers::State::reading:
      return Instant::min();
    case Offers::State::resting:
      return std::min(next, offers.rests_until());
    case Offers::State::offering:
      if (offers.round_is_over()) return Instant::min();
      if (!offers.has_keys() || offers.room() == 0 || !offers_are_read(node)) return next;
      return std::min(next, node.replica.background.available_at());
    case Offers::State::done:
      break;
  }
  return next;
}

bool offer_answered(Turn& turn, const Connection& from, const WriteReply& reply) {
  const auto copy = turn.node.replica.offers.answered(reply.ticket, from.peer);
  if (!copy) return false;
  if (reply.status != ReplicaStatus::ok) keep_instead(turn, *copy);
  return true;
}

void offers_lost(Turn& turn, const PeerId& member) {
  for (const Offers::Copy& copy : turn.node.replica.offers.take_lost(member)) {
    keep_instead(turn, copy);
  }
}

}  // namespace oxbow

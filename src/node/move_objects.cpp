// After a change of the ring the objects that are kept here are looked through in slices, and those
// primaries that are new to a key are sent a copy. Old copies stay where they are: they do no harm.
#include <algorithm>

#include "node/replicas.h"
#include "replica/movement_rules.h"

namespace oxbow {

namespace {

std::vector<PeerId> primaries_by(const TokenRing& ring, std::string_view key, std::uint32_t n) {
  std::vector<PeerId> ids;
  for (const MemberNumber member : ring.preference_list(position_of(key), n)) {
    ids.push_back(ring.member(member).id);
  }
  return ids;
}

/// Who cannot be sent it now finds it as a hint.
void keep_for(Turn& turn, const PeerId& to, const ScannedObject& scanned) {
  const BucketPolicy& policy = turn.node.ring.members.policy_of(scanned.key);
  const auto kept = keep_hint(turn, to, scanned.key, scanned.object, policy.conflicts, Sync::yes);
  if (!kept.ok()) log(turn, Severity::warning, kNoConnection, kept.error().message);
}

bool send_copy(Turn& turn, const PeerId& to, const ScannedObject& scanned) {
  NodeState& node = turn.node;
  const BucketPolicy& policy = node.ring.members.policy_of(scanned.key);
  const std::uint64_t ticket = new_ticket(node);
  const std::vector<std::string> parts = encoded_parts(scanned.object, scanned.key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ObjectWrite write;
    write.ticket = ticket;
    write.ring = node.ring.stamp;
    write.reason = WriteReason::move;
    write.conflicts = policy.conflicts;
    write.last = i + 1 == parts.size();
    write.key = turn.out.arena.copy(scanned.key);
    write.object = turn.out.arena.copy(parts[i]);
    if (!send_to_member(turn, to, ConnectionKind::bulk, write)) return false;
  }
  node.replica.background.spend(scanned.object.byte_size());
  node.replica.moves.emplace(
      ticket, ObjectMove{to, scanned.key, turn.now.steady + limits::kHandoffPatience});
  return true;
}

void move_one(Turn& turn, const TokenRing& before, const ScannedObject& scanned) {
  NodeState& node = turn.node;
  const std::uint32_t n = node.ring.members.policy_of(scanned.key).n;
  const std::vector<PeerId> had = primaries_by(before, scanned.key, n);
  const std::vector<PeerId> have = primaries_by(node.ring.ring, scanned.key, n);
  const auto reachable = [&](const PeerId& member) { return is_reachable(node, member, turn.now); };
  if (!hands_over(node.config.id, had, have, reachable)) return;
  for (const PeerId& to : new_primaries(had, have)) {
    if (to == node.config.id) continue;
    if (!reachable(to) || !send_copy(turn, to, scanned)) keep_for(turn, to, scanned);
  }
}

/// A move that was not confirmed becomes a hint.
void give_up(Turn& turn, const ObjectMove& move) {
  const auto own = read_own(turn, move.key);
  if (!own.ok() || own->object.empty()) return;
  keep_for(turn, move.to, {move.key, own->object});
}

template <class Which>
void give_up_if(Turn& turn, Which&& which) {
  auto& moves = turn.node.replica.moves;
  std::vector<ObjectMove> lost;
  std::erase_if(moves, [&](const auto& entry) {
    if (!which(entry.second)) return false;
    lost.push_back(entry.second);
    return true;
  });
  for (const ObjectMove& move : lost) give_up(turn, move);
}

}  // namespace

void move_objects(Turn& turn, const TokenRing& before) {
  NodeState& node = turn.node;
  if (before.empty() || node.store.objects() == 0) return;
  if (node.replica.scan) {  // from the ring that the objects were last in place for
    node.replica.scan->cursor = {};
    node.replica.scan->at_end = false;
    return;
  }
  node.replica.scan = MoveScan{before, {}, false};
}

void go_on_moving(Turn& turn) {
  NodeState& node = turn.node;
  ReplicaState& replica = node.replica;
  const Instant now = turn.now.steady;
  give_up_if(turn, [&](const ObjectMove& move) { return move.deadline <= now; });
  if (!replica.scan || replica.moves.size() >= limits::kHandoffBatch) return;
  if (!replica.background.any(now)) return;
  std::vector<ScannedObject> page;
  const std::size_t most = limits::kHandoffBatch - replica.moves.size();
  const auto more = node.store.scan(replica.scan->cursor, ~std::uint64_t{0},
                                    std::min(most, limits::kMovePage), limits::kHandoffPage, page);
  for (const ScannedObject& scanned : page) move_one(turn, replica.scan->before, scanned);
  if (!more.ok()) log(turn, Severity::warning, kNoConnection, more.error().message);
  if (!more.ok() || !*more) replica.scan.reset();
}

Instant move_deadline(const NodeState& node) {
  const ReplicaState& replica = node.replica;
  Instant next = kNever;
  for (const auto& [ticket, move] : replica.moves) next = std::min(next, move.deadline);
  const bool may_go_on = replica.scan && replica.moves.size() < limits::kHandoffBatch;
  return may_go_on ? std::min(next, replica.background.available_at()) : next;
}

bool objects_are_moving(const NodeState& node) {
  return node.replica.scan.has_value() || !node.replica.moves.empty();
}

bool move_answered(Turn& turn, const WriteReply& reply) {
  auto& moves = turn.node.replica.moves;
  const auto found = moves.find(reply.ticket);
  if (found == moves.end()) return false;
  const ObjectMove move = std::move(found->second);
  moves.erase(found);
  if (reply.status == ReplicaStatus::ok) {
    ++turn.node.counters.objects_moved;
  } else {
    give_up(turn, move);
  }
  return true;
}

void moves_lost(Turn& turn, const PeerId& member) {
  give_up_if(turn, [&](const ObjectMove& move) { return move.to == member; });
}

}  // namespace oxbow

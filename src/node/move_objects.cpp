// After a change of the ring, and at every start, the objects that are kept here are looked through
// in slices. Primaries that are new to a key are sent a copy. A copy that this member is no primary
// of goes to all primaries, and is dropped here once each of them has stored it; until then it
// stays, and is tried again.
//
// Which ring the objects were last in place for is a record of the store: so a move that a restart
// interrupted is taken up again.
#include <fmt/format.h>

#include <algorithm>

#include "membership/record_bytes.h"
#include "node/membership.h"
#include "node/replicas.h"
#include "replica/movement_rules.h"
#include "store/slice_sums.h"

namespace oxbow {

namespace {

constexpr std::string_view kPlaced = "ring placed";  // members; empty: not known

/// The ring of the record; nothing: it is not known.
std::optional<TokenRing> placed_ring(NodeState& node) {
  const auto bytes = node.store.read_record(kPlaced);
  if (bytes.ok() && !*bytes) return node.ring.ring;  // never written: nothing has moved yet
  Members members;
  if (!bytes.ok() || (*bytes)->empty() || !take_bytes(**bytes, members).ok()) return std::nullopt;
  std::vector<RingMember> placed;
  for (const auto& [id, member] : members.all()) placed.push_back({id, member.zone, member.tokens});
  return TokenRing::drawn(placed);
}

void keep_placed(Turn& turn, std::string_view bytes) {
  Store& store = turn.node.store;
  const auto known = store.read_record(kPlaced);
  if (known.ok() && *known == bytes) return;
  const auto kept = store.write_record(kPlaced, bytes);  // else all is looked through once more
  if (!kept.ok()) log_store_failure(turn, kept.error());
}

std::string joined_members(const NodeState& node) {
  Members joined;
  for (const auto& [id, member] : node.ring.members.all()) {
    if (member.state == MemberState::joined) joined.take(member);
  }
  return to_bytes(joined);
}

Duration pause_after(std::uint32_t rounds) {
  Duration pause = limits::kMoveAgain;
  for (std::uint32_t i = 1; i < rounds && pause < limits::kMoveAgainMost; ++i) pause *= 2;
  return std::min<Duration>(pause, limits::kMoveAgainMost);
}

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
  if (!kept.ok()) log_store_failure(turn, kept.error());
}

bool send_copy(Turn& turn, const PeerId& to, const ScannedObject& scanned, std::uint64_t leaving) {
  NodeState& node = turn.node;
  const BucketPolicy& policy = node.ring.members.policy_of(scanned.key);
  const std::uint64_t ticket = new_ticket(node);
  const std::vector<SharedBytes> parts = encoded_parts(scanned.object, scanned.key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ObjectWrite write;
    write.ticket = ticket;
    write.ring = node.ring.stamp;
    write.reason = WriteReason::move;
    write.conflicts = policy.conflicts;
    write.last = i + 1 == parts.size();
    write.key = scanned.key;
    write.object = turn.out.share(parts[i]);
    if (!send_to_member(turn, to, ConnectionKind::bulk, write)) return false;
  }
  node.replica.background.spend(scanned.object.byte_size());
  node.replica.moves.emplace(
      ticket, ObjectMove{to, scanned.key, turn.now.steady + limits::kHandoffPatience, leaving});
  return true;
}

/// This member stays a primary: those that are new get a copy, from one of those that are not.
void share_copy(Turn& turn, const std::vector<PeerId>& had, const std::vector<PeerId>& have,
                const ScannedObject& scanned) {
  const PeerId& self = turn.node.config.id;
  const auto reachable = [&](const PeerId& member) {
    return is_reachable(turn.node, member, turn.now);
  };
  if (!hands_over(self, had, have, reachable)) return;
  for (const PeerId& to : new_primaries(had, have)) {
    if (to == self) continue;
    if (!reachable(to) || !send_copy(turn, to, scanned, 0)) keep_for(turn, to, scanned);
  }
}

/// This member is none: all primaries get a copy, and then it goes.
void give_up_copy(Turn& turn, MoveScan& scan, const std::vector<PeerId>& have,
                  const ScannedObject& scanned) {
  ReplicaState& replica = turn.node.replica;
  const bool all_reachable = std::all_of(have.begin(), have.end(), [&](const PeerId& member) {
    return is_reachable(turn.node, member, turn.now);
  });
  if (!all_reachable) scan.left_some = true;
  if (!all_reachable && scan.rounds > 0) return;  // the others have had it
  const std::uint64_t number = new_ticket(turn.node);
  LeavingCopy leaving{scanned.key, object_hash(scanned.key, scanned.object), 0, all_reachable};
  for (const PeerId& to : have) {
    if (!is_reachable(turn.node, to, turn.now)) continue;
    if (send_copy(turn, to, scanned, number)) {
      ++leaving.waiting;
    } else {
      leaving.all_took_it = false;
      scan.left_some = true;
    }
  }
  if (leaving.waiting > 0) replica.leaving.emplace(number, std::move(leaving));
}

void move_one(Turn& turn, MoveScan& scan, const ScannedObject& scanned) {
  const NodeState& node = turn.node;
  const TokenRing& ring = node.ring.ring;
  const BucketPolicy& policy = node.ring.members.policy_of(scanned.key);
  const std::uint32_t n = policy.n;
  const std::vector<PeerId> have = primaries_by(ring, scanned.key, n);
  const PeerId& self = node.config.id;
  const bool is_mine = std::find(have.begin(), have.end(), self) != have.end();
  if (scanned.object.empty()) {  // read from the others, it goes to all primaries that lack it
    if (!is_mine && !node.replica.damaged.may_be_replaced(scanned.key)) scan.left_some = true;
    return damaged_copy_met(turn, scanned.key);
  }
  if (!is_mine) {
    return give_up_copy(turn, scan, have, scanned);
  }
  if (!scan.before || scan.buckets.contains(policy.name)) {
    return share_copy(turn, {self}, have, scanned);
  }
  if (scan.before->digest() == ring.digest()) return;
  share_copy(turn, primaries_by(*scan.before, scanned.key, n), have, scanned);
}

/// All primaries have the copy as it was sent.
void drop_copy(Turn& turn, std::string_view key, std::uint64_t version) {
  NodeState& node = turn.node;
  const auto own = read_own(turn, key);
  const bool is_mine = is_primary_of(node, key, node.ring.members.policy_of(key));
  if (!own.ok() || own->object.empty() || is_mine) return;
  if (object_hash(key, own->object) != version) {
    if (node.replica.scan) node.replica.scan->left_some = true;
    return;
  }
  // What was numbered on this copy must not be numbered again on an older one that comes back.
  node.replica.actors.observe(VectorClock(), own->object.clock());
  const auto erased = node.store.erase(key, own->object);
  if (!erased.ok()) return log_store_failure(turn, erased.error());
  object_changed(turn, key, Object());
  ++node.counters.objects_dropped;
}

/// One of the primaries has answered for a copy that leaves, or will not.
void leaving_answered(Turn& turn, std::uint64_t number, bool took_it) {
  ReplicaState& replica = turn.node.replica;
  const auto found = replica.leaving.find(number);
  OXBOW_ASSERT(found != replica.leaving.end(), "an answer for a copy that does not leave");
  LeavingCopy& leaving = found->second;
  leaving.all_took_it = leaving.all_took_it && took_it;
  if (!took_it && replica.scan) replica.scan->left_some = true;
  if (--leaving.waiting > 0) return;
  const LeavingCopy done = std::move(leaving);
  replica.leaving.erase(found);
  if (done.all_took_it) drop_copy(turn, done.key, done.version);
}

/// A move that was not confirmed becomes a hint; what leaves stays for now.
void give_up(Turn& turn, const ObjectMove& move) {
  if (move.leaving != 0) return leaving_answered(turn, move.leaving, false);
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

/// Who is sent objects reads them; else no further ones are sent for now.
bool moves_are_read(const NodeState& node) {
  const auto& moves = node.replica.moves;
  return std::all_of(moves.begin(), moves.end(),
                     [&](const auto& move) { return bulk_has_room(node, move.second.to); });
}

/// Everything has been looked through, and all that was sent is answered.
void end_round(Turn& turn) {
  NodeState& node = turn.node;
  MoveScan& scan = *node.replica.scan;
  if (!scan.left_some) {
    node.replica.scan.reset();
    keep_placed(turn, joined_members(node));
    return answer_leave_waits(turn);
  }
  scan.before = node.ring.ring;  // new primaries have their copies, or hints wait for them
  scan.buckets.clear();
  scan.cursor = {};
  scan.at_end = false;
  scan.left_some = false;
  scan.due = turn.now.steady + pause_after(++scan.rounds);
}

bool may_scan(const NodeState& node) {
  return node.replica.scan && !node.ring.ring.empty() && !ring_is_awaited(node);
}

}  // namespace

void start_moving(Turn& turn) {
  NodeState& node = turn.node;
  if (!node.store.sums_known()) node.replica.sums_due = turn.now.steady;
  if (node.store.objects() == 0 && !is_member(node)) return;
  node.replica.scan = MoveScan{};
  node.replica.scan->before = placed_ring(node);
}

void move_objects(Turn& turn, const TokenRing& before) {
  NodeState& node = turn.node;
  std::optional<MoveScan>& scan = node.replica.scan;
  for (auto& [number, leaving] : node.replica.leaving) leaving.all_took_it = false;
  if (node.store.objects() == 0 && !is_member(node)) return;
  if (!scan) {
    scan = MoveScan{};
    scan->before = before;
    return;
  }
  // Somebody who was away in between may have given its copies up.
  const auto has_come_back = [&](const RingMember& member) {
    const auto is_on = [&](const TokenRing& ring) {
      const auto number = ring.find(member.id);
      return number && ring.member(*number) == member;
    };
    return is_on(node.ring.ring) && !is_on(before);
  };
  const bool unknown = !scan->before || std::any_of(scan->before->members().begin(),
                                                    scan->before->members().end(), has_come_back);
  if (unknown && node.store.objects() > 0) {
    scan->before.reset();
    keep_placed(turn, "");
  }
  scan->cursor = {};
  scan->at_end = false;
  scan->left_some = false;
  scan->rounds = 0;
  scan->due = turn.now.steady;
}

void policies_changed(Turn& turn, const std::vector<std::string>& buckets) {
  NodeState& node = turn.node;
  if (node.store.objects() == 0 || buckets.empty()) return;
  for (auto& [number, leaving] : node.replica.leaving) leaving.all_took_it = false;
  std::optional<MoveScan>& scan = node.replica.scan;
  if (!scan) {
    scan = MoveScan{};
    scan->before = node.ring.ring;
  }
  scan->buckets.insert(buckets.begin(), buckets.end());
  scan->cursor = {};
  scan->at_end = false;
  scan->left_some = false;
  scan->rounds = 0;
  scan->due = turn.now.steady;
  keep_placed(turn, "");
}

void go_on_moving(Turn& turn) {
  NodeState& node = turn.node;
  ReplicaState& replica = node.replica;
  const Instant now = turn.now.steady;
  give_up_if(turn, [&](const ObjectMove& move) { return move.deadline <= now; });
  if (!may_scan(node) || replica.scan->due > now) return;
  MoveScan& scan = *replica.scan;
  if (!scan.at_end) {
    if (replica.moves.size() >= limits::kHandoffBatch || !replica.background.any(now)) return;
    if (!moves_are_read(node)) return;
    std::vector<ScannedObject> page;
    const std::size_t most = limits::kHandoffBatch - replica.moves.size();
    const auto more =
        node.store.scan(scan.cursor, ~std::uint64_t{0}, std::min(most, limits::kMovePage),
                        limits::kHandoffPage, page);
    for (const ScannedObject& scanned : page) move_one(turn, scan, scanned);
    if (!more.ok()) {
      log_store_failure(turn, more.error());
      scan.left_some = true;
    }
    scan.at_end = !more.ok() || !*more;
    if (scan.at_end && scan.cursor.left_out > 0 && scan.rounds == 0) {
      log(turn, Severity::warning, kNoConnection,
          fmt::format("{} blocks of the store cannot be read: what is in them was not looked at "
                      "after the change of the ring",
                      scan.cursor.left_out));
    }
  }
  if (scan.at_end && replica.moves.empty()) end_round(turn);
}

Instant move_deadline(const NodeState& node) {
  const ReplicaState& replica = node.replica;
  Instant next = kNever;
  for (const auto& [ticket, move] : replica.moves) next = std::min(next, move.deadline);
  if (!may_scan(node)) return next;
  const MoveScan& scan = *replica.scan;
  const bool may_go_on = scan.at_end
                             ? replica.moves.empty()
                             : replica.moves.size() < limits::kHandoffBatch && moves_are_read(node);
  if (!may_go_on) return next;
  const Instant available = scan.at_end ? scan.due : replica.background.available_at();
  return std::min(next, std::max(scan.due, available));
}

bool objects_are_moving(const NodeState& node) {
  return may_scan(node) || !node.replica.moves.empty();
}

void find_sums(Turn& turn) {
  ReplicaState& replica = turn.node.replica;
  if (replica.sums_due > turn.now.steady) return;
  replica.sums_due = kNever;
  const auto more = turn.node.store.rebuild_sums(limits::kMovePage, limits::kScanBytes);
  if (!more.ok()) {
    return log_standing(turn, Severity::warning, kNoConnection, "not counted",
                        fmt::format("the objects were not counted: {}", more.error().message));
  }
  if (*more) replica.sums_due = turn.now.steady + limits::kSumsEvery;
}

bool move_answered(Turn& turn, const Connection& from, const WriteReply& reply) {
  auto& moves = turn.node.replica.moves;
  const auto found = moves.find(reply.ticket);
  if (found == moves.end()) return false;
  if (found->second.to != from.peer) return false;
  const ObjectMove move = std::move(found->second);
  moves.erase(found);
  if (reply.status == ReplicaStatus::ok) {
    ++turn.node.counters.objects_moved;
    if (move.leaving != 0) leaving_answered(turn, move.leaving, true);
  } else {
    give_up(turn, move);
  }
  return true;
}

void moves_lost(Turn& turn, const PeerId& member) {
  give_up_if(turn, [&](const ObjectMove& move) { return move.to == member; });
}

}  // namespace oxbow

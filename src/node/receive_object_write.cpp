// An object for this member's own copy, or as a hint for another one. Copies are merged, never
// overwritten; a part of an object is one itself.
#include "node/replicas.h"
#include "version/object_bytes.h"

namespace oxbow {

namespace {

ReplicaStatus status_of(const Error& error) {
  return error.code == "no-room" ? ReplicaStatus::no_room : ReplicaStatus::failed;
}

/// A hint for somebody unheard of would never be delivered, and each of them costs every read.
bool may_write(NodeState& node, const ObjectWrite& write) {
  if (!write.hint_for.is_zero()) return node.ring.members.find(write.hint_for) != nullptr;
  if (write.ring.version >= node.ring.stamp.version) return true;
  return is_primary_of(node, write.key, node.ring.members.policy_of(write.key));
}

/// A hint for this very member is its own copy.
bool is_hint(const NodeState& node, const ObjectWrite& write) {
  return !write.hint_for.is_zero() && write.hint_for != node.config.id;
}

std::size_t clock_here(Turn& turn, std::string_view key) {
  const auto own = turn.node.store.read(key);
  return own.ok() ? own->object.clock().size() : 0;
}

Sync sync_of(const ObjectWrite& write) {
  return write.sync == Sync::yes && !write.urgent ? Sync::soon : write.sync;
}

}  // namespace

void receive_object_write(Turn& turn, Connection& from, const ObjectWrite& write) {
  NodeState& node = turn.node;
  ++node.counters.object_writes;
  compare_rings(turn, from, write.ring);
  const auto answer = [&](ReplicaStatus status, WriteSequence after = kNothingPending) {
    turn.out.send(from.id, WriteReply{write.ticket, status}, after);
  };
  if (!node.ring.ring.find(node.config.id)) return answer(ReplicaStatus::not_member);
  if (!may_write(node, write)) return answer(ReplicaStatus::not_owner);
  const bool stranger = !node.ring.ring.find(from.peer);
  const auto object = parse_object(write.object, write.key,
                                   stranger ? limits::kClockEntries : limits::kPartEntries);
  if (!object.ok()) return offence(turn, from, object.error().message);
  // Who is no member may not make a clock grow beyond what a write of a client may.
  if (stranger && clock_here(turn, write.key) + object->clock().size() > limits::kClockEntries) {
    return answer(ReplicaStatus::failed);
  }
  const auto written = is_hint(node, write)
                           ? keep_hint(turn, write.hint_for, write.key, *object, write.conflicts,
                                       sync_of(write), Origin::elsewhere)
                           : merge_own(turn, write.key, *object, write.conflicts, sync_of(write));
  if (!written.ok()) return answer(status_of(written.error()));
  if (write.last) answer(ReplicaStatus::ok, *written);
}

}  // namespace oxbow

// An object for this member's own copy, or as a hint for another one. Copies are merged, never
// overwritten; a part of an object is one itself.
#include "node/object_times.h"
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

Sync sync_of(const ObjectWrite& write) {
  return write.sync == Sync::yes && !write.urgent ? Sync::soon : write.sync;
}

Result<WriteSequence> take_in(Turn& turn, const Connection& from, const ObjectWrite& write,
                              const Object& object) {
  NodeState& node = turn.node;
  const bool hint = is_hint(node, write);
  if (is_doubtful(turn, from, write, object)) {
    const auto local =
        hint ? node.store.read_hints(write.key, write.conflicts) : read_own(turn, write.key);
    if (!local.ok()) return local.error();
    const Status fine = may_enter(turn, from, write, object, local->object);
    if (!fine.ok()) return fine.error();
  }
  if (!hint) return merge_own(turn, write.key, object, write.conflicts, sync_of(write));
  return keep_hint(turn, write.hint_for, write.key, object, write.conflicts, sync_of(write),
                   Origin::elsewhere);
}

void refuse(Turn& turn, const Connection& from, const ObjectWrite& write, const Error& error) {
  ++turn.node.counters.writes_refused;
  const std::string_view reason = std::string_view(error.message).substr(0, limits::kReason);
  turn.out.send(from.id, WriteReply{write.ticket, status_of(error), reason});
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
  const auto object = parse_object(write.object, write.key, limits::kPartEntries);
  if (!object.ok()) {
    const bool is_too_large = object.error().code == "clock-too-large";
    return is_too_large ? refuse(turn, from, write, object.error())
                        : offence(turn, from, object.error().message);
  }
  const auto written = take_in(turn, from, write, *object);
  if (!written.ok()) return refuse(turn, from, write, written.error());
  if (write.last) answer(ReplicaStatus::ok, *written);
}

}  // namespace oxbow

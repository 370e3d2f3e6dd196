// This member's own copies of objects. What other members see of them is what makes numbering
// writes safe: see version/actor_run.h, whose observe() is called wherever something comes in.
#include <algorithm>

#include "node/replicas.h"
#include "version/object_bytes.h"

namespace oxbow {

Result<StoredObject> read_own(Turn& turn, std::string_view key) {
  auto read = turn.node.store.read(key);
  if (!read.ok() && read.error().code == "damaged") {
    damaged_copy_met(turn, key);
    return StoredObject{{}, kNothingPending, CopyState::damaged};
  }
  DamagedCopies& damaged = turn.node.replica.damaged;
  if (!damaged.empty() && read.ok()) damaged.restored(key);
  return read;
}

bool is_awaiting_restore(const Turn& turn, std::string_view key, const StoredObject& own) {
  return own.state == CopyState::damaged && !turn.node.replica.damaged.may_be_replaced(key);
}

Error damaged_copy() {
  return {"damaged",
          "the copy of the key is damaged on the disk of this member, and is being read from the "
          "others (try again)",
          "", ""};
}

Result<StoredObject> read_all(Turn& turn, std::string_view key, Conflicts conflicts) {
  NodeState& node = turn.node;
  auto own = read_own(turn, key);
  if (!own.ok()) return own;
  if (node.store.all_hints().hints > 0) {
    const auto hints = node.store.read_hints(key, conflicts);
    if (!hints.ok()) return hints.error();
    own->object.merge(hints->object, conflicts);
    own->pending = std::max(own->pending, hints->pending);
    if (own->state == CopyState::whole) own->state = hints->state;
  }
  const bool may_be_lost = own->object.empty() && !node.store.is_complete();
  if (may_be_lost && own->state == CopyState::whole) own->state = CopyState::incomplete;
  return own;
}

Result<WriteSequence> write_own(Turn& turn, std::string_view key, const Object& before,
                                const Object& after, Sync sync) {
  auto written = turn.node.store.write(key, before, after, sync);
  if (!written.ok()) return written;
  turn.node.replica.unstored.kept(key, after);
  object_changed(turn, key, after);
  return written;
}

Result<WriteSequence> merge_own(Turn& turn, std::string_view key, const Object& object,
                                Conflicts conflicts, Sync sync) {
  const auto own = read_own(turn, key);
  if (!own.ok()) return own.error();
  if (is_awaiting_restore(turn, key, *own)) return damaged_copy();
  turn.node.replica.unstored.observe(key, own->object.clock(), object.clock());
  const Object all = merged(own->object, object, conflicts);
  if (!same_events(all, own->object)) return write_own(turn, key, own->object, all, sync);
  // Nothing new, but perhaps not on disk yet.
  return sync != Sync::no ? own->pending : kNothingPending;
}

void keep_numbers(Turn& turn, std::string_view key, const VectorClock& own, const Object& object) {
  ReplicaState& replica = turn.node.replica;
  const auto numbered = object.clock().of_run(replica.actors.peer(), replica.actors.run());
  const bool known = std::all_of(numbered.begin(), numbered.end(),
                                 [&](const Dot& entry) { return own.contains(entry); });
  if (known) return;
  const Conflicts conflicts = turn.node.ring.members.policy_of(key).conflicts;
  replica.unstored.remember(key, merged(replica.unstored.of(key), object, conflicts));
}

std::vector<SharedBytes> encoded_parts(const Object& object, std::string_view key) {
  std::vector<SharedBytes> parts;
  for (const Object& part : in_parts(object, limits::kObjectPart)) {
    parts.push_back(share(encode_object(part, key)));
  }
  return parts;
}

}  // namespace oxbow

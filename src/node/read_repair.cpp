// Read repair: after the answer has gone out, primaries whose copy was behind are sent the newest.
#include "node/replicas.h"

namespace oxbow {

void repair(Turn& turn, std::string_view key, const Object& object, Conflicts conflicts,
            const PeerId& member) {
  NodeState& node = turn.node;
  Connection* const to = node.connections.to_peer(member, ConnectionKind::control);
  if (to != nullptr && !has_room(node, *to)) return;  // the next read repairs it
  ++node.counters.read_repairs;
  // Nobody waits for it; but a write that comes later and finds nothing new here must be able to
  // tell when what is here is durable.
  const Sync sync = node.ring.members.policy_of(key).sync;
  if (member == node.config.id) {
    const auto written = merge_own(turn, key, object, conflicts, sync);
    if (!written.ok()) log_store_failure(turn, written.error());
    return;
  }
  // What goes wrong is put right by the next read.
  ObjectWrite write;
  write.ring = node.ring.stamp;
  write.reason = WriteReason::repair;
  write.conflicts = conflicts;
  write.sync = sync;
  write.key = key;
  if (to != nullptr) {
    to->used = turn.now.steady;
    return send_object(turn, *to, write, object, key, kNothingPending);
  }
  const std::vector<SharedBytes> parts = encoded_parts(object, key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    write.last = i + 1 == parts.size();
    write.object = turn.out.share(parts[i]);
    if (!send_to_member(turn, member, ConnectionKind::control, write)) return;
  }
}

}  // namespace oxbow

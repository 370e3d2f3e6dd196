// Read repair: after the answer has gone out, primaries whose copy was behind are sent the newest.
#include "node/replicas.h"

namespace oxbow {

void repair(Turn& turn, std::string_view key, const Object& object, Conflicts conflicts,
            const PeerId& member) {
  NodeState& node = turn.node;
  ++node.counters.read_repairs;
  if (member == node.config.id) {
    const auto written = merge_own(turn, key, object, conflicts, Sync::no);
    if (!written.ok()) log(turn, Severity::warning, kNoConnection, written.error().message);
    return;
  }
  // Nobody waits for it: what goes wrong is put right by the next read.
  const std::vector<std::string> parts = encoded_parts(object, key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    ObjectWrite write;
    write.ring = node.ring.stamp;
    write.reason = WriteReason::repair;
    write.conflicts = conflicts;
    write.sync = Sync::no;
    write.last = i + 1 == parts.size();
    write.key = turn.out.arena.copy(key);
    write.object = turn.out.arena.copy(parts[i]);
    if (!send_to_member(turn, member, ConnectionKind::control, write)) return;
  }
}

}  // namespace oxbow

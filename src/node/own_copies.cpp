// This member's own copies of objects. What other members see of them is what makes numbering
// writes safe: see version/actor_run.h, whose observe() is called wherever something comes in.
#include "node/replicas.h"
#include "version/object_bytes.h"

namespace oxbow {

Result<StoredObject> read_own(Turn& turn, std::string_view key) {
  auto read = turn.node.store.read(key);
  if (!read.ok() && read.error().code == "damaged") {
    log_store_failure(turn, read.error());
    return StoredObject{};
  }
  return read;
}

Result<StoredObject> read_all(Turn& turn, std::string_view key, Conflicts conflicts) {
  NodeState& node = turn.node;
  auto own = read_own(turn, key);
  if (!own.ok() || node.replica.hints.hints == 0) return own;
  const auto hints = node.store.read_hints(key, conflicts);
  if (!hints.ok()) return hints.error();
  own->object.merge(hints->object, conflicts);
  own->pending = std::max(own->pending, hints->pending);
  return own;
}

Result<WriteSequence> write_own(Turn& turn, std::string_view key, const Object& before,
                                const Object& after, Sync sync) {
  auto written = turn.node.store.write(key, before, after, sync);
  if (written.ok()) object_changed(turn, key, after);
  return written;
}

Result<WriteSequence> merge_own(Turn& turn, std::string_view key, const Object& object,
                                Conflicts conflicts, Sync sync) {
  const auto own = read_own(turn, key);
  if (!own.ok()) return own.error();
  turn.node.replica.actors.observe(own->object.clock(), object.clock());
  const Object all = merged(own->object, object, conflicts);
  if (!same_events(all, own->object)) return write_own(turn, key, own->object, all, sync);
  // Nothing new, but perhaps not on disk yet.
  return sync != Sync::no ? own->pending : kNothingPending;
}

std::vector<std::string> encoded_parts(const Object& object, std::string_view key) {
  std::vector<std::string> parts;
  for (const Object& part : in_parts(object, limits::kObjectPart)) {
    parts.push_back(encode_object(part, key));
  }
  return parts;
}

}  // namespace oxbow

// Hints: objects kept for members that were away, each with the member's name and its version.
#include <fmt/format.h>

#include "node/replicas.h"
#include "replica/hint_rules.h"

namespace oxbow {

namespace {

constexpr HintRules kRules;

std::size_t size_of(const Hint& hint) { return hint.key.size() + hint.object.byte_size(); }

}  // namespace

bool is_hintable(const Turn& turn, const PeerId& member) {
  const auto failed = turn.node.ring.failed.find(member);
  if (failed == turn.node.ring.failed.end()) return true;
  return in_hint_window(kRules, turn.now.steady - failed->second.failed);
}

Result<WriteSequence> keep_hint(Turn& turn, const PeerId& destination, std::string_view key,
                                const Object& object, Conflicts conflicts, Sync sync,
                                Origin origin) {
  NodeState& node = turn.node;
  OXBOW_ASSERT(destination != node.config.id, "a hint for the member itself");
  const auto all = node.store.read_hints(key, conflicts);
  if (!all.ok()) return all.error();
  if (origin == Origin::elsewhere) {
    node.replica.unstored.observe(key, all->object.clock(), object.clock());
  }
  const auto known = node.store.read_hint(destination, key);
  Hint hint{destination, std::string(key), object, turn.now.wall};
  std::size_t before = 0;
  if (known) {
    before = size_of(*known);
    hint.object.merge(known->object, conflicts);
    hint.written = known->written;
    if (same_events(hint.object, known->object)) {
      node.replica.unstored.kept(key, known->object);
      return sync != Sync::no ? all->pending : kNothingPending;
    }
  }
  HintTotals& totals = node.replica.hints;
  const std::size_t size = size_of(hint);
  if (!has_room_for_hint(kRules, totals.hints - (known ? 1 : 0), totals.bytes - before, size)) {
    ++node.counters.hints_refused;
    return Error{"no-room", "too many hints are kept here already",
                 fmt::format("at most {} hints, {} bytes", kRules.most_hints, kRules.most_bytes),
                 fmt::format("{} hints, {} bytes", totals.hints, totals.bytes)};
  }
  auto written = node.store.write_hint(hint, sync);
  if (!written.ok()) {
    ++node.counters.hints_refused;
    return written;
  }
  node.replica.unstored.kept(key, hint.object);
  totals.bytes = totals.bytes - before + size;
  if (!known) ++totals.hints;
  ++node.counters.hints_kept;
  node.replica.handoff_due =
      std::min(node.replica.handoff_due, turn.now.steady + limits::kHandoffEvery);
  return written;
}

// A fallback numbers its writes by its hints: what goes with this one must not be numbered again,
// unless the stored copy remembers it.
void erase_hint(Turn& turn, const Hint& hint) {
  NodeState& node = turn.node;
  const auto own = node.store.read(hint.key);
  keep_numbers(turn, hint.key, own.ok() ? own->object.clock() : VectorClock{}, hint.object);
  node.store.erase_hint(hint.destination, hint.key);
  HintTotals& totals = node.replica.hints;
  totals.hints -= std::min<std::uint64_t>(totals.hints, 1);
  totals.bytes -= std::min<std::uint64_t>(totals.bytes, size_of(hint));
}

}  // namespace oxbow

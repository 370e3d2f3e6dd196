// Copies that cannot be read: see replica/damaged_copies.h. Each is read from so many of the key's
// other primaries that they have every write that was acknowledged, and then written again.
#include <fmt/format.h>

#include <algorithm>

#include "node/replicas.h"

namespace oxbow {

namespace {

/// How many others have, together, every acknowledged write: each of those was stored by W of N.
std::uint32_t others_needed(const BucketPolicy& policy, std::size_t others) {
  const std::uint32_t all_but_w = policy.n >= policy.w ? policy.n - policy.w + 1 : 1;
  return static_cast<std::uint32_t>(std::min<std::size_t>(all_but_w, others));
}

/// Nobody is missing who could have more: the others that gave no answer have damaged copies too,
/// and what is left is all that there is.
bool all_have_spoken(const OperationResult& result) {
  return !result.members.empty() &&
         std::none_of(result.members.begin(), result.members.end(), [](const MemberOutcome& one) {
           return one.outcome == Outcome::asked || one.outcome == Outcome::timeout ||
                  one.outcome == Outcome::unreachable;
         });
}

void read_from_others(Turn& turn, const std::string& key) {
  NodeState& node = turn.node;
  if (node.ring.ring.empty() || ring_is_awaited(node)) {
    return node.replica.damaged.try_again(turn.now.steady, key);
  }
  const KeyPlace place = place_of(node, key);
  const std::size_t others = place.primaries.size() - (place.primary ? 1 : 0);
  if (others == 0) return node.replica.damaged.nobody_has_it(key);
  Asker asker;
  asker.kind = Asker::Kind::restore;
  Order order;
  order.need = {QuorumKind::number, others_needed(*place.policy, others)};
  order.strict = true;
  order.timeout = node.config.operation_timeout;
  order.key = key;
  coordinate_get(turn, asker, order, nullptr);
}

}  // namespace

void damaged_copy_met(Turn& turn, std::string_view key) {
  DamagedCopies& damaged = turn.node.replica.damaged;
  if (!damaged.meet(turn.now.steady, key) || damaged.size() > 1) return;
  log(turn, Severity::warning, kNoConnection,
      fmt::format("the copy of '{}' is damaged on disk: it, and others that are found so, are read "
                  "from the other members",
                  key));
}

void restore_damaged_copies(Turn& turn) {
  DamagedCopies& damaged = turn.node.replica.damaged;
  if (damaged.empty()) return;
  while (has_room_for_operation(turn.node)) {
    const auto key = damaged.take_due(turn.now.steady);
    if (!key) return;
    read_from_others(turn, *key);
  }
}

void damaged_copy_read(Turn& turn, std::string_view key, const OperationResult& result) {
  NodeState& node = turn.node;
  DamagedCopies& damaged = node.replica.damaged;
  if (result.error && !all_have_spoken(result)) return damaged.try_again(turn.now.steady, key);
  const auto own = read_own(turn, key);
  if (!own.ok()) return damaged.try_again(turn.now.steady, key);
  if (own->state != CopyState::damaged) return;  // it can be read again
  if (result.object.empty()) return damaged.nobody_has_it(key);
  // What the others know of this member's writes must not be numbered again.
  node.replica.actors.observe(VectorClock(), result.object.clock());
  const Sync sync = node.ring.members.policy_of(key).sync;
  const auto written = write_own(turn, key, Object(), result.object, sync);
  if (!written.ok()) return damaged.try_again(turn.now.steady, key);
  damaged.restored(key);
  ++node.counters.copies_restored;
}

}  // namespace oxbow

// Hints: objects kept for members that were away, each with the member's name and its version. The
// store has them and counts them; nobody counts beside it.
#include <fmt/format.h>

#include <algorithm>

#include "node/replicas.h"
#include "replica/hint_rules.h"
#include "store/hint_ledger.h"
#include "version/canonical_bytes.h"

namespace oxbow {

namespace {

constexpr std::string_view kClock = "hint clock";  // µs, 8 bytes big-endian

void keep_clock(Turn& turn) {
  NodeState& node = turn.node;
  HintState& hints = node.replica.hints;
  hints.clock_due = kNever;
  if (node.store.all_hints().hints == 0 || !node.store.survives_restart()) return;
  hints.clock_due = turn.now.steady + limits::kHintClockEvery;
  CanonicalWriter bytes;
  bytes.u64(static_cast<std::uint64_t>(hints.clock.at(turn.now.steady).count()));
  const auto kept = node.store.write_record(kClock, bytes.bytes());
  if (!kept.ok()) log(turn, Severity::debug, kNoConnection, kept.error().message);
}

bool room_is_short(const NodeState& node) {
  const HintTotals all = node.store.all_hints();
  return is_room_short(node.config.hints, all.hints, all.bytes);
}

void refused(Turn& turn, const PeerId& destination, const Error& why) {
  ++turn.node.counters.hints_refused;
  bool& told = turn.node.replica.hints.refused;
  if (told) return;
  told = true;
  log(turn, Severity::warning, kNoConnection,
      fmt::format("a hint for {} is not kept: {} ({}; {})", names_of(turn.node)(destination),
                  why.message, why.needed, why.got));
}

}  // namespace

bool is_hintable(const Turn& turn, const PeerId& member) {
  const auto failed = turn.node.ring.failed.find(member);
  if (failed == turn.node.ring.failed.end()) return true;
  return in_hint_window(turn.node.config.hints, turn.now.steady - failed->second.failed);
}

void hint_missed(Turn& turn, const PeerId& primary) {
  NodeState& node = turn.node;
  ++node.counters.hints_missed;
  if (!node.replica.hints.missed.insert(primary).second) return;
  log(turn, Severity::warning, kNoConnection,
      fmt::format("nobody keeps hints for {}, {}: it gets what is written now when it is read",
                  names_of(node)(primary),
                  is_hintable(turn, primary) ? "who does not take writes"
                                             : "who has been away for too long"));
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
  HintState& hints = node.replica.hints;
  Hint hint{destination, std::string(key), object, hints.clock.at(turn.now.steady)};
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
  const HintRules& rules = node.config.hints;
  const HintTotals totals = node.store.all_hints();
  const std::uint64_t others = totals.hints - std::min<std::uint64_t>(totals.hints, known ? 1 : 0);
  const std::uint64_t bytes = totals.bytes - std::min<std::uint64_t>(totals.bytes, before);
  if (!has_room_for_hint(rules, others, bytes, size_of(hint))) {
    const Error error{"no-room", "too many hints are kept here already",
                      fmt::format("at most {} hints, {} bytes", rules.most_hints, rules.most_bytes),
                      fmt::format("{} hints, {} bytes", totals.hints, totals.bytes)};
    refused(turn, destination, error);
    return error;
  }
  auto written = node.store.write_hint(hint, sync);
  if (!written.ok()) {
    refused(turn, destination, written.error());
    return written;
  }
  node.replica.unstored.kept(key, hint.object);
  ++node.counters.hints_kept;
  node.replica.handoff_due =
      std::min(node.replica.handoff_due, turn.now.steady + limits::kHandoffEvery);
  if (hints.clock_due == kNever) keep_clock(turn);
  return written;
}

// A fallback numbers its writes by its hints: what goes with this one must not be numbered again,
// unless the stored copy remembers it.
void erase_hint(Turn& turn, const Hint& hint) {
  NodeState& node = turn.node;
  const auto own = node.store.read(hint.key);
  keep_numbers(turn, hint.key, own.ok() ? own->object.clock() : VectorClock{}, hint.object);
  node.store.erase_hint(hint.destination, hint.key);
}

void throw_away(Turn& turn, const Hint& hint) {
  NodeState& node = turn.node;
  ++node.counters.hints_expired;
  if (!node.replica.hints.thrown_away) {
    log(turn, Severity::warning, kNoConnection,
        fmt::format("hints for {} are thrown away: they are {} days old, and there is little room "
                    "for hints left",
                    names_of(node)(hint.destination),
                    node.config.hints.life / std::chrono::hours(24)));
  }
  node.replica.hints.thrown_away = true;
  erase_hint(turn, hint);
}

void start_hints(Turn& turn) {
  NodeState& node = turn.node;
  const auto bytes = node.store.read_record(kClock);
  // It begins where earlier versions, whose hints may be here, had the wall clock.
  Duration kept = turn.now.wall.time_since_epoch();
  if (bytes.ok() && *bytes && (*bytes)->size() == 8) {
    kept = Duration(static_cast<Duration::rep>(CanonicalReader(**bytes).u64()));
  }
  node.replica.hints.clock.start(turn.now.steady, kept);
  if (node.store.all_hints().hints > 0) {
    node.replica.hints.clock_due = turn.now.steady + limits::kHintClockEvery;
  }
}

void tick_hints(Turn& turn) {
  NodeState& node = turn.node;
  HintState& hints = node.replica.hints;
  if (hints.clock_due <= turn.now.steady) keep_clock(turn);
  const bool has_begun = hints.thrown_away || hints.refused || !hints.missed.empty();
  if (has_begun && !room_is_short(node) && node.store.refusing().empty()) {
    hints.thrown_away = hints.refused = false;
    std::erase_if(hints.missed,
                  [&](const PeerId& member) { return is_reachable(node, member, turn.now); });
  }
  const std::uint64_t damaged = node.store.damaged_hints();
  if (damaged == hints.damaged) return;
  log(turn, Severity::warning, kNoConnection,
      fmt::format("{} hints could not be read: those they were for get what was in them when it is "
                  "read",
                  damaged - hints.damaged));
  node.counters.hints_damaged += damaged - hints.damaged;
  hints.damaged = damaged;
}

}  // namespace oxbow

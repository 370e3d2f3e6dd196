// The records of the ring on this peer's disk. What changed is written within the turn, so that a
// peer that ends in any way starts with the ring that it knew; what goes on changing is written
// together. A peer that has only just heard of others gets and puts nothing before it is sure to
// know them after a crash: started without them, it would take itself for the whole ring.
#include <fmt/format.h>

#include <algorithm>

#include "membership/record_bytes.h"
#include "node/membership.h"

namespace oxbow {

namespace {

constexpr std::string_view kRecords = "ring";  // all records, see record_bytes.h

Duration pause_between_writes(const Members& members) {
  const std::size_t records = members.all().size() + members.buckets().size();
  const auto pauses = static_cast<Duration::rep>(1 + records / limits::kKeepRingRecords);
  return pauses * Duration(limits::kKeepRingPause);
}

}  // namespace

void records_are_to_be_kept(Turn& turn) {
  RingState& state = turn.node.ring;
  const Instant due = state.kept_at == Instant{}
                          ? turn.now.steady
                          : state.kept_at + pause_between_writes(state.members);
  state.keep_due = std::min(state.keep_due, std::max(turn.now.steady, due));
}

Result<WriteSequence> keep_records(Turn& turn) {
  RingState& state = turn.node.ring;
  state.keep_due = kNever;
  state.kept_at = turn.now.steady;
  const auto written = turn.node.store.write_record(kRecords, to_bytes(state.members));
  if (!written.ok()) {
    state.keep_due = turn.now.steady + limits::kMemberRetryMost;
    state.keep_failed = true;
    log_standing(
        turn, Severity::warning, kNoConnection, "ring records",
        fmt::format("the records of the ring were not stored: {}", written.error().message),
        StandsUntil::ended);
    return written;
  }
  state.keep_failed = false;
  standing_ended(turn, "ring records");
  state.kept = *written;
  return written;
}

void read_records(Turn& turn) {
  NodeState& node = turn.node;
  const auto bytes = node.store.read_record(kRecords);
  if (bytes.ok() && !*bytes) return;
  const Status taken = bytes.ok() ? take_bytes(**bytes, node.ring.members) : Status(bytes.error());
  if (!taken.ok()) {
    log(turn, Severity::warning, kNoConnection,
        fmt::format("{}: this peer learns the ring anew", taken.error().message));
  }
  redraw_ring(turn);
  if (!node.ring.members.empty()) node.ring.gossip_due = turn.now.steady + limits::kGossipEvery;
}

bool knows_others(const NodeState& node) {
  const auto& all = node.ring.members.all();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& entry) { return entry.first != node.config.id; });
}

}  // namespace oxbow

// Whether this peer is on the ring, and where, when it starts again: what `ring join` and `ring
// leave` said last is kept in the store.
#include <fmt/format.h>

#include "membership/last_join.h"
#include "node/membership.h"

namespace oxbow {

namespace {

constexpr std::string_view kLeft = "ring left";  // "yes": `ring leave` was the last word
constexpr std::string_view kJoin = "ring join";  // the last `ring join`, see last_join.h

RingPlace configured_place(const NodeConfig& config) {
  return {config.member, config.zone, config.weight};
}

}  // namespace

Result<WriteSequence> keep_join(Turn& turn, const std::string& zone, double weight) {
  const LastJoin join{{true, zone, weight}, configured_place(turn.node.config)};
  auto written = turn.node.store.write_record(kJoin, to_bytes(join));
  if (written.ok()) written = turn.node.store.write_record(kLeft, "no");
  if (!written.ok()) return written;
  return keep_records(turn);  // behind them: durable later
}

Result<WriteSequence> keep_leave(Turn& turn) {
  const auto written = turn.node.store.write_record(kLeft, "yes");
  if (!written.ok()) return written;
  return keep_records(turn);
}

bool has_left(const NodeState& node) { return node.store.read_record(kLeft) == "yes"; }

namespace {

std::string in_words(const RingPlace& place) {
  if (!place.member) return "no member";
  return fmt::format("a member{}, weight {}",
                     place.zone.empty() ? "" : fmt::format(" in zone {}", place.zone),
                     place.weight);
}

}  // namespace

RingPlace place_at_start(Turn& turn) {
  NodeState& node = turn.node;
  RingPlace configured = configured_place(node.config);
  const auto bytes = node.store.read_record(kJoin);
  const auto join = bytes ? last_join_of(*bytes) : std::nullopt;
  if (!join || join->place == configured) return configured;
  if (join->configured == configured) {
    log(turn, Severity::info, kNoConnection,
        fmt::format("this peer is {}, as the last `oxbow ring join` said; its configuration says: "
                    "{}",
                    in_words(join->place), in_words(configured)));
    return join->place;
  }
  log(turn, Severity::info, kNoConnection,
      fmt::format("the configuration was changed since the last `oxbow ring join`: this peer is {}",
                  in_words(configured)));
  static_cast<void>(node.store.write_record(kJoin, ""));  // should that fail, it says so again
  return configured;
}

}  // namespace oxbow

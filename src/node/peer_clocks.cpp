// What other peers' wall clocks show, and what follows from it: which records are believed, and
// whether this peer's own clock is wrong.
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "membership/clock_votes.h"
#include "node/membership.h"

namespace oxbow {

namespace {

constexpr std::string_view kClock = "clock";

/// Of links and members, each once.
std::vector<ClockOffset> offsets_of_others(const NodeState& node) {
  std::vector<ClockOffset> offsets;
  for (const ConnectionId id : node.connections.all()) {
    const Connection& connection = *node.connections.find(id);
    if (!connection.up || connection.retired || !connection.clock) continue;
    const bool counts = connection.linked || node.ring.ring.find(connection.peer).has_value();
    if (counts) offsets.push_back(*connection.clock);
  }
  return offsets;
}

void sort_member_clocks(RingState& state, Instant now) {
  std::erase_if(state.heard_clocks, [&](const auto& entry) {
    return entry.second.at + limits::kClockHeard < now || !state.ring.find(entry.first);
  });
  state.member_clocks.clear();
  for (const auto& [peer, heard] : state.heard_clocks) state.member_clocks.push_back(heard.offset);
  std::sort(state.member_clocks.begin(), state.member_clocks.end());
}

std::string in_words(Duration duration) {
  const auto rounded = [&](Duration unit) { return (duration + unit / 2) / unit; };
  using std::chrono::hours;
  if (duration >= hours(48)) return fmt::format("{} days", rounded(hours(24)));
  if (duration >= hours(2)) return fmt::format("{} hours", rounded(hours(1)));
  return fmt::format("{} minutes", rounded(std::chrono::minutes(1)));
}

void tell_of_own_clock(Turn& turn, const ClockOpinion& opinion, std::size_t others) {
  Warnings& warnings = turn.node.warnings;
  const Duration ahead = opinion.own_is_ahead;
  const Duration differs = ahead < Duration(0) ? -ahead : ahead;
  Instant& since = turn.node.ring.clock_differs_since;
  if (differs < limits::kClockDiffers) {
    since = kNever;
    if (warnings.end(kClock)) {
      log(turn, Severity::info, kNoConnection, "this peer's clock shows what those of others do");
    }
    return;
  }
  // At first not all have told what theirs shows.
  since = std::min(since, turn.now.steady);
  if (turn.now.steady - since < limits::kClockDoubted) return;
  const char* const way = ahead > Duration(0) ? "ahead of" : "behind";
  std::string text =
      others == 1
          ? fmt::format(
                "this peer's clock is {} {} that of the only peer that it can compare it "
                "with: set the one that is wrong",
                in_words(differs), way)
          : fmt::format("this peer's clock is {} {} those of most of {} other peers: put it right",
                        in_words(differs), way, others);
  if (warnings.begin(kClock, text)) log(turn, Severity::warning, kNoConnection, text);
}

}  // namespace

std::uint64_t clock_to_tell(Now now) { return incarnation_at(now.wall); }

void heard_clock(Turn& turn, Connection& from, std::uint64_t clock) {
  if (clock == 0) return;
  const auto micros = static_cast<Duration::rep>(std::min(clock, limits::kIncarnationMost));
  from.clock = offset_of(turn.now.steady, WallTime(Duration(micros)));
  if (turn.node.ring.ring.find(from.peer)) {
    turn.node.ring.heard_clocks[from.peer] = {turn.now.steady, *from.clock};
  }
  compare_clocks(turn);
}

void compare_clocks(Turn& turn) {
  NodeState& node = turn.node;
  sort_member_clocks(node.ring, turn.now.steady);
  const std::vector<ClockOffset> others = offsets_of_others(node);
  const ClockOpinion opinion = opinion_of(turn.now, others);
  node.ring.members.trust(trusted_incarnation(opinion));
  tell_of_own_clock(turn, opinion, others.size());
  const Member* own = node.ring.members.find(node.config.id);
  if (own == nullptr || !is_future(turn.now, others, own->incarnation)) return;
  log(turn, Severity::info, kNoConnection,
      "what this peer said about itself was of the future, by most clocks: it says it again");
  Member again = *own;
  change_own_record(turn, std::move(again));
}

std::uint64_t next_incarnation(const Turn& turn, std::uint64_t before) {
  const NodeState& node = turn.node;
  const ClockOpinion opinion = opinion_of(turn.now, offsets_of_others(node));
  const bool goes_on = before <= trusted_incarnation(opinion);
  return std::max(goes_on ? before + 1 : 1, incarnation_at(opinion.early));
}

}  // namespace oxbow

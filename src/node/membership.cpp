// The node's part of membership: its own record, and what follows when any record changes.
#include "node/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace oxbow {

namespace {

// Of RingState::awaited_until: news has come, and is on its way to the disk.
constexpr Instant kUntilKept = kNever - Duration(1);

std::string in_words(const Member& member) {
  const std::string name = member.name.empty() ? abbreviated(member.id) : member.name;
  return fmt::format("{} at {}", name, to_string(member.address));
}

void log_change(Turn& turn, const Member* before, const Member& now) {
  const bool was_joined = before != nullptr && before->state == MemberState::joined;
  const bool is_joined = now.state == MemberState::joined;
  if (was_joined == is_joined) return;
  log(turn, Severity::info, kNoConnection,
      fmt::format("{} {} the ring", in_words(now), is_joined ? "joined" : "left"));
}

// Somebody knows a record of this peer that supersedes its own: one of an earlier run, or a
// forged one. What holds is what this run says.
Member put_right(const Member* own, const Member& heard) {
  Member right = own != nullptr ? *own : heard;
  if (own == nullptr) right.state = MemberState::left;
  right.incarnation = heard.incarnation + 1;
  return right;
}

/// Says again what others know otherwise, see OwnRecord.
void put_own_record_right(Turn& turn) {
  NodeState& node = turn.node;
  const auto heard = node.ring.own_record.take_due(turn.now.steady);
  const Member* own = node.ring.members.find(node.config.id);
  if (!heard || own == nullptr || own->incarnation > *heard) return;
  Member record = *own;
  record.incarnation = *heard + 1;
  if (node.ring.members.take(record) != News::newer) return;
  RingNews news;
  news.members.push_back(record.id);
  records_changed(turn, news, kNoConnection);
}

}  // namespace

bool is_member(const NodeState& node) { return node.ring.ring.find(node.config.id).has_value(); }

void warn_once(Turn& turn, const std::string& about, std::string_view text) {
  log_standing(turn, Severity::warning, kNoConnection, "ring/" + about, text, StandsUntil::ended);
}

bool change_own_record(Turn& turn, Member record) {
  NodeState& node = turn.node;
  const Member* known = node.ring.members.find(node.config.id);
  const std::optional<Member> before = known == nullptr ? std::nullopt : std::optional(*known);
  record.incarnation = next_incarnation(turn, before ? before->incarnation : 0);
  if (node.ring.members.take(record) != News::newer) return false;
  log_change(turn, before ? &*before : nullptr, record);
  const bool was_joined = before && before->state == MemberState::joined;
  if (was_joined && record.state == MemberState::left) node.ring.left_at = turn.now.steady;
  RingNews news;
  news.members.push_back(record.id);
  records_changed(turn, news, kNoConnection);
  redraw_now(turn);
  return true;
}

void take_record(Turn& turn, const Member& record, RingNews& news) {
  NodeState& node = turn.node;
  if (record.incarnation > limits::kIncarnationMost) {
    ++node.counters.records_refused;
    return warn_once(turn, to_string(record.id),
                     fmt::format("a record of {} is from the future: nobody can have made it",
                                 in_words(record)));
  }
  const Member* found = node.ring.members.find(record.id);
  const std::optional<Member> before = found == nullptr ? std::nullopt : std::optional(*found);
  Member right = record;
  if (record.id == node.config.id &&
      (!before || supersedes(record, *before, node.ring.members.trusted()))) {
    const bool as_we_say = !before && record.state == MemberState::left;
    if (!as_we_say) {
      const auto word =
          node.ring.own_record.contradicted(turn.now.steady, record.incarnation, node.random);
      if (word != OwnRecord::Word::now) {
        met_id_conflict(turn, record.id, self_user(node), {record.name, record.address, 0});
      }
      if (word == OwnRecord::Word::later) return;
      right = put_right(before ? &*before : nullptr, record);
    }
    if (!before) node.ring.left_at = turn.now.steady;
  }
  switch (node.ring.members.take(right)) {
    case News::newer:
      log_change(turn, before ? &*before : nullptr, right);
      news.members.push_back(right.id);
      break;
    case News::full:
      ++node.counters.records_refused;
      warn_once(turn, "members",
                fmt::format("no room for more than {} members, or for the tokens of one: what is "
                            "said about further ones is ignored",
                            limits::kMembers));
      break;
    case News::known:
    case News::older:
      break;
  }
}

void records_changed(Turn& turn, const RingNews& news, ConnectionId from) {
  if (news.empty()) return;
  NodeState& node = turn.node;
  RingState& state = node.ring;
  spread_news(turn, news, from);
  if (state.gossip_due == kNever) {
    const auto within = static_cast<std::uint64_t>(Duration(limits::kGossipEvery).count());
    state.gossip_due =
        turn.now.steady + Duration(static_cast<Duration::rep>(node.random.below(within)));
  }
  records_are_to_be_kept(turn);
  // What others take for a ring, this peer may forget: nothing is begun on it before it is kept.
  if (!state.knew_others && knows_others(node)) {
    state.knew_others = true;
    if (!ring_is_awaited(node)) state.awaited_until = turn.now.steady;
  }
  for (const PeerId& id : news.members) {
    const Member* member = state.members.find(id);
    if (member != nullptr && member->state == MemberState::left) state.failed.erase(id);
    if (member != nullptr && member->state == MemberState::joined) member_may_live(turn, id);
  }
  if (!news.buckets.empty()) warn_of_other_buckets(turn);
  ring_is_to_be_redrawn(turn);
  policies_changed(turn, news.moved);
}

Result<bool> join_ring(Turn& turn, const std::string& zone, double weight) {
  NodeState& node = turn.node;
  const NodeConfig& config = node.config;
  if (!is_label(zone)) {
    return Error{"bad-zone",
                 fmt::format("a zone is a text of at most {} bytes, without control characters",
                             limits::kName),
                 "", ""};
  }
  if (config.advertised.port == 0 || config.advertised.is_unspecified()) {
    return Error{"not-reachable",
                 fmt::format("cannot join: nobody can dial {} (advertise an address of this host)",
                             to_string(config.advertised)),
                 "an address that other peers can dial", to_string(config.advertised)};
  }
  Member record{config.id,   0,    MemberState::joined,     config.advertised,
                config.name, zone, tokens_of_weight(weight)};
  if (const Member* own = node.ring.members.find(config.id)) {
    record.incarnation = own->incarnation;
    if (record == *own) return false;
  }
  const bool anew = !is_member(node);
  if (!change_own_record(turn, std::move(record))) {
    return Error{"ring-full",
                 "cannot join: the ring has no room for one more member of that weight",
                 fmt::format("fewer than {} members, and tokens left", limits::kMembers), ""};
  }
  if (anew) joined_anew(turn);
  plan_proposal(turn);
  return true;
}

bool leave_ring(Turn& turn) {
  const Member* own = turn.node.ring.members.find(turn.node.config.id);
  if (own == nullptr || own->state == MemberState::left) return false;
  Member record = *own;
  record.state = MemberState::left;
  turn.node.ring.propose_due = kNever;
  turn.node.ring.proposes_on_contact = false;
  change_own_record(turn, std::move(record));
  return true;
}

void ring_is_known(Turn& turn) {
  RingState& state = turn.node.ring;
  if (state.awaited_until != kUntilKept) {
    if (state.keep_due != kNever) static_cast<void>(keep_records(turn));
    state.begins_after = state.keep_failed ? kNothingPending : state.kept;
  }
  if (state.begins_after > state.durable) {
    state.awaited_until = kUntilKept;
    return;
  }
  redraw_now(turn);
  state.awaited_until = kNever;
  start_held_operations(turn);
  check_ready(turn);
}

bool ring_is_awaited(const NodeState& node) { return node.ring.awaited_until != kNever; }

void heard_of_ring(Turn& turn, bool news) {
  NodeState& node = turn.node;
  if (!ring_is_awaited(node) || node.ring.awaited_until == kUntilKept) return;
  const Instant settled = turn.now.steady + limits::kRingSettles;
  node.ring.awaited_until =
      std::min(news ? node.started + limits::kRingPatience : node.ring.awaited_until, settled);
}

void neighbor_answered(Turn& turn) {
  const NodeState& node = turn.node;
  proposal_may_come(turn, false);
  if (!ring_is_awaited(node) || node.plan.first_missing() != nullptr) return;
  const bool all_are_silent = std::all_of(
      node.connections.links().begin(), node.connections.links().end(), [&](ConnectionId link) {
        const Connection& neighbor = *node.connections.find(link);
        return neighbor.round_trip && !neighbor.told_of_ring;
      });
  if (all_are_silent) ring_is_known(turn);
}

void start_membership(Turn& turn) {
  NodeState& node = turn.node;
  const NodeConfig& config = node.config;
  node.ring.members.set_configured(config.buckets);
  compare_clocks(turn);
  read_records(turn);
  node.ring.knew_others = knows_others(node);
  if (!config.neighbors.empty() && !knows_others(node)) {
    node.ring.awaited_until = turn.now.steady + limits::kRingPatience;
  }
  warn_of_other_buckets(turn);
  const RingPlace place = place_at_start(turn);
  if (!place.member) {
    // Not before the replicas have started: they hand over what this peer keeps.
    if (is_member(node)) node.ring.leave_due = turn.now.steady;
    return;
  }
  const Result<bool> joined = join_ring(turn, place.zone, place.weight);
  if (!joined.ok()) return log(turn, Severity::warning, kNoConnection, joined.error().message);
  if (!*joined) plan_proposal(turn);  // the configuration may have new ones
}

void stop_membership(Turn& turn) {
  if (turn.node.ring.keep_due != kNever) static_cast<void>(keep_records(turn));
}

void membership_durable(Turn& turn, WriteSequence sequence) {
  RingState& state = turn.node.ring;
  state.durable = std::max(state.durable, sequence);
  if (state.awaited_until == kUntilKept) ring_is_known(turn);
}

void look_after_membership(Turn& turn) {
  RingState& state = turn.node.ring;
  const Instant now = turn.now.steady;
  if (state.leave_due <= now) {
    state.leave_due = kNever;
    log(turn, Severity::info, kNoConnection,
        "this peer was a member, and is to be none any more: it leaves the ring");
    leave_ring(turn);
  }
  redraw_due_ring(turn);
  if (state.awaited_until <= now) ring_is_known(turn);
  if (state.propose_due <= now) propose_buckets(turn);
  if (state.gossip_due <= now) gossip_now(turn);
  if (state.keep_due <= now) static_cast<void>(keep_records(turn));
  answer_leave_waits(turn);
  put_own_record_right(turn);
  probe_failed_members(turn);
  watch_sent_lookups(turn);
  end_overdue_lookups(turn);
}

Instant membership_deadline(const NodeState& node) {
  const RingState& state = node.ring;
  Instant waits = kNever;
  for (const LeaveWait& wait : state.leave_waits) waits = std::min(waits, wait.deadline);
  return std::min({waits, state.awaited_until, state.leave_due, state.propose_due, state.gossip_due,
                   state.redraw_due, state.keep_due, state.own_record.next_deadline(),
                   probe_deadline(node), state.sent_lookups_due, lookup_deadline(node)});
}

}  // namespace oxbow

// The node's part of membership: its own record, and what follows when any record changes.
#include "node/membership.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "membership/record_bytes.h"

namespace oxbow {

namespace {

constexpr std::string_view kRecords = "ring";  // all records, see record_bytes.h

/// Raised with every change. The clock makes a peer that has lost its directory, or never had one,
/// begin above what it said in an earlier run.
std::uint64_t next_incarnation(Now now, std::uint64_t before) {
  const auto micros = now.wall.time_since_epoch().count();
  return std::max(before + 1, static_cast<std::uint64_t>(std::max<Duration::rep>(micros, 1)));
}

bool is_ahead_of_clock(Now now, std::uint64_t incarnation) {
  return incarnation > next_incarnation(now, 0) +
                           static_cast<std::uint64_t>(Duration(limits::kIncarnationAhead).count());
}

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

/// Warns once of each thing.
void warn_once(Turn& turn, const std::string& about, std::string_view text) {
  log_standing(turn, Severity::warning, kNoConnection, "ring/" + about, text, StandsUntil::ended);
}

/// Makes the ring anew from the records, and returns what it was; nothing: it is the same.
std::optional<TokenRing> rebuild_ring(NodeState& node) {
  RingState& state = node.ring;
  std::vector<RingMember> joined;
  for (const auto& [id, member] : state.members.all()) {
    if (member.state == MemberState::joined) joined.push_back({id, member.zone, member.tokens});
  }
  state.stamp.version = state.members.version();
  const auto current = state.ring.members();
  if (std::equal(joined.begin(), joined.end(), current.begin(), current.end())) return {};
  TokenRing before = std::exchange(state.ring, TokenRing::drawn(joined));
  state.stamp.digest = state.ring.digest();
  return before;
}

// Somebody knows a record of this peer that supersedes its own: one of an earlier run, or a
// forged one. What holds is what this run says.
Member put_right(const Member* own, const Member& heard) {
  Member right = own != nullptr ? *own : heard;
  if (own == nullptr) right.state = MemberState::left;
  right.incarnation = heard.incarnation + 1;
  return right;
}

void change_own_record(Turn& turn, Member record) {
  NodeState& node = turn.node;
  const Member* before = node.ring.members.find(node.config.id);
  record.incarnation = next_incarnation(turn.now, before == nullptr ? 0 : before->incarnation);
  log_change(turn, before, record);
  const bool was_joined = before != nullptr && before->state == MemberState::joined;
  if (was_joined && record.state == MemberState::left) node.ring.left_at = turn.now.steady;
  if (node.ring.members.take(record) != News::newer) return;
  RingNews news;
  news.members.push_back(record.id);
  records_changed(turn, news, kNoConnection);
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

void take_record(Turn& turn, const Member& record, RingNews& news) {
  NodeState& node = turn.node;
  if (is_ahead_of_clock(turn.now, record.incarnation)) {
    ++node.counters.records_refused;
    return warn_once(turn, to_string(record.id),
                     fmt::format("a record of {} is from the future: set its clock, or this peer's",
                                 in_words(record)));
  }
  const Member* found = node.ring.members.find(record.id);
  const std::optional<Member> before = found == nullptr ? std::nullopt : std::optional(*found);
  Member right = record;
  if (record.id == node.config.id && (!before || supersedes(record, *before))) {
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
                fmt::format("no room for one more member than {}: further ones are ignored",
                            limits::kMembers));
      break;
    case News::known:
    case News::older:
      break;
  }
}

void take_record(Turn& turn, const Bucket& record, RingNews& news) {
  switch (turn.node.ring.members.take(record)) {
    case News::newer:
      news.buckets.push_back(record.policy.name);
      break;
    case News::full:
      ++turn.node.counters.records_refused;
      warn_once(turn, "/buckets",
                fmt::format("no room for one more bucket than {}: further ones are ignored",
                            limits::kBuckets));
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
  state.keep_due = std::min(state.keep_due, turn.now.steady + limits::kKeepRingAfter);
  for (const PeerId& id : news.members) {
    const Member* member = state.members.find(id);
    if (member != nullptr && member->state == MemberState::left) state.failed.erase(id);
    if (member != nullptr && member->state == MemberState::joined) member_may_live(turn, id);
  }
  if (!news.buckets.empty()) warn_of_other_buckets(turn);
  const std::optional<TokenRing> before = rebuild_ring(node);
  if (!before && !news.buckets.empty()) return policies_changed(turn);
  if (!before) return;
  ++node.counters.ring_changes;
  ring_changed(turn, *before);
}

void ring_changed(Turn& turn, const TokenRing& before) { move_objects(turn, before); }

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
  change_own_record(turn, std::move(record));
  if (anew) joined_anew(turn);
  const bool alone = config.neighbors.empty() || !node.ring.members.buckets().empty();
  node.ring.propose_due = turn.now.steady + (alone ? Duration(0) : limits::kProposeAfter);
  return true;
}

bool leave_ring(Turn& turn) {
  const Member* own = turn.node.ring.members.find(turn.node.config.id);
  if (own == nullptr || own->state == MemberState::left) return false;
  Member record = *own;
  record.state = MemberState::left;
  turn.node.ring.propose_due = kNever;
  change_own_record(turn, std::move(record));
  return true;
}

void propose_buckets(Turn& turn) {
  NodeState& node = turn.node;
  node.ring.propose_due = kNever;
  if (!is_member(node)) return;
  std::vector<BucketPolicy> wanted = node.config.buckets;
  wanted.push_back(node.ring.members.policy_of(""));  // `default`, in any case
  wanted.back().name = "default";
  RingNews news;
  for (const BucketPolicy& policy : wanted) {
    if (node.ring.members.find_bucket(policy.name) != nullptr) continue;
    const Bucket proposed{policy, 1, node.config.id};
    if (const Status fine = check(proposed); !fine.ok()) {
      warn_once(turn, "/" + policy.name,
                fmt::format("bucket {} is not proposed: {} is {}, needed: {}", policy.name,
                            to_string(policy), fine.error().message, fine.error().needed));
      continue;
    }
    take_record(turn, proposed, news);
  }
  records_changed(turn, news, kNoConnection);
}

Result<Bucket> change_bucket(Turn& turn, const BucketPolicy& policy) {
  const Bucket* known = turn.node.ring.members.find_bucket(policy.name);
  if (known != nullptr && known->version >= limits::kBucketVersions) {
    return Error{
        "limit-reached",
        fmt::format("the policy of bucket {} has been changed as often as it can be", policy.name),
        fmt::format("at most {} changes", limits::kBucketVersions),
        fmt::format("{}", known->version)};
  }
  const Bucket changed{policy, known == nullptr ? 1 : known->version + 1, turn.node.config.id};
  if (const Status fine = check(changed); !fine.ok()) {
    const Error& error = fine.error();
    return Error{"bad-bucket", fmt::format("bucket {}: {}", policy.name, error.message),
                 error.needed, error.got};
  }
  RingNews news;
  take_record(turn, changed, news);
  if (news.empty()) {
    return Error{"no-room", "the ring has as many buckets as it can have",
                 fmt::format("at most {}", limits::kBuckets), ""};
  }
  log(turn, Severity::info, kNoConnection,
      fmt::format("bucket {} is {} from now on", policy.name, to_string(policy)));
  records_changed(turn, news, kNoConnection);
  return changed;
}

void warn_of_other_buckets(Turn& turn) {
  const Members& members = turn.node.ring.members;
  for (const BucketPolicy& configured : turn.node.config.buckets) {
    const Bucket* bucket = members.find_bucket(configured.name);
    if (bucket == nullptr || bucket->policy == configured) continue;
    warn_once(turn, "/" + configured.name,
              fmt::format("bucket {}: configured is {}, but the ring has {}, which holds "
                          "(make the configuration say so too)",
                          configured.name, to_string(configured), to_string(bucket->policy)));
  }
}

Result<WriteSequence> keep_records(Turn& turn) {
  RingState& state = turn.node.ring;
  state.keep_due = kNever;
  const auto written = turn.node.store.write_record(kRecords, to_bytes(state.members));
  if (!written.ok()) {
    state.keep_due = turn.now.steady + limits::kMemberRetryMost;
    log_standing(
        turn, Severity::warning, kNoConnection, "ring records",
        fmt::format("the records of the ring were not stored: {}", written.error().message),
        StandsUntil::ended);
    return written;
  }
  standing_ended(turn, "ring records");
  return written;
}

namespace {

void read_records(Turn& turn) {
  NodeState& node = turn.node;
  const auto bytes = node.store.read_record(kRecords);
  if (bytes.ok() && !*bytes) return;
  const Status taken = bytes.ok() ? take_bytes(**bytes, node.ring.members) : Status(bytes.error());
  if (!taken.ok()) {
    log(turn, Severity::warning, kNoConnection,
        fmt::format("{}: this peer learns the ring anew", taken.error().message));
  }
  rebuild_ring(node);
  if (!node.ring.members.empty()) node.ring.gossip_due = turn.now.steady + limits::kGossipEvery;
}

/// As far as it can be.
void ring_is_known(Turn& turn) {
  turn.node.ring.awaited_until = kNever;
  start_held_operations(turn);
  check_ready(turn);
}

bool knows_others(const NodeState& node) {
  const auto& all = node.ring.members.all();
  return std::any_of(all.begin(), all.end(),
                     [&](const auto& entry) { return entry.first != node.config.id; });
}

}  // namespace

bool ring_is_awaited(const NodeState& node) { return node.ring.awaited_until != kNever; }

void heard_of_ring(Turn& turn, bool news) {
  NodeState& node = turn.node;
  if (!ring_is_awaited(node)) return;
  const Instant settled = turn.now.steady + limits::kRingSettles;
  node.ring.awaited_until =
      std::min(news ? node.started + limits::kRingPatience : node.ring.awaited_until, settled);
}

void neighbor_answered(Turn& turn) {
  const NodeState& node = turn.node;
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
  read_records(turn);
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
  if (!*joined) node.ring.propose_due = turn.now.steady;  // the configuration may have new ones
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
                   state.keep_due, state.own_record.next_deadline(), probe_deadline(node),
                   state.sent_lookups_due, lookup_deadline(node)});
}

}  // namespace oxbow

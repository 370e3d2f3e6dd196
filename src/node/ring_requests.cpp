// What clients ask about the ring, and how they make a peer a member or end that.
#include <fmt/format.h>

#include <algorithm>

#include "node/membership.h"
#include "node/replicas.h"
#include "replica/quorum_need.h"

namespace oxbow {

namespace {

MemberInfo describe_member(const NodeState& node, const Member& member, Now now) {
  MemberInfo info;
  info.address = to_string(member.address);
  info.id = to_string(member.id);
  info.name = member.name;
  info.zone = member.zone;
  info.state = member.state == MemberState::joined ? "joined" : "left";
  info.tokens = member.tokens;
  info.incarnation = member.incarnation;
  info.self = member.id == node.config.id;
  info.id_conflict = node.id_conflicts.describe(now.steady, member.id);
  info.reachable = info.self || node.ring.failed.find(member.id) == node.ring.failed.end();
  if (const auto number = node.ring.ring.find(member.id)) {
    info.share = node.ring.ring.share(*number);
  }
  const HintTotals hints = node.store.hints_for(member.id);
  info.hints = hints.hints;
  info.hint_bytes = hints.bytes;
  return info;
}

Status has_room(const NodeState& node) {
  const std::string refusing = node.store.refusing();
  if (refusing.empty()) return Done{};
  return Error{"no-room", "the ring is as it was: " + refusing, "", ""};
}

BucketInfo describe_bucket(const BucketPolicy& policy) {
  return {policy.name,
          policy.n,
          policy.r,
          policy.w,
          policy.conflicts == Conflicts::lww ? "lww" : "siblings",
          policy.sync == Sync::yes};
}

}  // namespace

void request_ring(Turn& turn, RequestHandle handle) {
  const NodeState& node = turn.node;
  RingAnswer answer;
  answer.version = node.ring.stamp.version;
  answer.digest = fmt::format("{:016x}", node.ring.stamp.digest);
  answer.member = is_member(node);
  for (const auto& [id, member] : node.ring.members.all()) {
    answer.members.push_back(describe_member(node, member, turn.now));
  }
  for (const auto& [name, bucket] : node.ring.members.buckets()) {
    answer.buckets.push_back(describe_bucket(bucket.policy));
  }
  answer.objects = node.store.live_objects();
  answer.warnings = node.warnings.texts();
  reply(turn, handle, ClientAnswer(std::move(answer)));
}

void request_owner(Turn& turn, RequestHandle handle, const OwnerRequest& request) {
  const NodeState& node = turn.node;
  const TokenRing& ring = node.ring.ring;
  if (request.key.empty() || request.key.size() > limits::kKey) {
    return reply(
        turn, handle,
        Error{"bad-key", "a key has 1 to 1024 bytes", fmt::format("1 to {} bytes", limits::kKey),
              fmt::format("{} bytes", request.key.size())});
  }
  if (ring.empty()) {
    return reply(turn, handle, no_ring(node));
  }
  OwnerAnswer answer;
  const Position position = position_of(request.key);
  const BucketPolicy& policy = node.ring.members.policy_of(request.key);
  answer.position = fmt::format("{:016x}", static_cast<std::uint64_t>(position));
  answer.bucket = describe_bucket(policy);
  const auto list = ring.preference_list(position, std::size_t{policy.n} * 2);
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Member* member = node.ring.members.find(ring.member(list[i]).id);
    auto& part = i < policy.n ? answer.primaries : answer.fallbacks;
    part.push_back(describe_member(node, *member, turn.now));
  }
  reply(turn, handle, ClientAnswer(std::move(answer)));
}

namespace {

/// As in a configuration.
Status check_weight(double weight) {
  if (weight >= limits::kWeightLeast && weight <= limits::kWeightMost) return Done{};  // nor NaN
  const std::string needed = fmt::format("{} to {}", limits::kWeightLeast, limits::kWeightMost);
  return Error{"bad-weight", fmt::format("a member's weight is a number from {}", needed), needed,
               fmt::format("{}", weight)};
}

}  // namespace

void request_ring_join(Turn& turn, RequestHandle handle, const RingJoinRequest& request) {
  NodeState& node = turn.node;
  // A change of which its own disk keeps nothing would not be the last word after a restart.
  if (const Status room = has_room(node); !room.ok()) return reply(turn, handle, room.error());
  // What is not said stays as it is on the ring, else as configured.
  const Member* const own = is_member(node) ? node.ring.members.find(node.config.id) : nullptr;
  const std::string zone = request.zone.value_or(own == nullptr ? node.config.zone : own->zone);
  double weight = node.config.weight;
  if (request.weight) {
    weight = *request.weight;
  } else if (own != nullptr && own->tokens != tokens_of_weight(weight)) {
    weight = static_cast<double>(own->tokens) / limits::kTokensPerMember;
  }
  if (request.weight) {
    if (const Status fine = check_weight(weight); !fine.ok()) {
      return reply(turn, handle, fine.error());
    }
  }
  const Result<bool> joined = join_ring(turn, zone, weight);
  if (!joined.ok()) return reply(turn, handle, joined.error());
  node.ring.leave_due = kNever;
  const auto written = keep_last_word(turn, {true, zone, weight});
  if (!written.ok()) return reply(turn, handle, written.error());
  const NodeConfig& config = node.config;
  const bool as_configured = config.member && zone == config.zone && weight == config.weight;
  const RingJoinAnswer answer{*joined, node.ring.ring.size(),
                              as_configured || node.store.survives_restart()};
  if (!answer.kept) {
    log(turn, Severity::info, kNoConnection,
        "so on the ring until this peer starts again: it keeps nothing on disk");
  }
  reply(turn, handle, ClientAnswer(answer), *written);
}

namespace {

/// The policy that the request asks for, `policy` being what holds now.
Result<BucketPolicy> changed(BucketPolicy policy, const RingBucketRequest& request) {
  if (request.n) {
    policy.n = *request.n;
    if (!request.r && !request.w) policy.r = policy.w = majority_of(policy.n);
  }
  policy.r = request.r.value_or(policy.r);
  policy.w = request.w.value_or(policy.w);
  if (request.conflict) {
    if (*request.conflict != "siblings" && *request.conflict != "lww") {
      return Error{"bad-bucket", "conflicts are settled by siblings or by lww", "siblings or lww",
                   *request.conflict};
    }
    policy.conflicts = *request.conflict == "lww" ? Conflicts::lww : Conflicts::siblings;
  }
  if (request.sync) policy.sync = *request.sync ? Sync::yes : Sync::no;
  return policy;
}

/// How large N may be made at once. The new primaries say "never heard" of the keys until copies
/// have reached them, so R answers have to include one of those that had the key before; where
/// R + W > N held, one of the W that acknowledged a write.
std::int64_t n_most(const BucketPolicy& before, std::uint32_t r) {
  const bool overlapped = std::uint64_t{before.r} + before.w > before.n;
  return std::int64_t{r} - 1 + (overlapped ? before.w : before.n);
}

/// `before`: the policy that the bucket's keys have had until now.
Status may_grow(const BucketPolicy& before, const BucketPolicy& wanted, RingBucketRequest request) {
  if (wanted.n <= before.n || wanted.n > limits::kCopiesMost) return Done{};
  if (wanted.n <= n_most(before, wanted.r)) return Done{};
  const std::string got = fmt::format("n {} (before: {}), r {}", wanted.n, before.n, wanted.r);
  for (std::uint32_t n = wanted.n - 1; n > before.n; --n) {
    request.n = n;
    const auto smaller = changed(before, request);
    if (!smaller.ok() || smaller->r > n || n > n_most(before, smaller->r)) continue;
    return Error{"bad-bucket",
                 fmt::format("n grows by too much at a time: a get could miss every member that "
                             "has the key (raise n to {} first, and again once `oxbow status` of "
                             "every member shows 0 move scans and 0 hints)",
                             n),
                 fmt::format("n at most {}", n), got};
  }
  std::uint32_t r = wanted.r;
  while (before.n + 1 > n_most(before, r)) ++r;
  return Error{"bad-bucket",
               fmt::format("n cannot grow with so small an r: a get could miss every member that "
                           "has the key (raise n to {} with r {}; r may be lowered once `oxbow "
                           "status` of every member shows 0 move scans and 0 hints)",
                           before.n + 1, r),
               fmt::format("r at least {}", r), got};
}

}  // namespace

void request_ring_bucket(Turn& turn, RequestHandle handle, const RingBucketRequest& request) {
  NodeState& node = turn.node;
  if (node.ring.ring.empty()) return reply(turn, handle, no_ring(node));
  const Bucket* known = node.ring.members.find_bucket(request.name);
  const bool shows = !request.n && !request.r && !request.w && !request.conflict && !request.sync;
  if (shows) {
    if (known == nullptr) {
      return reply(
          turn, handle,
          Error{"not-found",
                fmt::format("the ring has no bucket {} (oxbow ring show lists them)", request.name),
                "", ""});
    }
    return reply(turn, handle,
                 ClientAnswer(RingBucketAnswer{false, false, describe_bucket(known->policy),
                                               known->version}));
  }
  BucketPolicy before;
  if (known != nullptr) before = known->policy;
  before.name = request.name;
  const Result<BucketPolicy> wanted = changed(before, request);
  if (!wanted.ok()) return reply(turn, handle, wanted.error());
  if (known != nullptr && *wanted == known->policy) {
    return reply(turn, handle,
                 ClientAnswer(RingBucketAnswer{false, false, describe_bucket(known->policy),
                                               known->version}));
  }
  const bool is_default = request.name == "default";
  const BucketPolicy& holds = node.ring.members.policy_of(is_default ? "" : request.name + "/");
  if (const Status may = may_grow(holds, *wanted, request); !may.ok()) {
    return reply(turn, handle, may.error());
  }
  if (const Status room = has_room(node); !room.ok()) return reply(turn, handle, room.error());
  const bool made = known == nullptr;
  const Result<Bucket> bucket = change_bucket(turn, *wanted);
  if (!bucket.ok()) return reply(turn, handle, bucket.error());
  const auto written = keep_records(turn);
  if (!written.ok()) return reply(turn, handle, written.error());
  reply(
      turn, handle,
      ClientAnswer(RingBucketAnswer{true, made, describe_bucket(bucket->policy), bucket->version}),
      *written);
}

void request_ring_leave(Turn& turn, RequestHandle handle, const RingLeaveRequest& request) {
  NodeState& node = turn.node;
  const std::uint64_t objects = node.store.live_objects();
  if (is_member(node) && node.ring.ring.size() == 1 && objects > 0 && !request.force) {
    return reply(turn, handle,
                 Error{"last-member",
                       fmt::format("the ring's last member keeps {} {}, which no other has "
                                   "(let another peer join first, or force it)",
                                   objects, objects == 1 ? "object" : "objects"),
                       "another member to hand them to", "none"});
  }
  if (const Status room = has_room(node); !room.ok()) return reply(turn, handle, room.error());
  const bool left = leave_ring(turn);
  const bool would_join = left || node.config.member;  // at its next start
  LeaveWait wait{handle, left, turn.now.steady + limits::kLeavePatience, kNothingPending};
  if (would_join) {
    const auto written = keep_last_word(turn, RingPlace{});
    if (!written.ok()) return reply(turn, handle, written.error());
    wait.after = *written;
  }
  if (node.ring.leave_waits.size() >= limits::kRequests) wait.deadline = turn.now.steady;
  node.ring.leave_waits.push_back(wait);
  answer_leave_waits(turn);
}

void answer_leave_waits(Turn& turn) {
  NodeState& node = turn.node;
  if (node.ring.leave_waits.empty()) return;
  const std::uint64_t hints = node.store.all_hints().hints;
  const bool moving = !node.ring.ring.empty() &&
                      ((node.store.objects() > 0 && objects_are_moving(node)) || hints > 0);
  std::erase_if(node.ring.leave_waits, [&](const LeaveWait& wait) {
    if (moving && wait.deadline > turn.now.steady) return false;
    const bool left_before = !wait.changed && node.ring.members.find(node.config.id) != nullptr;
    const RingLeaveAnswer answer{
        wait.changed, node.ring.ring.size(), moving, node.store.objects(), hints, left_before};
    reply(turn, wait.handle, ClientAnswer(answer), wait.after);
    return true;
  });
}

}  // namespace oxbow

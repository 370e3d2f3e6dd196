// What the ring's buckets promise: proposals of configurations, and changes by operators. A
// proposal is made where the ring has no record yet. One that another member holds too is marked
// so, and then no proposal that somebody made alone, without its disk or cut off, takes its place.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "node/membership.h"

namespace oxbow {

namespace {

/// Versions of which nobody can have come honestly by now; or an operator could not go beyond it.
bool is_forged(Now now, std::uint64_t version) {
  constexpr WallTime k2020{std::chrono::hours(24) * 18'262};
  const auto since =
      std::chrono::floor<std::chrono::seconds>(now.wall + limits::kBucketVersionAhead - k2020);
  return version > limits::kBucketVersionsAtOnce &&
         static_cast<std::int64_t>(version) > since.count();
}

std::uint32_t n_of(const NodeState& node, const std::string& bucket) {
  const bool is_default = bucket == "default";
  return node.ring.members.policy_of(is_default ? "" : bucket + "/").n;
}

}  // namespace

void take_record(Turn& turn, const Bucket& record, RingNews& news) {
  NodeState& node = turn.node;
  const std::string& name = record.policy.name;
  if (is_forged(turn.now, record.version)) {
    ++node.counters.records_refused;
    return warn_once(
        turn, "/versions",
        fmt::format("version {} of bucket {}: nobody can have changed it so often; such "
                    "records are ignored",
                    record.version, name));
  }
  const std::uint32_t n_before = n_of(node, name);
  switch (node.ring.members.take(record)) {
    case News::newer:
      news.buckets.push_back(name);
      if (n_of(node, name) != n_before) news.moved.push_back(name);
      break;
    case News::full:
      ++node.counters.records_refused;
      warn_once(turn, "/buckets",
                fmt::format("no room for one more bucket than {}: further ones are ignored",
                            limits::kBuckets));
      break;
    case News::known:
    case News::older:
      break;
  }
}

void plan_proposal(Turn& turn) {
  RingState& state = turn.node.ring;
  const bool alone = turn.node.config.neighbors.empty() && !knows_others(turn.node);
  state.proposes_on_contact = !alone;
  state.propose_due = alone ? turn.now.steady : kNever;
}

void proposal_may_come(Turn& turn, bool has_buckets) {
  RingState& state = turn.node.ring;
  const Instant now = turn.now.steady;
  if (state.proposes_on_contact) {
    state.proposes_on_contact = false;
    state.propose_due = now + limits::kProposeAfter;
  }
  // A ring that has buckets is not asked to take ours instead; it may lack some of them.
  if (has_buckets && state.propose_due != kNever) state.propose_due = now;
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
    const Bucket proposed{policy, kProposedVersion, node.config.id};
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

void buckets_are_held(Turn& turn) {
  RingNews news;
  std::vector<Bucket> confirmed;
  for (const auto& [name, bucket] : turn.node.ring.members.buckets()) {
    if (const auto better = held(bucket)) confirmed.push_back(*better);
  }
  for (const Bucket& bucket : confirmed) take_record(turn, bucket, news);
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
  const Bucket changed{policy, changed_version(known), turn.node.config.id};
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

}  // namespace oxbow

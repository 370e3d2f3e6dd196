#include "membership/members.h"

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"
#include "membership/record_bytes.h"

namespace oxbow {

namespace {

// Sums of hashes do not depend on the order, and a record is taken out of one by subtraction.
template <class Record>
std::uint64_t share_of_digest(const Record& record) {
  return hash64(to_bytes(record));
}

}  // namespace

namespace {

constexpr std::uint64_t kBeyondWeight1 =
    limits::kRingTokens - limits::kMembers * limits::kTokensPerMember;

std::uint64_t beyond_weight_1(const Member& record) {
  if (record.state != MemberState::joined) return 0;
  return std::max(record.tokens, limits::kTokensPerMember) - limits::kTokensPerMember;
}

}  // namespace

void Members::add(const Member& record) {
  digest_ += share_of_digest(record);
  version_ += record.incarnation;
  if (record.state == MemberState::left) {
    left_.emplace(record.incarnation, record.id);
  } else {
    beyond_weight_1_ += beyond_weight_1(record);
  }
}

void Members::remove(const Member& record) {
  digest_ -= share_of_digest(record);
  version_ -= record.incarnation;
  if (record.state == MemberState::left) {
    left_.erase({record.incarnation, record.id});
  } else {
    beyond_weight_1_ -= beyond_weight_1(record);
  }
}

/// For one more member. So that strangers who never were cannot keep out those who are.
bool Members::make_room(const Member& record) {
  if (members_.size() < limits::kMembers) return true;
  if (left_.empty()) return false;
  const auto first = *left_.begin();
  const bool is_joined = record.state == MemberState::joined;
  if (!is_joined && std::pair(record.incarnation, record.id) < first) return false;
  const auto gives_way = members_.find(first.second);
  remove(gives_way->second);
  members_.erase(gives_way);
  return true;
}

News Members::take(const Member& record) {
  const auto found = members_.find(record.id);
  std::uint64_t beyond = beyond_weight_1_;
  if (found != members_.end()) {
    if (found->second == record) return News::known;
    if (!supersedes(record, found->second, trusted_)) return News::older;
    beyond -= beyond_weight_1(found->second);
  }
  const std::uint64_t wanted = beyond_weight_1(record);
  if (wanted > 0 && beyond + wanted > kBeyondWeight1) return News::full;
  if (found == members_.end()) {
    if (!make_room(record)) return News::full;
    members_.emplace(record.id, record);
  } else {
    remove(found->second);
    found->second = record;
  }
  add(record);
  return News::newer;
}

News Members::take(const Bucket& record) {
  const auto found = buckets_.find(record.policy.name);
  if (found == buckets_.end()) {
    if (buckets_.size() >= limits::kBuckets) return News::full;
    buckets_.emplace(record.policy.name, record);
  } else {
    if (found->second == record) return News::known;
    if (!supersedes(record, found->second)) return News::older;
    digest_ -= share_of_digest(found->second);
    found->second = record;
  }
  digest_ += share_of_digest(record);
  return News::newer;
}

const BucketPolicy* Members::policy_named(std::string_view name) const {
  if (const Bucket* bucket = find_bucket(name)) return &bucket->policy;
  for (const BucketPolicy& policy : configured_) {
    if (policy.name == name) return &policy;
  }
  return nullptr;
}

const BucketPolicy& Members::policy_of(std::string_view key) const {
  const auto slash = key.find('/');
  if (slash != std::string_view::npos) {
    if (const BucketPolicy* named = policy_named(key.substr(0, slash))) return *named;
  }
  const BucketPolicy* fallback = policy_named("default");
  return fallback == nullptr ? standard_ : *fallback;
}

}  // namespace oxbow

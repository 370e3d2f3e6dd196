#include "membership/members.h"

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

News Members::take(const Member& record) {
  const auto found = members_.find(record.id);
  if (found == members_.end()) {
    if (members_.size() >= limits::kMembers) return News::full;
    members_.emplace(record.id, record);
  } else {
    if (found->second == record) return News::known;
    if (!supersedes(record, found->second)) return News::older;
    digest_ -= share_of_digest(found->second);
    version_ -= found->second.incarnation;
    found->second = record;
  }
  digest_ += share_of_digest(record);
  version_ += record.incarnation;
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

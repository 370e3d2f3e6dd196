// Everything known about who is a member of the ring and what its buckets promise: records that
// spread by gossip and merge the same way everywhere, whatever order they arrive in.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bucket_policy.h"
#include "membership/member.h"

namespace oxbow {

/// What a record that was heard of turned out to be.
enum class News : std::uint8_t {
  known,  ///< the same is here already
  older,  ///< what is here supersedes it
  newer,  ///< it is here now
  full,   ///< there is no room for it: limits::kMembers, kRingTokens, kBuckets
};

class Members {
 public:
  /// Merges a record, which must have passed check(). Commutative, associative and idempotent as
  /// long as there is room and the same incarnation is trusted. Members that are joined have room
  /// before those that left, of which the ones that said so last are kept. All together have at
  /// most limits::kRingTokens tokens: of these, each member may have those of weight 1.
  News take(const Member& record);
  News take(const Bucket& record);

  /// Incarnations above it come of a clock that was wrong: see supersedes().
  void trust(TrustedIncarnation most) { trusted_ = most; }
  TrustedIncarnation trusted() const { return trusted_; }

  bool empty() const { return members_.empty() && buckets_.empty(); }
  /// nullptr: never heard of.
  const Member* find(const PeerId& id) const {
    const auto found = members_.find(id);
    return found == members_.end() ? nullptr : &found->second;
  }
  const Bucket* find_bucket(std::string_view name) const {
    const auto found = buckets_.find(name);
    return found == buckets_.end() ? nullptr : &found->second;
  }
  /// Those that left included, by id.
  const std::map<PeerId, Member>& all() const { return members_; }
  const std::map<std::string, Bucket, std::less<>>& buckets() const { return buckets_; }

  /// Of all records, in no order: equal if and only if two peers know the same. 0 if empty.
  std::uint64_t digest() const { return digest_; }
  /// The sum of all incarnations: grows with every change of a member.
  std::uint64_t version() const { return version_; }

  /// Holds for buckets of which the ring has no record yet.
  void set_configured(std::vector<BucketPolicy> configured) { configured_ = std::move(configured); }

  /// Of the bucket that the part of the key before its first `/` names, else of `default`.
  const BucketPolicy& policy_of(std::string_view key) const;

 private:
  bool make_room(const Member& record);
  void add(const Member& record);
  void remove(const Member& record);
  const BucketPolicy* policy_named(std::string_view name) const;

  std::map<PeerId, Member> members_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  std::vector<BucketPolicy> configured_;
  BucketPolicy standard_;
  TrustedIncarnation trusted_ = kTrustAll;
  std::set<std::pair<std::uint64_t, PeerId>> left_;  // incarnations of those that left
  std::uint64_t beyond_weight_1_ = 0;                // tokens of those that are joined
  std::uint64_t digest_ = 0;
  std::uint64_t version_ = 0;
};

}  // namespace oxbow

// Everything known about who is a member of the ring and what its buckets promise: records that
// spread by gossip and merge the same way everywhere, whatever order they arrive in.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/bucket_policy.h"
#include "message/messages.h"

namespace oxbow {

/// A MemberRecord that owns its texts.
struct Member {
  PeerId id;
  std::uint64_t incarnation = 0;
  MemberState state = MemberState::joined;
  Address address;
  std::string name;
  std::string zone;
  std::uint32_t tokens = 0;

  friend bool operator==(const Member&, const Member&) = default;
};

struct Bucket {
  BucketPolicy policy;
  std::uint64_t version = 0;
  PeerId proposer;
};

class Members {
 public:
  /// nullptr: never heard of.
  const Member* find(const PeerId& id) const {
    const auto found = members_.find(id);
    return found == members_.end() ? nullptr : &found->second;
  }
  const std::map<PeerId, Member>& all() const { return members_; }
  const std::map<std::string, Bucket, std::less<>>& buckets() const { return buckets_; }

  /// Of the bucket that the part of the key before its first `/` names, else of `default`.
  const BucketPolicy& policy_of(std::string_view key) const {
    const auto slash = key.find('/');
    if (slash != std::string_view::npos) {
      const auto named = buckets_.find(key.substr(0, slash));
      if (named != buckets_.end()) return named->second.policy;
    }
    const auto fallback = buckets_.find(std::string_view("default"));
    return fallback == buckets_.end() ? standard_ : fallback->second.policy;
  }

 private:
  std::map<PeerId, Member> members_;
  std::map<std::string, Bucket, std::less<>> buckets_;
  BucketPolicy standard_;
};

}  // namespace oxbow

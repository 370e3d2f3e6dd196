// The records that gossip spreads, owning their texts: one for each member of the ring, one for
// each bucket. Of two records of one thing the same one wins everywhere, so that peers agree in
// whatever order they hear.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <string>
#include <string_view>

#include "base/arena.h"
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

/// A BucketRecord that owns its name.
struct Bucket {
  BucketPolicy policy;
  std::uint64_t version = 0;
  PeerId proposer;

  friend bool operator==(const Bucket&, const Bucket&) = default;
};

Member member_of(const MemberRecord& record);
Bucket bucket_of(const BucketRecord& record);
/// The record to send; its texts are in `arena`, as a table may change before they are encoded.
MemberRecord record_of(const Member& member, Arena& arena);
BucketRecord record_of(const Bucket& bucket, Arena& arena);

/// Whether `a` is right and `b` is not: the higher incarnation. Two records with one incarnation
/// can only come of a restored directory or a forger; then the greater content wins, whatever that
/// is, but `left` before anything else.
bool supersedes(const Member& a, const Member& b);
/// The higher version; of equal ones that of the lower proposer; then the greater content.
bool supersedes(const Bucket& a, const Bucket& b);

/// What may enter a table; the error's message is for the log ("a member record with …").
Status check(const Member& member);
/// Also 1 ≤ r, w ≤ n ≤ limits::kCopiesMost.
Status check(const Bucket& bucket);
/// A name or zone: at most limits::kName bytes of UTF-8 without control characters.
bool is_label(std::string_view text);

/// `n=3 r=2 w=2 conflict=siblings sync=yes`, as in a configuration.
std::string to_string(const BucketPolicy& policy);

}  // namespace oxbow

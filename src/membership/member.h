// The records that gossip spreads, owning their texts: one for each member of the ring, one for
// each bucket. Of two records of one thing the same one wins everywhere, so that peers agree in
// whatever order they hear.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <optional>
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

/// Incarnations are made from wall clocks. One above the trusted one comes of a clock that is, or
/// was, far ahead: such a record is taken where nothing else is known of its member, and any other
/// one supersedes it. So nobody is refused for a wrong clock, nor keeps what it said by one.
using TrustedIncarnation = std::uint64_t;
inline constexpr TrustedIncarnation kTrustAll = ~std::uint64_t{0};

/// Whether `a` is right and `b` is not: the higher incarnation, as far as it is trusted. Two
/// records with one incarnation can only come of a restored directory or a forger; then the greater
/// content wins, whatever that is, but `left` before anything else.
bool supersedes(const Member& a, const Member& b, TrustedIncarnation trusted = kTrustAll);
/// The higher version; of equal ones that of the lower proposer; then the greater content.
bool supersedes(const Bucket& a, const Bucket& b);

/// Versions of buckets that no operator has chosen. What a start made alone gives way to whatever
/// two members hold, and both to what an operator says.
inline constexpr std::uint64_t kProposedVersion = 1;
inline constexpr std::uint64_t kHeldVersion = 2;

/// Of a proposal of which it has turned out that another member holds it too. The same whoever
/// finds that out. nullopt: it is none, or that is known already.
std::optional<Bucket> held(const Bucket& bucket);
/// The version of a change that an operator makes; `known` may be null.
std::uint64_t changed_version(const Bucket* known);

/// What may enter a table; the error's message is for the log ("a member record with …").
Status check(const Member& member);
/// Also 1 ≤ r, w ≤ n ≤ limits::kCopiesMost.
Status check(const Bucket& bucket);
/// A name or zone: at most limits::kName bytes of UTF-8 without control characters.
bool is_label(std::string_view text);

/// `n=3 r=2 w=2 conflict=siblings sync=yes`, as in a configuration.
std::string to_string(const BucketPolicy& policy);

}  // namespace oxbow

// What a bucket promises about its keys: a record of the ring, the same on every member.
#pragma once

#include <cstdint>
#include <string>

namespace oxbow {

/// Who settles conflicts between concurrent writes of a bucket's keys.
enum class Conflicts : std::uint8_t {
  siblings,  ///< the application: all are kept until a put with their context
  lww,       ///< the last write wins: of concurrent siblings the greatest (time, dot) stays
};

/// Whether an acknowledged write is on disk, or may still be in memory.
enum class Sync : std::uint8_t {
  no,   ///< written behind: a crash of all N members at once may lose it
  yes,  ///< each acknowledged copy has been synced
  /// As `yes`, but nobody waits for this copy: it may share the sync of those that come after it,
  /// within limits::kGatherDelay. Of single writes only, no bucket's policy.
  soon,
};

struct BucketPolicy {
  std::string name = "default";  ///< the part of a key before its first `/`
  std::uint32_t n = 3;           ///< copies kept; at least 1
  std::uint32_t r = 2;           ///< answers needed for a read, unless the request says otherwise
  std::uint32_t w = 2;           ///< copies written before a put is acknowledged, likewise
  Conflicts conflicts = Conflicts::siblings;
  Sync sync = Sync::yes;

  friend bool operator==(const BucketPolicy&, const BucketPolicy&) = default;
};

}  // namespace oxbow

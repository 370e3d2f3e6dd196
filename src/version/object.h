// What is stored under a key, and the only unit that is stored, sent, hinted, repaired and hashed:
// all siblings, each with its own dot, and one clock. A dot that the clock covers and that no
// sibling has is a write that was superseded; so a value and the news that it is superseded travel
// together, and in any order (dotted version vectors: Preguiça et al. 2010; the one clock for all
// siblings as in Riak's dvvset.erl).
//
// What always holds:
//   * the clock covers every sibling's dot, and siblings are in ascending order of their dots;
//   * every write that the clock covers is at most as new, by (time, dot), as some sibling: writes
//     are stamped later than what they replace. This is what makes the `lww` merge associative.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "base/bucket_policy.h"
#include "base/ids.h"
#include "base/shared_bytes.h"
#include "base/time.h"
#include "version/context.h"
#include "version/vector_clock.h"

namespace oxbow {

/// One of several concurrent values of a key.
struct Sibling {
  Dot dot;
  SharedBytes value;  ///< null in a tombstone, and only there
  WallTime time{};    ///< as stamped by the coordinator

  /// A delete wrote it.
  bool tombstone() const { return value == nullptr; }

  friend bool operator==(const Sibling& left, const Sibling& right);
};

/// A value; copies share what they hold, which never changes, so that a copy in a cache, on its way
/// to the disk or in an answer costs next to nothing.
class Object {
 public:
  /// Never written, never heard of.
  Object() = default;

  /// Error `bad-object`: siblings are not in ascending order of distinct dots, or one has a dot
  /// that the clock does not cover. For what comes from outside; limits are the decoder's.
  static Result<Object> from_parts(std::vector<Sibling> siblings, VectorClock clock);

  const std::vector<Sibling>& siblings() const { return parts().siblings; }
  const VectorClock& clock() const { return parts().clock; }

  /// Never heard of: not the same as deleted.
  bool empty() const { return clock().empty(); }

  /// It was written, and has no value: nothing but tombstones.
  bool deleted() const;

  /// The context of a get: covers exactly the siblings and what they superseded. The second form
  /// as bytes for a client, see encode_context().
  Context context() const { return {clock(), std::nullopt, newest()}; }
  std::string encoded_context(std::string_view key) const {
    return encode_context(clock(), newest(), key);
  }
  /// The time of the newest sibling; none: the beginning of time.
  WallTime newest() const;

  /// What it takes on disk or in a frame, at most: each entry of the clock and each sibling counts
  /// 64 bytes, each value its size.
  std::size_t byte_size() const;

  /// Takes what the other has and this has not, drops what the other knows to be superseded. Under
  /// either policy a semilattice over the copies of a key: idempotent, commutative, associative,
  /// so that copies agree once each has met the others', however often and in whatever order.
  void merge(const Object& other, Conflicts conflicts);

  /// Replaces the siblings that `replaced` covers by one under `dot`, which must be the next of
  /// its actor; keeps the others, as `conflicts` has it. A tombstone takes the place of all other
  /// ones too: they say the same. Checks no limit: see version/update.h.
  void replace(const Context& replaced, Sibling sibling, Conflicts conflicts);

  friend bool operator==(const Object& left, const Object& right);

 private:
  struct Parts {
    std::vector<Sibling> siblings;
    VectorClock clock;

    void settle(Conflicts conflicts);
  };

  const Parts& parts() const;

  std::shared_ptr<const Parts> parts_;  // null: empty
};

Object merged(Object first, const Object& second, Conflicts conflicts);

}  // namespace oxbow

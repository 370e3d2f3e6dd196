// What others say of this very peer, and it does not: its own word, with a higher incarnation, puts
// that right. An earlier run's record is put right once. Where another process uses the same id,
// the two contradict each other: each says its word again only after a pause that doubles, with
// jitter, so that their quarrel costs the ring little.
#pragma once

#include <cstdint>
#include <optional>

#include "base/limits.h"
#include "base/random.h"
#include "base/time.h"

namespace oxbow {

class OwnRecord {
 public:
  enum class Word : std::uint8_t {
    now,       ///< put it right at once
    disputed,  ///< likewise; and it is clear now that somebody else speaks for this peer
    later,     ///< when next_deadline() has come
  };

  /// Others know a record of this peer that supersedes its own.
  Word contradicted(Instant now, std::uint64_t incarnation, Random& random);
  /// The incarnation to be outbid now, if the pause is over.
  std::optional<std::uint64_t> take_due(Instant now);

  Instant next_deadline() const { return due_; }

 private:
  std::uint32_t times_ = 0;  // contradicted within limits::kDisputeOver of each other
  Instant last_ = Instant::min();
  std::uint64_t heard_ = 0;
  Instant due_ = kNever;
};

}  // namespace oxbow

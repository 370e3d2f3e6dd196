// Whether a neighbor answers for the copies of queries that it is sent. One that lets them time out
// again and again makes every search through this peer as slow as its patience: it is skipped, then
// asked by probes (queries of this peer's own, with TTL 1, that nobody waits for) whether it
// answers again, and is dropped when it does not, or when that happens too often. Pure; 40 bytes a
// link.
//
//            copies time out again and again           probes are not answered,
//   asked ────────────────────────────────▶ skipped ──or it was skipped too often──▶ given up
//     ▲                                        │
//     └────────── a probe is answered ─────────┘
#pragma once

#include <cstdint>

#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

class AnswerRecord {
 public:
  enum class State : std::uint8_t { asked, skipped, given_up };

  State state() const { return state_; }
  /// No copies are to be sent to it, or walkers.
  bool is_skipped() const { return state_ != State::asked; }
  bool has_answered() const { return has_answered_; }

  /// A copy, or a probe, was answered.
  void answered();
  /// One was not, within the patience; any number of them at one instant count once, as this peer
  /// itself may have been late.
  void timed_out(Instant now);
  /// It has left queries unanswered before this link came up: it has to answer a probe first, and
  /// is given up at the next fault.
  void begin_skipped(Instant now);

 private:
  void skip(Instant now);

  State state_ = State::asked;
  bool has_answered_ = false;
  int weight_ = 0;             // of copies that timed out, less those that were answered since
  std::uint32_t skipped_ = 0;  // so often, not long ago
  std::uint32_t probes_ = 0;   // unanswered in a row
  Instant last_timeout_ = Instant::min();
  Instant last_skipped_{};
};

}  // namespace oxbow

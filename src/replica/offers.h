// What a member wrote last before it stopped without warning, offered to the other primaries of
// each key when it starts again: it may have answered a put, and not come to sending the copies, or
// to keeping the hints, that were to follow. As bookkeeping: which records of the store are being
// offered, and who has yet to answer. They go in rounds of some keys.
//
//              no records
//     reading ────────────▶ done
//     │     ▲
//     ▼     │ all keys were offered, and each copy is stored by its primary, or in a hint: those
//   offering│ records are settled
//     │     │                           after a pause, the same records
//     └─────┴───────▶ resting ─────────────────────────────▶ reading
//       neither was possible for some
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/time.h"
#include "store/store.h"

namespace oxbow {

class Offers {
 public:
  Offers() = default;
  Offers(const Offers&) = delete;
  Offers& operator=(const Offers&) = delete;

  enum class State : std::uint8_t { reading, offering, resting, done };
  State state() const { return state_; }

  // -- reading ----------------------------------------------------------------------------------
  /// The next record to add is the first behind this number.
  std::uint64_t cursor() const { return cursor_; }
  /// Whether there are keys enough for a round.
  bool has_enough() const { return keys_.size() >= limits::kOfferKeys; }
  void add(RecentWritesRecord record);
  /// Offering, or done if nothing was added.
  void begin_round();

  // -- offering ---------------------------------------------------------------------------------
  bool has_keys() const { return next_ != keys_.end(); }
  /// How many more copies may be sent now.
  std::size_t room() const {
    return limits::kHandoffBatch - std::min(limits::kHandoffBatch, under_way_.size());
  }
  const std::string& take_key() { return *next_++; }

  /// A copy that was sent and not answered yet.
  struct Copy {
    PeerId to;
    std::string key;
    Instant deadline{};
  };
  void sent(std::uint64_t ticket, Copy copy) { under_way_.emplace(ticket, std::move(copy)); }
  std::optional<Copy> answered(std::uint64_t ticket, const PeerId& from);
  /// Those whose time is up; they are not waited for any more.
  std::vector<Copy> take_overdue(Instant now);
  /// Those to a member that went away; likewise.
  std::vector<Copy> take_lost(const PeerId& member);
  /// Neither its primary nor a hint has taken some copy: the round has to be repeated.
  void not_taken() { all_taken_ = false; }

  bool round_is_over() const {
    return state_ == State::offering && !has_keys() && under_way_.empty();
  }
  /// Reading, or resting. The records that are settled.
  std::vector<std::uint64_t> end_round(Instant now);

  /// Resting is over.
  void go_on() { state_ = State::reading; }
  Instant rests_until() const { return rests_until_; }

  std::size_t under_way() const { return under_way_.size(); }
  /// Whether `holds(const PeerId&)` for each member that has yet to answer.
  template <class Holds>
  bool all_under_way(Holds holds) const {
    return std::all_of(under_way_.begin(), under_way_.end(),
                       [&](const auto& copy) { return holds(copy.second.to); });
  }
  std::uint64_t offered() const { return count_; }  ///< keys, so far
  /// When the next copy's time is up.
  Instant next_deadline() const;

 private:
  template <class Which>
  std::vector<Copy> take_if(Which which);

  State state_ = State::reading;
  std::uint64_t cursor_ = 0;
  std::uint64_t settled_ = 0;                // up to it
  std::vector<std::uint64_t> records_;       // of the round
  std::set<std::string, std::less<>> keys_;  // of the round
  std::set<std::string, std::less<>>::const_iterator next_ = keys_.end();
  std::uint64_t count_ = 0;
  bool all_taken_ = true;
  std::set<std::string, std::less<>> offered_;  // of rounds before: not again
  std::map<std::uint64_t, Copy> under_way_;     // by ticket
  Instant rests_until_{};
};

}  // namespace oxbow

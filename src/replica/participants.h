// Who takes part in one get or put, and what came of each: the part that both operations share.
// Members are named by their ids, for the ring may change while an operation is under way.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/ids.h"
#include "base/time.h"
#include "message/messages.h"

namespace oxbow {

/// A member to ask, and the primary whose place it takes.
struct Participant {
  PeerId member;
  PeerId stands_for;  ///< zero: a primary itself

  bool is_fallback() const { return !stands_for.is_zero(); }
  friend bool operator==(const Participant&, const Participant&) = default;
};

/// For how long each member is waited for alone, by what it usually takes.
struct Patience {
  Duration otherwise{};  ///< 0: until it has failed
  std::vector<std::pair<PeerId, Duration>> of_members{};

  Duration of(const PeerId& member) const {
    for (const auto& [known, patience] : of_members) {
      if (known == member) return patience;
    }
    return otherwise;
  }
};

/// Those that were asked, in that order. A member is asked once, the coordinator itself perhaps
/// for several primaries.
class Participants {
 public:
  /// `patience`: after it, it is late: a further one is asked too. 0: never.
  void ask(Instant now, const Participant& who, Instant deadline, Duration patience = {}) {
    asked_.push_back({now, deadline, patience > Duration(0) ? now + patience : kNever, true});
    outcomes_.push_back({who.member, who.stands_for, Outcome::asked, false, 0});
  }
  /// Not asked at all, and why.
  void note(const PeerId& member, Outcome outcome) {
    asked_.push_back({Instant{}, kNever, kNever, false});
    outcomes_.push_back({member, PeerId{}, outcome, false, 0});
  }

  bool waits_for(const Participant& who) const { return find_waiting(who) != asked_.size(); }
  /// As what that member was asked and has not answered yet.
  std::optional<Participant> waiting_for(const PeerId& member) const {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i].waiting && outcomes_[i].member == member) return participant(i);
    }
    return std::nullopt;
  }
  /// Nothing more is expected of it; it must have been waited for.
  void end(Instant now, const Participant& who, Outcome outcome) {
    const std::size_t i = find_waiting(who);
    OXBOW_ASSERT(i < asked_.size(), "an answer that nobody waits for");
    asked_[i].waiting = false;
    outcomes_[i].outcome = outcome;
    outcomes_[i].micros = static_cast<std::uint32_t>(
        std::clamp<Duration::rep>((now - asked_[i].at).count(), 0, UINT32_MAX));
  }
  /// Whether the member has stored anything, its own copy or a hint.
  bool has_stored(const PeerId& member) const {
    return std::any_of(outcomes_.begin(), outcomes_.end(), [&](const MemberOutcome& outcome) {
      return outcome.member == member &&
             (outcome.outcome == Outcome::stored || outcome.outcome == Outcome::hinted);
    });
  }
  /// Whether a fallback was asked to stand in for that primary, and has not failed.
  bool has_stand_in(const PeerId& primary) const {
    return std::any_of(outcomes_.begin(), outcomes_.end(), [&](const MemberOutcome& outcome) {
      return outcome.stands_for == primary &&
             (outcome.outcome == Outcome::asked || is_done(outcome.outcome));
    });
  }
  /// Whether that primary, or who stands in for it, has stored or answered.
  bool is_place_filled(const PeerId& primary) const {
    return std::any_of(outcomes_.begin(), outcomes_.end(), [&](const MemberOutcome& outcome) {
      const PeerId& place = outcome.stands_for.is_zero() ? outcome.member : outcome.stands_for;
      return place == primary && is_done(outcome.outcome);
    });
  }
  /// When it was asked what it has not answered yet.
  std::optional<Instant> asked_at(const PeerId& member) const {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i].waiting && outcomes_[i].member == member) return asked_[i].at;
    }
    return std::nullopt;
  }
  void mark_repaired(const PeerId& member) {
    for (MemberOutcome& outcome : outcomes_) {
      if (outcome.member == member) outcome.repaired = true;
    }
  }

  std::size_t waiting() const {
    return static_cast<std::size_t>(
        std::count_if(asked_.begin(), asked_.end(), [](const Asked& one) { return one.waiting; }));
  }
  bool waits_for_primary() const {
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i].waiting && !participant(i).is_fallback()) return true;
    }
    return false;
  }
  /// Those waited for that are not late.
  std::size_t waiting_in_time(Instant now) const {
    return static_cast<std::size_t>(
        std::count_if(asked_.begin(), asked_.end(), [&](const Asked& one) {
          return one.waiting && (one.late_at == kNever ? !one.is_late : one.late_at > now);
        }));
  }
  /// Those that have become late; each is told once.
  std::vector<Participant> take_late(Instant now) {
    std::vector<Participant> late;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (!asked_[i].waiting || asked_[i].late_at > now) continue;
      asked_[i].late_at = kNever;
      asked_[i].is_late = true;
      late.push_back(participant(i));
    }
    return late;
  }
  Instant next_late() const {
    Instant next = kNever;
    for (const Asked& one : asked_) {
      if (one.waiting) next = std::min(next, one.late_at);
    }
    return next;
  }
  /// Those whose time is up.
  std::vector<Participant> overdue(Instant now) const {
    std::vector<Participant> late;
    for (std::size_t i = 0; i < asked_.size(); ++i) {
      if (asked_[i].waiting && asked_[i].deadline <= now) late.push_back(participant(i));
    }
    return late;
  }
  Instant next_deadline() const {
    Instant next = kNever;
    for (const Asked& one : asked_) {
      if (one.waiting) next = std::min(next, one.deadline);
    }
    return next;
  }

  std::span<const MemberOutcome> outcomes() const { return outcomes_; }

 private:
  struct Asked {
    Instant at{};
    Instant deadline{};
    Instant late_at = kNever;  ///< kNever, too, once it is late
    bool waiting = false;
    bool is_late = false;
  };
  static bool is_done(Outcome outcome) {
    return outcome == Outcome::answered || outcome == Outcome::never_heard ||
           outcome == Outcome::stored || outcome == Outcome::hinted;
  }
  Participant participant(std::size_t i) const {
    return {outcomes_[i].member, outcomes_[i].stands_for};
  }
  std::size_t find_waiting(const Participant& who) const {
    std::size_t i = 0;
    while (i < asked_.size() && !(asked_[i].waiting && participant(i) == who)) ++i;
    return i;
  }

  std::vector<Asked> asked_;
  std::vector<MemberOutcome> outcomes_;  // of the same index
};

}  // namespace oxbow

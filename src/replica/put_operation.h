// One put, as a machine around its tally: time and answers go in, what is to be done comes out.
//
//             W copies: AnswerPut              every primary has it, or a hint for it is kept
//   writing ─────────────────────▶ answered ──────────────────────────────────────────▶ done
//      │                                                                                  ▲
//      │  nobody is left, or its time is up: FailPut (the write may have been stored)     │
//      └────────────────────▶ failed ────────────────────────────────────────────────────┘
//                                        likewise
//
// A primary that is late, where W needs it, gets a stand-in: whoever stores first counts for its
// place. Each primary that does not store the write, before the answer or after it, leads to one
// hint: at the next fallback, else at the coordinator. A fallback that fails hands that on to the
// next.
#pragma once

#include <variant>
#include <vector>

#include "replica/participants.h"
#include "replica/put_tally.h"

namespace oxbow {

struct PutPlan {
  struct Primary {
    PeerId member;
    bool reachable = true;
    bool hintable = true;  ///< not absent for longer than hints are written for
  };
  std::uint32_t need = 1;  ///< W
  Quorum quorum = Quorum::sloppy;
  PeerId self;                     ///< the coordinator: a primary, a fallback, or neither
  std::vector<Primary> primaries;  ///< in the order of the preference list
  std::vector<PeerId> fallbacks;   ///< reachable ones, in that order; self may be among them
  Instant deadline = kNever;       ///< of the answer
  Duration replica_timeout{};      ///< for one member, until it has failed
  Patience patience;               ///< after it a fallback is asked to stand in, if W needs one
};

// Inputs.
/// A member has the write, or the hint.
struct Stored {
  Participant who;
};
/// A member will not store it: unreachable, refused. (Also the coordinator's own disk.)
struct NotStored {
  Participant who;
  Outcome why = Outcome::unreachable;
};
struct PutTimePassed {};
using PutInput = std::variant<Stored, NotStored, PutTimePassed>;

// Effects. What concerns the coordinator itself (member = self) is answered with an input too, at
// once or when it is durable.
/// To the copy of `who.member`, or, if it stands for a primary, to its hint for that one.
struct WriteCopy {
  Participant who;
  /// The answer waits for it. A copy beyond W may share the sync of what comes after it.
  bool urgent = true;

  friend bool operator==(const WriteCopy&, const WriteCopy&) = default;
};
struct WriteTimedOut {
  PeerId member;
};
struct AnswerPut {};
struct FailPut {
  Error error;
};
/// No hint is kept for a primary that does not have the write: nobody can, or none is allowed.
struct NoHint {
  PeerId primary;
};
using PutEffect = std::variant<WriteCopy, WriteTimedOut, AnswerPut, FailPut, NoHint>;

class PutOperation {
 public:
  enum class State : std::uint8_t { writing, answered, failed, done };

  explicit PutOperation(PutPlan plan) : plan_(std::move(plan)), tally_(plan_.need, plan_.quorum) {}

  /// Once, before any step().
  void begin(Instant now, std::vector<PutEffect>& effects);
  /// Appends to `effects`. Answers of members that it does not wait for change nothing.
  void step(Instant now, const PutInput& input, std::vector<PutEffect>& effects);

  State state() const { return state_; }
  /// When PutTimePassed is due; kNever once it is done.
  Instant next_deadline() const;
  /// As what that member was asked and has not answered yet.
  std::optional<Participant> waiting_for(const PeerId& member) const {
    return asked_.waiting_for(member);
  }

  /// When a member was asked that is waited for.
  std::optional<Instant> asked_at(const PeerId& member) const { return asked_.asked_at(member); }

  const PutTally& tally() const { return tally_; }
  Quorum quorum() const { return plan_.quorum; }
  std::span<const MemberOutcome> outcomes() const { return asked_.outcomes(); }

 private:
  void write_to(Instant now, const Participant& who, std::vector<PutEffect>& effects);
  void hint_for(Instant now, const PeerId& primary, std::vector<PutEffect>& effects);
  void store(Instant now, const Participant& who);
  void lose(Instant now, const Participant& who, Outcome why, std::vector<PutEffect>& effects);
  void hedge(Instant now, std::vector<PutEffect>& effects);
  void go_on(Instant now, std::vector<PutEffect>& effects);
  bool is_own_hint(const Participant& who) const;
  bool hintable(const PeerId& primary) const;

  PutPlan plan_;
  PutTally tally_;
  State state_ = State::writing;
  Participants asked_;
  std::size_t next_fallback_ = 0;
  std::uint32_t urgent_ = 0;  ///< copies that the answer waits for and nobody was asked for yet
};

}  // namespace oxbow

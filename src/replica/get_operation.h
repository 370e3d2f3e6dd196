// One get, as a machine around its tally: time and answers go in, what is to be done comes out.
//
//            R answers: AnswerGet              all answered, or given up: Repair…
//   asking ─────────────────────▶ repairing ─────────────────────────────────────▶ done
//      │                                                                             ▲
//      └─────────────────────────────────────────────────────────────────────────────┘
//          nobody is left to ask, or its time is up: FailGet
#pragma once

#include <variant>
#include <vector>

#include "replica/get_tally.h"
#include "replica/participants.h"

namespace oxbow {

struct GetPlan {
  std::uint32_t need = 1;  ///< R
  Conflicts conflicts = Conflicts::siblings;
  std::vector<Participant> places;  ///< in the order of asking
  std::vector<PeerId> spares;       ///< fallbacks that take the place of who fails
  std::vector<PeerId> unreachable;  ///< primaries not worth asking: for the report
  bool ask_all = true;              ///< at once, so that all are repaired; else R
  Instant deadline = kNever;        ///< of the answer
  Duration replica_timeout{};       ///< for one member, until it has failed
  Patience patience;                ///< after it one more is asked
};

// Inputs.
struct CopyCame {
  PeerId member;
  Object copy;  ///< empty: never heard of
};
/// A member's copy is damaged, or may lack writes: what is left of it is no answer, but belongs to
/// the merged object, and the copy is behind.
struct IncompleteCopyCame {
  PeerId member;
  Object left;
};
/// A member will not answer: unreachable, refused.
struct MemberLost {
  PeerId member;
  Outcome why = Outcome::unreachable;
};
struct TimePassed {};
using GetInput = std::variant<CopyCame, IncompleteCopyCame, MemberLost, TimePassed>;

// Effects.
struct AskForCopy {
  Participant who;
};
struct MemberTimedOut {
  PeerId member;
};
/// The tally's merged object is the answer.
struct AnswerGet {};
struct FailGet {
  Error error;
};
/// The merged object is sent to a primary that is behind (it may be the coordinator).
struct Repair {
  PeerId member;
};
using GetEffect = std::variant<AskForCopy, MemberTimedOut, AnswerGet, FailGet, Repair>;

class GetOperation {
 public:
  enum class State : std::uint8_t { asking, repairing, done };

  explicit GetOperation(GetPlan plan)
      : plan_(std::move(plan)), tally_(plan_.need, plan_.conflicts) {}

  /// Once, before any step().
  void begin(Instant now, std::vector<GetEffect>& effects);
  /// Appends to `effects`. Answers of members that it does not wait for change nothing.
  void step(Instant now, GetInput input, std::vector<GetEffect>& effects);

  State state() const { return state_; }
  /// When TimePassed is due; kNever once it is done.
  Instant next_deadline() const;
  bool waits_for(const PeerId& member) const { return asked_.waiting_for(member).has_value(); }
  /// When a member was asked that is waited for.
  std::optional<Instant> asked_at(const PeerId& member) const { return asked_.asked_at(member); }

  const GetTally& tally() const { return tally_; }
  std::span<const MemberOutcome> outcomes() const { return asked_.outcomes(); }

 private:
  bool ask_next(Instant now, std::vector<GetEffect>& effects);
  void lose(Instant now, const Participant& who, Outcome why, std::vector<GetEffect>& effects);
  void go_on(Instant now, std::vector<GetEffect>& effects);
  void hedge(Instant now, std::vector<GetEffect>& effects);
  bool anyone_left() const;

  GetPlan plan_;
  GetTally tally_;
  State state_ = State::asking;
  Participants asked_;
  std::size_t next_place_ = 0;
  std::size_t next_spare_ = 0;
  std::vector<PeerId> vacant_;  // primaries that are late or failed: a spare may stand in for them
};

}  // namespace oxbow

// One get or put that another member coordinates, as its originator sees it: a machine that time
// and what coordinators say go into, and that says what is to be done.
//
//            a coordinator is found: SendOrder
//           ┌─────────────┐
//   held    ▼             │  late, lost, refused: FindCoordinator, and the ones before may still
//    │   asking ──────────┘  confirm or answer
//    │    │ │ ▲
//    │    │ │ │ all say that they are no owners; after a rest
//    │    │ │ └────────────────────────────────── resting
//    │    │ │
//    │    │ └─ a write: the first one confirms: SendGrant ─▶ granted ── UseAnswer ──▶ ended
//    │    │                                                  │    └─ refused: asking
//    │    └─ a get: the first one answers: UseAnswer ─▶ ended│
//    │                                                       └─ silent, lost, its time is up:
//    └─ time is up, nobody is left: FailForward ─▶ ended        FailForward `unknown` ──▶ ended
//
// A write is granted to one coordinator, once. Who has not been granted it carries nothing out, so
// one who does not confirm in time can be passed over, and no write becomes two values. Only one
// who says that nothing was done gives the grant back. A coordinator that has answered just now is
// granted the write with the order itself; one of the version before carries it out anyway. Neither
// is passed over.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/limits.h"
#include "base/time.h"
#include "message/messages.h"

namespace oxbow {

struct ForwardPlan {
  Operation operation = Operation::get;
  Instant deadline = kNever;
  /// One that has confirmed, and says nothing for so long, is asked whether it is alive; and a get
  /// goes to a further one.
  Duration doubt_after = limits::kReplicaTimeout;
};

/// How a coordinator can be reached.
enum class Reach : std::uint8_t {
  unconnected,  ///< nothing is sent before it is known what it understands
  plain,        ///< it is of the version before: it confirms nothing, and needs no grant
  confirming,
  fresh,  ///< and has answered just now, with nothing else of this peer's to do
};

// Inputs.
struct CoordinatorFound {
  PeerId member;
  Reach reach = Reach::confirming;
  Duration patience{};  ///< for its confirmation
};
/// There is no further one.
struct NobodyFound {};
/// It is this peer itself.
struct FoundHere {};
/// One that was unconnected is connected now.
struct CoordinatorConnected {
  PeerId member;
  Reach reach = Reach::confirming;
};
struct CoordinatorConfirmed {
  PeerId member;
};
/// It has much to do, and answers others meanwhile: until then it is not late.
struct CoordinatorBusy {
  PeerId member;
  Instant until{};
};
/// It has done nothing, and will not.
struct CoordinatorRefused {
  PeerId member;
  bool is_no_owner = false;  ///< the rings are about to agree: it may be asked again
};
enum class AnswerIs : std::uint8_t { result, error };
struct CoordinatorAnswered {
  PeerId member;
  AnswerIs answer = AnswerIs::result;
};
/// The connection ended, or could not be made.
struct CoordinatorLost {
  PeerId member;
};
/// It does not answer when it is asked whether it is alive.
struct CoordinatorSilent {
  PeerId member;
};
struct ForwardTimePassed {};
using ForwardInput =
    std::variant<CoordinatorFound, NobodyFound, FoundHere, CoordinatorConnected,
                 CoordinatorConfirmed, CoordinatorBusy, CoordinatorRefused, CoordinatorAnswered,
                 CoordinatorLost, CoordinatorSilent, ForwardTimePassed>;

// Effects.
/// One that has not been tried; answered with CoordinatorFound, NobodyFound or FoundHere at once.
struct FindCoordinator {};
struct Connect {
  PeerId member;
};
struct SendOrder {
  PeerId member;
  OrderGrant grant = OrderGrant::given;
};
struct SendGrant {
  PeerId member;
  GrantWord word = GrantWord::carry_out;
};
/// It is late: whether it is alive is to be found out.
struct DoubtCoordinator {
  PeerId member;
};
/// Its answer is the operation's.
struct UseAnswer {
  PeerId member;
};
struct CarryOutHere {};
enum class ForwardFailure : std::uint8_t {
  ring_unknown,     ///< until its time was up
  nobody,           ///< can coordinate it
  nobody_answered,  ///< in time; nothing was carried out by anyone who was granted it
  silent,           ///< the one that was granted the write: it may have been stored
  lost,             ///< likewise
};
struct FailForward {
  ForwardFailure why = ForwardFailure::nobody;
};
using ForwardEffect = std::variant<FindCoordinator, Connect, SendOrder, SendGrant, DoubtCoordinator,
                                   UseAnswer, CarryOutHere, FailForward>;

/// A member that was to coordinate, and what came of it.
struct TriedCoordinator {
  enum class State : std::uint8_t {
    connecting,
    asked,
    confirmed,
    refused,
    lost,
    silent,
  };
  PeerId member;
  State state = State::asked;
  Instant asked{};     ///< when it was sent the order
  Instant patience{};  ///< until then it is waited for alone; kNever: that is over
};

class ForwardOperation {
 public:
  enum class State : std::uint8_t { held, asking, granted, resting, ended };

  explicit ForwardOperation(ForwardPlan plan) : plan_(plan) {}

  /// Once, from `held`, before any step() but ForwardTimePassed.
  void begin(Instant now, std::vector<ForwardEffect>& effects);
  /// Appends to `effects`. What a coordinator that is not waited for says changes nothing.
  void step(Instant now, const ForwardInput& input, std::vector<ForwardEffect>& effects);

  State state() const { return state_; }
  /// When ForwardTimePassed is due; kNever once it has ended.
  Instant next_deadline() const;

  bool is_write() const { return plan_.operation != Operation::get; }
  bool was_tried(const PeerId& member) const { return find(member) != nullptr; }
  /// Something is expected of it.
  bool waits_for(const PeerId& member) const;
  /// Whether it has the order, or may have.
  bool was_sent_to(const PeerId& member) const;
  /// Whether it has said that it has the operation, or has the grant.
  bool has_taken(const PeerId& member) const;
  /// For how long it has had the order; its confirmation takes so long.
  Instant asked_at(const PeerId& member) const;
  /// The last one tried; or the one that has the grant. Zero: none.
  PeerId coordinator() const;
  std::span<const TriedCoordinator> tried() const { return tried_; }

 private:
  using Effects = std::vector<ForwardEffect>;
  const TriedCoordinator* find(const PeerId& member) const;
  TriedCoordinator* find(const PeerId& member);
  bool is_granted_to(const PeerId& member) const;
  bool anyone_waited_for() const;
  void send(Instant now, TriedCoordinator& tried, Reach reach, Effects& effects);
  void confirm(Instant now, TriedCoordinator& tried, Effects& effects);
  void drop(Instant now, TriedCoordinator& tried, TriedCoordinator::State state, Effects& effects);
  void nobody_found(Instant now, Effects& effects);
  void pass_time(Instant now, Effects& effects);
  void end(const ForwardEffect& last, Effects& effects);

  ForwardPlan plan_;
  State state_ = State::held;
  std::vector<TriedCoordinator> tried_;
  PeerId granted_;            ///< in state granted
  bool is_no_owner_ = false;  ///< one has said so
  Duration patience_{};       ///< of the one that was found last
  Instant due_ = kNever;      ///< the end of the rest, or the next doubt of the granted one
};

}  // namespace oxbow

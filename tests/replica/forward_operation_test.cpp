// The course of a forwarded operation, step by step.
#include "replica/forward_operation.h"

#include <doctest/doctest.h>

#include "replica/members.h"

using namespace oxbow;
using namespace oxbow::members;
using namespace std::chrono_literals;

namespace {

std::string text(const ForwardEffect& effect) {
  const auto to = [](const PeerId& member) { return std::string(" ") + letter(member); };
  if (std::holds_alternative<FindCoordinator>(effect)) return "find";
  if (const auto* connect = std::get_if<Connect>(&effect)) return "connect" + to(connect->member);
  if (const auto* order = std::get_if<SendOrder>(&effect)) {
    return "order" + to(order->member) + (order->grant == OrderGrant::given ? " granted" : "");
  }
  if (const auto* grant = std::get_if<SendGrant>(&effect)) {
    return (grant->word == GrantWord::carry_out ? "grant" : "withdraw") + to(grant->member);
  }
  if (const auto* doubt = std::get_if<DoubtCoordinator>(&effect)) {
    return "doubt" + to(doubt->member);
  }
  if (const auto* answer = std::get_if<UseAnswer>(&effect)) return "use" + to(answer->member);
  if (std::holds_alternative<CarryOutHere>(effect)) return "here";
  switch (std::get<FailForward>(effect).why) {
    case ForwardFailure::ring_unknown:
      return "fail: ring unknown";
    case ForwardFailure::nobody:
      return "fail: nobody";
    case ForwardFailure::nobody_answered:
      return "fail: nobody answered";
    case ForwardFailure::silent:
      return "fail: silent";
    case ForwardFailure::lost:
      return "fail: lost";
  }
  return "?";
}

/// A forwarded operation with a list of coordinators, each with how it can be reached.
class Forwarded {
 public:
  Forwarded(Operation kind, std::vector<std::pair<char, Reach>> coordinators)
      : operation(ForwardPlan{kind, at_ms(5000), 500ms}), coordinators_(std::move(coordinators)) {}

  std::string begin() {
    std::vector<ForwardEffect> effects;
    operation.begin(at_ms(0), effects);
    return carry_out(0, effects);
  }
  std::string step(int ms, const ForwardInput& input) {
    std::vector<ForwardEffect> effects;
    operation.step(at_ms(ms), input, effects);
    return carry_out(ms, effects);
  }
  std::string pass(int ms) { return step(ms, ForwardTimePassed{}); }
  std::int64_t due() const {
    if (operation.next_deadline() == kNever) return -1;
    return operation.next_deadline().time_since_epoch() / std::chrono::milliseconds(1);
  }

  ForwardOperation operation;

 private:
  /// All but the searches for a coordinator, which are answered.
  std::string carry_out(int ms, std::vector<ForwardEffect>& effects) {
    std::string said;
    for (std::size_t i = 0; i < effects.size(); ++i) {
      if (!std::holds_alternative<FindCoordinator>(effects[i])) {
        said += (said.empty() ? "" : ", ") + text(effects[i]);
        continue;
      }
      ForwardInput found = NobodyFound{};
      for (const auto& [member, reach] : coordinators_) {
        if (operation.was_tried(peer(member))) continue;
        found = CoordinatorFound{peer(member), reach, 60ms};
        break;
      }
      operation.step(at_ms(ms), found, effects);
    }
    return said;
  }

  std::vector<std::pair<char, Reach>> coordinators_;
};

constexpr Reach kConfirming = Reach::confirming;

}  // namespace

TEST_CASE("a write is granted to its coordinator once that has confirmed it") {
  Forwarded put(Operation::put, {{'A', kConfirming}});
  CHECK(put.due() == 5000);
  CHECK(put.begin() == "order A");
  CHECK(put.due() == 60);
  CHECK(put.step(1, CoordinatorConfirmed{peer('A')}) == "grant A");
  CHECK(put.operation.state() == ForwardOperation::State::granted);
  CHECK(put.operation.coordinator() == peer('A'));
  CHECK(put.step(2, CoordinatorConfirmed{peer('A')}) == "");
  CHECK(put.step(3, CoordinatorAnswered{peer('A')}) == "use A");
  CHECK(put.due() == -1);
}

TEST_CASE("a coordinator that does not confirm is passed over; the first to confirm is granted") {
  Forwarded put(Operation::put, {{'A', kConfirming}, {'B', kConfirming}, {'C', kConfirming}});
  put.begin();
  CHECK(put.pass(59) == "");
  CHECK(put.pass(60) == "doubt A, order B");
  CHECK(put.due() == 120);
  SUBCASE("the further one is first") {
    CHECK(put.step(61, CoordinatorConfirmed{peer('B')}) == "grant B");
    CHECK(put.step(62, CoordinatorConfirmed{peer('A')}) == "withdraw A");
    CHECK(put.step(63, CoordinatorAnswered{peer('B')}) == "use B");
  }
  SUBCASE("the late one is first after all") {
    CHECK(put.step(61, CoordinatorConfirmed{peer('A')}) == "grant A");
    CHECK(put.step(62, CoordinatorConfirmed{peer('B')}) == "withdraw B");
    CHECK(put.step(63, CoordinatorAnswered{peer('A')}) == "use A");
  }
  SUBCASE("all are late: they are waited for until each is found silent") {
    CHECK(put.pass(120) == "doubt B, order C");
    CHECK(put.pass(180) == "doubt C");
    CHECK(put.due() == 5000);
    CHECK(put.step(560, CoordinatorSilent{peer('A')}) == "");
    CHECK(put.step(620, CoordinatorSilent{peer('B')}) == "");
    CHECK(put.step(680, CoordinatorSilent{peer('C')}) == "fail: nobody");
  }
  SUBCASE("nobody has confirmed when the time is up") {
    put.pass(120);
    put.pass(180);
    CHECK(put.pass(5000) == "fail: nobody answered");
    CHECK(put.operation.state() == ForwardOperation::State::ended);
  }
}

TEST_CASE("one that has the grant, and is busy with others, is doubted later") {
  Forwarded put(Operation::put, {{'A', kConfirming}});
  put.begin();
  put.step(1, CoordinatorConfirmed{peer('A')});
  CHECK(put.operation.has_taken(peer('A')));
  CHECK(put.step(501, CoordinatorBusy{peer('A'), at_ms(900)}) == "");
  CHECK(put.due() == 900);
  CHECK(put.pass(900) == "doubt A");
  CHECK(put.due() == 1400);
}

TEST_CASE("only the one that was granted the write answers for it") {
  Forwarded put(Operation::put, {{'A', kConfirming}, {'B', kConfirming}});
  put.begin();
  put.pass(60);
  // Declined before it could be granted: the other goes on.
  CHECK(put.step(61, CoordinatorAnswered{peer('A'), AnswerIs::error}) == "");
  CHECK(put.step(62, CoordinatorConfirmed{peer('A')}) == "");
  CHECK(put.step(63, CoordinatorConfirmed{peer('B')}) == "grant B");
  CHECK(put.step(64, CoordinatorAnswered{peer('A')}) == "");
  CHECK(put.step(65, CoordinatorAnswered{peer('B'), AnswerIs::error}) == "use B");
}

TEST_CASE("what becomes of a granted write is unknown once its coordinator is lost or silent") {
  const auto granted = [] {
    Forwarded put(Operation::put, {{'A', kConfirming}, {'B', kConfirming}});
    put.begin();
    put.step(1, CoordinatorConfirmed{peer('A')});
    return put;
  };
  Forwarded lost = granted();
  CHECK(lost.step(2, CoordinatorLost{peer('A')}) == "fail: lost");
  Forwarded silent = granted();
  CHECK(silent.due() == 501);
  CHECK(silent.pass(501) == "doubt A");
  CHECK(silent.due() == 1001);  // it has answered: it is asked again
  CHECK(silent.pass(1001) == "doubt A");
  CHECK(silent.step(1501, CoordinatorSilent{peer('A')}) == "fail: silent");
  Forwarded late = granted();
  CHECK(late.pass(5000) == "fail: silent");
}

TEST_CASE("a coordinator that is lost or declines before the grant is followed by the next") {
  Forwarded put(Operation::remove, {{'A', kConfirming}, {'B', kConfirming}, {'C', kConfirming}});
  put.begin();
  CHECK(put.step(1, CoordinatorLost{peer('A')}) == "order B");
  CHECK(put.step(2, CoordinatorRefused{peer('B')}) == "order C");
  CHECK(put.step(3, CoordinatorLost{peer('C')}) == "fail: nobody");
}

TEST_CASE("a grant comes back from who says that nothing was done") {
  Forwarded put(Operation::put, {{'A', kConfirming}, {'B', kConfirming}});
  put.begin();
  CHECK(put.step(1, CoordinatorConfirmed{peer('A')}) == "grant A");
  CHECK(put.step(2, CoordinatorRefused{peer('A'), true}) == "order B");
  CHECK(put.step(3, CoordinatorConfirmed{peer('B')}) == "grant B");
}

TEST_CASE("where all say that they are no owners they are asked again after a rest") {
  Forwarded put(Operation::put, {{'A', kConfirming}, {'B', kConfirming}});
  put.begin();
  CHECK(put.step(1, CoordinatorRefused{peer('A'), true}) == "order B");
  CHECK(put.step(2, CoordinatorRefused{peer('B')}) == "");
  CHECK(put.operation.state() == ForwardOperation::State::resting);
  CHECK(put.due() == 102);
  CHECK(put.pass(102) == "order A");
  CHECK(put.step(103, CoordinatorConfirmed{peer('A')}) == "grant A");
}

TEST_CASE("the grant travels to one that answered just now, and it is not passed over") {
  Forwarded put(Operation::put, {{'A', Reach::fresh}, {'B', kConfirming}});
  CHECK(put.begin() == "order A granted");
  CHECK(put.operation.state() == ForwardOperation::State::granted);
  CHECK(put.pass(60) == "");
  CHECK(put.pass(500) == "doubt A");
  CHECK(put.step(1000, CoordinatorSilent{peer('A')}) == "fail: silent");
}

TEST_CASE("a write at a coordinator of the version before is never passed over") {
  Forwarded put(Operation::put, {{'A', Reach::plain}, {'B', kConfirming}});
  CHECK(put.begin() == "order A granted");
  CHECK(put.pass(499) == "");
  CHECK(put.step(600, CoordinatorAnswered{peer('A')}) == "use A");
}

TEST_CASE("nothing is sent to one that is not connected before it is known what it understands") {
  Forwarded put(Operation::put, {{'A', Reach::unconnected}, {'B', kConfirming}});
  CHECK(put.begin() == "connect A");
  CHECK_FALSE(put.operation.was_sent_to(peer('A')));
  SUBCASE("it confirms") {
    CHECK(put.step(5, CoordinatorConnected{peer('A'), kConfirming}) == "order A");
    CHECK(put.step(6, CoordinatorConfirmed{peer('A')}) == "grant A");
  }
  SUBCASE("it is of the version before") {
    CHECK(put.step(5, CoordinatorConnected{peer('A'), Reach::plain}) == "order A granted");
  }
  SUBCASE("it does not connect in time") {
    CHECK(put.pass(60) == "doubt A, order B");
    CHECK(put.step(61, CoordinatorConfirmed{peer('B')}) == "grant B");
    CHECK(put.step(62, CoordinatorConnected{peer('A'), Reach::plain}) == "");
  }
}

TEST_CASE("a get goes to a further coordinator when one is late, and the first answer counts") {
  Forwarded get(Operation::get, {{'A', kConfirming}, {'B', kConfirming}});
  CHECK(get.begin() == "order A granted");
  CHECK(get.operation.state() == ForwardOperation::State::asking);
  SUBCASE("it does not confirm") {
    CHECK(get.pass(60) == "doubt A, order B granted");
    CHECK(get.step(61, CoordinatorAnswered{peer('B')}) == "use B");
  }
  SUBCASE("it has confirmed, and says nothing more") {
    CHECK(get.step(1, CoordinatorConfirmed{peer('A')}) == "");
    CHECK(get.due() == 501);
    CHECK(get.pass(501) == "doubt A, order B granted");
    CHECK(get.step(502, CoordinatorAnswered{peer('A')}) == "use A");
  }
  SUBCASE("it has confirmed, and is busy with others") {
    get.step(1, CoordinatorConfirmed{peer('A')});
    CHECK(get.step(501, CoordinatorBusy{peer('A'), at_ms(900)}) == "");
    CHECK(get.due() == 900);
    CHECK(get.step(600, CoordinatorBusy{peer('A'), at_ms(700)}) == "");
    CHECK(get.due() == 900);
    CHECK(get.pass(900) == "doubt A, order B granted");
    CHECK(get.step(901, CoordinatorBusy{peer('A'), at_ms(2000)}) == "");
    CHECK(get.due() == 960);
  }
  SUBCASE("one that has not confirmed is late, however busy it is") {
    CHECK_FALSE(get.operation.has_taken(peer('A')));
    CHECK(get.step(10, CoordinatorBusy{peer('A'), at_ms(900)}) == "");
    CHECK(get.due() == 60);
  }
  SUBCASE("an error is the answer only where no other one is waited for") {
    get.pass(60);
    CHECK(get.step(61, CoordinatorAnswered{peer('A'), AnswerIs::error}) == "");
    CHECK(get.step(62, CoordinatorAnswered{peer('B'), AnswerIs::error}) == "use B");
  }
  SUBCASE("a coordinator of the version before has as long as one that has confirmed") {
    Forwarded plain(Operation::get, {{'A', Reach::plain}, {'B', kConfirming}});
    plain.begin();
    CHECK(plain.due() == 500);
    CHECK(plain.pass(500) == "doubt A, order B granted");
  }
}

TEST_CASE("where this peer itself turns out to be the coordinator it carries the operation out") {
  ForwardOperation put(ForwardPlan{Operation::put, at_ms(5000), 500ms});
  std::vector<ForwardEffect> effects;
  put.begin(at_ms(0), effects);
  effects.clear();
  put.step(at_ms(0), FoundHere{}, effects);
  REQUIRE(effects.size() == 1);
  CHECK(text(effects[0]) == "here");
  CHECK(put.state() == ForwardOperation::State::ended);
}

TEST_CASE("an operation that waits for the ring fails when its time is up") {
  Forwarded put(Operation::put, {{'A', kConfirming}});
  CHECK(put.operation.state() == ForwardOperation::State::held);
  CHECK(put.pass(4999) == "");
  CHECK(put.pass(5000) == "fail: ring unknown");
}

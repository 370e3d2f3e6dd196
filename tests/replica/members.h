// Short names for the tests of operations: members by a letter, what a machine wants done as text.
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "replica/get_operation.h"
#include "replica/put_operation.h"
#include "version/history.h"

namespace oxbow::members {

using history::peer;

inline char letter(const PeerId& member) { return static_cast<char>(member.bytes[0]); }
inline Instant at_ms(int ms) { return Instant(std::chrono::milliseconds(ms)); }

/// A copy of the key that knows the first `writes` writes of the actor of that letter.
inline Object copy_of(char actor, std::uint64_t writes) {
  Object object;
  for (std::uint64_t i = 1; i <= writes; ++i) {
    const Dot dot{history::actor(actor), i};
    object.replace(object.context(), {dot, share(std::string(1, actor) + std::to_string(i)), {}},
                   Conflicts::siblings);
  }
  return object;
}

inline std::vector<Participant> primaries(const std::string& letters) {
  std::vector<Participant> places;
  for (const char one : letters) places.push_back({peer(one), {}});
  return places;
}
inline std::vector<PeerId> peers(const std::string& letters) {
  std::vector<PeerId> ids;
  for (const char one : letters) ids.push_back(peer(one));
  return ids;
}
inline Participant fallback(char member, char stands_for) {
  return {peer(member), peer(stands_for)};
}

inline std::string text(const Participant& who) {
  std::string result(1, letter(who.member));
  if (who.is_fallback()) result += std::string("/") + letter(who.stands_for);
  return result;
}

inline std::string text(const GetEffect& effect) {
  if (const auto* ask = std::get_if<AskForCopy>(&effect)) return "ask " + text(ask->who);
  if (const auto* late = std::get_if<MemberTimedOut>(&effect)) {
    return std::string("late ") + letter(late->member);
  }
  if (const auto* behind = std::get_if<Repair>(&effect)) {
    return std::string("repair ") + letter(behind->member);
  }
  if (const auto* failed = std::get_if<FailGet>(&effect)) return "fail " + failed->error.code;
  return "answer";
}
inline std::string text(const PutEffect& effect) {
  if (const auto* write = std::get_if<WriteCopy>(&effect)) {
    return "write " + text(write->who) + (write->urgent ? "" : " soon");
  }
  if (const auto* late = std::get_if<WriteTimedOut>(&effect)) {
    return std::string("late ") + letter(late->member);
  }
  if (const auto* none = std::get_if<NoHint>(&effect)) {
    return std::string("no hint for ") + letter(none->primary);
  }
  if (const auto* failed = std::get_if<FailPut>(&effect)) return "fail " + failed->error.code;
  return "answer";
}
template <class Effect>
std::string text(const std::vector<Effect>& effects) {
  std::string result;
  for (const Effect& effect : effects) result += (result.empty() ? "" : ", ") + text(effect);
  return result;
}

/// A machine that says what it wants in words.
template <class Operation, class Effect, class Input>
class Spoken {
 public:
  template <class Plan>
  explicit Spoken(Plan plan) : operation(std::move(plan)) {}

  std::string begin(int ms = 0) {
    std::vector<Effect> effects;
    operation.begin(at_ms(ms), effects);
    return text(effects);
  }
  std::string step(int ms, Input input) {
    std::vector<Effect> effects;
    operation.step(at_ms(ms), std::move(input), effects);
    return text(effects);
  }
  /// The next deadline, in ms; -1: there is none.
  std::int64_t due() const {
    if (operation.next_deadline() == kNever) return -1;
    return operation.next_deadline().time_since_epoch() / std::chrono::milliseconds(1);
  }
  Outcome outcome_of(char member) const {
    for (const MemberOutcome& outcome : operation.outcomes()) {
      if (letter(outcome.member) == member) return outcome.outcome;
    }
    FAIL("a member that has no part in it");
    return Outcome::asked;
  }

  Operation operation;
};
using SpokenGet = Spoken<GetOperation, GetEffect, GetInput>;
using SpokenPut = Spoken<PutOperation, PutEffect, PutInput>;

}  // namespace oxbow::members

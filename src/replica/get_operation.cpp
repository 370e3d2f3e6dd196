#include "replica/get_operation.h"

#include <algorithm>

namespace oxbow {

void GetOperation::begin(Instant now, std::vector<GetEffect>& effects) {
  for (const PeerId& member : plan_.unreachable) asked_.note(member, Outcome::unreachable);
  const std::size_t first = plan_.ask_all ? plan_.places.size() : plan_.need;
  while (next_place_ < first && ask_next(now, effects)) {
  }
  go_on(now, effects);
}

bool GetOperation::anyone_left() const {
  return next_place_ < plan_.places.size() ||
         (next_spare_ < plan_.spares.size() && !vacant_.empty());
}

bool GetOperation::ask_next(Instant now, std::vector<GetEffect>& effects) {
  Participant who;
  if (next_place_ < plan_.places.size()) {
    who = plan_.places[next_place_++];
  } else if (anyone_left()) {
    who = {plan_.spares[next_spare_++], vacant_.front()};
    vacant_.erase(vacant_.begin());
  } else {
    return false;
  }
  asked_.ask(now, who, now + plan_.replica_timeout, plan_.patience.of(who.member));
  effects.push_back(AskForCopy{who});
  return true;
}

void GetOperation::lose(Instant now, const Participant& who, Outcome why,
                        std::vector<GetEffect>& effects) {
  asked_.end(now, who, why);
  const PeerId& place = who.is_fallback() ? who.stands_for : who.member;
  const bool is_covered = asked_.has_stand_in(place) ||
                          std::find(vacant_.begin(), vacant_.end(), place) != vacant_.end();
  if (!is_covered) vacant_.push_back(place);
  if (why == Outcome::timeout) effects.push_back(MemberTimedOut{who.member});
  if (state_ == State::asking) ask_next(now, effects);
}

void GetOperation::step(Instant now, GetInput input, std::vector<GetEffect>& effects) {
  if (state_ == State::done) return;
  if (auto* came = std::get_if<CopyCame>(&input)) {
    const auto who = asked_.waiting_for(came->member);
    if (!who) return;
    asked_.end(now, *who, came->copy.empty() ? Outcome::never_heard : Outcome::answered);
    tally_.add(who->member, !who->is_fallback(), std::move(came->copy));
  } else if (auto* part = std::get_if<IncompleteCopyCame>(&input)) {
    const auto who = asked_.waiting_for(part->member);
    if (!who) return;
    tally_.add_incomplete(who->member, !who->is_fallback(), std::move(part->left));
    lose(now, *who, Outcome::refused, effects);
  } else if (const auto* lost = std::get_if<MemberLost>(&input)) {
    const auto who = asked_.waiting_for(lost->member);
    if (!who) return;
    lose(now, *who, lost->why, effects);
  } else {
    for (const Participant& who : asked_.overdue(now)) lose(now, who, Outcome::timeout, effects);
    if (state_ == State::asking) hedge(now, effects);
  }
  go_on(now, effects);
}

/// Where those that are late are needed for R, further ones are asked too: whoever is first counts.
void GetOperation::hedge(Instant now, std::vector<GetEffect>& effects) {
  for (const Participant& who : asked_.take_late(now)) {
    const PeerId& place = who.is_fallback() ? who.stands_for : who.member;
    if (!asked_.has_stand_in(place)) vacant_.push_back(place);
  }
  while (tally_.answers() + asked_.waiting_in_time(now) < plan_.need && ask_next(now, effects)) {
  }
}

void GetOperation::go_on(Instant now, std::vector<GetEffect>& effects) {
  if (state_ == State::asking) {
    // Where all that answered have never heard of the key, and fallbacks are among them, the word
    // of the primaries that were asked is waited for.
    const bool is_premature = tally_.merged().empty() && !tally_.enough_primaries() &&
                              asked_.waits_for_primary() && now < plan_.deadline;
    if (tally_.enough() && !is_premature) {
      state_ = State::repairing;
      // What is known to be behind by now: the answer says so.
      for (const PeerId& member : tally_.behind()) asked_.mark_repaired(member);
      effects.push_back(AnswerGet{});
    } else if ((asked_.waiting() == 0 && !anyone_left()) || plan_.deadline <= now) {
      state_ = State::done;
      effects.push_back(FailGet{tally_.missed()});
      return;
    }
  }
  if (state_ == State::repairing && asked_.waiting() == 0) {
    state_ = State::done;
    for (const PeerId& member : tally_.behind()) effects.push_back(Repair{member});
  }
}

Instant GetOperation::next_deadline() const {
  if (state_ == State::done) return kNever;
  Instant next = asked_.next_deadline();
  if (state_ == State::asking) next = std::min({next, plan_.deadline, asked_.next_late()});
  return next;
}

}  // namespace oxbow

#include "replica/get_operation.h"

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
  asked_.ask(now, who, now + plan_.replica_timeout);
  effects.push_back(AskForCopy{who});
  hedge_at_ = now + plan_.hedge_after;
  return true;
}

void GetOperation::lose(Instant now, const Participant& who, Outcome why,
                        std::vector<GetEffect>& effects) {
  asked_.end(now, who, why);
  vacant_.push_back(who.is_fallback() ? who.stands_for : who.member);
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
  } else if (const auto* lost = std::get_if<MemberLost>(&input)) {
    const auto who = asked_.waiting_for(lost->member);
    if (!who) return;
    lose(now, *who, lost->why, effects);
  } else {
    for (const Participant& who : asked_.overdue(now)) lose(now, who, Outcome::timeout, effects);
    if (state_ == State::asking && hedge_at_ <= now) {
      hedge_at_ = kNever;
      if (!plan_.ask_all && next_place_ < plan_.places.size()) ask_next(now, effects);
    }
  }
  go_on(now, effects);
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
  if (state_ == State::asking) next = std::min({next, plan_.deadline, hedge_at_});
  return next;
}

}  // namespace oxbow

#include "replica/put_operation.h"

#include <algorithm>

namespace oxbow {

bool PutOperation::hintable(const PeerId& primary) const {
  return std::any_of(
      plan_.primaries.begin(), plan_.primaries.end(),
      [&](const PutPlan::Primary& known) { return known.member == primary && known.hintable; });
}

// The coordinator's hint beside its own copy as a primary: no further member.
bool PutOperation::is_own_hint(const Participant& who) const {
  if (!who.is_fallback() || who.member != plan_.self) return false;
  return std::any_of(plan_.primaries.begin(), plan_.primaries.end(),
                     [&](const PutPlan::Primary& primary) { return primary.member == plan_.self; });
}

void PutOperation::begin(Instant now, std::vector<PutEffect>& effects) {
  urgent_ = plan_.need;
  const bool own_copy =
      std::any_of(plan_.primaries.begin(), plan_.primaries.end(),
                  [&](const PutPlan::Primary& primary) { return primary.member == plan_.self; });
  if (own_copy) --urgent_;
  for (const PutPlan::Primary& primary : plan_.primaries) {
    if (primary.reachable) write_to(now, {primary.member, {}}, effects);
  }
  for (const PutPlan::Primary& primary : plan_.primaries) {
    if (primary.reachable) continue;
    asked_.note(primary.member, Outcome::unreachable);
    hint_for(now, primary.member, effects);
  }
  go_on(now, effects);
}

void PutOperation::write_to(Instant now, const Participant& who, std::vector<PutEffect>& effects) {
  // The own disk says when it is done; there is nobody else to turn to.
  const bool own = who.member == plan_.self;
  asked_.ask(now, who, own ? kNever : now + plan_.replica_timeout,
             own ? Duration(0) : plan_.patience.of(who.member));
  const bool urgent = own || urgent_ > 0;
  if (!own && urgent_ > 0) --urgent_;
  effects.push_back(WriteCopy{who, urgent});
}

// Beyond the window hints no longer help the absent member enough to be kept, but a fallback's copy
// may be what the quorum needs.
void PutOperation::hint_for(Instant now, const PeerId& primary, std::vector<PutEffect>& effects) {
  const bool counts = plan_.quorum == Quorum::sloppy && state_ == State::writing;
  const bool needed = counts && tally_.acknowledged() + asked_.waiting() < plan_.need;
  if (!hintable(primary) && !needed) {
    effects.push_back(NoHint{primary});
  } else if (next_fallback_ < plan_.fallbacks.size()) {
    write_to(now, {plan_.fallbacks[next_fallback_++], primary}, effects);
  } else if (primary != plan_.self && !asked_.waits_for({plan_.self, primary})) {
    write_to(now, {plan_.self, primary}, effects);
  } else {
    effects.push_back(NoHint{primary});
  }
}

void PutOperation::store(Instant now, const Participant& who) {
  const PeerId& place = who.is_fallback() ? who.stands_for : who.member;
  const bool counted = asked_.has_stored(who.member) || asked_.is_place_filled(place);
  asked_.end(now, who, who.is_fallback() ? Outcome::hinted : Outcome::stored);
  if (counted || is_own_hint(who)) return;  // a member counts once, and a place
  if (who.is_fallback()) {
    tally_.stored_by_fallback();
  } else {
    tally_.stored_by_primary();
  }
}

void PutOperation::lose(Instant now, const Participant& who, Outcome why,
                        std::vector<PutEffect>& effects) {
  asked_.end(now, who, why);
  if (state_ == State::writing) ++urgent_;  // whoever stands in, at most one too many
  if (why == Outcome::timeout) effects.push_back(WriteTimedOut{who.member});
  const PeerId primary = who.is_fallback() ? who.stands_for : who.member;
  // It has the write itself by now, or there is a hint for it, or will be.
  if (asked_.is_place_filled(primary) || asked_.has_stand_in(primary)) return;
  const bool nobody_else = next_fallback_ == plan_.fallbacks.size();
  if (who.is_fallback() && who.member == plan_.self && nobody_else) {
    effects.push_back(NoHint{primary});  // what the own disk refused once, it would refuse again
  } else {
    hint_for(now, primary, effects);
  }
}

void PutOperation::step(Instant now, const PutInput& input, std::vector<PutEffect>& effects) {
  if (state_ == State::done) return;
  if (const auto* stored = std::get_if<Stored>(&input)) {
    if (!asked_.waits_for(stored->who)) return;
    store(now, stored->who);
  } else if (const auto* not_stored = std::get_if<NotStored>(&input)) {
    if (!asked_.waits_for(not_stored->who)) return;
    lose(now, not_stored->who, not_stored->why, effects);
  } else {
    for (const Participant& who : asked_.overdue(now)) lose(now, who, Outcome::timeout, effects);
    if (state_ == State::writing) hedge(now, effects);
  }
  go_on(now, effects);
}

/// Where those that are late are needed for W, fallbacks stand in for them.
void PutOperation::hedge(Instant now, std::vector<PutEffect>& effects) {
  for (const Participant& who : asked_.take_late(now)) {
    const PeerId& primary = who.is_fallback() ? who.stands_for : who.member;
    const bool is_needed = tally_.acknowledged() + asked_.waiting_in_time(now) < plan_.need;
    if (plan_.quorum == Quorum::strict || !is_needed) continue;
    if (next_fallback_ == plan_.fallbacks.size()) continue;
    ++urgent_;
    write_to(now, {plan_.fallbacks[next_fallback_++], primary}, effects);
  }
}

void PutOperation::go_on(Instant now, std::vector<PutEffect>& effects) {
  const std::size_t waiting = asked_.waiting();
  if (state_ == State::writing) {
    if (tally_.enough()) {
      state_ = State::answered;
      effects.push_back(AnswerPut{});
    } else if (waiting == 0 || plan_.deadline <= now) {
      state_ = State::failed;
      effects.push_back(FailPut{tally_.missed()});
    }
  }
  // Once the time is up, only the own disk may still be waited for, and that in vain.
  const bool only_own_disk = asked_.next_deadline() == kNever;
  if (state_ != State::writing && (waiting == 0 || (only_own_disk && plan_.deadline <= now))) {
    state_ = State::done;
  }
}

Instant PutOperation::next_deadline() const {
  if (state_ == State::done) return kNever;
  const Instant members = asked_.next_deadline();
  const bool own_matters = state_ == State::writing || members == kNever;
  const Instant next = own_matters ? std::min(members, plan_.deadline) : members;
  return state_ == State::writing ? std::min(next, asked_.next_late()) : next;
}

}  // namespace oxbow

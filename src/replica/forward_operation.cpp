#include "replica/forward_operation.h"

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace oxbow {

namespace {

bool is_live(const TriedCoordinator& tried) {
  return tried.state == TriedCoordinator::State::connecting ||
         tried.state == TriedCoordinator::State::asked ||
         tried.state == TriedCoordinator::State::confirmed;
}

}  // namespace

const TriedCoordinator* ForwardOperation::find(const PeerId& member) const {
  const auto found = std::find_if(tried_.begin(), tried_.end(), [&](const TriedCoordinator& one) {
    return one.member == member;
  });
  return found == tried_.end() ? nullptr : &*found;
}

TriedCoordinator* ForwardOperation::find(const PeerId& member) {
  return const_cast<TriedCoordinator*>(std::as_const(*this).find(member));
}

bool ForwardOperation::is_granted_to(const PeerId& member) const {
  return state_ == State::granted && granted_ == member;
}

bool ForwardOperation::anyone_waited_for() const {
  return std::any_of(tried_.begin(), tried_.end(), is_live);
}

bool ForwardOperation::waits_for(const PeerId& member) const {
  const TriedCoordinator* tried = find(member);
  return state_ != State::ended && tried != nullptr && is_live(*tried);
}

bool ForwardOperation::was_sent_to(const PeerId& member) const {
  const TriedCoordinator* tried = find(member);
  return tried != nullptr && tried->asked != Instant{};
}

bool ForwardOperation::has_taken(const PeerId& member) const {
  const TriedCoordinator* tried = find(member);
  if (tried == nullptr || !is_live(*tried)) return false;
  return tried->state == TriedCoordinator::State::confirmed || is_granted_to(member);
}

Instant ForwardOperation::asked_at(const PeerId& member) const {
  const TriedCoordinator* tried = find(member);
  return tried == nullptr ? Instant{} : tried->asked;
}

PeerId ForwardOperation::coordinator() const {
  if (!granted_.is_zero()) return granted_;
  return tried_.empty() ? PeerId{} : tried_.back().member;
}

void ForwardOperation::begin(Instant, Effects& effects) {
  OXBOW_ASSERT(state_ == State::held, "an operation is forwarded once");
  state_ = State::asking;
  effects.push_back(FindCoordinator{});
}

void ForwardOperation::end(const ForwardEffect& last, Effects& effects) {
  state_ = State::ended;
  effects.push_back(last);
}

void ForwardOperation::send(Instant now, TriedCoordinator& tried, Reach reach, Effects& effects) {
  using Tried = TriedCoordinator::State;
  if (reach == Reach::unconnected) {
    tried.state = Tried::connecting;
    tried.patience = now + patience_;
    effects.push_back(Connect{tried.member});
    return;
  }
  tried.state = Tried::asked;
  tried.asked = now;
  // One that confirms nothing is waited for until it could have answered.
  tried.patience =
      now + (reach == Reach::plain ? std::max(patience_, plan_.doubt_after) : patience_);
  const bool awaits_grant = is_write() && reach == Reach::confirming;
  effects.push_back(
      SendOrder{tried.member, awaits_grant ? OrderGrant::awaited : OrderGrant::given});
  if (!is_write() || awaits_grant) return;
  state_ = State::granted;
  granted_ = tried.member;
  due_ = now + plan_.doubt_after;
}

void ForwardOperation::confirm(Instant now, TriedCoordinator& tried, Effects& effects) {
  tried.state = TriedCoordinator::State::confirmed;
  tried.patience = now + plan_.doubt_after;
  if (!is_write() || is_granted_to(tried.member)) return;
  if (state_ == State::granted) {
    effects.push_back(SendGrant{tried.member, GrantWord::withdrawn});
    return;
  }
  state_ = State::granted;
  granted_ = tried.member;
  due_ = now + plan_.doubt_after;
  effects.push_back(SendGrant{tried.member, GrantWord::carry_out});
}

/// Nothing is expected of it any more, and it does not have the grant.
void ForwardOperation::drop(Instant now, TriedCoordinator& tried, TriedCoordinator::State state,
                            Effects& effects) {
  tried.state = state;
  tried.patience = kNever;
  if (state_ != State::asking) return;
  const bool one_is_in_time =
      std::any_of(tried_.begin(), tried_.end(), [&](const TriedCoordinator& other) {
        return is_live(other) && other.patience != kNever && other.patience > now;
      });
  if (!one_is_in_time) effects.push_back(FindCoordinator{});
}

void ForwardOperation::nobody_found(Instant now, Effects& effects) {
  if (anyone_waited_for()) return;  // one that is late, perhaps
  if (is_no_owner_ && plan_.deadline > now + limits::kCoordinatorsRest) {
    state_ = State::resting;
    is_no_owner_ = false;
    tried_.clear();
    due_ = now + limits::kCoordinatorsRest;
    return;
  }
  end(FailForward{ForwardFailure::nobody}, effects);
}

void ForwardOperation::pass_time(Instant now, Effects& effects) {
  if (plan_.deadline <= now) {
    switch (state_) {
      case State::held:
        return end(FailForward{ForwardFailure::ring_unknown}, effects);
      case State::granted:
        return end(FailForward{ForwardFailure::silent}, effects);
      default:
        return end(FailForward{ForwardFailure::nobody_answered}, effects);
    }
  }
  if (state_ == State::resting && due_ <= now) {
    state_ = State::asking;
    due_ = kNever;
    effects.push_back(FindCoordinator{});
    return;
  }
  if (state_ == State::granted) {
    if (due_ > now) return;
    due_ = now + plan_.doubt_after;
    effects.push_back(DoubtCoordinator{granted_});
    return;
  }
  if (state_ != State::asking) return;
  bool any_late = false;
  for (TriedCoordinator& tried : tried_) {
    if (!is_live(tried) || tried.patience > now) continue;
    tried.patience = kNever;
    any_late = true;
    effects.push_back(DoubtCoordinator{tried.member});
  }
  if (any_late) effects.push_back(FindCoordinator{});
}

void ForwardOperation::step(Instant now, const ForwardInput& input, Effects& effects) {
  using Tried = TriedCoordinator::State;
  if (state_ == State::ended) return;
  if (std::holds_alternative<ForwardTimePassed>(input)) return pass_time(now, effects);
  if (std::holds_alternative<NobodyFound>(input)) return nobody_found(now, effects);
  if (std::holds_alternative<FoundHere>(input)) {
    // Nobody has the grant, so this peer takes it.
    if (state_ == State::asking) end(CarryOutHere{}, effects);
    return;
  }
  if (const auto* found = std::get_if<CoordinatorFound>(&input)) {
    if (state_ != State::asking) return;
    OXBOW_ASSERT(!was_tried(found->member), "a coordinator is asked once");
    patience_ = found->patience;
    TriedCoordinator& tried = tried_.emplace_back();
    tried.member = found->member;
    return send(now, tried, found->reach, effects);
  }
  const PeerId member = std::visit(
      [](const auto& of) -> PeerId {
        if constexpr (requires { of.member; }) return of.member;
        return PeerId{};
      },
      input);
  TriedCoordinator* tried = find(member);
  if (tried == nullptr || !is_live(*tried)) return;
  if (const auto* connected = std::get_if<CoordinatorConnected>(&input)) {
    if (tried->state == Tried::connecting && state_ == State::asking) {
      send(now, *tried, connected->reach, effects);
    }
  } else if (std::holds_alternative<CoordinatorConfirmed>(input)) {
    confirm(now, *tried, effects);
  } else if (const auto* busy = std::get_if<CoordinatorBusy>(&input)) {
    if (!has_taken(member)) return;
    if (is_granted_to(member)) due_ = std::max(due_, busy->until);
    if (tried->patience != kNever) tried->patience = std::max(tried->patience, busy->until);
  } else if (const auto* refused = std::get_if<CoordinatorRefused>(&input)) {
    is_no_owner_ = is_no_owner_ || refused->is_no_owner;
    if (is_granted_to(member)) {  // the grant comes back: nothing was done
      state_ = State::asking;
      granted_ = PeerId{};
      due_ = kNever;
    }
    drop(now, *tried, Tried::refused, effects);
  } else if (const auto* answered = std::get_if<CoordinatorAnswered>(&input)) {
    if (is_write() && !is_granted_to(member)) {  // it declines before it could be granted
      return drop(now, *tried, Tried::refused, effects);
    }
    tried->state = Tried::refused;
    // Another one may still have a better answer to a get.
    if (answered->answer == AnswerIs::error && !is_write() && anyone_waited_for()) return;
    tried->state = Tried::confirmed;
    end(UseAnswer{member}, effects);
  } else if (is_granted_to(member)) {
    const bool is_lost = std::holds_alternative<CoordinatorLost>(input);
    tried->state = is_lost ? Tried::lost : Tried::silent;
    end(FailForward{is_lost ? ForwardFailure::lost : ForwardFailure::silent}, effects);
  } else if (std::holds_alternative<CoordinatorLost>(input)) {
    drop(now, *tried, Tried::lost, effects);
  } else {
    drop(now, *tried, Tried::silent, effects);
  }
}

Instant ForwardOperation::next_deadline() const {
  if (state_ == State::ended) return kNever;
  Instant next = std::min(plan_.deadline, due_);
  if (state_ != State::asking) return next;
  for (const TriedCoordinator& tried : tried_) {
    if (is_live(tried)) next = std::min(next, tried.patience);
  }
  return next;
}

}  // namespace oxbow

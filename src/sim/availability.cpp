#include "sim/availability.h"

#include <cmath>

namespace oxbow::sim {

Availability::Availability(std::uint32_t peers, double rate, std::uint64_t seed)
    : pace_(rate / kAwayShare / kStepsPerSecond), random_(seed), states_(peers) {
  for (std::uint32_t& state : states_) state = random_.unit() < kAwayShare ? 0 : kThere;
}

bool Availability::is_there(PeerNumber peer, double seconds) {
  std::uint32_t& state = states_[peer];
  const auto step = static_cast<std::uint32_t>(seconds * kStepsPerSecond);
  const std::uint32_t last = state & ~kThere;
  const bool was_there = (state & kThere) != 0;
  if (step <= last) return was_there;
  // The chance that the state was drawn anew since: then it is there with the long-run share.
  const double forgotten = -std::expm1(-pace_ * static_cast<double>(step - last));
  const double leaves_or_comes = forgotten * (was_there ? kAwayShare : 1 - kAwayShare);
  const bool is_there = (random_.unit() < leaves_or_comes) != was_there;
  state = step | (is_there ? kThere : 0);
  return is_there;
}

void Availability::bring(PeerNumber peer, double seconds) {
  states_[peer] = static_cast<std::uint32_t>(seconds * kStepsPerSecond) | kThere;
}

}  // namespace oxbow::sim

#include "replica/response_times.h"

#include <algorithm>

namespace oxbow {

void ResponseTime::add(Duration sample) {
  if (!known_) {
    known_ = true;
    smoothed_ = sample;
    variation_ = sample / 2;
    return;
  }
  const Duration off = sample > smoothed_ ? sample - smoothed_ : smoothed_ - sample;
  variation_ += (off - variation_) / 4;
  smoothed_ += (sample - smoothed_) / 8;
}

Duration patience_for(const ResponseTime& time, Duration least, Duration most) {
  const Duration usual = limits::kPatienceTimes * (time.smoothed() + 2 * time.variation());
  const Duration patience = time.known() ? usual : Duration(limits::kPatienceUnknown);
  return std::clamp(patience, std::min(least, most), most);
}

ResponseTimes::Member& ResponseTimes::of(const PeerId& member) {
  if (const auto found = members_.find(member); found != members_.end()) return found->second;
  if (members_.size() >= most_members_) {
    members_.erase(std::min_element(
        members_.begin(), members_.end(),
        [](const auto& a, const auto& b) { return a.second.answered < b.second.answered; }));
  }
  return members_[member];
}

void ResponseTimes::answered(Instant now, const PeerId& member) { of(member).answered = now; }

void ResponseTimes::took(const PeerId& member, AskedFor what, Duration time) {
  of(member).times[static_cast<std::size_t>(what)].add(time);
}

Duration ResponseTimes::patience(const PeerId& member, AskedFor what) const {
  const auto found = members_.find(member);
  const ResponseTime time = found == members_.end()
                                ? ResponseTime()
                                : found->second.times[static_cast<std::size_t>(what)];
  return patience_for(time, limits::kPatienceLeast, most_);
}

bool ResponseTimes::has_answered_since(const PeerId& member, Instant then) const {
  const auto found = members_.find(member);
  return found != members_.end() && found->second.answered >= then;
}

}  // namespace oxbow

// A rate in bytes a second, for what is sent in the background: hints, objects that move.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace oxbow {

/// A token bucket that holds one second's worth, full at first. What is large may overdraw it, and
/// is paid for afterwards.
class ByteBudget {
 public:
  explicit ByteBudget(double bytes_per_second) : rate_(bytes_per_second), left_(rate_) {}

  /// Whether anything may be sent now. `now` never goes back.
  bool any(Instant now) {
    const std::chrono::duration<double> elapsed = now - last_;
    left_ = std::min(rate_, left_ + elapsed.count() * rate_);
    last_ = now;
    return left_ > 0;
  }
  void spend(std::size_t bytes) { left_ -= static_cast<double>(bytes); }

  /// When there will be something again; in the past if there is now.
  Instant available_at() const {
    if (left_ > 0) return last_;
    return last_ + Duration(static_cast<Duration::rep>(-left_ / rate_ * 1e6) + 1);
  }

 private:
  double rate_;
  double left_;
  Instant last_{};
};

}  // namespace oxbow

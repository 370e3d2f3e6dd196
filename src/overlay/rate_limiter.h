// A token bucket for one neighbor's queries: `rate` tokens a second flow in, at most `burst` are
// kept, each admitted query takes one. Full at first. 16 bytes.
#pragma once

#include <algorithm>
#include <chrono>

#include "base/time.h"

namespace oxbow {

class RateLimiter {
 public:
  /// Whether one more may pass. `rate` per second, 0: no limit; `burst` at least 1. `now` never
  /// goes back. What is refused takes no token.
  bool admit(Instant now, double rate, double burst) {
    if (rate <= 0) return true;
    const std::chrono::duration<double> elapsed = now - last_;
    missing_ = std::max(0.0, missing_ - elapsed.count() * rate);
    last_ = now;
    if (missing_ + 1 > burst) return false;
    missing_ += 1;
    return true;
  }

 private:
  double missing_ = 0;  // tokens that the bucket lacks to be full
  Instant last_{};
};

}  // namespace oxbow

// The clock that gives hints their age: the time for which the member that keeps them has been
// running, all its runs together. No wall clock moves it, so none that jumps ages a hint; and as it
// goes on where it was when the member starts again, no restart makes one young. While the member
// does not run, its hints do not age: it could not have delivered them.
#pragma once

#include <algorithm>

#include "base/time.h"

namespace oxbow {

class HintClock {
 public:
  /// `kept`: what it showed when it was last kept; 0 if that is not known.
  void start(Instant now, Duration kept) {
    started_ = now;
    base_ = kept;
  }
  Duration at(Instant now) const { return base_ + (now - started_); }
  /// There is a hint of that time: it is not in the future, so the clock was kept too long ago.
  void meet(Instant now, Duration written) { base_ += std::max(written - at(now), Duration{}); }

 private:
  Instant started_{};
  Duration base_{};
};

}  // namespace oxbow

// What a Node keeps about hints beside the store, which has them and counts them.
#pragma once

#include <cstdint>
#include <set>

#include "base/ids.h"
#include "base/time.h"
#include "replica/hint_clock.h"

namespace oxbow {

struct HintState {
  HintClock clock;
  Instant clock_due = kNever;  ///< it is kept in the store
  std::uint64_t damaged = 0;   ///< as the store said

  // Standing conditions, each logged when it begins:
  bool thrown_away = false;  ///< hints were, since room became short
  bool refused = false;      ///< likewise
  std::set<PeerId> missed;   ///< members that writes are missed by for which nobody keeps hints
};

}  // namespace oxbow

// What the members of the ring say of their wall clocks, against this peer's steady one: so that a
// peer whose own clock is wrong, or jumps, finds out. It is outvoted, or it is not: what one member
// says against it proves nothing. Knows no messages.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace oxbow {

class PeerClocks {
 public:
  /// A member says that this is the time. What it said before is forgotten.
  void heard(Now now, const PeerId& member, WallTime clock);

  /// How far the own clock is ahead of most of the others (negative: behind), if that is further
  /// than limits::kTimeAhead; nothing: it is not outvoted. It has a vote itself.
  std::optional<Duration> error(Now now) const;
  /// The time that writes are stamped with: by the own clock, or by that of most. Of as many votes
  /// the earlier clock is taken: what is stamped too late would win over what others write.
  WallTime believed(Now now) const;

 private:
  struct Votes {
    std::size_t earlier = 0;  ///< clocks that the own one is ahead of
    std::size_t later = 0;
  };
  Votes votes(Duration own) const;
  struct Heard {
    Instant at{};
    Duration offset{};  ///< of its wall clock to our steady one
  };
  std::map<PeerId, Heard> members_;
  std::vector<Duration> offsets_;  ///< theirs, ascending
};

}  // namespace oxbow

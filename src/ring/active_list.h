// Whom to ask for a key right now: who of its preference list can be reached, and who stands in for
// whom (DeCandia et al. 2007, section 4.6: the sloppy quorum; the shape is riak_core_apl's).
#pragma once

#include <cstdint>
#include <vector>

#include "ring/token_ring.h"

namespace oxbow {

/// A member to ask, and whose place it takes.
struct Place {
  MemberNumber member{};
  MemberNumber primary{};  ///< itself, unless it is a fallback: then the primary that it stands for

  bool is_fallback() const { return member != primary; }
  friend bool operator==(const Place&, const Place&) = default;
};

enum class Fallbacks : std::uint8_t {
  allowed,
  refused,  ///< --strict: primaries or nobody
};

/// At most `n` places: the reachable primaries in the order of the preference list, then, where
/// they are allowed, a fallback for each other primary, in that order, while there are any
/// reachable. `reachable(MemberNumber) -> bool`. A peer that is no primary itself lets the first
/// place coordinate.
template <class Reachable>
std::vector<Place> active_list(const TokenRing& ring, Position position, std::size_t n,
                               Fallbacks fallbacks, Reachable&& reachable) {
  std::vector<MemberNumber> list = ring.preference_list(position, n);
  std::vector<Place> places;
  std::vector<MemberNumber> missed;
  for (const MemberNumber primary : list) {
    if (reachable(primary)) {
      places.push_back({primary, primary});
    } else {
      missed.push_back(primary);
    }
  }
  if (fallbacks == Fallbacks::refused) return places;

  std::size_t looked_at = list.size();
  for (const MemberNumber primary : missed) {
    for (;;) {
      if (looked_at == ring.size()) return places;  // nobody is left
      if (looked_at == list.size()) ring.preference_list(position, 2 * looked_at, list);
      const MemberNumber candidate = list[looked_at++];
      if (!reachable(candidate)) continue;
      places.push_back({candidate, primary});
      break;
    }
  }
  return places;
}

}  // namespace oxbow

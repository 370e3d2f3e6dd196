// The name of one write event: the actor that numbered it, and the number (Preguiça et al. 2010,
// "Dotted Version Vectors: Logical Clocks for Optimistic Replication").
#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "version/actor.h"

namespace oxbow {

/// The greatest counter: the same range in languages whose integers are signed.
inline constexpr std::uint64_t kMaxCounter = 0x7fff'ffff'ffff'ffffULL;

/// Ordered by actor, then counter.
struct Dot {
  Actor actor;
  std::uint64_t counter = 0;  ///< 1 for the actor's first write; at most kMaxCounter

  friend auto operator<=>(const Dot&, const Dot&) = default;
};

/// For people: the abbreviated actor and the counter, such as `3f2a90c1/07be#4:17`.
std::string abbreviated(const Dot& dot);
/// The same with the peer's name in place of its digits, such as `ash/07be#4:17`.
std::string abbreviated(const Dot& dot, const PeerName& name);

}  // namespace oxbow

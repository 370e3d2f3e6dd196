// Who hands an object to its new primaries after a change of the ring.
#pragma once

#include <algorithm>
#include <vector>

#include "base/ids.h"

namespace oxbow {

/// The primaries that were none before: those who need a copy.
inline std::vector<PeerId> new_primaries(const std::vector<PeerId>& before,
                                         const std::vector<PeerId>& after) {
  std::vector<PeerId> added;
  for (const PeerId& member : after) {
    if (std::find(before.begin(), before.end(), member) == before.end()) added.push_back(member);
  }
  return added;
}

/// Whether `self`, which has a copy, sends it to them: the first of the earlier primaries that can
/// be reached does, and so does one that gives its copy up, for it may be the last. Others may do
/// the same at the same time: a copy that comes twice is merged.
template <class Reachable>
bool hands_over(const PeerId& self, const std::vector<PeerId>& before,
                const std::vector<PeerId>& after, Reachable&& reachable) {
  if (std::find(before.begin(), before.end(), self) == before.end()) return false;
  if (std::find(after.begin(), after.end(), self) == after.end()) return true;
  for (const PeerId& member : before) {
    if (member == self) return true;
    const bool stays = std::find(after.begin(), after.end(), member) != after.end();
    if (stays && reachable(member)) return false;
  }
  return false;
}

}  // namespace oxbow

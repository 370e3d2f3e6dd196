#include "storage/damaged_part.h"

#include <limits>

namespace oxbow::storage {

std::optional<std::uint64_t> end_of_damage(std::uint64_t damaged,
                                           const std::function<bool(std::uint64_t)>& can_read) {
  constexpr std::uint64_t kLast = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t below = damaged;
  std::uint64_t readable = kLast;
  for (std::uint64_t step = 1;; step = step > kLast / 2 ? kLast : 2 * step) {
    if (below == kLast) return std::nullopt;
    const std::uint64_t next = damaged > kLast - step ? kLast : damaged + step;
    if (can_read(next)) {
      readable = next;
      break;
    }
    below = next;
  }
  while (readable - below > 1) {
    const std::uint64_t middle = below + (readable - below) / 2;
    (can_read(middle) ? readable : below) = middle;
  }
  return readable;
}

}  // namespace oxbow::storage

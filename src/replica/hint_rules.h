// When a hint is kept, and for how long: formulas, without a store.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

struct HintRules {
  Duration life = limits::kHintLife;      ///< of a hint; then it is dropped
  Duration window = limits::kHintWindow;  ///< hints are written for members absent up to it
  std::uint64_t most_hints = limits::kHints;
  std::uint64_t most_bytes = limits::kHintBytes;
};

/// Whether a member that was last heard of `absent` ago is still written hints for.
constexpr bool in_hint_window(const HintRules& rules, Duration absent) {
  return absent <= rules.window;
}

/// Whether one more hint of that size may be kept beside what is there.
constexpr bool has_room_for_hint(const HintRules& rules, std::uint64_t hints, std::uint64_t bytes,
                                 std::size_t size) {
  return hints < rules.most_hints && bytes + size <= rules.most_bytes;
}

/// A hint's life counts from the first write that it holds: below the grace of tombstones, so that
/// nothing reaped comes back with it.
constexpr bool has_expired(const HintRules& rules, WallTime written, WallTime now) {
  return now - written >= rules.life;
}

}  // namespace oxbow

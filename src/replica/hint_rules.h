// When a hint is kept, and for how long: formulas, without a store.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

struct HintRules {
  Duration life = limits::kHintLife;      ///< older ones go, where room is short
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

/// Whether three quarters of the room for hints are taken.
constexpr bool is_room_short(const HintRules& rules, std::uint64_t hints, std::uint64_t bytes) {
  return 4 * hints >= 3 * rules.most_hints || 4 * bytes >= 3 * rules.most_bytes;
}

/// Whether a hint is thrown away. It may be the only trace of a write that its member will get, and
/// nothing reaps tombstones that it could contradict; so age alone is no reason. But hints for a
/// member that does not come back must not take the room of those that do.
/// `age`: by the HintClock, since the first write that it holds.
constexpr bool is_thrown_away(const HintRules& rules, Duration age, std::uint64_t hints,
                              std::uint64_t bytes) {
  return age >= rules.life && is_room_short(rules, hints, bytes);
}

}  // namespace oxbow

// How long a peer may take for a request, before the client's own patience is added.
#pragma once

#include <chrono>
#include <cstdint>

namespace oxbow {

/// Of a request that names no time of its own: the longest search.
inline constexpr std::chrono::milliseconds kLongestSearch{60'000};

inline std::chrono::milliseconds allowed(std::uint32_t timeout_ms) {
  return timeout_ms == 0 ? kLongestSearch : std::chrono::milliseconds(timeout_ms);
}

}  // namespace oxbow

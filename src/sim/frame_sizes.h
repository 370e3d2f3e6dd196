// How many bytes the messages of a lookup take on the wire: asked of the real codec once, for a key
// of 16 bytes, small numbers, and one result without a name.
#pragma once

#include <cstdint>

namespace oxbow::sim {

struct FrameSizes {
  std::uint32_t query = 0;
  std::uint32_t hit = 0;
  std::uint32_t query_done = 0;
  std::uint32_t walk = 0;
  std::uint32_t walk_check = 0;  ///< a report without a result; also of a walker's end
  std::uint32_t walk_hit = 0;    ///< a report with one
  std::uint32_t walk_reply = 0;
  std::uint32_t lookup_step = 0;  ///< of a ring lookup, its path apart
  std::uint32_t lookup_end = 0;   ///< likewise
  std::uint32_t path_entry = 0;   ///< for each peer that a ring lookup has been at
};

FrameSizes frame_sizes();

}  // namespace oxbow::sim

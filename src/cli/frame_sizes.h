// How many bytes the messages of a search or lookup take: a peer counts messages, not bytes, so
// they are computed from what the codec makes of typical ones.
#pragma once

#include <oxbow/requests.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oxbow::cli {

/// Of a search for an exact key: with hits of one result. Unset where a figure is not known.
std::optional<double> search_bytes(const SearchReport& report, const std::string& key);

/// Of a ring lookup: a step for each forward, with a path that grows, and the answer.
double lookup_bytes(std::uint32_t forwards);

/// The messages of a get by the ring, up to the moment of its answer.
struct RingGet {
  std::string key;
  std::vector<std::size_t> value_bytes;  ///< of each sibling
  bool is_handed_over = false;           ///< to a coordinator, as the asked peer is no primary
  std::uint64_t reads = 0;               ///< from the coordinator to other members
  std::uint64_t copies = 0;              ///< their answers: all siblings
  std::uint64_t misses = 0;              ///< likewise: never heard of it
  std::size_t members = 0;               ///< that the coordinator tells of

  std::uint64_t requests() const { return reads + (is_handed_over ? 1 : 0); }
  std::uint64_t answers() const { return copies + misses + (is_handed_over ? 1 : 0); }
};

/// Values travel in it, so that it grows with them.
double get_bytes(const RingGet& get);

}  // namespace oxbow::cli

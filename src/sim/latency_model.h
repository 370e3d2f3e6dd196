// How long messages take from one peer to another in a large simulation. Every pair of peers has a
// latency of its own, drawn once and the same both ways; it is worked out from the pair when it is
// needed, so that a million links cost no memory, and messages never overtake each other.
//
// Time is counted in ticks: unit 1 ms; uniform 1/1,024 of the longest latency; exponential 1/128
// of the mean.
#pragma once

#include <oxbow/result.h>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "sim/topology.h"

namespace oxbow::sim {

/// 32 well-mixed bits for an unordered pair of peers.
inline std::uint32_t pair_hash(std::uint64_t seed, PeerNumber a, PeerNumber b) {
  std::uint64_t mixed = (std::uint64_t{std::min(a, b)} << 32 | std::max(a, b)) ^ seed;
  mixed = (mixed ^ (mixed >> 32)) * 0x9e3779b97f4a7c15ULL;
  mixed = (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9ULL;
  return static_cast<std::uint32_t>(mixed >> 32);
}

// Each gives ticks from 1 to the model's most.
struct UnitLatency {
  std::uint32_t operator()(PeerNumber, PeerNumber) const { return 1; }
};
struct UniformLatency {
  std::uint64_t seed = 0;
  std::uint32_t least = 1;
  std::uint32_t width = 1;
  std::uint32_t operator()(PeerNumber a, PeerNumber b) const {
    return least + static_cast<std::uint32_t>(std::uint64_t{pair_hash(seed, a, b)} * width >> 32);
  }
};
struct TableLatency {
  static constexpr int kBits = 16;
  std::uint64_t seed = 0;
  std::shared_ptr<const std::vector<std::uint16_t>> quantiles;  // 2^kBits of them
  std::uint32_t operator()(PeerNumber a, PeerNumber b) const {
    return (*quantiles)[pair_hash(seed, a, b) >> (32 - kBits)];
  }
};
/// From sender to receiver, for tests and pictures.
struct ChosenLatency {
  std::function<std::uint32_t(PeerNumber, PeerNumber)> ticks;
  std::uint32_t operator()(PeerNumber from, PeerNumber to) const { return ticks(from, to); }
};

struct LatencyModel {
  std::variant<UnitLatency, UniformLatency, TableLatency, ChosenLatency> draw;
  std::uint32_t most = 1;  ///< ticks
  double tick_ms = 1;

  std::uint32_t operator()(PeerNumber from, PeerNumber to) const {
    return std::visit([=](const auto& model) { return model(from, to); }, draw);
  }
};

/// `unit` (1 ms), `uniform:A:B`, `exponential:M`, in ms: 0 ≤ A ≤ B, M > 0, at most 1,000,000.
/// Errors have the code "usage".
Result<LatencyModel> parse_latency(std::string_view spec, std::uint64_t seed);

}  // namespace oxbow::sim

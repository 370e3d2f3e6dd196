// A flood small enough to be drawn, message by message, and the ring lookup of the same key among
// the same peers.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ring/token.h"
#include "sim/flood_search.h"
#include "sim/lookup.h"
#include "sim/topology_spec.h"

namespace oxbow::sim {

struct WatchedWay {
  LookupVia via = LookupVia::finger;
  std::vector<PeerNumber> path;       ///< the originator first, the owner last
  std::vector<double> arrived_ms;     ///< at each of them
  std::optional<double> answered_ms;  ///< at the originator; nothing if it is the owner
};

struct WatchedFlood {
  std::string network;  ///< what it runs on, where that is not what was asked for; else empty
  std::string key;
  PeerNumber origin = 0;
  std::vector<PeerNumber> holders;
  std::vector<std::uint64_t> names;                      ///< of the peers
  std::vector<std::pair<PeerNumber, PeerNumber>> links;  ///< each once
  std::vector<FloodStep> steps;                          ///< in the order of their arrival
  SearchOutcome outcome;
  std::vector<std::vector<Position>> tokens;  ///< of each peer
  Position target{};                          ///< of the key
  PeerNumber owner = 0;
  std::vector<WatchedWay> ways;
};

/// The plan's own search where it is one and its network can be drawn; else a search like those of
/// its workload, on that network or on a small one of its kind. Nothing is lost, nobody leaves.
WatchedFlood watch_flood(const NamedGraph& network, std::string_view spec, const LookupPlan& plan);

inline constexpr std::uint32_t kDrawablePeers = 120;
inline constexpr std::uint32_t kDrawableLinks = 600;

}  // namespace oxbow::sim

// How messages fare from one simulated peer to another: their latency, the chance that a frame is
// lost, and whether anything gets through at all. Each direction has properties of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>

#include "base/random.h"
#include "base/time.h"
#include "sim/topology.h"

namespace oxbow {

/// One-way; drawn for each message uniformly from [least, most] µs.
struct Latency {
  Duration least = std::chrono::milliseconds(1);
  Duration most = std::chrono::milliseconds(1);

  static Latency fixed(Duration latency) { return {latency, latency}; }

  Duration draw(Random& random) const {
    if (most <= least) return least;
    const auto width = static_cast<std::uint64_t>((most - least).count()) + 1;
    return least + Duration(static_cast<Duration::rep>(random.below(width)));
  }
};

struct Path {
  Latency latency;
  double loss = 0;              ///< probability, for each frame after the hello
  bool blocked = false;         ///< partitioned: what is sent waits, as TCP would go on trying
  std::uint64_t bandwidth = 0;  ///< bytes a second, of each connection; 0: all goes at once
};

class PathTable {
 public:
  /// What holds between all peers that nothing else was said about.
  Path standard;

  const Path& between(PeerNumber from, PeerNumber to) const {
    const auto found = paths_.find({from, to});
    return found == paths_.end() ? standard : found->second;
  }
  Path& change(PeerNumber from, PeerNumber to) {
    return paths_.try_emplace({from, to}, standard).first->second;
  }
  void unblock_all() {
    standard.blocked = false;
    for (auto& [ends, path] : paths_) path.blocked = false;
  }

 private:
  std::map<std::pair<PeerNumber, PeerNumber>, Path> paths_;
};

}  // namespace oxbow

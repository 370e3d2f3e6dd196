// What every way to look something up shares in the large simulator: the network that it runs on,
// and the figures that come out.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "base/random.h"
#include "sim/availability.h"
#include "sim/frame_sizes.h"
#include "sim/graph.h"
#include "sim/latency_model.h"
#include "sim/peer_set.h"

namespace oxbow::sim {

inline constexpr PeerNumber kNoPeer = 0xffffffff;

struct SearchNetwork {
  const Graph& graph;
  const LatencyModel& latency;
  FrameSizes frames;
  Random random;                         ///< of the walkers' choices, and of what is lost
  double loss = 0;                       ///< probability that a message does not arrive
  Availability* availability = nullptr;  ///< null: every peer is always there
  double seconds = 0;                    ///< virtual time at which the next search begins
  /// Counts the messages that come to each peer; null: nobody wants to know.
  std::vector<std::uint64_t>* handled = nullptr;

  bool loses_one() { return loss > 0 && random.unit() < loss; }
  void handles_one(PeerNumber peer) const {
    if (handled != nullptr) ++(*handled)[peer];
  }
  bool is_there(PeerNumber peer, double ms_since_start) {
    return availability == nullptr || availability->is_there(peer, seconds + ms_since_start / 1000);
  }
};

struct SearchOutcome {
  bool found = false;
  std::uint64_t query_messages = 0;  ///< put on a link; of a walk: steps; of a ring: forwards
  std::uint64_t duplicates = 0;      ///< copies after a peer's first
  std::uint64_t lost = 0;            ///< query messages that did not arrive
  std::uint64_t hit_messages = 0;
  std::uint64_t done_messages = 0;  ///< all others: QueryDone, walkers' questions and answers
  std::uint64_t peers_reached = 1;  ///< the originator included
  std::uint32_t max_hops = 0;       ///< of the farthest peer reached
  std::optional<std::uint32_t> hops_first_hit;
  std::optional<double> latency_first_hit_ms;
  double elapsed_ms = 0;  ///< until it was over
  std::uint64_t bytes = 0;
};

}  // namespace oxbow::sim

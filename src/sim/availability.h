// Churn: which peers are there at a moment of virtual time. A peer is there and away in turns, each
// for an exponentially distributed time. Its state is worked out when somebody looks at it, from
// when it was last looked at (a Markov chain with two states), so that peers that nobody looks at
// cost nothing.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"
#include "sim/topology.h"

namespace oxbow::sim {

class Availability {
 public:
  /// Peers are away a quarter as long as they are there: 80 % of them are there at any time.
  static constexpr double kAwayShare = 0.2;

  /// A peer that is there leaves `rate` times a second on average; rate > 0.
  Availability(std::uint32_t peers, double rate, std::uint64_t seed);

  /// `seconds` must not go back by more than 10 ms for the same peer; at most 240 days.
  bool is_there(PeerNumber peer, double seconds);
  /// From now on: the originator of a search stays until its end.
  void bring(PeerNumber peer, double seconds);

 private:
  static constexpr std::uint32_t kThere = std::uint32_t{1} << 31;
  static constexpr double kStepsPerSecond = 100;

  double pace_;  // at which the present state is forgotten, per step
  Random random_;
  std::vector<std::uint32_t> states_;  // steps when last looked at, and kThere
};

}  // namespace oxbow::sim

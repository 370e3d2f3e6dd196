// How evenly a ring shares its load among members: the three strategies to cut the ring and to give
// the parts out that DeCandia et al. (Dynamo, 2007) compare in section 6.2.
//
//   1  T random tokens a member; the ring is cut at the tokens
//   2  T random tokens a member; the ring is cut into Q equal partitions, each stored by the first
//      N members met clockwise from its end
//   3  the ring is cut into Q equal partitions, of which each member is given Q / S at random
#pragma once

#include <cstdint>
#include <vector>

namespace oxbow::sim {

struct BalancePlan {
  std::uint32_t members = 30;    ///< S, at least 1
  std::uint32_t tokens = 128;    ///< T of a member; with strategy 3 its partitions
  std::uint32_t copies = 3;      ///< N of each key
  std::uint32_t partitions = 0;  ///< Q of strategy 2; 0: 8 × S × T
  std::uint32_t rings = 20;      ///< drawn one after another
  std::uint64_t seed = 1;
  std::uint32_t keys = 0;  ///< that are asked for; 0: endlessly many, all alike
  double zipf = 0;         ///< the i-th key is asked for like i^-zipf
};

/// Shares of all load that each member bears; they add up to 1.
std::vector<double> shares_of_load(const BalancePlan& plan, int strategy, std::uint64_t seed);

struct Balance {
  int strategy = 1;
  std::uint32_t partitions = 0;  ///< into which the ring is cut
  /// Load of the mean member by that of the most loaded one, in (0, 1]: mean over the rings, and
  /// the worst and best of them.
  double efficiency = 0;
  double worst = 0;
  double best = 0;
};

/// strategy: 1, 2 or 3.
Balance measure_balance(const BalancePlan& plan, int strategy);

}  // namespace oxbow::sim

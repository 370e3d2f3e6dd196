// When to cut off a neighbor that sends the same query again and again. Copies of a query are
// normal in a flood when they come from different neighbors; from one neighbor they are not
// (gtk-gnutella: min_dup_msg, min_dup_ratio). Only where enough other neighbors remain: a peer does
// not cut itself off from the network for what costs it a little.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/limits.h"

namespace oxbow {

/// What one neighbor has sent. A repeat is a query with a request id that the same neighbor had
/// sent before, with no higher TTL: reforwarded copies and walkers do not count.
struct NeighborTraffic {
  std::uint64_t repeats = 0;
  std::uint64_t queries = 0;  ///< all of them, repeats included
};

/// Whether the link to it should end: more than limits::kRepeatsTolerated repeats, which are more
/// than limits::kRepeatShareTolerated of its queries, and `others` neighbors beside it are at least
/// the `enough` that this peer needs.
constexpr bool should_disconnect(const NeighborTraffic& traffic, std::size_t others,
                                 std::size_t enough) {
  return others >= enough && traffic.repeats > limits::kRepeatsTolerated &&
         static_cast<double>(traffic.repeats) >
             limits::kRepeatShareTolerated * static_cast<double>(traffic.queries);
}

}  // namespace oxbow

// The figures of many searches, summed up into one row.
#pragma once

#include <array>
#include <vector>

#include "sim/lookup.h"
#include "sim/search.h"

namespace oxbow::sim {

/// Mean and nearest-rank percentiles; sorts `values`.
Figure figure_of(std::vector<double>& values);

class LookupFigures {
 public:
  void add(const SearchOutcome& outcome);
  void summarise(LookupRow& row);

 private:
  std::vector<double> query_messages_, duplicates_, lost_, hit_messages_, done_messages_,
      peers_reached_, max_hops_, hops_first_hit_, latency_first_hit_ms_, bytes_;
};

/// Of an expanding search: messages add up, peers are the last wave's, which reached the others'
/// too; a wave begins when the one before is over. And of a flood after a look at the ring.
void add_wave(SearchOutcome& sum, const SearchOutcome& wave);

}  // namespace oxbow::sim

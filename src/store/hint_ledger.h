// How many hints are kept, and for whom: in memory, so that a member that was never away costs
// nothing, and limits are checked without counting.
#pragma once

#include <map>
#include <vector>

#include "base/ids.h"
#include "store/store.h"

namespace oxbow {

/// What a hint counts in HintTotals::bytes.
std::size_t size_of(const Hint& hint);

class HintLedger {
 public:
  void add(const PeerId& destination, std::uint64_t bytes);
  /// A hint that was added.
  void take(const PeerId& destination, std::uint64_t bytes);
  /// Replaces what is known of one member.
  void set(const PeerId& destination, const HintTotals& totals);

  bool empty() const { return totals_.empty(); }
  /// By id; those without hints are left out.
  std::vector<PeerId> destinations() const;
  const std::map<PeerId, HintTotals>& by_destination() const { return totals_; }
  HintTotals of(const PeerId& destination) const;
  const HintTotals& all() const { return all_; }

 private:
  std::map<PeerId, HintTotals> totals_;  // none of 0 hints
  HintTotals all_;
};

}  // namespace oxbow

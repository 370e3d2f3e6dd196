#include "store/hint_ledger.h"

#include <algorithm>

namespace oxbow {

std::size_t size_of(const Hint& hint) { return hint.key.size() + hint.object.byte_size(); }

void HintLedger::add(const PeerId& destination, std::uint64_t bytes) {
  HintTotals totals = of(destination);
  ++totals.hints;
  totals.bytes += bytes;
  set(destination, totals);
}

void HintLedger::take(const PeerId& destination, std::uint64_t bytes) {
  HintTotals totals = of(destination);
  totals.hints -= std::min<std::uint64_t>(totals.hints, 1);
  totals.bytes -= std::min(totals.bytes, bytes);
  set(destination, totals);
}

void HintLedger::set(const PeerId& destination, const HintTotals& totals) {
  const HintTotals before = of(destination);
  all_.hints += totals.hints - before.hints;
  all_.bytes += totals.bytes - before.bytes;
  if (totals.hints == 0) {
    all_.bytes -= totals.bytes;
    totals_.erase(destination);
  } else {
    totals_[destination] = totals;
  }
}

std::vector<PeerId> HintLedger::destinations() const {
  std::vector<PeerId> destinations;
  destinations.reserve(totals_.size());
  for (const auto& entry : totals_) destinations.push_back(entry.first);
  return destinations;
}

HintTotals HintLedger::of(const PeerId& destination) const {
  const auto found = totals_.find(destination);
  return found == totals_.end() ? HintTotals{} : found->second;
}

}  // namespace oxbow

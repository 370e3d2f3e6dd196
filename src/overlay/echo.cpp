#include "overlay/echo.h"

#include <algorithm>
#include <limits>

namespace oxbow {

namespace {
template <class T>
void add_saturating(T& sum, std::uint64_t more) {
  constexpr std::uint64_t most = std::numeric_limits<T>::max();
  sum = static_cast<T>(std::min(most, sum + more));
}
}  // namespace

Totals reached(std::uint8_t hops) {
  Totals totals;
  totals.peers = 1;
  totals.max_hops = static_cast<std::uint8_t>(std::min(hops + 1, 255));
  return totals;
}

Totals duplicate() {
  Totals totals;
  totals.duplicates = 1;
  return totals;
}

Totals refused(std::uint8_t mark) {
  Totals totals;
  totals.refused = 1;
  totals.marks = mark;
  return totals;
}

void add(Totals& sum, const Totals& more) {
  add_saturating(sum.peers, more.peers);
  add_saturating(sum.messages, more.messages);
  add_saturating(sum.duplicates, more.duplicates);
  add_saturating(sum.refused, more.refused);
  add_saturating(sum.lost, more.lost);
  add_saturating(sum.hit_messages, more.hit_messages);
  add_saturating(sum.skipped, more.skipped);
  sum.max_hops = std::max(sum.max_hops, more.max_hops);
  sum.marks = static_cast<std::uint8_t>(sum.marks | more.marks);
}

void sent_copies(EchoState& state, std::uint32_t copies, std::uint32_t skipped) {
  add_saturating(state.totals.messages, copies);
  add_saturating(state.outstanding, copies);
  add_saturating(state.totals.skipped, skipped);
  if (skipped > 0) state.totals.marks |= marks::kSkipped;
}

void answered(EchoState& state, const Totals& below) {
  OXBOW_ASSERT(state.outstanding > 0, "a copy is answered once");
  --state.outstanding;
  add(state.totals, below);
}

void gave_up(EchoState& state, std::uint32_t copies, std::uint8_t mark) {
  OXBOW_ASSERT(state.outstanding >= copies, "a copy is answered once");
  state.outstanding = static_cast<std::uint16_t>(state.outstanding - copies);
  add_saturating(state.totals.lost, copies);
  state.totals.marks = static_cast<std::uint8_t>(state.totals.marks | mark);
}

}  // namespace oxbow

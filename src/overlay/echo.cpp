#include "overlay/echo.h"

#include <algorithm>
#include <limits>

#include "base/limits.h"

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

void sent_copies(EchoState& state, std::uint32_t copies, std::uint32_t skipped, std::uint8_t mark) {
  add_saturating(state.totals.messages, copies);
  add_saturating(state.outstanding, copies);
  add_saturating(state.totals.skipped, skipped);
  if (skipped > 0) state.totals.marks = static_cast<std::uint8_t>(state.totals.marks | mark);
}

Plausible judge(const EchoState& state, const Totals& below) {
  const std::uint64_t messages = below.messages;
  const std::uint64_t received =
      std::uint64_t{below.peers} + below.duplicates + below.refused;  // the copy itself among them
  if (messages + 1 != received + below.lost || received == 0) return Plausible::no;
  if (below.max_hops > state.hops + state.ttl) return Plausible::no;
  // A copy with TTL 1 goes no further; one with TTL 2 goes over the links of one peer.
  if (state.ttl == 1 && messages > 0) return Plausible::no;
  if (state.ttl == 2 && messages > std::numeric_limits<std::uint16_t>::max()) return Plausible::no;
  if (state.totals.messages + messages > limits::kTotalsMost) return Plausible::too_much;
  return Plausible::yes;
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

// How the end of a flood becomes known (echo algorithm: Chang 1982, Segall 1983): every copy of a
// query is answered by exactly one QueryDone, a peer's own once all copies that it sent on have
// been answered. Pure arithmetic over one state of 40 bytes a forwarding.
#pragma once

#include <cstdint>

#include "base/ids.h"
#include "message/messages.h"

namespace oxbow {

/// One forwarding that waits for its copies' answers.
struct EchoState {
  Totals totals;                      ///< this peer's share and what was answered so far
  LinkNumber upstream = kNoLink;      ///< of the copy that is to be answered; kNoLink: originator
  std::uint16_t upstream_number = 0;  ///< that copy's number
  std::uint16_t outstanding = 0;      ///< copies not yet answered
  std::uint8_t ttl = 0;               ///< put on the copies: patience is 500 ms × this, or 250 ms
  std::uint8_t hops = 0;              ///< put on the copies
  bool searching = false;             ///< the local index is still being looked through
};
static_assert(sizeof(EchoState) <= 40);

/// A peer's first copy, `hops` as received: it counts itself.
Totals reached(std::uint8_t hops);
/// A copy that was not the first.
Totals duplicate();
/// A copy that was not taken; `mark` says why.
Totals refused(std::uint8_t mark);

/// `copies` were put on links, `skipped` links were left out; `mark` says why, if any were.
void sent_copies(EchoState& state, std::uint32_t copies, std::uint32_t skipped,
                 std::uint8_t mark = marks::kSkipped);

/// What an answer for one of the copies may say.
enum class Plausible : std::uint8_t {
  yes,
  no,        ///< no honest peer says so: it breaks the law of Totals, or the TTL
  too_much,  ///< more than can be added up; who says it may only relay what others said
};
Plausible judge(const EchoState& state, const Totals& below);

/// One copy was answered, plausibly.
void answered(EchoState& state, const Totals& below);
/// `copies` will not be answered any more: link lost, or out of patience (`mark`).
void gave_up(EchoState& state, std::uint32_t copies, std::uint8_t mark);
inline bool is_complete(const EchoState& state) {
  return state.outstanding == 0 && !state.searching;
}

/// Sums, for the waves of an expanding search too. Counters saturate.
void add(Totals& sum, const Totals& more);

}  // namespace oxbow

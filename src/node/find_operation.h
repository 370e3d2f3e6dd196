// One client's search at its originator: the waves or walkers that it sends, and what came of them.
#pragma once

#include <oxbow/requests.h>

#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "message/messages.h"

namespace oxbow {

/// One random walker, as its originator knows it.
struct Walker {
  std::uint16_t steps = 0;  ///< taken when it was last heard of
  std::uint16_t fresh = 0;  ///< peers first visited by it, likewise
  Instant heard{};
  bool ended = false;
  bool lost = false;
};

struct FindOperation {
  RequestHandle handle{};
  FindRequest request;
  bool is_trace = false;  ///< for a TraceRequest: `request` then is a flood for its entries
  std::uint8_t ttl = 0;   ///< asked for
  bool all = false;
  std::uint16_t max_hits = 0;
  Instant started{};
  Instant deadline{};
  Instant due{};  ///< of the next look at it: the deadline, or a walker's silence

  RequestId id;  ///< of the wave under way
  std::uint8_t wave_ttl = 0;
  std::uint32_t waves = 0;
  Totals totals;  ///< of the waves that have ended
  std::vector<Walker> walkers;
  std::uint64_t walk_messages = 0;  ///< questions and ends received, replies sent
  std::uint64_t walk_hits = 0;

  std::vector<SearchHit> hits;
  WriteSequence after = kNothingPending;  ///< a hit of this peer's own shows a write up to it
  std::uint8_t marks = 0;
  std::vector<TracedPeer> traced;
  std::optional<Instant> first_hit;

  bool found() const { return first_hit.has_value(); }
};

}  // namespace oxbow

// What a Node knows of the ring: the records that gossip brought, the token ring made of them, who
// answered lately, and the lookups that its clients are waiting for.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "membership/members.h"
#include "membership/own_record.h"
#include "message/client.h"
#include "message/messages.h"
#include "overlay/rate_limiter.h"
#include "ring/token_ring.h"

namespace oxbow {

struct HeardClock {
  Instant at{};
  Duration offset{};
};

/// How a member answered lately: there is an entry from its first failure until it answers again.
/// It is not asked before `retry`.
struct MemberHealth {
  Instant failed{};  ///< the first time since it last answered
  Instant retry{};
  Instant probed{};            ///< pinged, because something else was heard of it
  Instant tried{};             ///< the last time
  std::uint32_t attempts = 0;  ///< that failed, one after the other
};

/// A client's ring lookup under way.
struct LookupOperation {
  RequestHandle handle{};
  RingWay way = RingWay::one_hop;
  std::string key;
  Instant asked{};
  Instant deadline{};
  PeerId first;  ///< the member that it was sent to
};

/// A lookup that was sent on, until it is known that the next member has it.
struct SentLookup {
  PeerId to;
  LookupStep step;  ///< its path is `path`
  std::vector<LookupHop> path;
  ConnectionId namer = kNoConnection;  ///< where it came from
  Instant sent{};
  bool doubted = false;       ///< that member has been pinged
  std::uint32_t detours = 0;  ///< members that it was sent to before, in vain
};

/// A client that waits until what this peer kept as a member has been handed on.
struct LeaveWait {
  RequestHandle handle{};
  bool changed = false;
  Instant deadline{};
  WriteSequence after = kNothingPending;
};

struct RingState {
  Members members;
  TokenRing ring;   ///< of those that have joined; made anew when `members` changes
  RingStamp stamp;  ///< of `ring`, for replica messages; as old as that
  std::map<PeerId, MemberHealth> failed;  ///< members that did not answer
  RateLimiter probe_dials;           ///< of those
  Instant revived = Instant::min();  ///< when one of them came back
  OwnRecord own_record;              ///< what others say of this peer
  /// What members said of their clocks within limits::kClockHeard, those that are not connected any
  /// more included: writes are stamped by them. Offsets as in membership/clock_votes.h.
  std::map<PeerId, HeardClock> heard_clocks;
  std::vector<Duration> member_clocks;  ///< the offsets of these, ascending

  std::map<std::uint64_t, LookupOperation> lookups;  ///< by our ticket
  std::vector<SentLookup> sent_lookups;              ///< the oldest first
  Instant sent_lookups_due = kNever;                 ///< when to look at them

  std::vector<LeaveWait> leave_waits;

  Instant gossip_due = kNever;       ///< one neighbor or member is told our digest
  Instant propose_due = kNever;      ///< buckets that the ring has no record of are proposed
  bool proposes_on_contact = false;  ///< not before somebody has told what it knows of the ring

  Instant redraw_due = kNever;  ///< `ring` is behind `members`
  Instant redrawn{};

  Instant keep_due = kNever;  ///< the records are written to the store
  Instant kept_at{};
  WriteSequence kept = kNothingPending;          ///< the last time
  WriteSequence durable = kNothingPending;       ///< all up to it, as the store says
  WriteSequence begins_after = kNothingPending;  ///< gets and puts wait until that is durable
  /// Since when this peer's wall clock and those of others differ by too much; kNever: they do not.
  Instant clock_differs_since = kNever;
  bool knew_others = false;  ///< it has records of others, by a start or since
  /// After a start without records of others, until a neighbor has told what it knows: gets and
  /// puts wait meanwhile. kNever: nothing is awaited (any more).
  Instant awaited_until = kNever;
  Instant left_at{};           ///< this peer, the last time; the beginning: not in this run
  Instant leave_due = kNever;  ///< a member by an earlier run, but not by the configuration
  bool keep_failed = false;  ///< the records could not be stored
};

}  // namespace oxbow

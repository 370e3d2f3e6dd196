// What the handlers of membership share (membership.cpp, last_word.cpp, gossip.cpp,
// member_health.cpp, ring_lookups.cpp, sent_lookups.cpp, ring_requests.cpp).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "membership/last_word.h"
#include "node/handlers.h"

namespace oxbow {

/// Records that one input changed.
struct RingNews {
  std::vector<PeerId> members;
  std::vector<std::string> buckets;
  std::vector<std::string> moved;  ///< buckets whose keys have another N than before
  bool empty() const { return members.empty() && buckets.empty(); }
};

/// Merges a record that passed check(); what it says about this peer itself is put right. Adds what
/// changed to `news`.
void take_record(Turn& turn, const Member& record, RingNews& news);
void take_record(Turn& turn, const Bucket& record, RingNews& news);
/// What follows from changed records: they are passed on to all links and connected members but
/// `from`, the ring is redrawn, and all is kept in the store; both at the end of the turn.
void records_changed(Turn& turn, const RingNews& news, ConnectionId from);
void spread_news(Turn& turn, const RingNews& news, ConnectionId from);

/// A neighbor has told what it knows of the ring; `news`: that was more than was known here.
void heard_of_ring(Turn& turn, bool news);
/// Gets and puts that waited for news of the ring begin, once what it told is on the disk.
void ring_is_known(Turn& turn);

// Kept records (kept_records.cpp).
void read_records(Turn& turn);
void records_are_to_be_kept(Turn& turn);
bool knows_others(const NodeState& node);

// Drawing (ring_drawing.cpp).
void ring_is_to_be_redrawn(Turn& turn);
/// Draws it now; returns what it was, or nothing: it is the same.
std::optional<TokenRing> redraw_ring(Turn& turn);
/// Draws it if it is behind the records, or if that is due, and does what follows.
void redraw_now(Turn& turn);
void redraw_due_ring(Turn& turn);

// Clocks (peer_clocks.cpp).
std::uint64_t clock_to_tell(Now now);
/// That peer's wall clock shows so many µs since 1970; 0: it does not say.
void heard_clock(Turn& turn, Connection& from, std::uint64_t clock);
/// Says what is wrong with this peer's own clock, and puts right what it said by a wrong one.
void compare_clocks(Turn& turn);
/// Raised with every change. The clock makes a peer that has lost its directory, or never had one,
/// begin above what it said in an earlier run.
std::uint64_t next_incarnation(const Turn& turn, std::uint64_t before);
/// False: the ring has no room for it.
bool change_own_record(Turn& turn, Member record);

// Buckets (ring_buckets.cpp).
/// Buckets of the configuration are to be proposed: at once by a member that is the whole ring as
/// far as it can know, else only after somebody has told what the ring has.
void plan_proposal(Turn& turn);
/// Somebody has; `has_buckets`: it has some.
void proposal_may_come(Turn& turn, bool has_buckets);
/// Another member knows the same as this one: what is only proposed is held by two.
void buckets_are_held(Turn& turn);

/// Whether this peer is on the ring.
bool is_member(const NodeState& node);
/// Puts this peer on the ring, or changes its place there; false: it is there just so already.
/// Errors: "bad-zone", "not-reachable" (an address that nobody can dial).
Result<bool> join_ring(Turn& turn, const std::string& zone, double weight);
/// This peer has joined a ring that it was not on. What it lost before (see Store::is_complete())
/// counts no more if all members have had the time to hear that it had left: they send it its
/// copies, as to any new member (incomplete_copies.cpp).
void joined_anew(Turn& turn);
/// False: it is no member.
bool leave_ring(Turn& turn);
/// Proposes buckets of the configuration that the ring has no record of.
void propose_buckets(Turn& turn);
/// Spreads another policy of a bucket, whoever proposed the one that the ring has. Errors:
/// "bad-bucket", "no-room" (for one more bucket).
Result<Bucket> change_bucket(Turn& turn, const BucketPolicy& policy);
/// Says once of each bucket of the configuration that the ring has it otherwise.
void warn_of_other_buckets(Turn& turn);
/// Writes the records to the store; what is to be waited for, to know that they are there.
Result<WriteSequence> keep_records(Turn& turn);
/// Also what `ring join` or `ring leave` said: that holds when this peer starts again.
Result<WriteSequence> keep_last_word(Turn& turn, const RingPlace& place);
/// Where this peer belongs on the ring: as the last `ring join` or `ring leave` says, or as its
/// configuration does, whichever was changed later.
RingPlace place_at_start(Turn& turn);
/// Tells clients of `ring leave` whose waiting is over.
void answer_leave_waits(Turn& turn);

/// One random neighbor or connected member is told our digest.
void gossip_now(Turn& turn);
/// Members that failed are pinged when their pause is over.
void probe_failed_members(Turn& turn);
Instant probe_deadline(const NodeState& node);
/// Sends a lookup, whose path ends with this peer, on to its next member, or ends it. `detours`:
/// members that it was sent to before, in vain. `namer`: where it came from; kNoConnection: it is
/// ours.
void pass_on(Turn& turn, const LookupStep& step, ConnectionId namer, std::uint32_t detours);
/// Keeps watch until it is known that `to`, which it was sent to, has that lookup.
void watch_lookup(Turn& turn, const PeerId& to, const LookupStep& step, ConnectionId namer,
                  std::uint32_t detours);
/// Members that were sent a lookup and are silent since are pinged; then they have failed.
void watch_sent_lookups(Turn& turn);
/// Answers lookups whose time is up.
void end_overdue_lookups(Turn& turn);
Instant lookup_deadline(const NodeState& node);

}  // namespace oxbow

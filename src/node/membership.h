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
  bool empty() const { return members.empty() && buckets.empty(); }
};

/// Merges a record that passed check(); what it says about this peer itself is put right. Adds what
/// changed to `news`.
void take_record(Turn& turn, const Member& record, RingNews& news);
void take_record(Turn& turn, const Bucket& record, RingNews& news);
/// What follows from changed records: they are passed on to all links and connected members but
/// `from`, the ring is made anew, and all is kept in the store.
void records_changed(Turn& turn, const RingNews& news, ConnectionId from);
void spread_news(Turn& turn, const RingNews& news, ConnectionId from);

/// A neighbor has told what it knows of the ring; `news`: that was more than was known here.
void heard_of_ring(Turn& turn, bool news);

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

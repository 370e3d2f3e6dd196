// What a Node keeps for the replica layer: gets and puts under way, here as coordinator or
// forwarded to one, hints being delivered, objects being moved.
#pragma once

#include <oxbow/requests.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/asker.h"
#include "node/forwarding.h"
#include "node/hint_state.h"
#include "node/paced_sends.h"
#include "overlay/rate_limiter.h"
#include "replica/byte_budget.h"
#include "replica/bytes_in_flight.h"
#include "replica/damaged_copies.h"
#include "replica/get_operation.h"
#include "replica/handoff.h"
#include "replica/offers.h"
#include "replica/owed_answers.h"
#include "replica/put_operation.h"
#include "replica/response_times.h"
#include "replica/unstored_writes.h"
#include "replica/waiting_line.h"
#include "ring/token_ring.h"
#include "store/store.h"
#include "version/actor_run.h"

namespace oxbow {

/// A get that this member coordinates.
struct CoordinatedGet {
  Asker asker;
  GetRequest request;  ///< of a client
  std::string key;
  std::string bucket;
  std::uint32_t n = 0;
  GetOperation operation;
  Instant started{};
  Instant due = kNever;                   ///< in ReplicaState::due
  WriteSequence shows = kNothingPending;  ///< the newest pending write in the own copy
  std::map<PeerId, Object> parts;         ///< of copies that come in several
  BytesInFlight::Charge flight{};
};

/// A put, delete or adoption that this member coordinates.
struct CoordinatedPut {
  Asker asker;
  Operation kind = Operation::put;
  std::string key;
  std::string bucket;
  std::uint32_t n = 0;
  Conflicts conflicts = Conflicts::siblings;
  Sync sync = Sync::yes;
  Object object;                   ///< as it was written
  std::vector<SharedBytes> parts;  ///< the same, encoded once for all
  std::string context;             ///< for the client
  PutOperation operation;
  Instant started{};
  Instant due = kNever;
  std::optional<Error> refused;  ///< the own copy, by the own disk
  Object unstored;               ///< what UnstoredWrites had under the key before this write
  bool outbids = false;          ///< see ObjectWrite
  std::string refusal;           ///< what the first member that refused it said
  BytesInFlight::Charge flight{};
};

/// A put that waits for what other members know of the key (catch_up.cpp).
struct WaitingPut {
  Asker asker;
  Operation kind = Operation::put;
  QuorumNeed need;
  bool strict = false;
  std::string key;
  std::string value;
  std::string context;
  Instant deadline{};
};

/// How a member has answered what it coordinates for this peer.
struct CoordinatorAnswers {
  std::size_t largest = 0;  ///< of gets, lately
  Instant last{};
};

/// A get or put for which there is no room among the bytes in flight.
struct OperationInLine {
  Asker asker;
  Operation kind = Operation::get;
  std::optional<GetRequest> request;  ///< of a client's get
  QuorumNeed need;
  bool strict = false;
  std::string key;
  std::string value;
  std::string context;
  Instant deadline{};
  BytesInFlight::Load load;
  std::uint64_t ring_version = 0;  ///< when it came
};

/// A write of this coordinator's own that waits for its disk.
struct OwnWrite {
  std::uint64_t ticket = 0;
  Participant who;
};

/// An object on its way to a primary that a change of the ring made.
struct ObjectMove {
  PeerId to;
  std::string key;
  Instant deadline{};
  std::uint64_t leaving = 0;  ///< of which LeavingCopy, if this member is no primary of it
};
/// A copy that this member has no business with any more: it goes once all primaries have it.
struct LeavingCopy {
  std::string key;
  std::uint64_t version = 0;  ///< what they were sent
  std::size_t waiting = 0;
  bool all_took_it = true;  ///< so far, and the ring is as it was
};
/// The objects of this member being looked through: after a change of the ring, and at every start.
struct MoveScan {
  /// The ring that the objects were last in place for; nothing: who has a copy is not known.
  std::optional<TokenRing> before;
  std::set<std::string, std::less<>> buckets;  ///< nor for keys of these
  Store::Cursor cursor;
  bool at_end = false;
  bool left_some = false;    ///< copies that are not this member's could not be handed on
  std::uint32_t rounds = 0;  ///< through all objects, on this ring
  Instant due{};             ///< it does not go on before
};

struct ReplicaState {
  ReplicaState(const PeerId& self, std::uint64_t run, Duration replica_timeout)
      : actors(self, run), times(replica_timeout) {}

  ActorRun actors;
  UnstoredWrites unstored{actors};
  std::uint64_t last_ticket = 0;

  /// Before the operations, whose charges point to it.
  BytesInFlight flights{{limits::kFlightOfMember, limits::kFlightOfAsker, limits::kFlightOfAll}};
  WaitingLine<OperationInLine> line{limits::kFlightsWaiting, limits::kFlightsWaitingBytes};
  std::uint64_t line_looked = 0;  ///< BytesInFlight::ended() when the line was looked through
  bool line_due = false;          ///< there may be room for one that waits
  std::map<PeerId, CoordinatorAnswers> answers;  ///< of members that coordinate for this peer
  PacedSends paced;

  std::map<std::uint64_t, CoordinatedGet> gets;
  std::map<std::uint64_t, CoordinatedPut> puts;
  std::map<std::uint64_t, ForwardedOperation> forwarded;
  UngrantedWrites ungranted;
  /// The last order that each member was granted with the order itself: one at a time, so that a
  /// member that hangs holds no more.
  std::map<PeerId, std::uint64_t> granted_with_order;
  std::map<std::uint64_t, WaitingPut> waiting_puts;
  std::set<std::pair<Instant, std::uint64_t>> due;  ///< of all three
  std::multimap<WriteSequence, OwnWrite> own_writes;

  RateLimiter full_reads;
  DamagedCopies damaged;
  ResponseTimes times;
  OwedAnswers owed;

  HintState hints;
  std::map<PeerId, Handoff> handoffs;
  Instant handoff_due = kNever;
  ByteBudget background{limits::kHandoffRate};

  Offers offers;
  std::optional<MoveScan> scan;
  std::map<std::uint64_t, ObjectMove> moves;
  std::map<std::uint64_t, LeavingCopy> leaving;
  Instant sums_due = kNever;  ///< the next page of the store's sums is found

  std::vector<MemberNumber> list;  // scratch
};

}  // namespace oxbow

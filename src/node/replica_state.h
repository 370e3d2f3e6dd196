// What a Node keeps for the replica layer: gets and puts under way, here as coordinator or handed
// to one, hints being delivered, objects being moved.
#pragma once

#include <oxbow/requests.h>

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "node/paced_sends.h"
#include "overlay/rate_limiter.h"
#include "replica/byte_budget.h"
#include "replica/bytes_in_flight.h"
#include "replica/get_operation.h"
#include "replica/handoff.h"
#include "replica/put_operation.h"
#include "replica/waiting_line.h"
#include "ring/token_ring.h"
#include "store/store.h"
#include "version/actor_run.h"

namespace oxbow {

/// Who is told how a get or put ended.
struct Asker {
  enum class Kind : std::uint8_t { client, peer, adoption, put };
  Kind kind = Kind::client;
  RequestHandle handle{};                   ///< of a client
  bool explain = true;                      ///< it wants to know who did what
  Instant until = kNever;                   ///< its time is up then, whatever follows
  ConnectionId connection = kNoConnection;  ///< of a peer that handed it over
  std::uint64_t number = 0;                 ///< that peer's ticket, the adoption, or the put
};

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
  std::vector<std::string> parts;  ///< the same, encoded once for all
  std::string context;             ///< for the client
  PutOperation operation;
  Instant started{};
  Instant due = kNever;
  std::optional<Error> refused;  ///< the own copy, by the own disk
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

/// A member that was asked to coordinate, and what came of it.
struct TriedCoordinator {
  PeerId member;
  Outcome outcome = Outcome::asked;
};

/// A request of a client (or an adoption) that another member coordinates.
struct HandedOver {
  Asker asker;
  Operation kind = Operation::get;
  GetRequest request;  ///< of a client's get
  QuorumNeed need;
  bool strict = false;
  std::string key;
  std::string value;
  std::string context;
  Instant started{};
  Instant deadline{};
  Instant due = kNever;

  PeerId coordinator;                   ///< zero: it waits until the ring is known, or rests
  bool sent = false;                    ///< not merely waiting for a connection
  std::vector<TriedCoordinator> tried;  ///< the last is `coordinator`, if that is not zero
  bool refused = false;  ///< by one that says it is no owner: the rings are about to agree
  bool rests = false;    ///< all were tried; they are asked anew after kCoordinatorsRest
  Object parts;          ///< of an object that comes in several
  BytesInFlight::Charge flight{};
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
  Store::Cursor cursor;
  bool at_end = false;
  bool left_some = false;    ///< copies that are not this member's could not be handed on
  std::uint32_t rounds = 0;  ///< through all objects, on this ring
  Instant due{};             ///< it does not go on before
};

struct ReplicaState {
  explicit ReplicaState(const PeerId& self, std::uint64_t run) : actors(self, run) {}

  ActorRun actors;
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
  std::map<std::uint64_t, HandedOver> handed;
  std::map<std::uint64_t, WaitingPut> waiting_puts;
  std::set<std::pair<Instant, std::uint64_t>> due;  ///< of all three
  std::multimap<WriteSequence, OwnWrite> own_writes;
  /// Over, but what the outbox holds may still point into them: see forget_ended().
  std::vector<std::map<std::uint64_t, CoordinatedGet>::node_type> ended_gets;
  std::vector<std::map<std::uint64_t, CoordinatedPut>::node_type> ended_puts;
  std::vector<std::map<std::uint64_t, HandedOver>::node_type> ended_handed;

  RateLimiter full_reads;

  HintTotals hints;  ///< as the store has them
  std::map<PeerId, Handoff> handoffs;
  Instant handoff_due = kNever;
  ByteBudget background{limits::kHandoffRate};

  std::optional<MoveScan> scan;
  std::map<std::uint64_t, ObjectMove> moves;
  std::map<std::uint64_t, LeavingCopy> leaving;
  Instant sums_due = kNever;  ///< the next page of the store's sums is found

  std::vector<MemberNumber> list;  // scratch
};

}  // namespace oxbow

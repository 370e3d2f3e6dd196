// Everything that a Node knows, and the Turn in which a handler works on it. Handlers are free
// functions, one for each message or request (see handlers.h).
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/expiring_table.h"
#include "base/random.h"
#include "message/outbox.h"
#include "message/owned_message.h"
#include "message/standing_conditions.h"
#include "node/adoption_state.h"
#include "node/config.h"
#include "node/connections.h"
#include "node/contenders.h"
#include "node/counters.h"
#include "node/dial_reports.h"
#include "node/find_operation.h"
#include "node/id_conflicts.h"
#include "node/replica_state.h"
#include "node/ring_state.h"
#include "node/scan_queue.h"
#include "node/silent_neighbors.h"
#include "node/warnings.h"
#include "overlay/echo_table.h"
#include "overlay/local_index.h"
#include "overlay/neighbor_plan.h"
#include "overlay/pong_cache.h"
#include "overlay/rate_limiter.h"
#include "overlay/refusal_log.h"
#include "overlay/route_table.h"
#include "overlay/seen_table.h"
#include "overlay/trace_log.h"
#include "overlay/walk.h"
#include "store/store.h"

namespace oxbow {

/// A walker that waits here for its originator's word.
struct WalkerKey {
  RequestId id;
  std::uint16_t walker = 0;
  friend bool operator==(const WalkerKey&, const WalkerKey&) = default;
};
struct WalkerKeyHash {
  std::uint64_t operator()(const WalkerKey& key) const {
    return RequestIdHash{}(key.id) + key.walker * 0x9e3779b97f4a7c15ULL;
  }
};
struct ParkedWalker {
  Walk walk;  ///< its pattern points nowhere: see `pattern`
  std::string pattern;
  LinkNumber from = kNoLink;
};

struct OwnedReport {
  WalkReport report;  ///< its views point nowhere
  std::vector<OwnedResult> results;
  WriteSequence after = kNothingPending;
};

struct OwnedSend {
  OwnedMessage message;
  WriteSequence after = kNothingPending;
};

/// Why we dial; what waits for the connection.
struct PendingDial {
  std::string target;
  ConnectionKind kind = ConnectionKind::control;
  bool wants_link = false;            ///< for the neighbor plan
  bool named = false;                 ///< another peer named the address
  bool beside = false;                ///< there is a connection, which is suspect
  Instant began{};                    ///< set by dial()
  PeerId expected;                    ///< zero: whoever answers
  std::vector<OwnedReport> reports;   ///< to send once it is up
  std::vector<OwnedSend> messages;    ///< likewise, to a member
  std::size_t message_bytes = 0;      ///< of the objects and values in them
  std::vector<std::uint64_t> pieces;  ///< tickets, likewise
};

/// A client's call for a piece from another peer.
struct PieceOperation {
  RequestHandle handle{};
  PieceCall call;
  PeerId holder;
  Digest sha256;
  ConnectionId connection = kNoConnection;  ///< asked over; none: still dialling
  Instant deadline{};
};

/// A read from a shared folder that is under way, for a peer or for our own client.
struct ReadOperation {
  ConnectionId connection = kNoConnection;  ///< of the asker; kNoConnection: `handle` asked
  std::uint64_t ticket = 0;                 ///< the asking peer's
  RequestHandle handle{};
};

struct ReadyWait {
  RequestHandle handle{};
  Instant deadline{};
};

struct NodeState {
  NodeState(NodeConfig given, Store& store);

  NodeConfig config;
  Store& store;
  Random random;
  Instant started{};
  bool shares_pending = false;

  Connections connections;
  Contenders contenders;
  IdConflicts id_conflicts;
  RefusalLog refusals;
  RateLimiter dial_limiter;  ///< of all addresses that others name
  std::map<DialId, PendingDial> dials;
  std::uint32_t last_dial = 0;
  NeighborPlan plan;
  SilentNeighbors silent;
  PongCache pongs;
  Instant keepalive_due = kNever;  ///< no link or idle connection needs a look before
  Instant probe_due{};
  Instant refused_link = Instant::min();  ///< when a peer was refused a link for want of room, last
  RateLimiter given_up_links;

  LocalIndex index;
  ScanQueue scans;

  SeenTable seen;
  RouteTable routes;
  EchoTable echoes;
  TraceLog traces;

  std::map<RequestHandle, FindOperation> finds;
  std::map<RequestId, RequestHandle> find_of;  ///< the wave or walk under way
  std::set<std::pair<Instant, RequestHandle>> finds_due;
  ExpiringTable<RequestId, WalkVisit, RequestIdHash> visits;
  ExpiringTable<WalkerKey, ParkedWalker, WalkerKeyHash> parked;

  std::map<std::uint64_t, PieceOperation> pieces;  ///< by our ticket
  std::uint64_t last_ticket = 0;
  std::map<DiskTicket, ReadOperation> reads;
  std::vector<ReadyWait> ready_waits;

  RingState ring;
  ReplicaState replica;
  AdoptionState adoption;

  Warnings warnings;
  DialReports dial_reports;
  Counters counters;
  StandingConditions standing;
  std::vector<ConnectionId> targets;  // scratch
  std::vector<Slot> slots;            // scratch
};

/// One input being handled.
struct Turn {
  NodeState& node;
  Now now;
  Outbox& out;
};

}  // namespace oxbow

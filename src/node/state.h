// Everything that a Node knows, and the Turn in which a handler works on it. Handlers are free
// functions, one for each message or request (see handlers.h).
#pragma once

#include <array>
#include <deque>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/expiring_table.h"
#include "base/random.h"
#include "message/outbox.h"
#include "message/owned_message.h"
#include "node/adoption_state.h"
#include "node/config.h"
#include "node/connections.h"
#include "node/counters.h"
#include "node/find_operation.h"
#include "node/replica_state.h"
#include "node/ring_state.h"
#include "overlay/echo_table.h"
#include "overlay/local_index.h"
#include "overlay/neighbor_plan.h"
#include "overlay/pong_cache.h"
#include "overlay/route_table.h"
#include "overlay/seen_table.h"
#include "overlay/trace_log.h"
#include "overlay/walk.h"
#include "store/store.h"

namespace oxbow {

/// A result that outlives the index entry it was made from.
struct OwnedResult {
  std::string key;
  std::uint64_t size = 0;
  Digest sha256;
  std::string clock;  ///< of an object; see HitResult
};

/// A pattern search in the local index, one slice a tick.
struct Scan {
  Query query;  ///< its pattern points nowhere: see `text`
  std::string text;
  LinkNumber from = kNoLink;  ///< kNoLink: our own query
  Pattern pattern;
  LocalIndex::Cursor cursor;
  std::vector<OwnedResult> results;
  std::deque<std::string> objects;  ///< keys that matched; the store is still to be asked
  bool looked_through = false;
  bool truncated = false;
  bool routed = false;  ///< it was routed on before the scan began (--all)
};

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
  std::map<DialId, PendingDial> dials;
  std::uint32_t last_dial = 0;
  NeighborPlan plan;
  PongCache pongs;
  Instant keepalive_due = kNever;  ///< no link or idle connection needs a look before
  Instant probe_due{};

  LocalIndex index;
  /// The newest write that a hit has shown and that is not durable yet: what counts the hit waits
  /// for it too, as it must not come before it.
  WriteSequence shown = kNothingPending;
  std::deque<Scan> scans;

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

  Counters counters;
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

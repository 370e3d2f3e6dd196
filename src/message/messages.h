// Every message between peers as a plain struct, and the Message variant. Texts and lists are
// views: nothing here owns memory. Outbox::send() gives them a place that lasts until the driver
// has encoded the message.
#pragma once

#include <oxbow/requests.h>

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>

#include "base/address.h"
#include "base/bucket_policy.h"
#include "base/ids.h"

namespace oxbow {

inline constexpr std::uint32_t kProtocolVersion = 1;

/// What a connection between two peers is for. Two peers have at most one of each.
enum class ConnectionKind : std::uint8_t {
  control,  ///< everything but pieces
  bulk,     ///< pieces of files, so that a download never delays a query
  probe,    ///< finds out whether an address reaches a peer: hung up after the hellos
};

/// Bits of Hello::features: what the sender does beyond the first version of the protocol.
namespace peer_features {
/// It confirms operations that are forwarded to it, and waits for the grant of a write.
inline constexpr std::uint64_t kConfirms = 1;
}  // namespace peer_features

/// Of Hello::links and the like: the sender is of an older version.
inline constexpr std::uint32_t kLinksNotTold = 0xffffffff;

/// The first message in both directions. The dialler's states its wish, the acceptor's answers it.
struct Hello {
  std::uint32_t version = kProtocolVersion;
  std::string_view network;  ///< peers of another network are refused
  PeerId peer;
  Address advertised;     ///< where the sender can be dialled
  std::string_view name;  ///< for people; at most 63 bytes
  std::uint64_t features = 0;
  ConnectionKind kind = ConnectionKind::control;
  bool link = false;  ///< dialler: wants to be a neighbor; acceptor: agrees
  /// 64 random bits that the sender's process drew at its start: they tell two processes of one
  /// peer id apart. 0: not told.
  std::uint64_t run = 0;
  /// Dialler: random, of this attempt; see Pong::own_dial. 0: not told.
  std::uint64_t dial = 0;
  std::uint32_t links = kLinksNotTold;  ///< neighbors that the sender has
};

/// Says why the sender is about to hang up.
struct Bye {
  std::string_view code;    ///< one word
  std::string_view reason;  ///< for people; at most 256 bytes
};

/// Makes a control connection a link, or a link a mere connection again.
enum class LinkAction : std::uint8_t { ask, agree, refuse, end };
struct PongEntry {
  PeerId peer;
  Address address;
};
struct LinkChange {
  LinkAction action = LinkAction::ask;
  std::string_view reason{};  ///< of a refusal or an end, for people; at most 256 bytes
  /// Of a refusal or an end: others to ask, dialled before they were passed on; at most 10.
  std::span<const PongEntry> addresses{};
  std::uint32_t links = kLinksNotTold;  ///< neighbors that the sender has
};

/// Keeps a link alive and measures its round trip; `addresses` asks for peers to dial.
struct Ping {
  std::uint64_t nonce = 0;
  bool addresses = false;
};
struct Pong {
  std::uint64_t nonce = 0;
  std::span<const PongEntry> addresses;  ///< dialled before they were passed on; at most 10
  /// The nonce is Hello::dial of an attempt of the sender to reach the receiver: the new connection
  /// comes from the same process as this one.
  bool own_dial = false;
  std::uint32_t links = kLinksNotTold;  ///< neighbors that the sender has
};

/// Bits of Query::flags and Walk::flags.
namespace query_flags {
inline constexpr std::uint8_t kReport = 1;  ///< each copy is to be answered by a QueryDone
inline constexpr std::uint8_t kAll = 2;     ///< holders route on too
inline constexpr std::uint8_t kTrace = 4;   ///< remember what is done with it
}  // namespace query_flags

struct Query {
  RequestId id;
  std::uint8_t ttl = 0;
  std::uint8_t hops = 0;
  std::uint16_t number = 0;  ///< the sender's forwardings of this id, counted from 0
  std::uint8_t flags = 0;
  Match match = Match::exact;
  std::uint16_t max_hits = 0;  ///< results wanted of each holder; 0: as many as it allows
  std::string_view pattern;    ///< a key, a glob, words, or the 16 bytes of a request id (trace)
};

struct HitResult {
  std::string_view key;
  std::uint64_t size = 0;
  Digest sha256;
  /// Of an object that a member keeps, as in a context (version/context.h): what the hit's reader
  /// has then seen. kLongClock: it does not fit. Empty: a published value or a file.
  std::string_view clock{};
};
/// Stands for a clock of more than limits::kHitClock bytes.
inline constexpr std::string_view kLongClock{"\0", 1};

/// What one peer did with a query that was sent with kTrace.
enum class TraceKind : std::uint8_t {
  started,            ///< this peer is the originator
  received,           ///< first copy, from `peer`
  answered,           ///< it holds the key
  forwarded,          ///< to `peer`
  duplicate,          ///< a further copy, from `peer`
  reforwarded,        ///< to `peer`, because a later copy had a higher TTL
  ttl_ended,          ///< not routed on
  stopped,            ///< not routed on: it answered
  refused_rate,       ///< `peer` sends too many queries
  refused_congested,  ///< too busy
  refused_full,       ///< a table is full
  skipped,            ///< `peer` not sent to: its queue is long
  hit_relayed,        ///< a hit to `peer`
  hit_no_route,       ///< a hit dropped: no living upstream
  hit_repeated,       ///< a hit dropped: it had passed here before
  copy_lost,          ///< `peer` went away before it answered for its copy
  copy_timed_out,     ///< `peer` did not answer for its copy in time
  walker_came,        ///< a walker, from `peer`; hops: its steps so far
  walker_left,        ///< a walker, to `peer`
};
struct TraceEntry {
  TraceKind kind = TraceKind::received;
  std::uint8_t ttl = 0;
  std::uint8_t hops = 0;
  std::uint64_t at_us = 0;  ///< since this peer first saw the query
  Address peer;             ///< port 0: none
};

/// The response to a query; it travels the reverse path.
struct Hit {
  RequestId id;
  PeerId holder;
  Address holder_address;
  std::string_view holder_name;
  std::uint16_t number = 0;  ///< of the receiver's forwarding that it answers
  std::uint16_t part = 0;    ///< counted from 0
  bool last = true;          ///< no further part
  std::uint8_t hops = 0;     ///< the query's at the holder + 1
  std::span<const HitResult> results;
  std::span<const TraceEntry> trace;  ///< instead of results, for Match::trace
};

/// Bits of Totals::marks: why a search is not complete.
namespace marks {
inline constexpr std::uint8_t kRate = 1;        ///< refused: more queries than a neighbor may send
inline constexpr std::uint8_t kCongested = 2;   ///< refused: too busy
inline constexpr std::uint8_t kFull = 4;        ///< refused: a table was full
inline constexpr std::uint8_t kSkipped = 8;     ///< not sent: link under pressure
inline constexpr std::uint8_t kLinkLost = 16;   ///< a link went away with copies unanswered
inline constexpr std::uint8_t kTimedOut = 32;   ///< copies not answered in time
inline constexpr std::uint8_t kTruncated = 64;  ///< a holder had more results than it may send
inline constexpr std::uint8_t kFaulty = 128;  ///< a neighbor that does not answer was not sent to,
                                              ///< or a report that cannot be true was not counted
}  // namespace marks

/// What happened to a copy of a query and to everything that came of it. Counters saturate.
/// Invariant, for each copy and so for the whole flood: messages + 1 = peers + duplicates +
/// refused + lost (a copy is its receiver's first, or a duplicate, or refused, or lost).
struct Totals {
  std::uint32_t peers = 0;     ///< reached for the first time
  std::uint32_t messages = 0;  ///< query messages sent below this copy
  std::uint32_t duplicates = 0;
  std::uint32_t refused = 0;
  std::uint32_t lost = 0;
  std::uint32_t hit_messages = 0;  ///< hits put on a link
  std::uint16_t skipped = 0;       ///< links not sent to
  std::uint8_t max_hops = 0;       ///< hops of the farthest peer reached, from the originator
  std::uint8_t marks = 0;

  friend bool operator==(const Totals&, const Totals&) = default;
};

/// Answers for exactly one copy of a query, over the link that it came by.
struct QueryDone {
  RequestId id;
  std::uint16_t number = 0;  ///< of the copy that it answers
  Totals totals;
};

/// One step of a random walker.
struct Walk {
  RequestId id;
  std::uint16_t walker = 0;
  std::uint16_t steps_left = 0;   ///< after this one
  std::uint16_t steps_taken = 0;  ///< this one included
  std::uint16_t fresh = 0;        ///< peers that no walker of this id had visited before this one
  std::uint8_t flags = 0;
  Match match = Match::exact;
  std::uint16_t max_hits = 0;
  PeerId originator;
  Address originator_address;
  std::string_view pattern;
};

/// From the peer where a walker is to its originator, directly.
enum class WalkEvent : std::uint8_t {
  check,  ///< may it go on? It waits for the WalkReply.
  hit,    ///< found; goes on only if all holders are wanted
  ended,  ///< no steps left, or nowhere to go
};
struct WalkReport {
  RequestId id;
  std::uint16_t walker = 0;
  std::uint16_t steps_taken = 0;
  WalkEvent event = WalkEvent::check;
  std::uint16_t fresh = 0;  ///< as in Walk
  PeerId holder;
  Address holder_address;
  std::string_view holder_name;
  std::span<const HitResult> results;
};
struct WalkReply {
  RequestId id;
  std::uint16_t walker = 0;
  bool go_on = false;
};

/// Asks a holder for bytes, over bulk.
struct PieceRequest {
  std::uint64_t ticket = 0;  ///< the asker's name for it
  std::string_view key;
  Digest sha256;
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};
enum class PieceStatus : std::uint8_t {
  ok,
  not_found,  ///< the key is not in the index
  changed,    ///< the key has another content now
  failed,     ///< it could not be read
  busy,       ///< too many requests; ask again
};
struct Piece {
  std::uint64_t ticket = 0;
  PieceStatus status = PieceStatus::ok;
  std::string_view bytes;
};

// -- members of the ring ----------------------------------------------------------------------

/// Where a member is between joining and leaving.
enum class MemberState : std::uint8_t {
  joined,  ///< on the ring
  left,    ///< was a member; the record stays, so that older news of it does not come back
};

/// What is known of one member. Of two records the one with the higher incarnation is right.
struct MemberRecord {
  PeerId id;
  std::uint64_t incarnation = 0;  ///< raised by its owner only, with every change
  MemberState state = MemberState::joined;
  Address address;
  std::string_view name;     ///< for people
  std::string_view zone;     ///< failure domain
  std::uint32_t tokens = 0;  ///< 1 to limits::kTokensMost
};

/// What is known of a bucket. Of two records the one with the higher version is right, of equal
/// ones that of the lower proposer.
struct BucketRecord {
  std::string_view name;
  std::uint64_t version = 0;
  PeerId proposer;
  std::uint32_t n = 0, r = 0, w = 0;
  Conflicts conflicts = Conflicts::siblings;
  Sync sync = Sync::yes;
};

/// "This is all I know of the ring": one who knows otherwise answers with GossipRecords.
struct Gossip {
  std::uint64_t digest = 0;  ///< of all records
  std::uint64_t clock = 0;   ///< the sender's wall clock, µs since 1970; 0: it does not say
};
struct GossipRecords {
  std::span<const MemberRecord> members;
  std::span<const BucketRecord> buckets;
  bool wants_answer = false;  ///< the receiver sends what it knows otherwise
  std::uint64_t clock = 0;    ///< as in Gossip
};

/// A ring lookup on its way: forwarded from member to member until it is at the owner of `target`.
struct LookupHop {
  PeerId peer;
  Address address;
};
struct LookupStep {
  std::uint64_t ticket = 0;  ///< the originator's name for it
  RingWay way = RingWay::one_hop;
  std::uint64_t target = 0;  ///< a position
  PeerId originator;
  Address originator_address;
  std::span<const LookupHop> path;  ///< who has had it, the originator first; the sender last
};
/// From the owner, or from where it could not go on, to the originator, directly.
struct LookupEnd {
  std::uint64_t ticket = 0;
  bool found = false;               ///< the sender is the owner
  std::span<const LookupHop> path;  ///< the sender last
};

// -- replicas -----------------------------------------------------------------------------------

/// The sender's ring: a member with a higher version that is no owner says so.
struct RingStamp {
  std::uint64_t version = 0;  ///< the sum of all incarnations: grows with every change
  std::uint64_t digest = 0;   ///< TokenRing::digest()
};

/// Asks a member for its copy of an object.
struct ObjectRead {
  std::uint64_t ticket = 0;  ///< the asker's name for it
  RingStamp ring;
  bool fallback = false;  ///< the receiver stands in for a primary
  std::string_view key;
};
enum class ReplicaStatus : std::uint8_t {
  ok,
  not_owner,   ///< by a newer ring; news of it follows as GossipRecords
  no_room,     ///< the disk is full, or too many writes wait for it
  failed,      ///< the store could not do it
  not_member,  ///< the receiver is no member
};
/// In one part, or in several that are each an object of their own: merged, they are the copy.
struct ObjectReply {
  std::uint64_t ticket = 0;
  ReplicaStatus status = ReplicaStatus::ok;
  bool last = true;         ///< no further part
  std::string_view object;  ///< see version/object_bytes.h; empty: never heard of
  /// With a status that is not ok: the copy is damaged, or may lack writes. It counts as no answer,
  /// but `object` is what is left of it.
  bool incomplete = false;
};

enum class WriteReason : std::uint8_t { put, repair, handoff, adoption, move };
/// Merges an object into the receiver's copy; in parts as above.
struct ObjectWrite {
  std::uint64_t ticket = 0;
  RingStamp ring;
  WriteReason reason = WriteReason::put;
  Conflicts conflicts = Conflicts::siblings;
  Sync sync = Sync::yes;
  PeerId hint_for;  ///< zero: for the receiver's own copy; else it keeps a hint for that member
  bool last = true;
  std::string_view key;
  std::string_view object;
  bool urgent = true;  ///< its answer is waited for; else a sync may be put off, and shared
  /// Of a put: its time is not the coordinator's clock, but follows one that its copy had already.
  bool outbids = false;
};
/// The last part and all before it are stored (and synced, if the write asked for that).
struct WriteReply {
  std::uint64_t ticket = 0;
  ReplicaStatus status = ReplicaStatus::ok;
  std::string_view reason{};  ///< for people: why it was refused; at most 256 bytes
};

/// How many answers an operation needs.
enum class QuorumKind : std::uint8_t {
  bucket,    ///< as the bucket has it
  number,    ///< `count`
  majority,  ///< N/2 + 1
  all,       ///< N
};
struct QuorumNeed {
  QuorumKind kind = QuorumKind::bucket;
  std::uint32_t count = 0;
};

/// Forwards a client's get or put to a member that coordinates it.
enum class Operation : std::uint8_t { get, put, remove, adopt };
/// Whether a write may be carried out at once. A coordinator of the first version always does.
enum class OrderGrant : std::uint8_t {
  given,    ///< it may (and so may a get)
  awaited,  ///< once the sender's Grant has come: the write is sent to further coordinators perhaps
};
struct Coordinate {
  std::uint64_t ticket = 0;
  RingStamp ring;
  Operation operation = Operation::get;
  QuorumNeed need;  ///< R of a get, W of the others
  bool strict = false;
  std::uint32_t timeout_ms = 0;
  std::string_view key;
  std::string_view value;    ///< of a put or an adoption
  std::string_view context;  ///< of a put or remove, as the client gave it
  OrderGrant grant = OrderGrant::given;
};
/// At once, from who coordinates: it has the operation, and carries it out or awaits the grant. Not
/// sent where the answer itself follows at once, nor to a peer without peer_features::kConfirms.
struct Confirmed {
  std::uint64_t ticket = 0;
};
/// From who forwarded a write, to one coordinator at most: it is to carry the write out. To others
/// that it was sent to: it is withdrawn.
enum class GrantWord : std::uint8_t { carry_out, withdrawn };
struct Grant {
  std::uint64_t ticket = 0;
  GrantWord word = GrantWord::carry_out;
};

/// What one member had to do with an operation, and what came of it.
enum class Outcome : std::uint8_t {
  asked,        ///< no answer yet
  answered,     ///< with its copy
  never_heard,  ///< it has no copy
  stored,       ///< and synced, if the bucket says so
  hinted,       ///< it keeps a hint for the member it stands for
  timeout,
  unreachable,
  refused,  ///< no room, no owner, no member, or a failed store
};
struct MemberOutcome {
  PeerId member;
  PeerId stands_for;  ///< a fallback's primary; zero: a primary
  Outcome outcome = Outcome::asked;
  bool repaired = false;     ///< its copy was behind, and is sent the newest
  std::uint32_t micros = 0;  ///< until it answered
};
struct Coordinated {
  std::uint64_t ticket = 0;
  std::string_view error;   ///< a code, with the three that follow; empty: done
  std::string_view reason;  ///< for people
  std::string_view needed;
  std::string_view got;
  bool last = true;          ///< no further part of the object
  std::string_view object;   ///< of a get
  std::string_view context;  ///< of a put or remove: for the client
  std::string_view bucket;
  std::uint32_t n = 0;
  std::uint32_t need = 0;      ///< R or W
  std::uint32_t siblings = 0;  ///< of the object as it was written
  std::uint32_t micros = 0;
  std::span<const MemberOutcome> members;
  std::string_view clock;  ///< of the object of a put or remove, abbreviated: for people
};

/// Tells a peer that another process uses its peer id: it dialled the sender, and was refused,
/// because the receiver was there first.
struct IdInUse {
  std::string_view name;  ///< as the other one says
  Address seen_at;        ///< from where it dialled
  std::uint64_t run = 0;  ///< of the other one; 0: not told
};

// -- addresses ----------------------------------------------------------------------------------

/// The sender dialled the receiver at the address that this advertises, over another connection.
struct DialReport {
  Address address;  ///< that was dialled
  std::string_view
      reason;  ///< why it was not reached, for people, at most 256 bytes; empty: it was
};

using Message =
    std::variant<Hello, Bye, LinkChange, Ping, Pong, Query, Hit, QueryDone, Walk, WalkReport,
                 WalkReply, PieceRequest, Piece, Gossip, GossipRecords, LookupStep, LookupEnd,
                 ObjectRead, ObjectReply, ObjectWrite, WriteReply, Coordinate, Coordinated,
                 Confirmed, Grant, IdInUse, DialReport>;

}  // namespace oxbow

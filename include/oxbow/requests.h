// What a client can ask of a peer, and what it gets back: one plain struct for each request and
// answer. These are the arguments and results of the client library, and, field by field, of the
// MessagePack-RPC methods that any other language can call.
//
// Keys and values are bytes (std::string holds any). Ids and digests are lower-case hexadecimal
// text; addresses are `IP:PORT`; durations are in the unit that their name ends with.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace oxbow {

/// How a pattern is matched against keys.
enum class Match : std::uint8_t {
  exact,  ///< the key itself
  glob,   ///< * any run of characters, ? one character, [a-z] one of; all of the key must match
  words,  ///< every word (separated by spaces) occurs in the key; letter case is ignored
  trace,  ///< not for keys: the key is a request id, and peers answer what they did with it
};

/// How a search spreads.
enum class Via : std::uint8_t {
  flood,      ///< to all neighbors, up to TTL hops
  expanding,  ///< floods of TTL 1, 2, 4, … until one finds something
  walk,       ///< random walkers
};

/// Why a search ended.
enum class Stopped : std::uint8_t {
  complete,   ///< every copy of the query was answered: there is nothing more to come
  partial,    ///< it ended by itself, but some copies were refused, lost or not sent
  first_hit,  ///< one hit was asked for, and came
  timeout,    ///< the request's own time was up
};

/// RPC "find": locates a key, or keys by a pattern.
struct FindRequest {
  std::string key;  ///< 1 to 1,024 bytes: the key or pattern
  Match match = Match::exact;
  Via via = Via::flood;
  /// Hops at the most; 0: the asked peer alone; unset: the peer's default.
  std::optional<std::uint32_t> ttl;
  std::optional<bool> all;       ///< holders route on too; unset: only for patterns
  bool first = false;            ///< answer at the first hit
  bool report = true;            ///< ask for exact figures and a known end
  bool trace = false;            ///< every peer remembers what it did, for a later trace
  bool stream = false;           ///< hits come as notifications ahead of the answer too
  std::uint32_t timeout_ms = 0;  ///< 0: the peer's default
  std::uint32_t max_hits = 0;    ///< results per holder; 0: the peer's default
  std::uint32_t walkers = 0;     ///< for Via::walk; 0: the default
  std::uint32_t steps = 0;       ///< for Via::walk: per walker; 0: the most allowed
};

/// One key at one holder.
struct SearchHit {
  std::string key;
  std::string holder;  ///< address
  std::string holder_id;
  std::string holder_name;
  std::uint32_t hops = 0;  ///< 0: the asked peer itself
  std::uint64_t size = 0;  ///< bytes
  std::string sha256;
  std::string clock{};  ///< of an object that the holder keeps as a member, abbreviated
};

/// What a search cost. A figure that cannot be known (no report, or ended early) is unset.
/// Always query_messages = peers_reached − 1 + duplicates + refused + lost for a flood.
struct SearchReport {
  std::string request_id;  ///< of the last wave, for Via::expanding
  Via via = Via::flood;
  std::uint32_t ttl = 0;
  std::optional<std::uint64_t> query_messages;  ///< copies put on a link; for walks: steps
  std::optional<std::uint64_t> duplicates;      ///< copies after a peer's first
  std::optional<std::uint64_t> refused;         ///< copies refused: congestion, rate, full table
  std::optional<std::uint64_t> lost;            ///< copies (or walkers) that nobody answered for
  std::optional<std::uint64_t> skipped;         ///< copies not sent: the link was under pressure
  std::optional<std::uint64_t> hit_messages;    ///< hits put on a link
  std::optional<std::uint64_t> done_messages;   ///< QueryDone received; for walks: reports, replies
  std::optional<std::uint64_t> peers_reached;   ///< the originator included
  std::optional<std::uint32_t> max_hops;        ///< the farthest peer reached
  std::optional<double> first_hit_ms;
  double elapsed_ms = 0;
  std::uint32_t waves = 1;         ///< floods started, for Via::expanding
  std::vector<std::string> marks;  ///< what made it partial: "rate", "link lost", …
  Stopped stopped = Stopped::complete;
};

struct FindAnswer {
  bool found = false;
  std::vector<SearchHit> hits;
  SearchReport search;
};

/// RPC "piece": bytes of a located file or value, from its holder through the asked peer.
struct PieceCall {
  std::string key;
  std::string holder;  ///< address, from a hit
  std::string holder_id;
  std::string sha256;  ///< the content wanted; another content is an error ("changed")
  std::uint64_t offset = 0;
  std::uint32_t length = 0;  ///< 1 to 65,536; the answer is shorter only at the end of the content
};
struct PieceAnswer {
  std::string data;
};

/// RPC "publish": puts a value into the peer's local index (replacing the one published before).
struct PublishRequest {
  std::string key;
  std::string value;  ///< at most 1 MiB
};
struct PublishAnswer {
  std::string sha256;
  bool replaced = false;
};

/// RPC "unpublish".
struct UnpublishRequest {
  std::string key;
};
struct UnpublishAnswer {
  bool found = false;
};

/// RPC "ping": the smallest request; answered at once.
struct PingRequest {};
struct PingAnswer {};

/// RPC "peers": the neighbors, and the addresses that this peer keeps dialling.
struct PeersRequest {};
struct NeighborStatus {
  std::string address;
  std::string id;  ///< empty: never reached
  std::string name;
  std::string state;        ///< "linked", "direct", "dialling", "waiting"
  bool configured = false;  ///< kept up: from the configuration or `peer add`
  bool dialled = false;     ///< this peer dialled; otherwise the other did
  bool pressure = false;    ///< its send queue is long: queries skip it
  std::string last_error;
  std::uint64_t retry_in_ms = 0;  ///< while "waiting"
  std::optional<double> round_trip_ms;
  std::uint64_t queries_in = 0, queries_out = 0, hits_in = 0, hits_out = 0;
};
struct PeersAnswer {
  std::vector<NeighborStatus> neighbors;
};

/// RPC "peer_add" and "peer_remove": neighbors to keep up; `address` is HOST:PORT.
struct PeerAddRequest {
  std::string address;
};
struct PeerAddAnswer {
  bool added = false;  ///< false: it was configured already
};
struct PeerRemoveRequest {
  std::string address;  ///< or the peer's id or name
};
struct PeerRemoveAnswer {
  bool removed = false;
};

/// RPC "status".
struct StatusRequest {};
struct Counter {
  std::string name;
  std::uint64_t value = 0;
};
struct ShareStatus {
  std::uint64_t files = 0;  ///< findable: hashed and in the index
  std::uint64_t bytes = 0;
  std::uint64_t pending_files = 0;  ///< seen, still to be hashed
  std::uint64_t pending_bytes = 0;
  bool scanning = false;
};
struct StatusAnswer {
  std::string version;
  std::string id;
  std::string name;
  std::string address;
  std::string network;
  bool ready = false;
  std::string waiting_for;  ///< what is missing while not ready
  double uptime_seconds = 0;
  std::uint64_t links = 0;
  std::uint64_t published = 0;
  std::uint64_t published_bytes = 0;
  ShareStatus shares;
  std::vector<Counter> tables;    ///< entries of each table
  std::vector<Counter> counters;  ///< events since the start
  /// Peer ids that two processes use, this peer's own included: who they are, for people.
  std::vector<std::string> id_conflicts{};
  std::vector<std::string> warnings{};  ///< what is wrong now and somebody should see to
};

/// RPC "wait_ready": answered once every configured neighbor is linked and every shared folder
/// has been indexed, or when the time is up.
struct WaitReadyRequest {
  std::uint32_t timeout_ms = 0;  ///< 0: 10 s
};
struct WaitReadyAnswer {
  bool ready = false;
  std::string waiting_for;
};

/// RPC "trace": what each peer did with one query (sent with `trace`).
struct TraceRequest {
  std::string request_id;
  std::optional<std::uint32_t> ttl;  ///< 0: the asked peer alone; unset: its default
  std::uint32_t timeout_ms = 0;
};
struct TraceStep {
  std::string what;  ///< "received", "forwarded", "answered", "duplicate", "ttl-ended", …
  std::string peer;  ///< address of the neighbor concerned; empty: none
  std::uint32_t ttl = 0;
  std::uint32_t hops = 0;
  double at_ms = 0;  ///< since that peer first saw the query
};
struct TracedPeer {
  std::string address;
  std::string id;
  std::string name;
  std::uint32_t hops = 0;  ///< from the asked peer, as the trace itself travelled
  std::vector<TraceStep> steps;
};
struct TraceAnswer {
  bool found = false;
  std::vector<TracedPeer> peers;
  SearchReport search;  ///< of the trace's own flood
};

// -- the replica layer ----------------------------------------------------------------------------

/// How a member of the ring is looked up.
enum class RingWay : std::uint8_t {
  one_hop,    ///< every member knows the ring: straight to the owner (Dynamo)
  finger,     ///< a member knows O(log n) others (Chord)
  successor,  ///< a member knows the next one: on, clockwise
};

/// Where an answer came from.
enum class Source : std::uint8_t {
  ring,   ///< the replica layer
  flood,  ///< a search, as the ring had never heard of the key
};

/// What one member had to do with an operation.
struct QuorumMember {
  std::string address;
  std::string id;
  std::string name;
  std::string zone;
  std::string role;        ///< "primary" or "fallback"
  std::string stands_for;  ///< address of a fallback's primary
  std::string outcome;     ///< "answered", "never-heard", "stored", "hinted", "timeout", …
  bool coordinator = false;
  bool repaired = false;     ///< its copy was behind, and is sent the newest
  std::optional<double> ms;  ///< until it answered
};

/// What a get or put did, member by member, up to the moment of its answer.
struct QuorumReport {
  std::string bucket;
  std::uint32_t n = 0;
  std::optional<std::uint32_t> r;  ///< answers needed: of a get
  std::optional<std::uint32_t> w;  ///< copies needed: of a put or delete
  std::uint32_t acknowledged = 0;  ///< answers, or copies written, counted
  std::uint32_t primaries = 0;     ///< of them by primaries
  std::uint32_t fallbacks = 0;     ///< of them by fallbacks
  std::uint32_t hints = 0;         ///< kept for members that were not reached
  std::uint32_t repairs = 0;       ///< copies that were behind, being brought up to date
  std::string coordinator;         ///< address
  std::string coordinator_id;
  std::string clock;  ///< of the object, abbreviated
  double elapsed_ms = 0;
  std::vector<QuorumMember> members;
};

/// One of the siblings of a key.
struct GetValue {
  std::string value;
  std::string dot;               ///< names the write, abbreviated
  std::uint64_t written_ms = 0;  ///< since 1970, as the coordinator saw it; 0: adopted
};

/// RPC "get": the value of a key, with all its siblings.
struct GetRequest {
  std::string key;
  std::string r;        ///< answers needed: a number, "quorum", "all"; empty: the bucket's
  bool strict = false;  ///< primaries only
  /// Flood if the ring has never heard of the key. After a missed quorum a flood may find what is
  /// no object of the ring; there is none if `r` or `strict` says what an answer has to be.
  bool search = true;
  std::optional<bool> adopt;  ///< keep what a flood found in the ring; unset: the peer's setting
  bool explain = true;        ///< the answer says who did what; without it, it is quicker
  std::optional<std::uint32_t> ttl;  ///< of that flood, as in FindRequest
  /// For all of it; 0: 5 s for the ring, and for a flood and what follows it the peer's default.
  std::uint32_t timeout_ms = 0;
};
struct GetAnswer {
  bool explained = true;  ///< false: `quorum` was not asked for, and is empty
  bool found = false;
  bool deleted = false;          ///< not found, because it was deleted
  std::vector<GetValue> values;  ///< more than one: siblings
  std::string context;           ///< opaque: goes with the put that replaces these values
  Source source = Source::ring;
  QuorumReport quorum;
  bool adopted = false;
  QuorumReport adoption{};      ///< if adopted: what the put did that keeps it in the ring
  std::vector<SearchHit> hits;  ///< of the flood, if there was one: the holder that was read first
  std::optional<std::uint32_t> flood_ttl;  ///< there was a flood; `search` is its report
  SearchReport search;
  std::string warning;  ///< for people, such as why nothing was adopted; empty: none
};

/// RPC "put".
struct PutRequest {
  std::string key;
  std::string value;
  std::string context;  ///< of the get or put whose values this one replaces; empty: a new sibling
  std::string w;        ///< copies needed: a number, "quorum", "all"; empty: the bucket's
  bool strict = false;  ///< primaries only
  bool explain = true;  ///< the answer says who did what; without it, it is quicker
  std::uint32_t timeout_ms = 0;  ///< 0: 5 s
};
struct PutAnswer {
  bool explained = true;       ///< false: `quorum` was not asked for, and is empty
  std::string context;         ///< of the written value: for the next put
  std::uint32_t siblings = 1;  ///< of the key, after this write, as the coordinator knows
  std::string warning;         ///< for people; empty: none
  QuorumReport quorum;
};

/// RPC "delete": a tombstone replaces what the context covers.
struct DeleteRequest {
  std::string key;
  std::string context;  ///< of the get whose values go; empty: none do, a tombstone is added
  std::string w;
  bool strict = false;
  bool explain = true;
  std::uint32_t timeout_ms = 0;
};
struct DeleteAnswer {
  bool explained = true;
  std::string context;
  std::uint32_t siblings = 0;  ///< values that are left, as the coordinator knows
  QuorumReport quorum;
};

struct MemberInfo {
  std::string address;
  std::string id;
  std::string name;
  std::string zone;
  std::string state;  ///< "joined", "left"
  std::uint32_t tokens = 0;
  double share = 0;  ///< of the ring that it owns, 0 to 1
  std::uint64_t incarnation = 0;
  bool self = false;
  bool reachable = true;    ///< as far as the asked peer knows
  std::uint64_t hints = 0;  ///< kept for it at the asked peer
  std::uint64_t hint_bytes = 0;
  std::string
      id_conflict{};  ///< two processes use this member's id: who they are; empty: none seen
};

/// RPC "lookup": who owns a key, asked hop by hop over the ring.
struct LookupRequest {
  std::string key;
  RingWay via = RingWay::one_hop;
  std::uint32_t timeout_ms = 0;  ///< 0: 5 s
};
struct LookupPeer {
  std::string address;
  std::string id;
  std::string name;
};
struct LookupAnswer {
  bool found = false;  ///< false: it was lost on its way, or the time was up
  RingWay via = RingWay::one_hop;
  std::string position;  ///< of the key, 16 hexadecimal digits
  LookupPeer owner;
  std::vector<LookupPeer> path;  ///< the asked peer first, the owner last
  std::uint32_t forwards = 0;    ///< messages from peer to peer until the owner had it
  double elapsed_ms = 0;
  std::string lost_after;  ///< not found: what is known of why
};

/// RPC "ring": members and buckets.
struct RingRequest {};
struct BucketInfo {
  std::string name;
  std::uint32_t n = 0, r = 0, w = 0;
  std::string conflict;  ///< "siblings" or "lww"
  bool sync = true;
};
struct RingAnswer {
  std::uint64_t version = 0;
  std::string digest;
  bool member = false;  ///< the asked peer is one
  std::vector<MemberInfo> members;
  std::vector<BucketInfo> buckets;
  std::uint64_t objects = 0;          ///< kept at the asked peer
  std::vector<std::string> warnings;  ///< of the asked peer, as in StatusAnswer
};

/// RPC "owner": the preference list of a key.
struct OwnerRequest {
  std::string key;
};
struct OwnerAnswer {
  std::string position;  ///< 16 hexadecimal digits
  BucketInfo bucket;
  std::vector<MemberInfo> primaries;
  std::vector<MemberInfo> fallbacks;  ///< the next ones, in order; at most N
};

/// RPC "ring_join" and "ring_leave": whether the asked peer is a member.
struct RingJoinRequest {
  std::optional<std::string> zone;  ///< unset: as configured
  std::optional<double> weight;     ///< likewise
};
struct RingJoinAnswer {
  bool changed = false;  ///< false: it was a member already
  std::uint64_t members = 0;
  bool kept = true;  ///< false: only for as long as the peer runs, as it keeps nothing on disk
};
struct RingLeaveRequest {
  bool force = false;  ///< even if it keeps objects that are on no other member yet
};
struct RingLeaveAnswer {
  bool changed = false;
  std::uint64_t members = 0;
  /// Some of what it kept has not been handed on yet: it goes on with that, and must not be
  /// stopped. Ask again: it answers after some seconds, or as soon as nothing is left.
  bool moving = false;
  std::uint64_t objects = 0;  ///< that it still keeps
  std::uint64_t hints = 0;    ///< likewise, for members that were away
  bool left_before = false;   ///< not changed, as it had left already
};

/// RPC "ring_bucket": what a bucket promises. With any of the others set it is changed, or made:
/// a record that spreads to all peers, and that holds whatever their configurations say.
struct RingBucketRequest {
  std::string name;
  std::optional<std::uint32_t> n{};  ///< given without r or w: those are a majority of it then
  std::optional<std::uint32_t> r{};
  std::optional<std::uint32_t> w{};
  std::optional<std::string> conflict{};  ///< "siblings" or "lww"
  std::optional<bool> sync{};
};
struct RingBucketAnswer {
  bool changed = false;
  bool made = false;  ///< there was no bucket of that name
  BucketInfo bucket;
  std::uint64_t version = 0;  ///< raised with every change
};

}  // namespace oxbow

// The handlers of a Node: one function for each message, request and deadline. A large one has a
// file of its name; small ones that belong together share one (links.cpp, pieces.cpp, requests.cpp,
// spread.cpp). They share nothing but the Turn.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "node/state.h"

namespace oxbow {

// -- messages ---------------------------------------------------------------------------------
void receive_hello(Turn& turn, Connection& from, const Hello& hello);
void receive_bye(Turn& turn, Connection& from, const Bye& bye);
void receive_link_change(Turn& turn, Connection& from, const LinkChange& change);
void receive_ping(Turn& turn, Connection& from, const Ping& ping);
void receive_pong(Turn& turn, Connection& from, const Pong& pong);
void receive_id_in_use(Turn& turn, Connection& from, const IdInUse& told);
void receive_query(Turn& turn, Connection& from, const Query& query);
void receive_hit(Turn& turn, Connection& from, const Hit& hit);
void receive_query_done(Turn& turn, Connection& from, const QueryDone& done);
void receive_walk(Turn& turn, Connection& from, const Walk& walk);
void receive_walk_report(Turn& turn, Connection& from, const WalkReport& report);
void receive_walk_reply(Turn& turn, Connection& from, const WalkReply& reply);
void receive_piece_request(Turn& turn, Connection& from, const PieceRequest& request);
void receive_piece(Turn& turn, Connection& from, const Piece& piece);

// members (gossip.cpp, ring_lookups.cpp)
void receive_gossip(Turn& turn, Connection& from, const Gossip& gossip);
void receive_records(Turn& turn, Connection& from, const GossipRecords& records);
void receive_lookup_step(Turn& turn, Connection& from, const LookupStep& step);
void receive_lookup_end(Turn& turn, Connection& from, const LookupEnd& end);
// replicas
void receive_object_read(Turn& turn, Connection& from, const ObjectRead& read);
void receive_object_reply(Turn& turn, Connection& from, const ObjectReply& reply);
void receive_object_write(Turn& turn, Connection& from, const ObjectWrite& write);
void receive_write_reply(Turn& turn, Connection& from, const WriteReply& reply);
void receive_coordinate(Turn& turn, Connection& from, const Coordinate& order);
void receive_coordinated(Turn& turn, Connection& from, const Coordinated& result);
void receive_confirmed(Turn& turn, Connection& from, const Confirmed& confirmed);
void receive_grant(Turn& turn, Connection& from, const Grant& grant);
void receive_dial_report(Turn& turn, Connection& from, const DialReport& report);

// -- clients' requests --------------------------------------------------------------------------
void request_find(Turn& turn, RequestHandle handle, const FindRequest& request);
void request_trace(Turn& turn, RequestHandle handle, const TraceRequest& request);
void request_piece(Turn& turn, RequestHandle handle, const PieceCall& call);
void request_publish(Turn& turn, RequestHandle handle, const PublishRequest& request);
void request_unpublish(Turn& turn, RequestHandle handle, const UnpublishRequest& request);
void request_peers(Turn& turn, RequestHandle handle);
void request_peer_add(Turn& turn, RequestHandle handle, const PeerAddRequest& request);
void request_peer_remove(Turn& turn, RequestHandle handle, const PeerRemoveRequest& request);
void request_wait_ready(Turn& turn, RequestHandle handle, const WaitReadyRequest& request);
void request_get(Turn& turn, RequestHandle handle, const GetRequest& request);
void request_put(Turn& turn, RequestHandle handle, const PutRequest& request);
void request_delete(Turn& turn, RequestHandle handle, const DeleteRequest& request);
void request_lookup(Turn& turn, RequestHandle handle, const LookupRequest& request);
void request_ring(Turn& turn, RequestHandle handle);
void request_owner(Turn& turn, RequestHandle handle, const OwnerRequest& request);
void request_ring_join(Turn& turn, RequestHandle handle, const RingJoinRequest& request);
void request_ring_leave(Turn& turn, RequestHandle handle, const RingLeaveRequest& request);
void request_ring_bucket(Turn& turn, RequestHandle handle, const RingBucketRequest& request);
/// What members are called; others by their first digits. `node` must outlive it.
PeerName names_of(const NodeState& node);
StatusAnswer describe_status(const NodeState& node, Now now);

void reply(Turn& turn, RequestHandle handle, ClientAnswer answer,
           WriteSequence after = kNothingPending);
void reply(Turn& turn, RequestHandle handle, Error error);
/// Every reply goes this way: to the client, or to the operation of ours that asked.
void give(Turn& turn, Reply reply);
/// The final reply to a request, an empty answer of that type, to be filled in where it is.
template <class Answer>
Answer& begin_answer(Turn& turn, RequestHandle handle, WriteSequence after);
/// Ends a request without a reply, with all that is under way for it.
void cancel_request(Turn& turn, RequestHandle handle);

// -- flood (spread.cpp, own_search.cpp, scans.cpp) -----------------------------------------------
/// Puts `copy` on every link but `from`; `state` holds this peer's share and the upstream. Asks for
/// reports if the copy's flags say so: then the echo is closed at once if nothing is outstanding.
/// `after` as for finish_echo().
void spread(Turn& turn, const Query& copy, LinkNumber from, EchoState state, TraceKind kind,
            WriteSequence after = kNothingPending);
/// All copies of a forwarding have been answered for: tells the upstream, or ends our own wave.
/// `after`: the write that a hit of this peer's shows which it counts.
void finish_echo(Turn& turn, const RequestId& id, const EchoState& state, WriteSequence after);
void answer_copy(Turn& turn, LinkNumber to, const RequestId& id, std::uint16_t number,
                 const Totals& totals, WriteSequence after = kNothingPending);
void link_lost(Turn& turn, LinkNumber link);
/// No answers are waited for any more that are outstanding on that link.
void give_up_copies(Turn& turn, LinkNumber link, std::uint8_t mark, TraceKind kind);
void give_up_overdue_echoes(Turn& turn);

/// Sends a response towards the originator (or hands it to our own search); returns the hit
/// messages put on a link. `hops` is the query's + 1, or 0 at the originator.
/// `after`: a write that a result shows; the hits wait for it, and whatever counts them has to.
std::uint32_t respond(Turn& turn, const RequestId& id, std::uint8_t hops,
                      std::span<const HitResult> results, std::span<const TraceEntry> trace,
                      WriteSequence after);
/// The views of `results`, in the outbox's arena.
std::span<const HitResult> result_views(Turn& turn, std::span<const OwnedResult> results);
/// The local index's (or, for Match::trace, the trace log's) answer to an exact key.
struct LocalAnswer {
  std::span<const HitResult> results;
  std::span<const TraceEntry> trace;
  WriteSequence after = kNothingPending;  ///< a result shows a write up to it
  bool holds() const { return !results.empty() || !trace.empty(); }
};
LocalAnswer look_up(Turn& turn, Match match, std::string_view key);

/// False: the pattern does not compile. `routed`: the query is routed on without waiting.
bool start_scan(Turn& turn, const Query& query, LinkNumber from, bool routed);
void run_scan_slice(Turn& turn);

// -- our own searches (own_search.cpp, own_walk.cpp) ---------------------------------------------
FindOperation* find_by_id(NodeState& node, const RequestId& id);
void start_wave(Turn& turn, FindOperation& find, std::uint8_t ttl);
void start_walk(Turn& turn, FindOperation& find);
void wave_ended(Turn& turn, const RequestId& id, const Totals& totals);
/// Hands a hit to its search; may end it. `after`: a write that it shows, if it is of this peer.
void deliver_hit(Turn& turn, const RequestId& id, const Hit& hit, WriteSequence after);
void finish_find(Turn& turn, FindOperation& find, Stopped stopped);
/// The same without a reply; `find` is gone afterwards.
FindAnswer end_find(Turn& turn, FindOperation& find, Stopped stopped);
/// Ends those whose time is up, and looks for lost walkers.
void look_after_finds(Turn& turn);
void look_again(NodeState& node, FindOperation& find, Instant due);
/// A walker told us something, over a connection (nullptr: it is at this very peer).
void walker_reported(Turn& turn, Connection* via, const WalkReport& report, WriteSequence after);
void lose_silent_walkers(Turn& turn, FindOperation& find);

// -- walkers that visit (receive_walk.cpp) --------------------------------------------------------
/// False: a walker of this id has been here before.
bool remember_visit(Turn& turn, const RequestId& id);
/// Chooses a link for a walker that leaves from here; kNoLink: none can take it.
LinkNumber choose_step(NodeState& node, const RequestId& id, LinkNumber from);
void expire_parked(Turn& turn);

// -- connections (receive_hello.cpp, dialling.cpp, keepalive.cpp, links.cpp) ----------------------
/// The older connection has answered the ping with that nonce, which asked whether it still lives.
/// False: there was no such ping.
bool older_answered(Turn& turn, Connection& older, const Pong& pong);
/// Decides about connections whose older ones did not answer in time, or have ended.
void decide_contenders(Turn& turn);
/// Two processes use a peer id: says so, once.
void met_id_conflict(Turn& turn, const PeerId& peer, const IdUser& stays, const IdUser& other);
/// This process, as the other of two.
IdUser self_user(const NodeState& node);
/// Refuses the peer at the other end: says why to it, and in the log if that is news.
void refuse(Turn& turn, Connection& from, std::string_view code, std::string_view reason);
/// Whether the address may be dialled because `namer` has named it, now: it can be a peer's, is not
/// this host's own unless the namer is on it too, and neither the namer nor all of them name more
/// than so many. Counts.
bool may_dial_named(Turn& turn, Connection& namer, const Address& address);
/// Sends to a peer that another one named: see may_dial_named().
bool send_to_named(Turn& turn, Connection& namer, const PeerId& peer, const Address& address,
                   const Message& message);
/// Dials the peer of a connection that is suspect once more; the new one will take its place.
void dial_beside(Turn& turn, const Connection& suspect);
/// Something was sent over these connections: they owe an answer, or a pong.
void note_sends(Turn& turn);
/// Does so at the end of an input.
struct SendsNoted {
  explicit SendsNoted(Turn& of) : turn(of) {}
  ~SendsNoted() { note_sends(turn); }
  SendsNoted(const SendsNoted&) = delete;
  SendsNoted& operator=(const SendsNoted&) = delete;
  Turn& turn;
};
DialId dial(Turn& turn, PendingDial pending);
void dial_due_neighbors(Turn& turn);
void dial_ended(Turn& turn, DialId id, std::string_view reason);
/// The peer at `target` was reached, and does not want one more link.
void no_room_for_link(Turn& turn, std::string_view target);
/// Forgets dials for a link to `target`; what comes of them is hung up.
void give_up_dials(Turn& turn, std::string_view target);
/// What waited for the connection is sent over it.
void dial_succeeded(Turn& turn, Connection& connection, DialId id);
/// Where to dial a peer that states that address. A machine of several networks may state one that
/// cannot be reached from here: then where this peer has reached it by a dial. A loopback address
/// is another host's, unless the peer is known to be on this one. Nothing: nowhere.
std::optional<Address> where_to_dial(const NodeState& node, const PeerId& peer,
                                     const Address& stated);
/// Sends over the connection of that kind to `peer`, dialling `address` first if there is none;
/// then what comes of it is told by replica_connected() or replica_lost(). False: there is no room
/// for one more connection or message.
bool send_to_peer(Turn& turn, const PeerId& peer, const Address& address, ConnectionKind kind,
                  const Message& message, WriteSequence after = kNothingPending);
/// `namer`: who named the address.
void send_report(Turn& turn, Connection* namer, const PeerId& peer, const Address& address,
                 const WalkReport& report, WriteSequence after);
void link_came_up(Turn& turn, Connection& connection);
/// The connection stays, but is no link any more.
void end_link(Turn& turn, Connection& connection, std::string_view reason);
/// Forgets a connection that has ended or is hung up: its link, its copies, its pieces.
void connection_gone(Turn& turn, Connection& connection, std::string_view reason);
/// Hangs up, saying why to the other side and in the log.
void hang_up(Turn& turn, Connection& connection, std::string_view code, std::string_view reason,
             Severity severity = Severity::info);
/// Counts a violation of the protocol; hangs up on too many of them.
void offence(Turn& turn, Connection& from, std::string_view what);
/// No link is made with that peer for so long, as it left queries unanswered
/// (silent_neighbors.cpp).
std::optional<Duration> link_refused_for(const Turn& turn, const PeerId& peer);
void look_after_connections(Turn& turn);
std::string name_of(const Connection& connection);

// -- neighbors that leave queries unanswered (silent_neighbors.cpp) -------------------------------
void copy_answered(Turn& turn, Connection& from);
/// Copies that were put on these links were not answered within the patience. May end links.
void copies_timed_out(Turn& turn, std::span<const LinkNumber> links);
void silent_link_up(Turn& turn, Connection& connection);
void silent_link_down(Turn& turn, Connection& connection);
void probe_silent_neighbors(Turn& turn);

// Who may have how many (room_for_peers.cpp). A refusal is for people; empty: there is room.
bool has_room_for_link(const NodeState& node, bool dialled);
/// Whether a discovered peer at that address may be dialled for a link.
bool may_discover_at(const NodeState& node, const Address& address);
/// For one more link with the peer that asks. A full peer may give up a link for one that has none.
std::string room_for_link(Turn& turn, const Connection& asker);
/// Neighbors that this peer has.
inline std::uint32_t own_links(const NodeState& node) {
  return static_cast<std::uint32_t>(node.plan.degree());
}
/// Connections and dials to addresses that another peer named (named_addresses.cpp).
std::size_t named_connections(const NodeState& node);
/// For one more connection to that peer that is no link; dials under way count, but not those to
/// addresses that another peer named.
bool has_room_for_direct(const NodeState& node, const PeerId& peer);
std::string direct_refusal(const NodeState& node, const Connection& asker);
/// Says so to the other side, over a connection that stays, and whom else it may ask.
void refuse_link(Turn& turn, Connection& asker, std::string_view reason);
/// Ends a link, likewise.
void give_up_link(Turn& turn, Connection& neighbor, std::string_view reason);
/// Counts it; the log is told once of each host, and once more when it is over.
void tell_of_refusal(Turn& turn, const Connection& asker, std::string_view reason);

// Addresses that cannot be reached (dial_reports.cpp).
/// A dial to where that peer says that it listens has failed, or has reached it.
void address_failed(Turn& turn, const PeerId& peer, std::string_view target, Instant began,
                    std::string_view reason);
void address_reached(Turn& turn, const PeerId& peer, std::string_view target);
/// A peer that could not be dialled has dialled this one: its address is tried again.
void check_address(Turn& turn, const Connection& of);
void look_after_dial_reports(Turn& turn);

void check_ready(Turn& turn);
std::string waiting_for(const NodeState& node);
void fail_pieces_over(Turn& turn, ConnectionId connection, std::string_view reason);
void end_overdue_pieces(Turn& turn);
void ask_for_piece(Turn& turn, std::uint64_t ticket, Connection& connection);
/// Answers a peer's request at once, or once the disk has; how many bytes that takes.
std::size_t answer_piece_request(Turn& turn, Connection& to, const PieceRequest& request);
/// What waited for a connection's room goes with it (paced.cpp).
void drop_paced(Turn& turn, ConnectionId connection);
/// A connection's queue has become short again.
void connection_reads(Turn& turn);

// -- members (membership.cpp, gossip.cpp, ring_lookups.cpp, ring_requests.cpp)
// ---------------------
/// Warns once of each thing, which then holds until this peer ends.
void warn_once(Turn& turn, const std::string& about, std::string_view text);
/// Reads the records of an earlier run, and joins if the configuration says so.
void start_membership(Turn& turn);
void look_after_membership(Turn& turn);
/// This peer ends: what is not in the store yet is written.
void stop_membership(Turn& turn);
/// The store has synced everything up to `sequence`.
void membership_durable(Turn& turn, WriteSequence sequence);
Instant membership_deadline(const NodeState& node);
void cancel_membership(Turn& turn, RequestHandle handle);
/// Whether this peer has only just started and cannot know of the ring yet: what it took for the
/// ring would be itself alone.
bool ring_is_awaited(const NodeState& node);
/// A neighbor has answered a first ping. What it knows of the ring it would have told before.
void neighbor_answered(Turn& turn);
/// Whether that is an answer to something that was asked: what counts for a member's health.
bool is_owed_answer(const Message& message);
/// A peer has answered; most are no members, or have not failed.
void member_answered(Turn& turn, const PeerId& peer);
/// Something else was heard from a peer: if it has failed, it is asked whether it is back.
void member_heard(Turn& turn, const PeerId& peer);
/// A member is late: unless it answers anything within the time for one answer, it has failed.
void member_doubted(Turn& turn, const PeerId& peer);
void fail_silent_members(Turn& turn);
/// It did not answer, or could not be reached: it is not asked again for a while.
void member_failed(Turn& turn, const PeerId& peer);
/// A sign that it may live, from others: it is tried again soon.
void member_may_live(Turn& turn, const PeerId& peer);
/// The connection to it was lost; unless there is another one, it has failed.
void member_disconnected(Turn& turn, const PeerId& peer);
/// Whether it is worth asking now. The node itself always is.
bool is_reachable(const NodeState& node, const PeerId& member, Now now);
/// Sends all records over that connection, unless it has just had them several times.
void send_ring_to(Turn& turn, Connection& to);
/// Lookups that were sent on to that member, and may not have come there, take another way.
void lookups_lost(Turn& turn, const PeerId& member);
/// Lets the other side know, if anything is known here, whether it knows the same.
void tell_digest(Turn& turn, Connection& to);

// -- replicas ---------------------------------------------------------------------------------
void start_replicas(Turn& turn);
/// The peer is about to be stopped: what is still to be done is kept in the store.
void stop_replicas(Turn& turn);
void look_after_replicas(Turn& turn);
Instant replica_deadline(const NodeState& node);
void cancel_replica(Turn& turn, RequestHandle handle);
void writes_are_durable(Turn& turn, WriteSequence sequence);
/// A connection of that kind to it has ended, and with it what was sent over it (`was_sent`), or
/// could not be made, and what waited for it is lost: operations need not wait for it.
void replica_lost(Turn& turn, const PeerId& member, ConnectionKind kind, bool was_sent);
/// Gets and puts that waited until the ring was known go on.
void start_held_operations(Turn& turn);
/// What waited for a connection to it has been sent.
void replica_connected(Turn& turn, const PeerId& member);
/// Objects that this member keeps and that belong to others now are handed to them.
void move_objects(Turn& turn, const TokenRing& before);
/// Keys of these buckets have another N than before: likewise.
void policies_changed(Turn& turn, const std::vector<std::string>& buckets);
/// Whether that is still going on.
bool objects_are_moving(const NodeState& node);

// -- gets that fall back to a search (searched_gets.cpp, own_requests.cpp, fetches.cpp,
// adoption.cpp)
/// The ring has given its answer to a get: passes it on, or floods if it has never heard of the key
/// and the request wants that.
void ring_answered(Turn& turn, const Asker& asker, const GetRequest& request, GetAnswer answer,
                   WriteSequence after);
/// Instead of replying the error of a get that missed its quorum, or that found no ring or no
/// member to coordinate it (not for requests that are wrong in themselves): a search may still find
/// what is no object of the ring, but then nothing is adopted. One member's copy of an object is no
/// answer: it may be old, or not all siblings. Where nothing is found, `error` is the reply, unless
/// its code is "no-ring": a peer without a ring has never heard of the key. Where only an object of
/// a ring is found, "no-ring" is the reply too: this peer can ask nobody for its newest copy. A
/// request that says what an answer has to be is not searched for.
void ring_failed(Turn& turn, const Asker& asker, const GetRequest& request, Error error);
/// Hands located bytes to the replica layer; ends in adopted().
void adopt(Turn& turn, std::uint64_t adoption, std::string_view key, std::string_view value);
void adopted(Turn& turn, std::uint64_t adoption, Result<QuorumReport> result);
void look_after_adoptions(Turn& turn);
Instant adoption_deadline(const NodeState& node);
void cancel_adoption(Turn& turn, RequestHandle handle);

/// A handle for a request of our own: what comes of it goes to the get of that client.
RequestHandle begin_own_request(NodeState& node, RequestHandle client, std::uint64_t offset = 0);
/// Nothing more comes of it.
void end_own_request(Turn& turn, RequestHandle own);
bool is_own_handle(RequestHandle handle);

/// Fetches the value from its best holder that has not been tried; without one, waits for the
/// search or gives up.
void ask_next_holder(Turn& turn, SearchedGet& get);
void take_piece(Turn& turn, SearchedGet& get, std::uint64_t offset, std::string bytes);
void piece_failed(Turn& turn, SearchedGet& get, std::uint64_t offset, const Error& error);
void holder_failed(Turn& turn, SearchedGet& get, Error error);
/// Asks for what may be asked for now.
void ask_for_pieces(Turn& turn, SearchedGet& get);
void abandon_fetch(Turn& turn, SearchedGet& get);
/// The bytes of the value are there, and checked.
void value_fetched(Turn& turn, SearchedGet& get, std::string value);
void adoption_ended(Turn& turn, SearchedGet& get, Result<QuorumReport> result);
/// Ends its search, if that is under way.
void end_search(Turn& turn, SearchedGet& get, Stopped stopped);
/// Answers with what is known now.
void answer_get(Turn& turn, SearchedGet& get);
void fail_get(Turn& turn, SearchedGet& get, Error error);
void nothing_found(Turn& turn, SearchedGet& get);
void look_again(NodeState& node, SearchedGet& get);

// -- objects in the local index (object_index.cpp)
// -------------------------------------------------
/// Makes live objects that this member keeps as a primary findable, in slices from tick().
void start_object_index(Turn& turn);
/// The store has another object under this key (or none: an empty one).
void object_changed(Turn& turn, std::string_view key, const Object& object);
void look_after_object_index(Turn& turn);
bool object_index_is_due(const NodeState& node);

/// The newest value of a live object.
struct HeldObject {
  SharedBytes value;
  Digest sha256;
  std::string clock;  ///< as HitResult has it
  WriteSequence pending = kNothingPending;
};
/// The object that the index has under `key`. Nothing: this peer is no primary any more, or the
/// store has no live one; then the index does not have it any more either.
std::optional<HeldObject> held_object(Turn& turn, std::string_view key);
/// What a hit says of it. `after` is raised to the write that it shows, if that is pending: the
/// hit, and what counts it, are to wait for that.
std::optional<OwnedResult> object_result(Turn& turn, std::string_view key, WriteSequence& after);

// -- small ones -----------------------------------------------------------------------------------
void log(Turn& turn, Severity severity, ConnectionId connection, std::string_view text);
/// The same of what may happen again and again: see message/standing_conditions.h.
void log_standing(Turn& turn, Severity severity, ConnectionId connection,
                  std::string_view condition, std::string_view text,
                  StandsUntil until = StandsUntil::quiet);
/// The store could not do something: of failures of one kind the first is told, and then the count.
void log_store_failure(Turn& turn, const Error& error);
void standing_ended(Turn& turn, std::string_view condition);
/// Tells of conditions that are over.
void tell_ended_conditions(Turn& turn);
inline bool wants(std::uint8_t flags, std::uint8_t flag) { return (flags & flag) != 0; }
void note(Turn& turn, const Query& query, TraceKind kind, LinkNumber peer);

/// Where replies to requests of that kind go.
inline std::vector<Reply>& replies_for(Turn& turn, RequestHandle handle) {
  return is_own_handle(handle) ? turn.node.adoption.replies : turn.out.replies;
}

template <class Answer>
Answer& begin_answer(Turn& turn, RequestHandle handle, WriteSequence after) {
  Reply& reply = replies_for(turn, handle).emplace_back();
  reply.handle = handle;
  reply.after = after;
  return reply.content.emplace<ClientAnswer>().emplace<Answer>();
}

}  // namespace oxbow

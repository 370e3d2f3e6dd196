// What the replica part's handlers share. Not for others: see handlers.h for those.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/handlers.h"

namespace oxbow {

struct OperationResult;

// -- whose a key is (key_places.cpp) ---------------------------------------------------------

/// A key's place on the ring, as this peer knows it.
struct KeyPlace {
  const BucketPolicy* policy = nullptr;
  Position position{};
  std::vector<PeerId> primaries;  ///< in the order of the preference list
  bool primary = false;           ///< this peer is one
};
KeyPlace place_of(const NodeState& node, std::string_view key);
/// The same question, without allocating.
bool is_primary_of(NodeState& node, std::string_view key, const BucketPolicy& policy);
/// The first reachable members behind the primaries, at most as many as those; this peer may be
/// among them.
std::vector<PeerId> reachable_fallbacks(const Turn& turn, const KeyPlace& place);
/// Error `bad-key`.
Status check_key(std::string_view key);
Error no_ring(const NodeState& node);
/// Lets a member whose ring differs know, or asks it what it knows.
void compare_rings(Turn& turn, Connection& from, const RingStamp& stamp);

// -- this member's own copies (own_copies.cpp) --------------------------------------------------

/// The stored copy; a damaged one is empty, says so, and is read from the others soon.
Result<StoredObject> read_own(Turn& turn, std::string_view key);
/// The stored copy and all hints for the key, merged: what this member answers of it. It is whole
/// only if all of them are, and if this member has either one or lost none.
Result<StoredObject> read_all(Turn& turn, std::string_view key, Conflicts conflicts);
/// Of a copy that nothing may be written to before it has been read from the others.
bool is_awaiting_restore(const Turn& turn, std::string_view key, const StoredObject& own);
Error damaged_copy();
/// Replaces the stored copy.
Result<WriteSequence> write_own(Turn& turn, std::string_view key, const Object& before,
                                const Object& after, Sync sync);
/// Merges what came from elsewhere into the stored copy; what to wait for until it is durable.
/// Error `damaged`: it is to be read from the others first.
Result<WriteSequence> merge_own(Turn& turn, std::string_view key, const Object& object,
                                Conflicts conflicts, Sync sync);

/// `object` goes from here, and the stored copy has that clock: what this member numbered in it is
/// remembered, so that the next write goes on from it.
void keep_numbers(Turn& turn, std::string_view key, const VectorClock& own, const Object& object);

// -- copies that cannot be read (damaged_copies.cpp) ----------------------------------------------

void damaged_copy_met(Turn& turn, std::string_view key);
/// Reads those that are due from the other primaries.
void restore_damaged_copies(Turn& turn);
void damaged_copy_read(Turn& turn, std::string_view key, const OperationResult& result);

// -- hints (hints.cpp, handoffs.cpp) --------------------------------------------------------------

/// Where an object comes from: what another member knows of this one's writes has to be observed.
enum class Origin : std::uint8_t { here, elsewhere };
/// Merges an object into the hint of that member for that key. Error `no-room`.
Result<WriteSequence> keep_hint(Turn& turn, const PeerId& destination, std::string_view key,
                                const Object& object, Conflicts conflicts, Sync sync,
                                Origin origin = Origin::here);
void erase_hint(Turn& turn, const Hint& hint);
bool is_hintable(const Turn& turn, const PeerId& member);
/// Nobody keeps a hint for a primary that did not take a write.
void hint_missed(Turn& turn, const PeerId& primary);
/// It is too old, and room is short.
void throw_away(Turn& turn, const Hint& hint);
void start_hints(Turn& turn);
/// Keeps the clock of hints, and says what the store could not read.
void tick_hints(Turn& turn);
void hand_off(Turn& turn);
Instant handoff_deadline(const NodeState& node);
/// False: the ticket is no hint's.
bool hint_answered(Turn& turn, Connection& from, const WriteReply& reply);
void handoff_lost(Turn& turn, const PeerId& member);

// -- what was written last (offers.cpp) -----------------------------------------------------------

void go_on_offering(Turn& turn);
Instant offer_deadline(const NodeState& node);
/// False: the ticket is no offer's.
bool offer_answered(Turn& turn, const Connection& from, const WriteReply& reply);
void offers_lost(Turn& turn, const PeerId& member);

// -- moving (move_objects.cpp)
// ---------------------------------------------------------------------

void start_moving(Turn& turn);
void go_on_moving(Turn& turn);
/// Finds the store's sums and count anew, page by page, where its start left that out.
void find_sums(Turn& turn);
Instant move_deadline(const NodeState& node);
bool move_answered(Turn& turn, const Connection& from, const WriteReply& reply);
void moves_lost(Turn& turn, const PeerId& member);

// -- operations
// ------------------------------------------------------------------------------------

/// What is to be coordinated.
struct Order {
  Operation kind = Operation::get;
  QuorumNeed need;
  bool strict = false;
  Duration timeout{};
  std::string_view key;
  std::string_view value;
  std::string_view context;
};
/// Of an operation that was kept for later, with the time that is left. Views into `kept`.
template <class Kept>
Order order_of(const Kept& kept, Now now) {
  return {kept.kind, kept.need,  kept.strict, kept.deadline - now.steady,
          kept.key,  kept.value, kept.context};
}
/// How it ended.
struct OperationResult {
  std::optional<Error> error;
  Object object;        ///< of a get; of the others too, where this member coordinated them
  std::string clock;    ///< else, of the others
  std::string context;  ///< likewise
  std::string bucket;
  std::uint32_t n = 0;
  std::uint32_t need = 0;
  std::uint32_t siblings = 0;
  bool strict = false;
  PeerId coordinator;
  std::vector<MemberOutcome> members;
  Duration elapsed{};
  WriteSequence after = kNothingPending;  ///< what it shows is durable then
};

/// A primary that was not asked, as it is not reached.
inline MemberOutcome unreachable(const PeerId& primary) {
  return {primary, {}, Outcome::unreachable, false, 0};
}

/// `request`: of a client's get; else nullptr.
void coordinate_get(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request);
/// `others`: what other members know of the key, if they had to be asked first (catch_up.cpp).
void coordinate_put(Turn& turn, const Asker& asker, const Order& order,
                    const Object* others = nullptr);
/// The client of a put has seen a write that this coordinator has not: gets the key from that many
/// members, then coordinates the put.
void catch_up(Turn& turn, const Asker& asker, const Order& order, std::uint32_t members);
void caught_up(Turn& turn, std::uint64_t number, const OperationResult& got);
/// Coordinates here, or forwards it to who shall.
void start_operation(Turn& turn, const Asker& asker, const Order& order,
                     const GetRequest* request = nullptr);
/// Tells whoever asked.
void end_operation(Turn& turn, const Asker& asker, Operation kind, std::string_view key,
                   const GetRequest* request, OperationResult result);
/// Tells a client that does not want to know who did what of a copy that is all it asked for.
void answer_briefly(Turn& turn, const Asker& asker, std::string_view key, const GetRequest& request,
                    const StoredObject& copy);
QuorumReport report_of(const NodeState& node, Operation kind, const OperationResult& result);

void step_get(Turn& turn, std::uint64_t ticket, GetInput input);
void step_put(Turn& turn, std::uint64_t ticket, const PutInput& input);
/// The time of a forwarded one is up, or one of its coordinators is late.
void forward_is_due(Turn& turn, std::uint64_t ticket);
void forwards_lost(Turn& turn, const PeerId& member, bool was_sent);
/// A member does not answer when it is asked whether it is alive.
void forwards_are_silent(Turn& turn, const PeerId& member);

/// Moves an operation's next deadline to `next`.
void look_again(ReplicaState& replica, std::uint64_t ticket, Instant& due, Instant next);
bool has_room_for_operation(const NodeState& node);
std::uint64_t new_ticket(NodeState& node);
/// Sends the merged object to a primary that is behind.
void repair(Turn& turn, std::string_view key, const Object& object, Conflicts conflicts,
            const PeerId& member);

// -- as connections have room (paced.cpp) -------------------------------------------------------

/// Whether an object may be sent over it now; else it waits, or the request for it does.
bool has_room(const NodeState& node, const Connection& to);
/// Whether a member may be sent more over bulk, as far as is known.
bool bulk_has_room(const NodeState& node, const PeerId& member);
/// Keeps the request until there is room to answer it; false: too many are kept already.
bool wait_for_room(Turn& turn, const Connection& from, const ObjectRead& read);
bool wait_for_room(Turn& turn, const Connection& from, const PieceRequest& request);
/// Sends the object, which is not empty, under that header: an ObjectReply, Coordinated or
/// ObjectWrite. One that is large goes a part at a time, as there is room.
void send_object(Turn& turn, Connection& to, Message header, const Object& object,
                 std::string_view key, WriteSequence after);
/// Answers a read at once; how many bytes that takes.
std::size_t answer_read(Turn& turn, Connection& to, const ObjectRead& read);
void send_paced(Turn& turn);
bool paced_is_due(const NodeState& node);

/// Sends over the connection of that kind to a member of the ring; false: it cannot be.
bool send_to_member(Turn& turn, const PeerId& member, ConnectionKind kind, const Message& message,
                    WriteSequence after = kNothingPending);
/// The object as the parts of messages, encoded; for Outbox::share().
std::vector<SharedBytes> encoded_parts(const Object& object, std::string_view key);

// -- how much is under way (in_flight.cpp) --------------------------------------------------------

/// Bytes of this member's own copy; 0: it has none, or cannot read it.
std::size_t size_here(Turn& turn, std::string_view key);
/// Of one copy of so many bytes that goes to or comes from each of those members.
BytesInFlight::Load load_of(const NodeState& node, const Asker& asker, std::size_t bytes,
                            std::span<const PeerId> members);
/// True: the operation was not begun. It waits in line, or was refused.
bool waits_in_line(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request,
                   const BytesInFlight::Load& load);
/// Of one that is forwarded: to the first reachable primary of the key. How large the answers of
/// gets will be is not known: as large as the largest of late.
BytesInFlight::Load load_of_forwarded(const Turn& turn, const Asker& asker, const Order& order);
void note_answer(Turn& turn, const PeerId& coordinator, std::size_t bytes);
/// Until when a coordinator is not doubted that has confirmed an operation: for as long as what is
/// under way with it may take, and while it answers others that are large.
Instant busy_until(const NodeState& node, const PeerId& coordinator, Instant asked);
/// Members are waited for longer where much is under way with them, or so many bytes are to come.
void allow_for_flights(const NodeState& node, std::size_t bytes, Duration& timeout,
                       Patience& patience);
/// What a member is allowed to take longer for so many bytes.
Duration time_for(std::size_t bytes);
void start_from_line(Turn& turn);
bool line_is_due(const NodeState& node);
void cancel_in_line(Turn& turn, RequestHandle handle);
/// Who forwarded them over it asks others, or has given up.
void drop_from_line(Turn& turn, ConnectionId connection);

}  // namespace oxbow

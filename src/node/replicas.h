// What the replica part's handlers share. Not for others: see handlers.h for those.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/handlers.h"

namespace oxbow {

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

/// The stored copy, or an empty one where it is damaged: that is as good as lost.
Result<StoredObject> read_own(Turn& turn, std::string_view key);
/// The stored copy and all hints for the key, merged: what this member knows of it.
Result<StoredObject> read_all(Turn& turn, std::string_view key, Conflicts conflicts);
/// Replaces the stored copy.
Result<WriteSequence> write_own(Turn& turn, std::string_view key, const Object& before,
                                const Object& after, Sync sync);
/// Merges what came from elsewhere into the stored copy; what to wait for until it is durable.
Result<WriteSequence> merge_own(Turn& turn, std::string_view key, const Object& object,
                                Conflicts conflicts, Sync sync);

// -- hints (hints.cpp, handoffs.cpp) --------------------------------------------------------------

/// Where an object comes from: what another member knows of this one's writes has to be observed.
enum class Origin : std::uint8_t { here, elsewhere };
/// Merges an object into the hint of that member for that key. Error `no-room`.
Result<WriteSequence> keep_hint(Turn& turn, const PeerId& destination, std::string_view key,
                                const Object& object, Conflicts conflicts, Sync sync,
                                Origin origin = Origin::here);
void erase_hint(Turn& turn, const Hint& hint);
bool is_hintable(const Turn& turn, const PeerId& member);
void hand_off(Turn& turn);
Instant handoff_deadline(const NodeState& node);
/// False: the ticket is no hint's.
bool hint_answered(Turn& turn, Connection& from, const WriteReply& reply);
void handoff_lost(Turn& turn, const PeerId& member);

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
/// Where nobody who could be asked knows of that write either.
Error unknown_context();
/// Coordinates here, or hands over to who shall.
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
/// The time of one that was handed over is up.
void handed_over_due(Turn& turn, std::uint64_t ticket);
void handed_over_lost(Turn& turn, const PeerId& member, bool was_sent);

/// Moves an operation's next deadline to `next`.
void look_again(ReplicaState& replica, std::uint64_t ticket, Instant& due, Instant next);
bool has_room_for_operation(const NodeState& node);
std::uint64_t new_ticket(NodeState& node);
/// Frees operations that are over, once nothing in the outbox can point into them.
void forget_ended(Turn& turn);

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
/// The object as the parts of messages, encoded.
std::vector<std::string> encoded_parts(const Object& object, std::string_view key);

// -- how much is under way (in_flight.cpp) --------------------------------------------------------

/// Bytes of this member's own copy; 0: it has none, or cannot read it.
std::size_t size_here(Turn& turn, std::string_view key);
/// Of one copy of so many bytes that goes to or comes from each of those members.
BytesInFlight::Load load_of(const NodeState& node, const Asker& asker, std::size_t bytes,
                            std::span<const PeerId> members);
/// True: the operation was not begun. It waits in line, or was refused.
bool waits_in_line(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request,
                   const BytesInFlight::Load& load);
/// Of one that a primary of the key will coordinate. How large the answers of gets will be is not
/// known: as large as the largest of late.
BytesInFlight::Load load_of_handed_over(const Turn& turn, const Asker& asker, const Order& order);
void note_answer(Turn& turn, const PeerId& coordinator, std::size_t bytes);
/// A coordinator that answers others of many large operations is not silent.
Instant answers_until(const NodeState& node, const PeerId& coordinator, Duration patience);
/// The most that any of its members will have under way.
std::size_t under_way_with(const NodeState& node, const BytesInFlight::Load& load);
/// What a member is allowed to take longer for so many bytes.
Duration time_for(std::size_t bytes);
void start_from_line(Turn& turn);
bool line_is_due(const NodeState& node);
void cancel_in_line(Turn& turn, RequestHandle handle);

}  // namespace oxbow

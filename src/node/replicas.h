// What the replica part's handlers share. Not for others: see handlers.h for those.
#pragma once

#include <optional>
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
/// Error "incomplete": the copy is empty, at a member that may have lost it.
Status check_complete(const NodeState& node, const Object& copy);
/// The stored copy and all hints for the key, merged: what this member answers of it. It is whole
/// only if all of them are. Error "incomplete" as above.
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
/// Sends over the connection of that kind to a member of the ring; false: it cannot be.
bool send_to_member(Turn& turn, const PeerId& member, ConnectionKind kind, const Message& message,
                    WriteSequence after = kNothingPending);
/// The object as the parts of messages, encoded; for Outbox::share().
std::vector<SharedBytes> encoded_parts(const Object& object, std::string_view key);

}  // namespace oxbow

// Requests that another member coordinates: the first reachable primary of the key, or, only if
// there is none, the first reachable fallback. See replica/forward_operation.h for the course of
// one; receive_coordinate.cpp is the other side.
#include <algorithm>

#include "node/replicas.h"
#include "replica/quorum_need.h"
#include "version/object_bytes.h"

namespace oxbow {

namespace {

ForwardedOperation forwarded_of(const Turn& turn, const Asker& asker, const Order& order,
                                const GetRequest* request) {
  const Instant deadline = turn.now.steady + order.timeout;
  return {asker,
          order.kind,
          request == nullptr ? GetRequest{} : *request,
          order.need,
          order.strict,
          std::string(order.key),
          std::string(order.value),
          std::string(order.context),
          turn.now.steady,
          deadline,
          kNever,
          ForwardOperation({order.kind, deadline, turn.node.config.replica_timeout}),
          {},
          std::nullopt,
          {}};
}

/// Out of the table; it lives on with the caller.
ForwardedOperation take(Turn& turn, std::uint64_t ticket) {
  ReplicaState& replica = turn.node.replica;
  const auto found = replica.forwarded.find(ticket);
  look_again(replica, ticket, found->second.due, kNever);
  ForwardedOperation ended = std::move(found->second);
  replica.forwarded.erase(found);
  return ended;
}

void end_with(Turn& turn, std::uint64_t ticket, OperationResult result) {
  ForwardedOperation ended = take(turn, ticket);
  ended.flight.end();
  if (ended.kind == Operation::get && !result.error) {
    note_answer(turn, result.coordinator, result.object.byte_size());
  }
  result.elapsed = turn.now.steady - ended.started;
  result.strict = ended.strict;
  end_operation(turn, ended.asker, ended.kind, ended.key, &ended.request, std::move(result));
}

Outcome outcome_of(const TriedCoordinator& tried) {
  switch (tried.state) {
    case TriedCoordinator::State::refused:
      return Outcome::refused;
    case TriedCoordinator::State::connecting:
    case TriedCoordinator::State::lost:
      return Outcome::unreachable;
    case TriedCoordinator::State::asked:
    case TriedCoordinator::State::confirmed:
    case TriedCoordinator::State::silent:
      break;
  }
  return Outcome::timeout;
}

Result<std::uint32_t> need_of(const ForwardedOperation& forwarded, const BucketPolicy& policy) {
  return needed_answers(forwarded.need, policy.n,
                        forwarded.kind == Operation::get ? policy.r : policy.w);
}

/// No coordinator has told what became of it: what is known here of those that it was sent to, and
/// of primaries that could not be reached.
void tell_of_coordinators(const Turn& turn, const ForwardedOperation& forwarded,
                          OperationResult& result) {
  const KeyPlace place = place_of(turn.node, forwarded.key);
  const auto need = need_of(forwarded, *place.policy);
  result.bucket = place.policy->name;
  result.n = place.policy->n;
  result.need = need.ok() ? *need : 0;
  result.coordinator = forwarded.course.coordinator();
  const auto tried = forwarded.course.tried();
  for (const PeerId& primary : place.primaries) {
    const auto found = std::find_if(tried.begin(), tried.end(), [&](const TriedCoordinator& one) {
      return one.member == primary;
    });
    if (found != tried.end()) {
      result.members.push_back({primary, {}, outcome_of(*found), false, 0});
    } else if (!is_reachable(turn.node, primary, turn.now)) {
      result.members.push_back(unreachable(primary));
    }
  }
}

Error unknown_write(const char* why) {
  return {"unknown",
          std::string(why) + "; the write may have been stored all the same (get the key to see)",
          "an answer of the coordinator", "none"};
}

/// Nobody coordinated it.
Error nobody(const NodeState& node, const ForwardedOperation& forwarded) {
  const bool gets = forwarded.kind == Operation::get;
  const auto tried = forwarded.course.tried();
  const bool was_silent = std::any_of(tried.begin(), tried.end(), [](const auto& one) {
    return outcome_of(one) == Outcome::timeout;
  });
  if (was_silent) {
    return {"quorum-not-met",
            gets ? "the coordinator did not answer in time (try again)"
                 : "no coordinator took the write in time: nothing was stored (try again)",
            "an answer of the coordinator", "none"};
  }
  if (forwarded.declined) return *forwarded.declined;
  const auto need = need_of(forwarded, node.ring.members.policy_of(forwarded.key));
  if (!need.ok()) return need.error();
  const Quorum quorum = forwarded.strict ? Quorum::strict : Quorum::sloppy;
  return too_few_members(*need, 0, quorum, gets ? "--r" : "--w");
}

Error error_of(const NodeState& node, const ForwardedOperation& forwarded, ForwardFailure why) {
  switch (why) {
    case ForwardFailure::ring_unknown:
      return {"ring-unknown",
              "nothing was done: this peer has only just started, and no neighbor has told it of "
              "the ring yet (try again)",
              "news of the ring", "none"};
    case ForwardFailure::silent:
      return unknown_write("the coordinator did not answer in time");
    case ForwardFailure::lost:
      return unknown_write("the connection to the coordinator ended before its answer");
    case ForwardFailure::nobody:
    case ForwardFailure::nobody_answered:
      break;
  }
  return nobody(node, forwarded);
}

void fail(Turn& turn, std::uint64_t ticket, ForwardFailure why) {
  NodeState& node = turn.node;
  const ForwardedOperation& forwarded = node.replica.forwarded.at(ticket);
  ++node.counters.quorums_missed;
  OperationResult result;
  result.error = error_of(node, forwarded, why);
  if (result.error->code == "unknown") ++node.counters.operations_unknown;
  if (!node.ring.ring.empty()) tell_of_coordinators(turn, forwarded, result);
  end_with(turn, ticket, std::move(result));
}

/// Who shall coordinate next; zero: nobody can.
PeerId next_coordinator(const Turn& turn, const ForwardedOperation& forwarded) {
  const KeyPlace place = place_of(turn.node, forwarded.key);
  const auto may = [&](const PeerId& member) {
    return is_reachable(turn.node, member, turn.now) && !forwarded.course.was_tried(member);
  };
  for (const PeerId& primary : place.primaries) {
    if (may(primary)) return primary;
  }
  if (forwarded.strict) return PeerId{};
  for (const PeerId& fallback : reachable_fallbacks(turn, place)) {
    if (may(fallback)) return fallback;
  }
  return PeerId{};
}

Reach reach_of(Turn& turn, const PeerId& member) {
  NodeState& node = turn.node;
  const Connection* connection = node.connections.to_peer(member, ConnectionKind::control);
  if (connection == nullptr) return Reach::unconnected;
  if ((connection->features & peer_features::kConfirms) == 0) return Reach::plain;
  const ReplicaState& replica = node.replica;
  const auto granted = replica.granted_with_order.find(member);
  const bool is_waiting =
      granted != replica.granted_with_order.end() && replica.forwarded.contains(granted->second);
  const bool is_fresh =
      replica.times.has_answered_since(member, turn.now.steady - limits::kFreshAnswer);
  return is_fresh && !is_waiting ? Reach::fresh : Reach::confirming;
}

ForwardInput find_coordinator(Turn& turn, const ForwardedOperation& forwarded) {
  if (forwarded.course.tried().size() >= limits::kCoordinatorsTried) return NobodyFound{};
  const PeerId next = next_coordinator(turn, forwarded);
  if (next.is_zero()) return NobodyFound{};
  if (next == turn.node.config.id) return FoundHere{};
  const ReplicaState& replica = turn.node.replica;
  const std::size_t bytes = std::max(replica.flights.of_member(next), forwarded.value.size());
  return CoordinatorFound{next, reach_of(turn, next),
                          replica.times.patience(next, AskedFor::confirmation) + time_for(bytes)};
}

bool send_order(Turn& turn, std::uint64_t ticket, ForwardedOperation& forwarded,
                const SendOrder& order) {
  NodeState& node = turn.node;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      (forwarded.deadline - turn.now.steady) * 9 / 10);  // it gives up before this peer does
  Arena& arena = turn.out.arena;
  Coordinate message;
  message.ticket = ticket;
  message.ring = node.ring.stamp;
  message.operation = forwarded.kind;
  message.need = forwarded.need;
  message.strict = forwarded.strict;
  message.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left.count(), 1));
  message.key = arena.copy(forwarded.key);
  message.value = arena.copy(forwarded.value);
  message.context = arena.copy(forwarded.context);
  message.grant = order.grant;
  if (forwarded.course.is_write() && order.grant == OrderGrant::given) {
    node.replica.granted_with_order.insert_or_assign(order.member, ticket);
  }
  forwarded.flight.reach(order.member);
  return send_to_member(turn, order.member, ConnectionKind::control, message);
}

void carry_out_here(Turn& turn, std::uint64_t ticket) {
  ForwardedOperation own = take(turn, ticket);
  own.flight.end();
  const Order order = order_of(own, turn.now);
  if (own.kind != Operation::get) return coordinate_put(turn, own.asker, order);
  const bool client = own.asker.kind == Asker::Kind::client;
  coordinate_get(turn, own.asker, order, client ? &own.request : nullptr);
}

/// `answer`: what a coordinator said, if the input was that.
void step_forward(Turn& turn, std::uint64_t ticket, const ForwardInput& input,
                  OperationResult* answer = nullptr) {
  ForwardedOperation& forwarded = turn.node.replica.forwarded.at(ticket);
  ForwardOperation& course = forwarded.course;
  const Instant now = turn.now.steady;
  std::vector<ForwardEffect> effects;
  course.step(now, input, effects);
  for (std::size_t i = 0; i < effects.size(); ++i) {
    const ForwardEffect effect = effects[i];  // what follows may add further ones
    if (std::holds_alternative<FindCoordinator>(effect)) {
      course.step(now, find_coordinator(turn, forwarded), effects);
    } else if (const auto* connect = std::get_if<Connect>(&effect)) {
      const Ping ping{turn.node.random.next() | 1, false};
      if (!send_to_member(turn, connect->member, ConnectionKind::control, ping)) {
        course.step(now, CoordinatorLost{connect->member}, effects);
      }
    } else if (const auto* order = std::get_if<SendOrder>(&effect)) {
      if (!send_order(turn, ticket, forwarded, *order)) {
        course.step(now, CoordinatorRefused{order->member}, effects);
      }
    } else if (const auto* grant = std::get_if<SendGrant>(&effect)) {
      send_to_member(turn, grant->member, ConnectionKind::control, Grant{ticket, grant->word});
    } else if (const auto* doubt = std::get_if<DoubtCoordinator>(&effect)) {
      member_doubted(turn, doubt->member);
    } else if (const auto* failed = std::get_if<FailForward>(&effect)) {
      return fail(turn, ticket, failed->why);
    } else if (std::holds_alternative<CarryOutHere>(effect)) {
      return carry_out_here(turn, ticket);
    } else {
      OXBOW_ASSERT(answer != nullptr, "an answer that has not come");
      return end_with(turn, ticket, std::move(*answer));
    }
  }
  look_again(turn.node.replica, ticket, forwarded.due, course.next_deadline());
}

void begin_forward(Turn& turn, std::uint64_t ticket) {
  std::vector<ForwardEffect> effects;
  ForwardedOperation& forwarded = turn.node.replica.forwarded.at(ticket);
  forwarded.course.begin(turn.now.steady, effects);
  OXBOW_ASSERT(effects.size() == 1, "a coordinator is found first");
  step_forward(turn, ticket, find_coordinator(turn, forwarded));
}

/// Nobody is asked before the ring is known.
void hold(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request) {
  ReplicaState& replica = turn.node.replica;
  const std::uint64_t ticket = new_ticket(turn.node);
  ForwardedOperation& forwarded =
      replica.forwarded.emplace(ticket, forwarded_of(turn, asker, order, request)).first->second;
  look_again(replica, ticket, forwarded.due, forwarded.course.next_deadline());
}

template <class Which>
void step_those(Turn& turn, Which&& which, const ForwardInput& input) {
  std::vector<std::uint64_t> tickets;
  for (const auto& [ticket, forwarded] : turn.node.replica.forwarded) {
    if (which(forwarded.course)) tickets.push_back(ticket);
  }
  for (const std::uint64_t ticket : tickets) {
    if (turn.node.replica.forwarded.contains(ticket)) step_forward(turn, ticket, input);
  }
}

}  // namespace

void start_held_operations(Turn& turn) {
  std::vector<std::uint64_t> held;
  for (const auto& [ticket, forwarded] : turn.node.replica.forwarded) {
    if (forwarded.course.state() == ForwardOperation::State::held) held.push_back(ticket);
  }
  for (const std::uint64_t ticket : held) {
    const ForwardedOperation own = take(turn, ticket);
    const bool client_gets = own.kind == Operation::get && own.asker.kind == Asker::Kind::client;
    start_operation(turn, own.asker, order_of(own, turn.now), client_gets ? &own.request : nullptr);
  }
}

void start_operation(Turn& turn, const Asker& asker, const Order& order,
                     const GetRequest* request) {
  NodeState& node = turn.node;
  const auto refuse = [&](Error error) {
    OperationResult result;
    result.error = std::move(error);
    end_operation(turn, asker, order.kind, order.key, request, std::move(result));
  };
  if (ring_is_awaited(node)) {
    if (has_room_for_operation(node)) return hold(turn, asker, order, request);
    return refuse({"busy", "too many gets and puts wait until the ring is known", "", ""});
  }
  if (node.ring.ring.empty()) return refuse(no_ring(node));
  const BucketPolicy& policy = node.ring.members.policy_of(order.key);
  if (is_primary_of(node, order.key, policy)) {
    if (!has_room_for_operation(node)) {
      return refuse({"busy", "too many gets and puts are under way (try again)", "", ""});
    }
    if (order.kind == Operation::get) return coordinate_get(turn, asker, order, request);
    return coordinate_put(turn, asker, order);
  }
  const auto need =
      needed_answers(order.need, policy.n, order.kind == Operation::get ? policy.r : policy.w);
  if (!need.ok()) return refuse(need.error());
  if (!has_room_for_operation(node)) {
    return refuse({"busy", "too many gets and puts are under way (try again)", "", ""});
  }
  BytesInFlight::Load load = load_of_forwarded(turn, asker, order);
  if (waits_in_line(turn, asker, order, request, load)) return;
  ++node.counters.handed_over;
  const std::uint64_t ticket = new_ticket(node);
  node.replica.forwarded.emplace(ticket, forwarded_of(turn, asker, order, request))
      .first->second.flight = node.replica.flights.begin(std::move(load));
  begin_forward(turn, ticket);
}

void forward_is_due(Turn& turn, std::uint64_t ticket) {
  const ForwardOperation& course = turn.node.replica.forwarded.at(ticket).course;
  const std::vector<TriedCoordinator> tried(course.tried().begin(), course.tried().end());
  for (const TriedCoordinator& one : tried) {
    if (!course.has_taken(one.member)) continue;
    const Instant until = busy_until(turn.node, one.member, one.asked);
    if (until > turn.now.steady) step_forward(turn, ticket, CoordinatorBusy{one.member, until});
  }
  step_forward(turn, ticket, ForwardTimePassed{});
}

void forwards_lost(Turn& turn, const PeerId& member, bool was_sent) {
  step_those(
      turn,
      [&](const ForwardOperation& course) {
        return course.waits_for(member) && (was_sent || !course.was_sent_to(member));
      },
      CoordinatorLost{member});
}

void forwards_are_silent(Turn& turn, const PeerId& member) {
  step_those(
      turn, [&](const ForwardOperation& course) { return course.waits_for(member); },
      CoordinatorSilent{member});
}

void replica_connected(Turn& turn, const PeerId& member) {
  const Reach reach = reach_of(turn, member);
  step_those(
      turn,
      [&](const ForwardOperation& course) {
        return course.waits_for(member) && !course.was_sent_to(member);
      },
      CoordinatorConnected{member, reach == Reach::fresh ? Reach::confirming : reach});
}

void receive_confirmed(Turn& turn, Connection& from, const Confirmed& confirmed) {
  ReplicaState& replica = turn.node.replica;
  const auto found = replica.forwarded.find(confirmed.ticket);
  if (found == replica.forwarded.end() || !found->second.course.waits_for(from.peer)) {
    // It was passed over, and what it holds is withdrawn.
    return turn.out.send(from.id, Grant{confirmed.ticket, GrantWord::withdrawn});
  }
  replica.times.took(from.peer, AskedFor::confirmation,
                     turn.now.steady - found->second.course.asked_at(from.peer));
  step_forward(turn, confirmed.ticket, CoordinatorConfirmed{from.peer});
}

void receive_coordinated(Turn& turn, Connection& from, const Coordinated& message) {
  NodeState& node = turn.node;
  const auto found = node.replica.forwarded.find(message.ticket);
  const PeerId coordinator = from.peer;
  if (found == node.replica.forwarded.end() || !found->second.course.waits_for(coordinator)) return;
  ForwardedOperation& forwarded = found->second;
  if (message.error == "not-owner" || message.error == "not-granted") {  // nothing was done
    const bool is_no_owner = message.error == "not-owner";
    return step_forward(turn, message.ticket, CoordinatorRefused{coordinator, is_no_owner});
  }
  OperationResult result;
  if (!message.error.empty()) {
    result.error = Error{std::string(message.error), std::string(message.reason),
                         std::string(message.needed), std::string(message.got)};
    if (message.error == "quorum-not-met") ++node.counters.quorums_missed;
    forwarded.declined = result.error;
  }
  Object& parts = forwarded.parts[coordinator];
  if (!message.object.empty()) {
    const auto part = parse_object(message.object, forwarded.key, limits::kPartEntries);
    if (!part.ok()) {
      if (forwarded.kind == Operation::get) {
        step_forward(turn, message.ticket, CoordinatorRefused{coordinator});
      }
      return offence(turn, from, part.error().message);
    }
    parts.merge(*part, node.ring.members.policy_of(forwarded.key).conflicts);
  }
  if (!message.last) return;
  result.object = std::move(parts);
  result.context = message.context;
  result.clock = message.clock;
  result.bucket = message.bucket;
  result.n = message.n;
  result.need = message.need;
  result.siblings = message.siblings;
  result.coordinator = coordinator;
  result.members.assign(message.members.begin(), message.members.end());
  const AnswerIs is = result.error ? AnswerIs::error : AnswerIs::result;
  step_forward(turn, message.ticket, CoordinatorAnswered{coordinator, is}, &result);
}

}  // namespace oxbow

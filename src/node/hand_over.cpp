// Requests that another member coordinates: the first reachable primary of the key, or, only if
// there is none, the first reachable fallback. A put is sent to one of them and to no other: when
// it is lost, nobody can tell whether it was stored. A get may be asked again elsewhere.
#include <algorithm>

#include "node/replicas.h"
#include "replica/quorum_need.h"
#include "version/object_bytes.h"

namespace oxbow {

namespace {

/// For the answer of one coordinator of a get, which waits for members itself.
Duration patience_of(const NodeState& node) { return 3 * node.config.replica_timeout; }

Order order_of(const HandedOver& over, Now now) {
  Order order;
  order.kind = over.kind;
  order.need = over.need;
  order.strict = over.strict;
  order.timeout = over.deadline - now.steady;
  order.key = over.key;
  order.value = over.value;
  order.context = over.context;
  return order;
}

HandedOver handed(const Turn& turn, const Asker& asker, const Order& order,
                  const GetRequest* request) {
  HandedOver over;
  over.asker = asker;
  over.kind = order.kind;
  if (request != nullptr) over.request = *request;
  over.need = order.need;
  over.strict = order.strict;
  over.key = order.key;
  over.value = order.value;
  over.context = order.context;
  over.started = turn.now.steady;
  over.deadline = turn.now.steady + order.timeout;
  return over;
}

void end_with(Turn& turn, std::uint64_t ticket, OperationResult result) {
  ReplicaState& replica = turn.node.replica;
  const auto found = replica.handed.find(ticket);
  look_again(replica, ticket, found->second.due, kNever);
  found->second.flight.end();
  if (found->second.kind == Operation::get && !result.error) {
    note_answer(turn, result.coordinator, result.object.byte_size());
  }
  replica.ended_handed.push_back(replica.handed.extract(found));
  const HandedOver& over = replica.ended_handed.back().mapped();
  // Copies, as what follows may free the ended.
  const Asker asker = over.asker;
  const std::string key = over.key;
  const GetRequest request = over.request;
  result.elapsed = turn.now.steady - over.started;
  result.strict = over.strict;
  end_operation(turn, asker, over.kind, key, &request, std::move(result));
}

const TriedCoordinator* find_tried(const HandedOver& over, const PeerId& member) {
  const auto found =
      std::find_if(over.tried.begin(), over.tried.end(),
                   [&](const TriedCoordinator& tried) { return tried.member == member; });
  return found == over.tried.end() ? nullptr : &*found;
}

/// No coordinator has told what became of it: what is known here of those that it was sent to, and
/// of primaries that could not be reached.
void tell_of_coordinators(const Turn& turn, const HandedOver& over, OperationResult& result) {
  const KeyPlace place = place_of(turn.node, over.key);
  const BucketPolicy& policy = *place.policy;
  const auto need =
      needed_answers(over.need, policy.n, over.kind == Operation::get ? policy.r : policy.w);
  result.bucket = policy.name;
  result.n = policy.n;
  result.need = need.ok() ? *need : 0;
  result.coordinator = over.coordinator;
  for (const PeerId& primary : place.primaries) {
    if (const TriedCoordinator* tried = find_tried(over, primary)) {
      result.members.push_back({primary, {}, tried->outcome, false, 0});
    } else if (!is_reachable(turn.node, primary, turn.now)) {
      result.members.push_back(unreachable(primary));
    }
  }
}

void fail(Turn& turn, std::uint64_t ticket, Error error) {
  NodeState& node = turn.node;
  ++node.counters.quorums_missed;
  const HandedOver& over = node.replica.handed.at(ticket);
  OperationResult result;
  result.error = std::move(error);
  if (!node.ring.ring.empty()) tell_of_coordinators(turn, over, result);
  end_with(turn, ticket, std::move(result));
}

void lose_put(Turn& turn, std::uint64_t ticket, const char* why) {
  ++turn.node.counters.operations_unknown;
  fail(turn, ticket,
       {"unknown",
        std::string(why) + "; the write may have been stored all the same (get the key to see)",
        "an answer of the coordinator", "none"});
}

/// Who shall coordinate next; zero: nobody can.
PeerId next_coordinator(const Turn& turn, const HandedOver& over, const KeyPlace& place) {
  const auto may = [&](const PeerId& member) {
    return is_reachable(turn.node, member, turn.now) && find_tried(over, member) == nullptr;
  };
  for (const PeerId& primary : place.primaries) {
    if (may(primary)) return primary;
  }
  if (over.strict) return PeerId{};
  for (const PeerId& fallback : reachable_fallbacks(turn, place)) {
    if (may(fallback)) return fallback;
  }
  return PeerId{};
}

bool send_order(Turn& turn, std::uint64_t ticket, HandedOver& over) {
  NodeState& node = turn.node;
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
      (over.deadline - turn.now.steady) * 9 / 10);  // it gives up before this peer does
  Coordinate message;
  message.ticket = ticket;
  message.ring = node.ring.stamp;
  message.operation = over.kind;
  message.need = over.need;
  message.strict = over.strict;
  message.timeout_ms = static_cast<std::uint32_t>(std::max<std::int64_t>(left.count(), 1));
  message.key = over.key;
  message.value = over.value;
  message.context = over.context;
  over.sent = node.connections.to_peer(over.coordinator, ConnectionKind::control) != nullptr;
  return send_to_member(turn, over.coordinator, ConnectionKind::control, message);
}

/// Sends it to the next coordinator, or ends it.
void hand_on(Turn& turn, std::uint64_t ticket) {
  NodeState& node = turn.node;
  for (;;) {
    HandedOver& over = node.replica.handed.at(ticket);
    const KeyPlace place = place_of(node, over.key);
    const PeerId next = over.tried.size() < limits::kCoordinatorsTried
                            ? next_coordinator(turn, over, place)
                            : PeerId{};
    if (next.is_zero() && over.refused &&
        over.deadline > turn.now.steady + limits::kCoordinatorsRest) {
      over.refused = false;
      over.rests = true;
      over.coordinator = PeerId{};
      over.tried.clear();
      const Instant anew = turn.now.steady + limits::kCoordinatorsRest;
      return look_again(node.replica, ticket, over.due, anew);
    }
    if (next.is_zero()) {
      const Quorum quorum = over.strict ? Quorum::strict : Quorum::sloppy;
      const BucketPolicy& policy = *place.policy;
      const bool gets = over.kind == Operation::get;
      const auto need = needed_answers(over.need, policy.n, gets ? policy.r : policy.w);
      return fail(
          turn, ticket,
          need.ok() ? too_few_members(*need, 0, quorum, gets ? "--r" : "--w") : need.error());
    }
    if (next == node.config.id) {
      look_again(node.replica, ticket, over.due, kNever);
      auto ended = node.replica.handed.extract(ticket);
      ended.mapped().flight.end();
      const HandedOver& own = ended.mapped();
      const Order order = order_of(own, turn.now);
      if (own.kind == Operation::get) {
        const bool client = own.asker.kind == Asker::Kind::client;
        coordinate_get(turn, own.asker, order, client ? &own.request : nullptr);
      } else {
        coordinate_put(turn, own.asker, order);
      }
      node.replica.ended_handed.push_back(std::move(ended));
      return;
    }
    over.coordinator = next;
    over.tried.push_back({next, Outcome::asked});
    over.parts = Object();
    if (!send_order(turn, ticket, over)) {
      over.tried.back().outcome = Outcome::unreachable;
      continue;
    }
    const bool once = over.kind != Operation::get;
    look_again(node.replica, ticket, over.due,
               once ? over.deadline : std::min(over.deadline, turn.now.steady + patience_of(node)));
    return;
  }
}

/// Nobody is asked before the ring is known.
void hold(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request) {
  NodeState& node = turn.node;
  const std::uint64_t ticket = new_ticket(node);
  HandedOver& over =
      node.replica.handed.emplace(ticket, handed(turn, asker, order, request)).first->second;
  look_again(node.replica, ticket, over.due, over.deadline);
}

}  // namespace

void start_held_operations(Turn& turn) {
  NodeState& node = turn.node;
  std::vector<std::uint64_t> held;
  for (const auto& [ticket, over] : node.replica.handed) {
    if (over.coordinator.is_zero() && !over.rests) held.push_back(ticket);
  }
  for (const std::uint64_t ticket : held) {
    look_again(node.replica, ticket, node.replica.handed.at(ticket).due, kNever);
    auto ended = node.replica.handed.extract(ticket);
    const HandedOver& over = ended.mapped();
    const bool client_gets = over.kind == Operation::get && over.asker.kind == Asker::Kind::client;
    start_operation(turn, over.asker, order_of(over, turn.now),
                    client_gets ? &over.request : nullptr);
    node.replica.ended_handed.push_back(std::move(ended));
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
  BytesInFlight::Load load = load_of_handed_over(turn, asker, order);
  if (waits_in_line(turn, asker, order, request, load)) return;
  forget_ended(turn);
  ++node.counters.handed_over;
  const std::uint64_t ticket = new_ticket(node);
  node.replica.handed.emplace(ticket, handed(turn, asker, order, request)).first->second.flight =
      node.replica.flights.begin(std::move(load));
  hand_on(turn, ticket);
}

void handed_over_due(Turn& turn, std::uint64_t ticket) {
  HandedOver& over = turn.node.replica.handed.at(ticket);
  if (over.rests) {
    over.rests = false;
    return hand_on(turn, ticket);
  }
  if (over.coordinator.is_zero()) {
    return fail(turn, ticket,
                {"ring-unknown",
                 "nothing was done: this peer has only just started, and no neighbor has told it "
                 "of the ring yet (try again)",
                 "news of the ring", "none"});
  }
  const Instant answers = answers_until(turn.node, over.coordinator, patience_of(turn.node));
  if (answers > turn.now.steady && over.deadline > turn.now.steady) {
    return look_again(turn.node.replica, ticket, over.due, std::min(answers, over.deadline));
  }
  over.tried.back().outcome = Outcome::timeout;
  member_failed(turn, over.coordinator);
  if (over.kind != Operation::get) {
    return lose_put(turn, ticket, "the coordinator did not answer in time");
  }
  if (over.deadline > turn.now.steady) return hand_on(turn, ticket);
  fail(turn, ticket,
       {"quorum-not-met", "the coordinator did not answer in time (try again)",
        "an answer of the coordinator", "none"});
}

void handed_over_lost(Turn& turn, const PeerId& member, bool was_sent) {
  std::vector<std::uint64_t> lost;
  for (const auto& [ticket, over] : turn.node.replica.handed) {
    if (over.coordinator == member && (was_sent || !over.sent)) lost.push_back(ticket);
  }
  for (const std::uint64_t ticket : lost) {
    HandedOver& over = turn.node.replica.handed.at(ticket);
    over.tried.back().outcome = Outcome::unreachable;
    if (over.kind != Operation::get && was_sent) {
      lose_put(turn, ticket, "the connection to the coordinator ended before its answer");
    } else {
      hand_on(turn, ticket);
    }
  }
}

void replica_connected(Turn& turn, const PeerId& member) {
  for (auto& [ticket, over] : turn.node.replica.handed) {
    if (over.coordinator == member) over.sent = true;
  }
}

void receive_coordinated(Turn& turn, Connection& from, const Coordinated& message) {
  NodeState& node = turn.node;
  const auto found = node.replica.handed.find(message.ticket);
  if (found == node.replica.handed.end() || found->second.coordinator != from.peer) return;
  HandedOver& over = found->second;
  const PeerId coordinator = from.peer;
  if (message.error == "not-owner") {
    over.refused = true;
    over.tried.back().outcome = Outcome::refused;
    return hand_on(turn, message.ticket);  // nothing was done
  }
  OperationResult result;
  if (!message.error.empty()) {
    result.error = Error{std::string(message.error), std::string(message.reason),
                         std::string(message.needed), std::string(message.got)};
    if (message.error == "quorum-not-met") ++node.counters.quorums_missed;
  }
  if (!message.object.empty()) {
    const auto part = parse_object(message.object, over.key, limits::kPartEntries);
    if (!part.ok()) {
      over.tried.back().outcome = Outcome::refused;
      if (over.kind == Operation::get) hand_on(turn, message.ticket);
      return offence(turn, from, part.error().message);
    }
    over.parts.merge(*part, node.ring.members.policy_of(over.key).conflicts);
  }
  if (!message.last) return;
  result.object = std::move(over.parts);
  result.context = message.context;
  result.clock = message.clock;
  result.bucket = message.bucket;
  result.n = message.n;
  result.need = message.need;
  result.siblings = message.siblings;
  result.coordinator = coordinator;
  result.members.assign(message.members.begin(), message.members.end());
  end_with(turn, message.ticket, std::move(result));
}

void receive_coordinate(Turn& turn, Connection& from, const Coordinate& message) {
  NodeState& node = turn.node;
  compare_rings(turn, from, message.ring);
  Asker asker;
  asker.kind = Asker::Kind::peer;
  asker.connection = from.id;
  asker.number = message.ticket;
  const auto refuse = [&](Error error) {
    OperationResult result;
    result.error = std::move(error);
    result.coordinator = node.config.id;
    end_operation(turn, asker, message.operation, message.key, nullptr, std::move(result));
  };
  if (!has_room_for_operation(node)) {
    return refuse(
        {"busy", "the coordinator has too many gets and puts under way (try again)", "", ""});
  }
  if (ring_is_awaited(node)) {
    return refuse({"not-owner", "this member has only just started: it knows no ring", "", ""});
  }
  const bool member = node.ring.ring.find(node.config.id).has_value();
  const bool primary =
      member && is_primary_of(node, message.key, node.ring.members.policy_of(message.key));
  const bool newer = node.ring.stamp.version > message.ring.version;
  if (!member || (!primary && (newer || message.strict))) {
    return refuse({"not-owner", "the key belongs to others by a newer ring", "", ""});
  }
  Order order;
  order.kind = message.operation;
  order.need = message.need;
  order.strict = message.strict;
  order.timeout = std::clamp<Duration>(std::chrono::milliseconds(message.timeout_ms),
                                       std::chrono::milliseconds(1), limits::kOperationMost);
  order.key = message.key;
  order.value = message.value;
  order.context = message.context;
  if (order.kind == Operation::get) return coordinate_get(turn, asker, order, nullptr);
  coordinate_put(turn, asker, order);
}

}  // namespace oxbow

// How much gets and puts may have under way: see replica/bytes_in_flight.h. Those that find no room
// wait in line, before anything is asked or written, until there is room or their time is up; where
// the line is full they are refused. Members are never refused anything: they take part in what
// another peer has let begin.
#include <fmt/format.h>

#include <algorithm>

#include "node/replicas.h"

namespace oxbow {

namespace {

constexpr std::size_t kLookedAt = 64;       // in the line, until the next thing ends
constexpr std::size_t kStartedAtOnce = 32;  // in one tick

/// A peer that hands its operations on has to read their answers first.
bool asker_reads(NodeState& node, const Asker& asker) {
  if (asker.kind != Asker::Kind::peer) return true;
  const Connection* from = node.connections.find(asker.connection);
  return from == nullptr || has_room(node, *from);
}

void end_in_line(Turn& turn, const OperationInLine& waiting, Error error) {
  OperationResult result;
  result.error = std::move(error);
  end_operation(turn, waiting.asker, waiting.kind, waiting.key,
                waiting.request ? &*waiting.request : nullptr, std::move(result));
}

/// The ring may have changed since it came: then whoever forwarded it asks another member.
bool may_coordinate(NodeState& node, const OperationInLine& waiting) {
  if (!node.ring.ring.find(node.config.id)) return false;
  if (node.ring.stamp.version == waiting.ring_version) return true;
  return is_primary_of(node, waiting.key, node.ring.members.policy_of(waiting.key));
}

void start(Turn& turn, const OperationInLine& waiting) {
  const Order order = order_of(waiting, turn.now);
  const bool is_forwarded = waiting.asker.kind == Asker::Kind::peer;
  if (!is_forwarded && waiting.asker.kind != Asker::Kind::restore) {
    return start_operation(turn, waiting.asker, order,
                           waiting.request ? &*waiting.request : nullptr);
  }
  const bool may = is_forwarded ? may_coordinate(turn.node, waiting) : !turn.node.ring.ring.empty();
  if (!may) {
    return end_in_line(turn, waiting,
                       {"not-owner", "the key belongs to others by a newer ring", "", ""});
  }
  if (order.kind != Operation::get) return coordinate_put(turn, waiting.asker, order);
  coordinate_get(turn, waiting.asker, order, nullptr);
}

}  // namespace

std::size_t size_here(Turn& turn, std::string_view key) {
  const auto own = turn.node.store.read(key);
  return own.ok() ? own->object.byte_size() : 0;
}

BytesInFlight::Load load_of(const NodeState& node, const Asker& asker, std::size_t bytes,
                            std::span<const PeerId> members) {
  BytesInFlight::Load load;
  if (bytes < limits::kSmallOperation) return load;
  load.bytes = bytes;
  if (asker.kind == Asker::Kind::peer) load.asker = asker.connection;
  for (const PeerId& member : members) {
    if (member != node.config.id) load.members.push_back(member);
  }
  return load;
}

bool waits_in_line(Turn& turn, const Asker& asker, const Order& order, const GetRequest* request,
                   const BytesInFlight::Load& load) {
  NodeState& node = turn.node;
  ReplicaState& replica = node.replica;
  if (asker.kind == Asker::Kind::put) return false;  // a part of one that has begun
  if (replica.flights.has_room(load) && asker_reads(node, asker)) return false;
  const std::size_t bytes = order.key.size() + order.value.size() + order.context.size();
  if (!replica.line.has_room(bytes)) {
    OperationResult result;
    result.error = Error{
        "busy", "too much is under way: nothing was done (try again)",
        fmt::format("at most {} bytes under way, {} operations of {} bytes waiting",
                    limits::kFlightOfAll, limits::kFlightsWaiting, limits::kFlightsWaitingBytes),
        fmt::format("{} bytes under way, {} operations of {} bytes waiting", replica.flights.all(),
                    replica.line.size(), replica.line.bytes())};
    end_operation(turn, asker, order.kind, order.key, request, std::move(result));
    return true;
  }
  OperationInLine waiting;
  waiting.asker = asker;
  waiting.kind = order.kind;
  if (request != nullptr) waiting.request = *request;
  waiting.need = order.need;
  waiting.strict = order.strict;
  waiting.key = order.key;
  waiting.value = order.value;
  waiting.context = order.context;
  waiting.deadline = turn.now.steady + order.timeout;
  waiting.load = load;
  waiting.ring_version = node.ring.stamp.version;
  ++node.counters.operations_waited;
  // While there is time left to carry it out.
  const Duration takes = node.config.replica_timeout / 2 + time_for(load.bytes);
  const Instant latest = waiting.deadline - std::min<Duration>(takes, order.timeout / 2);
  replica.line.add(latest, bytes, std::move(waiting));
  return true;
}

BytesInFlight::Load load_of_forwarded(const Turn& turn, const Asker& asker, const Order& order) {
  const NodeState& node = turn.node;
  const auto& answers = node.replica.answers;
  std::size_t bytes = order.value.size();
  const bool gets = order.kind == Operation::get;
  if (bytes < limits::kSmallOperation && (!gets || answers.empty())) return {};
  const KeyPlace place = place_of(node, order.key);
  for (const PeerId& primary : place.primaries) {
    if (!is_reachable(node, primary, turn.now)) continue;
    const auto known = answers.find(primary);
    if (gets && known != answers.end()) bytes = known->second.largest;
    return load_of(node, asker, bytes, {&primary, 1});
  }
  return load_of(node, asker, bytes, {});
}

void note_answer(Turn& turn, const PeerId& coordinator, std::size_t bytes) {
  auto& answers = turn.node.replica.answers;
  auto known = answers.find(coordinator);
  if (known == answers.end()) {
    if (bytes < limits::kSmallOperation || answers.size() >= limits::kMembers) return;
    known = answers.emplace(coordinator, CoordinatorAnswers{}).first;
  }
  CoordinatorAnswers& of_it = known->second;
  of_it.largest = std::max(bytes, of_it.largest - of_it.largest / 8);
  of_it.last = turn.now.steady;
  if (of_it.largest < limits::kSmallOperation) answers.erase(known);
}

Instant busy_until(const NodeState& node, const PeerId& coordinator, Instant asked) {
  const Duration usual = node.config.replica_timeout;
  const Instant until = asked + usual + time_for(node.replica.flights.of_member(coordinator));
  const auto known = node.replica.answers.find(coordinator);
  return known == node.replica.answers.end() ? until : std::max(until, known->second.last + usual);
}

void allow_for_flights(const NodeState& node, std::size_t bytes, Duration& timeout,
                       Patience& patience) {
  Duration most = time_for(bytes);
  for (auto& [member, alone] : patience.of_members) {
    const Duration longer = time_for(node.replica.flights.of_member(member) + bytes);
    alone += longer;
    most = std::max(most, longer);
  }
  patience.otherwise += time_for(bytes);
  timeout += most;
}

Duration time_for(std::size_t bytes) {
  return Duration(static_cast<Duration::rep>(bytes * 1'000'000 / limits::kFlightRate));
}

void start_from_line(Turn& turn) {
  NodeState& node = turn.node;
  ReplicaState& replica = node.replica;
  if (replica.line.empty()) return;
  while (const auto late = replica.line.take_expired(turn.now.steady)) {
    end_in_line(turn, *late,
                {"busy", "too much was under way for all of its time: nothing was done (try again)",
                 fmt::format("at most {} bytes under way", limits::kFlightOfAll),
                 fmt::format("{} under way, {} operations waiting", replica.flights.all(),
                             replica.line.size())});
  }
  if (!line_is_due(node)) return;
  replica.line_looked = replica.flights.ended();
  replica.line_due = false;
  const auto may = [&](const OperationInLine& waiting) {
    return replica.flights.has_room(waiting.load) && asker_reads(node, waiting.asker);
  };
  for (std::size_t started = 0; started < kStartedAtOnce; ++started) {
    const auto next = replica.line.take_first(may, kLookedAt);
    if (!next) return;
    start(turn, *next);
  }
  replica.line_due = true;  // perhaps for more
}

bool line_is_due(const NodeState& node) {
  const ReplicaState& replica = node.replica;
  return !replica.line.empty() &&
         (replica.line_due || replica.line_looked != replica.flights.ended());
}

void drop_from_line(Turn& turn, ConnectionId connection) {
  turn.node.replica.line.drop_if([&](const OperationInLine& waiting) {
    return waiting.asker.kind == Asker::Kind::peer && waiting.asker.connection == connection;
  });
}

void cancel_in_line(Turn& turn, RequestHandle handle) {
  turn.node.replica.line.drop_if([&](const OperationInLine& waiting) {
    return waiting.asker.kind == Asker::Kind::client && waiting.asker.handle == handle;
  });
}

}  // namespace oxbow

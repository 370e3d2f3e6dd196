// Operations that other peers forward to this member, which coordinates them: it says at once that
// it has one, and carries out a write only once it is granted, if its originator may pass it over.
#include <algorithm>

#include "node/replicas.h"

namespace oxbow {

namespace {

Asker asker_of(const Connection& from, std::uint64_t ticket) {
  Asker asker;
  asker.kind = Asker::Kind::peer;
  asker.connection = from.id;
  asker.number = ticket;
  return asker;
}

void refuse(Turn& turn, const Asker& asker, Operation kind, std::string_view key, Error error) {
  OperationResult result;
  result.error = std::move(error);
  result.coordinator = turn.node.config.id;
  end_operation(turn, asker, kind, key, nullptr, std::move(result));
}

/// Whether this member may coordinate it.
Status check(NodeState& node, std::string_view key, bool strict, const RingStamp& ring) {
  if (!has_room_for_operation(node)) {
    return Error{"busy", "the coordinator has too many gets and puts under way (try again)", "",
                 ""};
  }
  if (ring_is_awaited(node)) {
    return Error{"not-owner", "this member has only just started: it knows no ring", "", ""};
  }
  const bool member = node.ring.ring.find(node.config.id).has_value();
  const bool primary = member && is_primary_of(node, key, node.ring.members.policy_of(key));
  const bool newer = node.ring.stamp.version > ring.version;
  if (!member || (!primary && (newer || strict))) {
    return Error{"not-owner", "the key belongs to others by a newer ring", "", ""};
  }
  return Done{};
}

bool confirms_to(const Connection& from) { return (from.features & peer_features::kConfirms) != 0; }

/// The last ticket, and the last place in the line, before an operation was begun.
struct Before {
  explicit Before(const ReplicaState& replica)
      : ticket(replica.last_ticket), in_line(replica.line.added()) {}
  std::uint64_t ticket;
  std::uint64_t in_line;
};

/// Says that it has the operation, unless that has been answered already: it waits in line, or has
/// a ticket behind that of `before`.
void confirm_if_under_way(Turn& turn, const Connection& from, std::uint64_t ticket,
                          const Before& before) {
  const ReplicaState& replica = turn.node.replica;
  if (replica.line.added() > before.in_line) return turn.out.send(from.id, Confirmed{ticket});
  for (std::uint64_t own = replica.last_ticket; own > before.ticket; --own) {
    if (replica.gets.contains(own) || replica.puts.contains(own)) {
      return turn.out.send(from.id, Confirmed{ticket});
    }
  }
}

void keep_until_granted(Turn& turn, const Connection& from, const Coordinate& message,
                        Duration timeout) {
  NodeState& node = turn.node;
  UngrantedWrite write;
  write.kind = message.operation;
  write.need = message.need;
  write.strict = message.strict;
  write.ring = message.ring;
  write.key = message.key;
  write.value = message.value;
  write.context = message.context;
  write.until = turn.now.steady + timeout;
  write.deadline = turn.now.steady + std::min<Duration>(timeout, limits::kGrantPatience);
  if (!node.replica.ungranted.has_room(from.peer, write.size())) {
    return refuse(turn, asker_of(from, message.ticket), message.operation, message.key,
                  {"busy", "too many writes wait for their grant (try again)", "", ""});
  }
  node.replica.ungranted.keep(from.peer, message.ticket, std::move(write));
  turn.out.send(from.id, Confirmed{message.ticket});
}

}  // namespace

void receive_coordinate(Turn& turn, Connection& from, const Coordinate& message) {
  NodeState& node = turn.node;
  compare_rings(turn, from, message.ring);
  const Asker asker = asker_of(from, message.ticket);
  const Status may = check(node, message.key, message.strict, message.ring);
  if (!may.ok()) return refuse(turn, asker, message.operation, message.key, may.error());
  Order order;
  order.kind = message.operation;
  order.need = message.need;
  order.strict = message.strict;
  order.timeout = std::clamp<Duration>(std::chrono::milliseconds(message.timeout_ms),
                                       std::chrono::milliseconds(1), limits::kOperationMost);
  order.key = message.key;
  order.value = message.value;
  order.context = message.context;
  const bool is_write = order.kind != Operation::get;
  if (is_write && message.grant == OrderGrant::awaited) {
    return keep_until_granted(turn, from, message, order.timeout);
  }
  const Before before(node.replica);
  if (is_write) {
    coordinate_put(turn, asker, order);
  } else {
    coordinate_get(turn, asker, order, nullptr);
  }
  if (confirms_to(from)) confirm_if_under_way(turn, from, message.ticket, before);
}

void receive_grant(Turn& turn, Connection& from, const Grant& grant) {
  NodeState& node = turn.node;
  const auto write = node.replica.ungranted.take(from.peer, grant.ticket);
  if (grant.word == GrantWord::withdrawn) return;
  const Asker asker = asker_of(from, grant.ticket);
  if (!write) {
    return refuse(turn, asker, Operation::put, {},
                  {"not-granted", "nothing was done: the grant came too late", "", ""});
  }
  // The ring may have changed since it was confirmed.
  const Status may = check(node, write->key, write->strict, write->ring);
  if (!may.ok()) return refuse(turn, asker, write->kind, write->key, may.error());
  Order order;
  order.kind = write->kind;
  order.need = write->need;
  order.strict = write->strict;
  order.timeout = write->until - turn.now.steady;
  order.key = write->key;
  order.value = write->value;
  order.context = write->context;
  coordinate_put(turn, asker, order);
}

}  // namespace oxbow

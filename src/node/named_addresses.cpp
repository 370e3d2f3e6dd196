// Addresses that another peer named: the originator of a lookup or a walker. Whoever names them
// could make this peer dial anybody. So they are dialled at a bounded rate, and what is dialled so
// has a budget of its own: it takes no place from the replicas.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

std::size_t named_connections(const NodeState& node) {
  std::size_t count = 0;
  for (const auto& [id, pending] : node.dials) count += pending.named ? 1U : 0U;
  for (const ConnectionId id : node.connections.all()) {
    const Connection& connection = *node.connections.find(id);
    count += connection.named && !connection.linked ? 1U : 0U;
  }
  return count;
}

bool may_dial_named(Turn& turn, Connection& namer, const Address& address) {
  NodeState& node = turn.node;
  const Instant now = turn.now.steady;
  const bool fits = address.is_unicast() && may_be_shared(address, namer.remote) &&
                    address != node.config.advertised;
  // In this order: what the one is refused costs the others nothing.
  const bool may =
      fits && namer.dial_limiter.admit(now, limits::kNamedDialRate, limits::kNamedDialBurst) &&
      named_connections(node) < limits::kNamedConnections &&
      node.dial_limiter.admit(now, limits::kNamedDialRateOfAll, limits::kNamedDialBurstOfAll);
  if (!may) ++node.counters.named_refused;
  return may;
}

bool send_to_named(Turn& turn, Connection& namer, const PeerId& peer, const Address& address,
                   const Message& message) {
  NodeState& node = turn.node;
  if (Connection* connection = node.connections.to_peer(peer, ConnectionKind::control)) {
    connection->used = turn.now.steady;
    turn.out.send(connection->id, message);
    return true;
  }
  for (auto& [id, pending] : node.dials) {
    if (pending.kind != ConnectionKind::control || pending.expected != peer) continue;
    if (pending.messages.size() >= limits::kSendsAwaitingDial) return false;
    pending.messages.push_back({OwnedMessage(message), kNothingPending});
    return true;
  }
  if (!may_dial_named(turn, namer, address)) return false;
  PendingDial pending;
  pending.target = to_string(address);
  pending.expected = peer;
  pending.named = true;
  pending.messages.push_back({OwnedMessage(message), kNothingPending});
  dial(turn, std::move(pending));
  return true;
}

void send_report(Turn& turn, Connection* namer, const PeerId& peer, const Address& address,
                 const WalkReport& report, WriteSequence after) {
  NodeState& node = turn.node;
  if (Connection* connection = node.connections.to_peer(peer, ConnectionKind::control)) {
    connection->used = turn.now.steady;
    return turn.out.send(connection->id, report, after);
  }
  OwnedReport owned{report, {}, after};
  owned.report.results = {};
  owned.report.holder_name = {};
  for (const HitResult& result : report.results) {
    owned.results.push_back(
        {std::string(result.key), result.size, result.sha256, std::string(result.clock)});
  }
  for (auto& [id, pending] : node.dials) {
    if (pending.kind != ConnectionKind::control || pending.expected != peer) continue;
    if (pending.reports.size() < limits::kSendsAwaitingDial) {
      pending.reports.push_back(std::move(owned));
    }
    return;
  }
  if (namer == nullptr || !may_dial_named(turn, *namer, address)) return;
  PendingDial pending;
  pending.target = to_string(address);
  pending.expected = peer;
  pending.named = true;
  pending.reports.push_back(std::move(owned));
  dial(turn, std::move(pending));
}

}  // namespace oxbow

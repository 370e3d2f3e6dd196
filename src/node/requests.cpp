// The clients' smaller requests: publishing, neighbors, readiness.
#include <fmt/format.h>

#include <algorithm>

#include "base/sha256.h"
#include "node/handlers.h"
#include "node/membership.h"

namespace oxbow {

void give(Turn& turn, Reply reply) { replies_for(turn, reply.handle).push_back(std::move(reply)); }

void reply(Turn& turn, RequestHandle handle, ClientAnswer answer, WriteSequence after) {
  give(turn, {handle, std::move(answer), after});
}

void reply(Turn& turn, RequestHandle handle, Error error) {
  give(turn, {handle, std::move(error)});
}

void request_publish(Turn& turn, RequestHandle handle, const PublishRequest& request) {
  if (request.value.size() > limits::kValue) {
    return reply(turn, handle,
                 Error{"too-large", "a value above the limit (share it as a file instead)",
                       fmt::format("at most {} bytes", limits::kValue),
                       fmt::format("{}", request.value.size())});
  }
  const Digest digest = sha256(request.value);
  auto published = turn.node.index.publish(request.key, request.value, digest);
  if (!published.ok()) return reply(turn, handle, published.error());
  reply(turn, handle, ClientAnswer(PublishAnswer{to_string(digest), published->replaced}));
}

void request_unpublish(Turn& turn, RequestHandle handle, const UnpublishRequest& request) {
  reply(turn, handle, ClientAnswer(UnpublishAnswer{turn.node.index.unpublish(request.key)}));
}

namespace {

NeighborStatus describe(const Connection& connection) {
  NeighborStatus status;
  status.address = to_string(connection.address);
  status.id = to_string(connection.peer);
  status.name = connection.name;
  status.state = connection.linked ? "linked" : "direct";
  status.dialled = connection.dialled;
  status.pressure = connection.under_pressure;
  if (connection.round_trip) status.round_trip_ms = to_ms(*connection.round_trip);
  status.queries_in = connection.queries_in;
  status.queries_out = connection.queries_out;
  status.hits_in = connection.hits_in;
  status.hits_out = connection.hits_out;
  return status;
}

const char* state_name(TargetState state) {
  switch (state) {
    case TargetState::waiting:
      return "waiting";
    case TargetState::dialling:
      return "dialling";
    case TargetState::linked:
      return "linked";
    case TargetState::self:
      return "self";
  }
  return "waiting";
}

}  // namespace

void request_peers(Turn& turn, RequestHandle handle) {
  NodeState& node = turn.node;
  PeersAnswer answer;
  for (const ConnectionId id : node.connections.all()) {
    const Connection& connection = *node.connections.find(id);
    if (!connection.up || connection.kind != ConnectionKind::control) continue;
    if (answer.neighbors.size() == limits::kHitsPerAnswer) break;
    answer.neighbors.push_back(describe(connection));
  }
  for (const ConfiguredNeighbor& configured : node.plan.configured()) {
    const std::string id = configured.peer ? to_string(*configured.peer) : "";
    const auto connected =
        std::find_if(answer.neighbors.begin(), answer.neighbors.end(),
                     [&](const NeighborStatus& known) { return !id.empty() && known.id == id; });
    if (connected != answer.neighbors.end()) {
      connected->configured = true;
      continue;
    }
    if (answer.neighbors.size() == limits::kHitsPerAnswer) break;
    NeighborStatus status;
    status.address = configured.target;
    status.id = id;
    status.state = state_name(configured.state);
    status.configured = true;
    status.last_error = configured.last_error;
    if (configured.state == TargetState::waiting && configured.retry_at > turn.now.steady) {
      status.retry_in_ms = static_cast<std::uint64_t>(
          std::chrono::ceil<std::chrono::milliseconds>(configured.retry_at - turn.now.steady)
              .count());
    }
    answer.neighbors.push_back(std::move(status));
  }
  reply(turn, handle, ClientAnswer(std::move(answer)));
}

void request_peer_add(Turn& turn, RequestHandle handle, const PeerAddRequest& request) {
  auto added = turn.node.plan.add(turn.now.steady, request.address);
  if (!added.ok()) return reply(turn, handle, added.error());
  dial_due_neighbors(turn);
  reply(turn, handle, ClientAnswer(PeerAddAnswer{*added}));
}

void request_peer_remove(Turn& turn, RequestHandle handle, const PeerRemoveRequest& request) {
  NodeState& node = turn.node;
  // The neighbor may be named by its address, its id or its name; it may be configured, linked or
  // both.
  Connection* link = nullptr;
  for (const ConnectionId id : node.connections.links()) {
    Connection* candidate = node.connections.find(id);
    if (to_string(candidate->address) == request.address || candidate->name == request.address ||
        to_string(candidate->peer) == request.address) {
      link = candidate;
    }
  }
  std::vector<std::string> targets;
  for (const ConfiguredNeighbor& configured : node.plan.configured()) {
    const bool named = configured.target == request.address;
    const bool linked = link != nullptr && configured.peer == link->peer;
    if (named && link == nullptr && configured.peer) {
      link = node.connections.to_peer(*configured.peer, ConnectionKind::control);
    }
    if (named || linked) targets.push_back(configured.target);
  }
  for (const std::string& target : targets) {
    node.plan.remove(target);
    give_up_dials(turn, target);
  }
  const bool removed = link != nullptr || !targets.empty();
  if (link != nullptr) hang_up(turn, *link, "removed", "removed from the neighbor list");
  check_ready(turn);
  reply(turn, handle, ClientAnswer(PeerRemoveAnswer{removed}));
}

std::string waiting_for(const NodeState& node) {
  if (node.shares_pending) {
    const ShareStatus& shares = node.index.shares();
    const char* files = shares.pending_files == 1 ? "file" : "files";
    return fmt::format("shared folders: {} {} to index", shares.pending_files, files);
  }
  if (node.adoption.objects.under_way) return "objects of the ring: to be indexed";
  const ConfiguredNeighbor* missing = node.plan.first_missing();
  if (missing != nullptr) {
    return missing->last_error.empty()
               ? fmt::format("neighbor {}", missing->target)
               : fmt::format("neighbor {}: {}", missing->target, missing->last_error);
  }
  if (ring_is_awaited(node)) {
    return knows_others(node) ? "the ring: what was told of it is not on this peer's disk yet"
                              : "the ring: no neighbor has told of it yet";
  }
  // A second connection to a neighbor that dialled us may still be about to replace the first.
  for (const auto& [id, pending] : node.dials) {
    if (pending.wants_link && !pending.beside && !pending.target.empty()) {
      return fmt::format("neighbor {}", pending.target);
    }
  }
  return "";
}

void check_ready(Turn& turn) {
  NodeState& node = turn.node;
  if (node.ready_waits.empty()) return;
  const std::string missing = waiting_for(node);
  std::erase_if(node.ready_waits, [&](const ReadyWait& wait) {
    if (!missing.empty() && wait.deadline > turn.now.steady) return false;
    reply(turn, wait.handle, ClientAnswer(WaitReadyAnswer{missing.empty(), missing}));
    return true;
  });
}

void request_wait_ready(Turn& turn, RequestHandle handle, const WaitReadyRequest& request) {
  NodeState& node = turn.node;
  if (node.ready_waits.size() >= limits::kRequests) {
    return reply(turn, handle, Error{"busy", "too many clients wait", "", ""});
  }
  const Duration patience = request.timeout_ms == 0
                                ? Duration(limits::kReadyTimeout)
                                : Duration(std::chrono::milliseconds(request.timeout_ms));
  node.ready_waits.push_back({handle, turn.now.steady + patience});
  check_ready(turn);
}

}  // namespace oxbow

#include "node/node.h"

#include <fmt/format.h>

#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

NodeState::NodeState(NodeConfig given, Store& own_store)
    : config(std::move(given)),
      store(own_store),
      random(config.seed),
      id_conflicts(config.id),
      plan({config.id, config.is_static, config.minimum_degree}, Random(random.next())),
      pongs(config.id, config.advertised),
      seen(config.seen_entries),
      routes(config.route_entries),
      echoes(config.echo_entries, config.patience),
      traces(config.trace_steps),
      replica(config.id, config.run, config.replica_timeout) {
  if (config.name.empty()) config.name = abbreviated(config.id);
}

Node::Node(NodeConfig config, Store& store)
    : state_(std::make_unique<NodeState>(std::move(config), store)) {}
Node::~Node() = default;
Node::Node(Node&&) noexcept = default;
Node& Node::operator=(Node&&) noexcept = default;

void Node::start(Now now, bool shares_pending, Outbox& out) {
  NodeState& node = *state_;
  Turn turn{node, now, out};
  const SendsNoted noted(turn);
  node.started = now.steady;
  node.shares_pending = shares_pending;
  for (const std::string& neighbor : node.config.neighbors) {
    const auto added = node.plan.add(now.steady, neighbor);
    if (!added.ok()) log(turn, Severity::warning, kNoConnection, added.error().message);
  }
  start_membership(turn);
  start_replicas(turn);
  start_object_index(turn);
  dial_due_neighbors(turn);
}

void Node::stop(Now now, Outbox& out) {
  Turn turn{*state_, now, out};
  stop_replicas(turn);
  stop_membership(turn);
}

void Node::durable(Now now, WriteSequence sequence, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  writes_are_durable(turn, sequence);
  membership_durable(turn, sequence);
}

void Node::disconnected(Now now, ConnectionId id, std::string_view reason, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  Connection* connection = state_->connections.find(id);
  if (connection == nullptr) return;
  const PeerId peer = connection->peer;
  const bool was_up = connection->up;
  connection_gone(turn, *connection, reason);
  if (was_up) member_disconnected(turn, peer);
  check_ready(turn);
}

void Node::dial_failed(Now now, DialId dial, std::string_view reason, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  const auto pending = state_->dials.find(dial);
  if (pending == state_->dials.end()) return;
  if (const auto address = parse_address(pending->second.target); address.ok()) {
    state_->pongs.failed(now.steady, *address);
  }
  if (!pending->second.named) {  // else it may be no address of that peer
    address_failed(turn, pending->second.expected, pending->second.target, pending->second.began,
                   reason);
  }
  dial_ended(turn, dial, reason);
}

void Node::pressure(Now now, ConnectionId id, Pressure level, Outbox& out) {
  Connection* connection = state_->connections.find(id);
  if (connection == nullptr) return;
  connection->under_pressure = level == Pressure::high;
  if (level == Pressure::high) return;
  connection->hits_under_pressure.clear();
  Turn turn{*state_, now, out};
  connection_reads(turn);
}

namespace {

template <class... Handlers>
struct Overloaded : Handlers... {
  using Handlers::operator()...;
};
template <class... Handlers>
Overloaded(Handlers...) -> Overloaded<Handlers...>;

}  // namespace

void Node::receive(Now now, ConnectionId id, const Message& message, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  Connection* found = state_->connections.find(id);
  if (found == nullptr) return;  // hung up by this node; its last bytes are still coming in
  Connection& from = *found;
  from.heard = now.steady;
  from.owes = kNever;
  if (from.up) {
    if (is_owed_answer(message)) {
      member_answered(turn, from.peer);
    } else {
      member_heard(turn, from.peer);
    }
  }
  const bool greeting =
      std::holds_alternative<Hello>(message) || std::holds_alternative<Bye>(message);
  if (!from.up && !greeting) {
    // It was dialled, has said hello, and takes itself for connected.
    if (state_->contenders.waits(id)) return;
    return offence(turn, from, "a message before its hello");
  }
  std::visit(Overloaded{
                 [&](const Hello& hello) { receive_hello(turn, from, hello); },
                 [&](const Bye& bye) { receive_bye(turn, from, bye); },
                 [&](const LinkChange& change) { receive_link_change(turn, from, change); },
                 [&](const Ping& ping) { receive_ping(turn, from, ping); },
                 [&](const Pong& pong) { receive_pong(turn, from, pong); },
                 [&](const Query& query) {
                   from.used = now.steady;
                   receive_query(turn, from, query);
                 },
                 [&](const Hit& hit) { receive_hit(turn, from, hit); },
                 [&](const QueryDone& done) { receive_query_done(turn, from, done); },
                 [&](const Walk& walk) { receive_walk(turn, from, walk); },
                 [&](const WalkReport& report) {
                   from.used = now.steady;
                   receive_walk_report(turn, from, report);
                 },
                 [&](const WalkReply& reply) { receive_walk_reply(turn, from, reply); },
                 [&](const PieceRequest& request) { receive_piece_request(turn, from, request); },
                 [&](const Piece& piece) { receive_piece(turn, from, piece); },
                 [&](const Gossip& gossip) { receive_gossip(turn, from, gossip); },
                 [&](const GossipRecords& records) { receive_records(turn, from, records); },
                 [&](const LookupStep& step) {
                   from.used = now.steady;
                   receive_lookup_step(turn, from, step);
                 },
                 [&](const LookupEnd& end) { receive_lookup_end(turn, from, end); },
                 [&](const ObjectRead& read) {
                   from.used = now.steady;
                   receive_object_read(turn, from, read);
                 },
                 [&](const ObjectReply& reply) { receive_object_reply(turn, from, reply); },
                 [&](const ObjectWrite& write) {
                   from.used = now.steady;
                   receive_object_write(turn, from, write);
                 },
                 [&](const WriteReply& reply) { receive_write_reply(turn, from, reply); },
                 [&](const Coordinate& order) {
                   from.used = now.steady;
                   receive_coordinate(turn, from, order);
                 },
                 [&](const Coordinated& result) { receive_coordinated(turn, from, result); },
                 [&](const Confirmed& confirmed) { receive_confirmed(turn, from, confirmed); },
                 [&](const Grant& grant) {
                   from.used = now.steady;
                   receive_grant(turn, from, grant);
                 },
                 [&](const IdInUse& told) { receive_id_in_use(turn, from, told); },
                 [&](const DialReport& report) { receive_dial_report(turn, from, report); },
             },
             message);
}

void Node::expect(const RequestId& query) const {
  state_->seen.prefetch(query);
  state_->routes.prefetch(query);
}

void Node::request(Now now, RequestHandle handle, const ClientRequest& request, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  std::visit(
      Overloaded{
          [&](const PingRequest&) { reply(turn, handle, ClientAnswer(PingAnswer{})); },
          [&](const FindRequest& find) { request_find(turn, handle, find); },
          [&](const PieceCall& call) { request_piece(turn, handle, call); },
          [&](const PublishRequest& publish) { request_publish(turn, handle, publish); },
          [&](const UnpublishRequest& gone) { request_unpublish(turn, handle, gone); },
          [&](const PeersRequest&) { request_peers(turn, handle); },
          [&](const PeerAddRequest& add) { request_peer_add(turn, handle, add); },
          [&](const PeerRemoveRequest& remove) { request_peer_remove(turn, handle, remove); },
          [&](const StatusRequest&) {
            reply(turn, handle, ClientAnswer(describe_status(*state_, now)));
          },
          [&](const WaitReadyRequest& wait) { request_wait_ready(turn, handle, wait); },
          [&](const TraceRequest& trace) { request_trace(turn, handle, trace); },
          [&](const GetRequest& get) { request_get(turn, handle, get); },
          [&](const PutRequest& put) { request_put(turn, handle, put); },
          [&](const DeleteRequest& remove) { request_delete(turn, handle, remove); },
          [&](const LookupRequest& lookup) { request_lookup(turn, handle, lookup); },
          [&](const RingRequest&) { request_ring(turn, handle); },
          [&](const OwnerRequest& owner) { request_owner(turn, handle, owner); },
          [&](const RingJoinRequest& join) { request_ring_join(turn, handle, join); },
          [&](const RingLeaveRequest& leave) { request_ring_leave(turn, handle, leave); },
          [&](const RingBucketRequest& bucket) { request_ring_bucket(turn, handle, bucket); },
      },
      request);
}

void Node::cancel(Now now, RequestHandle handle, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  cancel_request(turn, handle);
}

void cancel_request(Turn& turn, RequestHandle handle) {
  NodeState& node = turn.node;
  cancel_membership(turn, handle);
  cancel_replica(turn, handle);
  cancel_adoption(turn, handle);
  const auto find = node.finds.find(handle);
  if (find != node.finds.end()) {
    node.finds_due.erase({find->second.due, handle});
    node.find_of.erase(find->second.id);
    node.finds.erase(find);
  }
  std::erase_if(node.pieces, [&](const auto& entry) { return entry.second.handle == handle; });
  std::erase_if(node.reads, [&](const auto& entry) {
    return entry.second.connection == kNoConnection && entry.second.handle == handle;
  });
  std::erase_if(node.ready_waits, [&](const ReadyWait& wait) { return wait.handle == handle; });
}

void Node::index_changed(Now now, const IndexUpdate& update, Outbox& out) {
  Turn turn{*state_, now, out};
  const SendsNoted noted(turn);
  const std::size_t left_out = state_->index.apply(update);
  if (left_out > 0) {
    log_standing(turn, Severity::warning, kNoConnection, "files left out",
                 fmt::format("{} shared files or more cannot be found: the index is full, or their "
                             "names are no keys",
                             left_out));
  }
  const ShareStatus& progress = update.progress;
  if (!progress.scanning && progress.pending_files == 0) state_->shares_pending = false;
  check_ready(turn);
}

void Node::tick(Now now, Outbox& out) {
  NodeState& node = *state_;
  Turn turn{node, now, out};
  const SendsNoted noted(turn);
  give_up_overdue_echoes(turn);
  probe_silent_neighbors(turn);
  run_scan_slice(turn);
  look_after_finds(turn);
  expire_parked(turn);
  end_overdue_pieces(turn);
  look_after_connections(turn);
  look_after_membership(turn);
  look_after_replicas(turn);
  look_after_adoptions(turn);
  look_after_dial_reports(turn);
  dial_due_neighbors(turn);
  check_ready(turn);
  tell_ended_conditions(turn);
  node.seen.expire(now.steady);
  node.routes.expire(now.steady);
  while (node.visits.size() > 0 && node.visits.oldest_time() + limits::kRouteLife <= now.steady) {
    node.visits.erase(node.visits.oldest());
  }
}

Instant Node::next_deadline() const {
  const NodeState& node = *state_;
  if (!node.scans.empty()) return Instant::min();
  Instant next =
      std::min({node.seen.next_deadline(), node.routes.next_deadline(), node.echoes.next_deadline(),
                node.plan.next_deadline(), node.keepalive_due, membership_deadline(node),
                replica_deadline(node), adoption_deadline(node), node.silent.next_deadline(),
                node.standing.next_deadline(), node.dial_reports.next_deadline()});
  if (!node.finds_due.empty()) next = std::min(next, node.finds_due.begin()->first);
  if (node.visits.size() > 0) next = std::min(next, node.visits.oldest_time() + limits::kRouteLife);
  if (node.parked.size() > 0) {
    next = std::min(next, node.parked.oldest_time() + limits::kWalkSilence);
  }
  if (!node.pieces.empty()) next = std::min(next, node.pieces.begin()->second.deadline);
  for (const ReadyWait& wait : node.ready_waits) next = std::min(next, wait.deadline);
  if (!node.config.is_static) next = std::min(next, node.probe_due);
  return next;
}

}  // namespace oxbow

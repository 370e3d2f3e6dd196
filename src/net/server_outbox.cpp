// What the node wants done, in the order that message/outbox.h asks for.
#include <fmt/format.h>

#include <algorithm>

#include "net/server.h"

namespace oxbow {

using namespace net;

namespace {

constexpr std::size_t kFlushEarly = 64 * 1024;  // so that pressure is seen within a long turn

}  // namespace

void PeerServer::Server::carry_out() {
  // First, because they name connections that may be about to be hung up.
  for (const Event& each : out_.events) log_event(each);
  for (const Send& each : out_.sends) send(each);
  for (const Hangup& each : out_.hangups) hang_up(each);
  for (const Reply& each : out_.replies) deliver(each);
  for (const Dial& each : out_.dials) dialer_.dial(each.id, each.target);
  for (const DiskRead& each : out_.disk) start_read(each);
  out_.clear();
  tell_high_pressure();
}

/// Encoded once, straight into the output of the only target or copied to each of several.
void PeerServer::Server::send(const Send& send) {
  const auto targets = out_.targets_of(send);
  if (waits(send.after)) {
    for (const ConnectionId target : targets) hold_message(target, send);
    return;
  }
  scratch_.clear();
  if (targets.size() > 1) append_frame(send.message, scratch_);
  for (const ConnectionId target : targets) append_to(target, send.message, scratch_);
}

/// The peer behind it, if it can still be told something.
PeerServer::Server::Connection* PeerServer::Server::find_peer(ConnectionId id) {
  Connection* const connection = connections_.find(id);
  const bool is_there =
      connection != nullptr && !connection->is_ending && connection->peer() != nullptr;
  return is_there ? connection : nullptr;
}

/// `encoded`: the message as a frame, or empty.
void PeerServer::Server::append_to(ConnectionId target, const Message& message,
                                   std::string_view encoded) {
  Connection* const connection = find_peer(target);
  if (connection == nullptr) return;
  // A Bye comes last: whoever reads it hangs up.
  const Lane lane = std::holds_alternative<Bye>(message) ? Lane::data : lane_of(message);
  std::string& output = greeted_output(*connection, lane);
  if (encoded.empty()) {
    append_frame(message, output);
  } else {
    output.append(encoded);
  }
  written_to(*connection);
}

std::string& PeerServer::Server::greeted_output(Connection& connection, Lane lane) {
  PeerSide& peer = *connection.peer();
  if (!peer.has_greeted) append_magic(connection.stream.output());
  peer.has_greeted = true;
  return connection.stream.output(lane);
}

void PeerServer::Server::written_to(Connection& connection) {
  touch(connection);
  if (connection.stream.appended() < kFlushEarly) return;
  next_slow_look_ = std::min(next_slow_look_, now().steady + limits::kSlowLook);
  if (connection.stream.flush() != 0) mark_ended(connection, "the connection is lost");
  watch_pressure(connection);
}

void PeerServer::Server::hang_up(const Hangup& hangup) {
  auto removed = connections_.remove(hangup.connection);
  if (removed == nullptr) return;
  Connection* const connection = removed.get();
  graveyard_.push_back(std::move(removed));
  const bool is_told = std::any_of(out_.events.begin(), out_.events.end(), [&](const Event& event) {
    return event.connection == hangup.connection && event.severity != Severity::debug;
  });
  const std::string text = fmt::format("hung up on {}: {}", describe(*connection), hangup.reason);
  if (is_told || hangup.severity == Severity::debug) {
    log(Severity::debug, text);
  } else {
    log_standing(hangup.severity, hangup.reason, connection->remote, text);
  }
  settle(*connection);
  drop_held(*connection);
  held_for_all_ -= connection->counted;
  lingering_.take(std::move(connection->stream), now().steady);
}

void PeerServer::Server::deliver(const Reply& reply) {
  Connection* const connection = connections_.find(RequestsInFlight::session_of(reply.handle));
  if (connection == nullptr || connection->client() == nullptr) return;
  RequestsInFlight& requests = connection->client()->requests;
  const auto rpc_id = requests.find(reply.handle);
  if (!rpc_id) return;
  if (finds_no_room(*connection, *rpc_id, reply)) return;
  if (reply.is_final()) connection->client()->again.forget(reply.handle);
  if (waits(reply.after)) {
    hold_answer(*connection, *rpc_id, reply);
    return;
  }
  if (!connection->is_ending) {
    append_reply(*rpc_id, reply, connection->stream.output());
    touch(*connection);
  }
  if (reply.is_final()) requests.end(reply.handle);
}

/// Whether the client has left so much unread that this cannot be kept for it too. Then a get is
/// asked again later; of anything else it is told so in place of the answer.
bool PeerServer::Server::finds_no_room(Connection& connection, std::uint32_t rpc_id,
                                       const Reply& reply) {
  ClientSide& client = *connection.client();
  const std::size_t waiting = connection.waiting();
  if (waiting <= limits::kRpcUnread && client.left_out.empty()) return false;
  const bool is_answer = std::holds_alternative<ClientAnswer>(reply.content);
  if (is_answer && waiting > limits::kRpcUnread && client.again.drop_answer(reply.handle)) {
    client.requests.end(reply.handle);
    return true;
  }
  const bool is_hit = !reply.is_final();
  if (is_hit && waiting > limits::kRpcUnreadMost) {
    client.left_out.insert(reply.handle);
    return true;
  }
  const bool lacks_hits = reply.is_final() && client.left_out.erase(reply.handle) > 0;
  if (!is_answer || (!lacks_hits && waiting <= limits::kRpcUnreadMost)) return false;
  const Error busy{"busy", "the client has left too much unread for this answer (try again)",
                   fmt::format("at most {} bytes unread", limits::kRpcUnreadMost),
                   fmt::format("{}", waiting)};
  append_error(rpc_id, busy, connection.stream.output());
  touch(connection);
  client.requests.end(reply.handle);
  return true;
}

void PeerServer::Server::append_reply(std::uint32_t rpc_id, const Reply& reply, std::string& out) {
  if (const auto* hit = std::get_if<SearchHit>(&reply.content)) {
    append_hit(rpc_id, *hit, out);
  } else if (const auto* answer = std::get_if<ClientAnswer>(&reply.content)) {
    append_answer(rpc_id, *answer, out);
  } else {
    append_error(rpc_id, std::get<Error>(reply.content), out);
  }
}

void PeerServer::Server::start_read(const DiskRead& read) {
  if (files_ != nullptr) {
    files_->read(read);
  } else {
    failed_reads_.push_back(read.ticket);
  }
}

void PeerServer::Server::log_event(const Event& event) {
  if (!log_.wants(event.severity)) return;
  const Connection* const connection = connections_.find(event.connection);
  log(event.severity, connection == nullptr
                          ? std::string(event.text)
                          : fmt::format("{}: {}", describe(*connection), event.text));
}

}  // namespace oxbow

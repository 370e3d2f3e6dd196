// The end of a turn: what is due, what was gathered, who has gone.
#include <fmt/format.h>

#include <algorithm>

#include "net/server.h"

namespace oxbow {

using namespace net;

Instant PeerServer::Server::end_turn() {
  const Instant time = now().steady;
  if (node_->next_deadline() <= time) {
    node_->tick(now(), out_);
    carry_out();
  }
  expire(time);
  watch_slow_ones(time);
  if (!held_.empty()) take_durable();  // what became durable within this turn
  do {
    flush_touched();
    settle_marked();
    resume_clients();
  } while (!touched_.empty() || !ended_.empty() || !pressed_.empty() || !failed_reads_.empty());
  // Behind the flush: other members sync the same writes meanwhile.
  store_->submit();
  if (listener_->is_waiting()) accept_waiting();
  graveyard_.clear();
  return std::min({node_->next_deadline(), next_expiry_, next_slow_look_, dialer_.next_deadline(),
                   lingering_.next_deadline(), log_.next_deadline(), standing_.next_deadline()});
}

// -- output --------------------------------------------------------------------------------------

void PeerServer::Server::touch(Connection& connection) {
  if (connection.is_dirty) return;
  connection.is_dirty = true;
  touched_.push_back(connection.id);
}

void PeerServer::Server::flush_touched() {
  for (std::size_t i = 0; i < touched_.size(); ++i) {
    Connection* const connection = connections_.find(touched_[i]);
    if (connection == nullptr) continue;
    connection->is_dirty = false;
    if (connection->stream.queued() > limits::kSlowBytes) {
      next_slow_look_ = std::min(next_slow_look_, now().steady + limits::kSlowLook);
    }
    if (connection->stream.flush() != 0) {
      mark_ended(*connection, "the connection is lost");
      continue;
    }
    watch_progress(*connection);
    if (connection->peer() != nullptr) watch_pressure(*connection);
    account(*connection);
  }
  touched_.clear();
}

void PeerServer::Server::watch_pressure(Connection& connection) {
  PeerSide& peer = *connection.peer();
  const std::size_t queued = connection.waiting();
  const bool is_high =
      peer.under_pressure ? queued >= limits::kPressureBelow : queued > limits::kPressureAbove;
  if (is_high == peer.under_pressure) return;
  peer.under_pressure = is_high;
  pressed_.push_back(connection.id);
}

/// A long message, or many, may take longer than the node waits for an answer: as long as the other
/// end takes some of it, it is alive.
void PeerServer::Server::watch_slow_ones(Instant time) {
  if (next_slow_look_ > time) return;
  next_slow_look_ = kNever;
  for (const auto& each : connections_.slots()) {
    if (each == nullptr || each->is_ending || each->peer() == nullptr) continue;
    if (each->stream.unconfirmed() <= limits::kSlowBytes) continue;
    next_slow_look_ = time + limits::kSlowLook;
    PeerSide& peer = *each->peer();
    const std::uint64_t confirmed = each->stream.confirmed();
    if (confirmed != peer.confirmed_then) node_->alive(now(), each->id);
    peer.confirmed_then = confirmed;
  }
}

/// At once, so that nothing large is sent over it within this turn. That a queue has become short
/// the node learns at the end of the turn.
void PeerServer::Server::tell_high_pressure() {
  for (; pressed_told_ < pressed_.size(); ++pressed_told_) {
    const Connection* const connection = connections_.find(pressed_[pressed_told_]);
    if (connection == nullptr || connection->is_ending) continue;
    if (!std::get<PeerSide>(connection->side).under_pressure) continue;
    node_->pressure(now(), connection->id, Pressure::high, out_);
  }
}

void PeerServer::Server::stream_written(ConnectionId id) {
  Connection* const connection = connections_.find(id);
  if (connection == nullptr) return;
  watch_progress(*connection);
  if (connection->peer() != nullptr) watch_pressure(*connection);
  account(*connection);
}

// -- ends ----------------------------------------------------------------------------------------

void PeerServer::Server::stream_ended(ConnectionId id, std::string_view reason, bool cleanly) {
  // A client may shut its side down and still read what has been answered.
  end(id, reason, cleanly);
}

void PeerServer::Server::mark_ended(Connection& connection, std::string_view reason) {
  if (connection.is_ending) return;
  connection.is_ending = true;
  ended_.push_back({connection.id, std::string(reason)});
}

void PeerServer::Server::settle_marked() {
  for (std::size_t i = 0; i < pressed_.size(); ++i) {
    Connection* const connection = connections_.find(pressed_[i]);
    if (connection == nullptr || connection->is_ending) continue;
    const bool is_high = connection->peer()->under_pressure;
    node_->pressure(now(), connection->id, is_high ? Pressure::high : Pressure::none, out_);
    carry_out();
  }
  pressed_.clear();
  pressed_told_ = 0;
  stay_within_sum();

  std::vector<Ended> ended;
  ended.swap(ended_);
  for (const Ended& each : ended) {
    if (const Connection* const connection = connections_.find(each.id)) {
      log_standing(Severity::warning, each.reason, connection->remote,
                   fmt::format("hung up on {}: {}", describe(*connection), each.reason));
    }
    end(each.id, each.reason, false);
  }

  std::vector<DiskTicket> failed;
  failed.swap(failed_reads_);
  for (const DiskTicket ticket : failed) {
    node_->disk_done(now(), ticket, {PieceStatus::failed, {}}, out_);
    carry_out();
  }
}

void PeerServer::Server::end(ConnectionId id, std::string_view reason, bool politely) {
  auto removed = connections_.remove(id);
  if (removed == nullptr) return;
  Connection& connection = *removed;
  graveyard_.push_back(std::move(removed));
  settle(connection);
  drop_held(connection);
  held_for_all_ -= connection.counted;
  connection.counted = 0;

  if (connection.peer() != nullptr) {
    node_->disconnected(now(), id, reason, out_);
    carry_out();
  } else if (ClientSide* const client = connection.client()) {
    --clients_;
    for (const RequestHandle handle : client->requests.all()) {
      node_->cancel(now(), handle, out_);
      carry_out();
    }
  }
  if (politely) {
    lingering_.take(std::move(connection.stream), now().steady);
  } else {
    const Stream closed = std::move(connection.stream);
  }
}

// -- deadlines -----------------------------------------------------------------------------------

void PeerServer::Server::set_deadline(Instant& deadline, Instant at) {
  deadline = at;
  next_expiry_ = std::min(next_expiry_, at);
}

void PeerServer::Server::expire(Instant time) {
  dialer_.expire(time);
  lingering_.expire(time);
  while (const auto line = standing_.take_line(time)) log(line->severity, line->text);
  log_.expire(time);
  if (next_expiry_ > time) return;
  next_expiry_ = kNever;
  for (std::size_t slot = 0; slot < connections_.slots().size(); ++slot) {
    Connection* const connection = connections_.slots()[slot].get();
    if (connection == nullptr) continue;
    if (connection->next_deadline() <= time) expire(*connection, time);
    if (connections_.slots()[slot].get() != connection) continue;
    next_expiry_ = std::min(next_expiry_, connection->next_deadline());
  }
}

}  // namespace oxbow

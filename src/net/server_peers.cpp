// Connections to other peers: bytes in, messages to the node.
#include <fmt/format.h>

#include "base/printable.h"
#include "net/server.h"

namespace oxbow {

using namespace net;

void PeerServer::Server::dial_connected(DialId id, Stream stream) {
  Connection* const connection = connections_.open(std::move(stream), now().steady);
  if (connection == nullptr) {
    dial_failed(id, "too many connections");
    return;
  }
  set_deadline(connection->hello_due, now().steady + options_.hello_deadline);
  const ConnectionId opened = connection->id;
  become_peer(*connection, Connected{true, id, connection->remote});
  if (connections_.find(opened) == connection) connection->stream.attach(opened, *this);
}

void PeerServer::Server::dial_failed(DialId id, std::string_view reason) {
  if (reason == uv_strerror(UV_EMFILE) || reason == uv_strerror(UV_ENFILE)) note_descriptors(true);
  node_->dial_failed(now(), id, reason, out_);
  carry_out();
}

void PeerServer::Server::become_peer(Connection& connection, const Connected& details) {
  connection.side.emplace<PeerSide>();
  node_->connected(now(), connection.id, details, out_);
  carry_out();
}

void PeerServer::Server::peer_read(Connection& connection, std::string_view bytes) {
  const ConnectionId id = connection.id;
  PeerStream& in = connection.peer()->in;  // lives on in the graveyard, if the node hangs up
  in.feed(bytes);
  for (bool is_whole = false;; is_whole = true) {
    switch (in.next()) {
      case PeerStream::Next::more:
        if (!is_whole) node_->alive(now(), id);
        watch_unfinished(connection, in.frames());
        account(connection);
        return;
      case PeerStream::Next::error:
        refuse_peer(connection, in.error());
        return;
      case PeerStream::Next::message:
        note_hello(connection, in.message());
        if (const auto query = in.upcoming_query()) node_->expect(*query);
        out_.input = bytes;
        node_->receive(now(), id, in.message(), out_);
        carry_out();
        if (connections_.find(id) == nullptr || connection.is_ending) return;
    }
  }
}

void PeerServer::Server::note_hello(Connection& connection, const Message& message) {
  PeerSide& peer = *connection.peer();
  const auto* const hello = std::get_if<Hello>(&message);
  if (hello == nullptr || peer.has_hello) return;
  peer.has_hello = true;
  peer.who = abbreviated(hello->peer);
  if (!hello->name.empty() && hello->name != peer.who) {
    peer.who = fmt::format("{}, {}", hello->name, peer.who);
  }
  settle(connection);
}

/// What it sent cannot be understood: says so to it, to the node, and in the log.
void PeerServer::Server::refuse_peer(Connection& connection, const Error& error) {
  std::string reason = error.message;
  if (!error.needed.empty()) reason += fmt::format(" (needed: {})", error.needed);
  if (!error.got.empty()) reason += fmt::format(" (got: {})", error.got);
  log_standing(Severity::warning, error.code, connection.remote,
               fmt::format("hung up on {}: {}", describe(connection), reason));
  if (error.code != "bad-magic") {
    const std::string text = printable_message(reason, limits::kReason - kEllipsis);
    append_to(connection.id, Bye{error.code, text}, {});
  }
  end(connection.id, reason, true);
}

}  // namespace oxbow

// Clients: requests in, answers out. A client costs at most its limits: so many requests in flight
// and so many bytes of unread answers, then nothing more is read from it.
#include <fmt/format.h>

#include <algorithm>

#include "net/server.h"

namespace oxbow {

using namespace net;

void PeerServer::Server::client_read(Connection& connection, std::string_view bytes) {
  connection.client()->in.feed(bytes);
  serve(connection);
}

void PeerServer::Server::serve(Connection& connection) {
  const ConnectionId id = connection.id;
  ClientSide& client = *connection.client();
  for (;;) {
    const bool asks_too_fast =
        client.requests.size() >= limits::kRpcInFlight || connection.waiting() > limits::kRpcUnread;
    if (asks_too_fast) {
      pause(connection);
      return;
    }
    switch (client.in.next()) {
      case RpcServerStream::Next::more:
        return;
      case RpcServerStream::Next::error: {
        const Error& error = client.in.error();
        log_standing(Severity::warning, "client/" + error.code, connection.remote,
                     fmt::format("hung up on the client {}: {} (needed: {}, got: {})",
                                 describe(connection), error.message, error.needed, error.got));
        end(id, error.message, true);
        return;
      }
      case RpcServerStream::Next::request: {
        const Result<ClientRequest>& request = client.in.request();
        if (!request) {
          append_error(client.in.id(), request.error(), connection.stream.output());
          touch(connection);
          break;
        }
        const RequestHandle handle = client.requests.begin(client.in.id());
        node_->request(now(), handle, *request, out_);
        carry_out();
        if (connections_.find(id) == nullptr || connection.is_ending) return;
        break;
      }
    }
  }
}

void PeerServer::Server::pause(Connection& connection) {
  ClientSide& client = *connection.client();
  if (client.is_paused) return;
  client.is_paused = true;
  connection.stream.pause_reading();
  paused_clients_.push_back(connection.id);
}

/// Those that have caught up are served on.
void PeerServer::Server::resume_clients() {
  std::vector<ConnectionId> paused;
  paused.swap(paused_clients_);
  for (const ConnectionId id : paused) {
    Connection* const connection = connections_.find(id);
    if (connection == nullptr || connection->is_ending) continue;
    ClientSide& client = *connection->client();
    const bool has_caught_up = client.requests.size() < limits::kRpcInFlight &&
                               connection->waiting() <= limits::kRpcUnread / 2;
    if (!has_caught_up) {
      paused_clients_.push_back(id);
      continue;
    }
    client.is_paused = false;
    serve(*connection);
    if (connections_.find(id) == connection && !client.is_paused)
      connection->stream.resume_reading();
  }
}

/// After a flush: answers that stay unread set a deadline, which any progress puts off.
void PeerServer::Server::watch_progress(Connection& connection) {
  if (connection.stream.queued() == 0) {
    connection.deadline = kNever;
  } else if (connection.deadline == kNever) {
    connection.client()->written_then = connection.stream.written();
    set_deadline(connection, limits::kRpcStalled);
  }
}

}  // namespace oxbow

// Clients: requests in, answers out. A client costs at most its limits: so many requests in flight
// and so many bytes of unread answers, then nothing more is read from it.
#include <fmt/format.h>

#include <algorithm>

#include "net/server.h"

namespace oxbow {

using namespace net;

void PeerServer::Server::client_read(Connection& connection, std::string_view bytes) {
  const ConnectionId id = connection.id;
  connection.client()->in.feed(bytes);
  serve(connection);
  if (connections_.find(id) == &connection) account(connection);
}

void PeerServer::Server::serve(Connection& connection) {
  const ConnectionId id = connection.id;
  ClientSide& client = *connection.client();
  for (;;) {
    if (asks_too_fast(connection)) {
      pause(connection);
      return;
    }
    switch (client.in.next()) {
      case RpcServerStream::Next::more:
        watch_unfinished(connection, client.asked);
        return;
      case RpcServerStream::Next::error: {
        const Error error = client.in.error();
        if (const auto failed = client.in.failed_id()) {
          append_error(*failed, error, connection.stream.output());
        }
        close_client(connection, error);
        return;
      }
      case RpcServerStream::Next::request: {
        ++client.asked;
        const Result<ClientRequest>& request = client.in.request();
        if (!request) {
          append_error(client.in.id(), request.error(), connection.stream.output());
          touch(connection);
          break;
        }
        ask(connection, client.in.id(), *request, client.in.request_size());
        if (connections_.find(id) == nullptr || connection.is_ending) return;
        break;
      }
    }
  }
}

void PeerServer::Server::ask(Connection& connection, std::uint32_t rpc_id,
                             const ClientRequest& request, std::size_t bytes) {
  ClientSide& client = *connection.client();
  const RequestHandle handle = client.requests.begin(rpc_id, bytes);
  const auto* const get = std::get_if<GetRequest>(&request);
  if (get != nullptr && client.requests.size() > limits::kRpcSureOfRoom) {
    client.again.remember(handle, rpc_id, *get);
  }
  node_->request(now(), handle, request, out_);
  carry_out();
}

bool PeerServer::Server::asks_too_fast(const Connection& connection) const {
  const ClientSide& client = std::get<ClientSide>(connection.side);
  return client.requests.size() >= limits::kRpcInFlight ||
         client.requests.bytes() > limits::kRpcRequestsBytes ||
         connection.waiting() > limits::kRpcUnread || !client.again.empty();
}

void PeerServer::Server::pause(Connection& connection) {
  ClientSide& client = *connection.client();
  if (client.is_paused) return;
  client.is_paused = true;
  connection.unfinished_due = kNever;  // it is not the client that is late
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
    ask_again(*connection);
    if (connections_.find(id) != connection || connection->is_ending) continue;
    ClientSide& client = *connection->client();
    if (connection->waiting() > limits::kRpcUnread / 2 || asks_too_fast(*connection)) {
      paused_clients_.push_back(id);
      continue;
    }
    client.is_paused = false;
    serve(*connection);
    if (connections_.find(id) == connection && !client.is_paused)
      connection->stream.resume_reading();
  }
}

/// The gets whose answers were dropped, so few at a time that their answers are kept this time.
void PeerServer::Server::ask_again(Connection& connection) {
  const ConnectionId id = connection.id;
  ClientSide& client = *connection.client();
  while (!client.again.empty() && client.requests.size() < limits::kRpcSureOfRoom &&
         connection.waiting() <= limits::kRpcUnread / 2) {
    const AskedAgain::Get get = client.again.take();
    ask(connection, get.rpc_id, get.request, 0);
    if (connections_.find(id) == nullptr || connection.is_ending) return;
  }
}

/// Says why, to those who know that notification, and closes.
void PeerServer::Server::close_client(Connection& connection, const Error& why) {
  log_standing(Severity::warning, "client/" + why.code, connection.remote,
               fmt::format("hung up on the client {}: {} (needed: {}, got: {})",
                           describe(connection), why.message, why.needed, why.got));
  append_closing(why, connection.stream.output());
  end(connection.id, why.message, true);
}

}  // namespace oxbow

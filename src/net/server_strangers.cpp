// Who has connected, until it has said what it is.
#include <fmt/format.h>

#include "base/source_host.h"
#include "net/first_bytes.h"
#include "net/server.h"

namespace oxbow {

using namespace net;

namespace {

constexpr auto kHalfOpenPerAddress = limits::kHalfOpenPerAddress;

}  // namespace

void PeerServer::Server::accept_waiting() {
  if (half_open_ >= limits::kHalfOpen && !make_room()) return;  // it waits in the system's queue
  auto stream = listener_->take();
  if (!stream) return;

  const Address remote = stream->remote();
  if (!remote.is_loopback()) {
    std::uint32_t same = 0;
    for (const auto& other : connections_.slots()) {
      if (other != nullptr && other->is_half_open && same_source(other->remote, remote)) ++same;
    }
    if (same >= kHalfOpenPerAddress) {
      log_standing(Severity::warning, "half open", remote,
                   fmt::format("refused {}: {} connections from there have not said what they are",
                               to_string(remote), same));
      return;
    }
  }
  Connection* const connection = connections_.open(std::move(*stream), now().steady);
  if (connection == nullptr) return;
  connection->is_half_open = true;
  ++half_open_;
  set_deadline(*connection, options_.hello_deadline);
  connection->stream.attach(connection->id, *this);
}

/// The oldest of too many half-open connections gives way, but not to a mere burst of newcomers.
bool PeerServer::Server::make_room() {
  const Connection* oldest = nullptr;
  for (const auto& each : connections_.slots()) {
    if (each == nullptr || !each->is_half_open) continue;
    if (oldest == nullptr || each->opened < oldest->opened) oldest = each.get();
  }
  if (oldest == nullptr) return true;
  const Instant gives_way = oldest->opened + limits::kHalfOpenGrace;
  if (now().steady < gives_way) {
    next_expiry_ = std::min(next_expiry_, gives_way);
    return false;
  }
  log_standing(
      Severity::warning, "gave way", oldest->remote,
      fmt::format("hung up on {}: {} connections have not said what they are, this one for longest",
                  describe(*oldest), half_open_));
  end(oldest->id, "gave way to others", false);
  return true;
}

void PeerServer::Server::stream_read(ConnectionId id, std::string_view bytes) {
  Connection* const connection = connections_.find(id);
  if (connection == nullptr || connection->is_ending) return;
  if (connection->peer() != nullptr) {
    peer_read(*connection, bytes);
  } else if (connection->client() != nullptr) {
    client_read(*connection, bytes);
  } else {
    recognise(*connection, bytes);
  }
}

void PeerServer::Server::recognise(Connection& connection, std::string_view bytes) {
  switch (net::recognise(bytes)) {
    case Speaker::peer: {
      const ConnectionId id = connection.id;
      become_peer(connection, Connected{false, {}, connection.remote});
      if (connections_.find(id) == &connection) peer_read(connection, bytes);
      return;
    }
    case Speaker::client:
      become_client(connection, bytes);
      return;
    case Speaker::unknown:
      log_standing(Severity::warning, fmt::format("not understood/{}", looks_like(bytes)),
                   connection.remote,
                   fmt::format("hung up on {}: neither a peer nor a client; it looks like {}",
                               describe(connection), looks_like(bytes)));
      end(connection.id, "not understood", true);
      return;
  }
}

void PeerServer::Server::become_client(Connection& connection, std::string_view bytes) {
  const bool is_allowed = options_.allow_remote_clients || connection.remote.is_loopback();
  if (!is_allowed) {
    log_standing(Severity::warning, "remote client", connection.remote,
                 fmt::format("refused the client {}: clients are served on loopback only (see "
                             "allow-remote-clients)",
                             describe(connection)));
    end(connection.id, "remote client", true);
    return;
  }
  if (const std::string refusal = client_refusal(connection); !refusal.empty()) {
    log(Severity::warning, fmt::format("refused the client {}: {}", describe(connection), refusal));
    end(connection.id, refusal, true);
    return;
  }
  if (clients_ >= limits::kClients) {
    log_standing(Severity::warning, "too many clients", {},
                 fmt::format("refused the client {}: {} are connected already",
                             describe(connection), clients_));
    end(connection.id, "too many clients", true);
    return;
  }
  connection.side = ClientSide{RpcServerStream(), RequestsInFlight(connection.id), false, 0};
  ++clients_;
  settle(connection);
  client_read(connection, bytes);
}

/// One host has at most a part of the clients that a peer serves, and all other hosts together
/// leave some to this machine. Empty: there is room.
std::string PeerServer::Server::client_refusal(const Connection& connection) const {
  if (!is_bounded_source(connection.remote)) return "";
  if (clients_ >= limits::kClients - limits::kClientsHere) {
    return fmt::format("{} are connected, and the rest is kept for this machine", clients_);
  }
  std::uint32_t same = 0;
  for (const auto& other : connections_.slots()) {
    const bool is_client = other != nullptr && std::holds_alternative<ClientSide>(other->side);
    if (is_client && same_source(other->remote, connection.remote)) ++same;
  }
  if (same < limits::kClientsPerHost) return "";
  return fmt::format("{} from its host are connected already", same);
}

void PeerServer::Server::settle(Connection& connection) {
  connection.deadline = kNever;
  if (!connection.is_half_open) return;
  connection.is_half_open = false;
  --half_open_;
}

}  // namespace oxbow

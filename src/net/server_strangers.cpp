// Who has connected, until it has said what it is.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "net/first_bytes.h"
#include "net/server.h"

namespace oxbow {

using namespace net;

namespace {

constexpr auto kHalfOpenPerAddress = limits::kHalfOpenPerAddress;

Error no_descriptors_left() {
  return {"no-descriptors",
          "the peer has no file descriptors left for further connections (raise its limit: "
          "ulimit -n)",
          "", ""};
}

rlim_t most_descriptors() {
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) != 0) return RLIM_INFINITY;
  return descriptors.rlim_cur;
}

}  // namespace

/// The system gives out the lowest free number: a high one says that nearly all are taken. The last
/// ones are the store's and the shared files', which must go on.
bool PeerServer::Server::is_short_of_descriptors(const Stream& stream) {
  const rlim_t most = most_descriptors();
  const auto kept = std::clamp<rlim_t>(most / 8, 8, limits::kReservedDescriptors);
  const auto number = static_cast<rlim_t>(std::max(stream.descriptor(), 0));
  const bool is_short = number + kept >= most;
  if (is_short) {
    note_descriptors(true);
  } else if (number + 2 * kept < most) {
    note_descriptors(false);
  }
  return is_short;
}

/// A standing condition: it is told when it begins, and when it is over.
void PeerServer::Server::note_descriptors(bool short_of_them) {
  if (is_short_of_descriptors_ == short_of_them) return;
  is_short_of_descriptors_ = short_of_them;
  if (!short_of_them) return log(Severity::info, "there are file descriptors again");
  log(Severity::warning,
      fmt::format("no file descriptors left: new connections are refused until some are closed "
                  "(the limit is {}; raise it with ulimit -n, or LimitNOFILE of the service)",
                  most_descriptors()));
}

void PeerServer::Server::accept_waiting() {
  if (half_open_ >= limits::kHalfOpen && !make_room()) return;  // it waits in the system's queue
  auto stream = listener_->take();
  if (!stream) return;

  const bool is_short = is_short_of_descriptors(*stream);
  if (is_short && half_open_ >= limits::kReservedDescriptors / 4) return;  // too many to be told
  const Address remote = stream->remote();
  if (!remote.is_loopback()) {
    std::uint32_t same = 0;
    for (const auto& other : connections_.slots()) {
      if (other != nullptr && other->is_half_open && other->remote.same_host(remote)) ++same;
    }
    if (same >= kHalfOpenPerAddress) {
      log(Severity::warning,
          fmt::format("refused {}: {} connections from there have not said what they are",
                      to_string(remote), same));
      return;
    }
  }
  Connection* const connection = connections_.open(std::move(*stream), now().steady);
  if (connection == nullptr) return;
  connection->is_half_open = true;
  connection->is_unwelcome = is_short;
  ++half_open_;
  set_deadline(connection->hello_due,
               now().steady + (is_short ? limits::kHalfOpenGrace : options_.hello_deadline));
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
  log(Severity::warning,
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
      if (connection.is_unwelcome) return end(connection.id, "no descriptors left", false);
      const ConnectionId id = connection.id;
      become_peer(connection, Connected{false, {}, connection.remote});
      if (connections_.find(id) == &connection) peer_read(connection, bytes);
      return;
    }
    case Speaker::client:
      become_client(connection, bytes);
      return;
    case Speaker::unknown:
      log(Severity::warning,
          fmt::format("hung up on {}: neither a peer nor a client; it looks like {}",
                      describe(connection), looks_like(bytes)));
      end(connection.id, "not understood", true);
      return;
  }
}

void PeerServer::Server::become_client(Connection& connection, std::string_view bytes) {
  if (connection.is_unwelcome) return refuse_client(connection, bytes, no_descriptors_left());
  const bool is_allowed = options_.allow_remote_clients || connection.remote.is_loopback();
  if (!is_allowed) {
    return refuse_client(
        connection, bytes,
        {"remote-client", "this peer serves clients on loopback only (see allow-remote-clients)",
         "a client on the peer's own machine", to_string(connection.remote)});
  }
  if (clients_ >= limits::kClients) {
    return refuse_client(
        connection, bytes,
        {"too-many-clients", fmt::format("{} clients are connected already", clients_),
         fmt::format("at most {}", limits::kClients), fmt::format("{}", clients_ + 1)});
  }
  connection.side =
      ClientSide{RpcServerStream(), RequestsInFlight(connection.id), false, {}, {}, 0};
  ++clients_;
  settle(connection);
  client_read(connection, bytes);
}

/// Answers what it has asked so far with the reason, and says it in a notification too.
void PeerServer::Server::refuse_client(Connection& connection, std::string_view bytes,
                                       const Error& why) {
  log(connection.is_unwelcome ? Severity::debug : Severity::warning,
      fmt::format("refused the client {}: {}", describe(connection), why.message));
  std::string& output = connection.stream.output();
  append_closing(why, output);
  RpcServerStream in;
  in.feed(bytes);
  while (in.next() == RpcServerStream::Next::request) append_error(in.id(), why, output);
  end(connection.id, why.message, true);
}

void PeerServer::Server::settle(Connection& connection) {
  connection.hello_due = kNever;
  if (!connection.is_half_open) return;
  connection.is_half_open = false;
  --half_open_;
}

}  // namespace oxbow

// Who has connected, until it has said what it is.
#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>

#include "base/source_host.h"
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

void PeerServer::Server::note_descriptors(bool short_of_them) {
  constexpr std::string_view kCondition = "no descriptors";
  if (!short_of_them) return standing_.ended(now().steady, kCondition);
  const std::string text = fmt::format(
      "no file descriptors left: new connections are refused until some are closed "
      "(the limit is {}; raise it with ulimit -n, or LimitNOFILE of the service)",
      most_descriptors());
  const bool is_new =
      standing_.happened(now().steady, Severity::warning, kCondition, text, StandsUntil::ended);
  if (is_new) log(Severity::warning, text);
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
      log_standing(Severity::warning, fmt::format("not understood/{}", looks_like(bytes)),
                   connection.remote,
                   fmt::format("hung up on {}: neither a peer nor a client; it looks like {}",
                               describe(connection), looks_like(bytes)));
      end(connection.id, "not understood", true);
      return;
  }
}

void PeerServer::Server::become_client(Connection& connection, std::string_view bytes) {
  if (connection.is_unwelcome) return refuse_client(connection, bytes, no_descriptors_left());
  if (const auto refusal = client_refusal(connection)) {
    return refuse_client(connection, bytes, *refusal);
  }
  connection.side =
      ClientSide{RpcServerStream(), RequestsInFlight(connection.id), false, {}, {}, 0};
  ++clients_;
  settle(connection);
  client_read(connection, bytes);
}

/// One host has at most a part of the clients that a peer serves, and all other hosts together
/// leave some to this machine. Nothing: there is room.
std::optional<Error> PeerServer::Server::client_refusal(const Connection& connection) const {
  // Who comes from the very address that it has reached is on this machine too.
  const bool is_elsewhere = is_bounded_source(connection.remote) &&
                            !connection.remote.same_host(connection.stream.local());
  if (is_elsewhere && !options_.allow_remote_clients) {
    return Error{"remote-client",
                 "this peer serves clients of its own machine only (see allow-remote-clients)",
                 "a client on the peer's own machine", to_string(connection.remote)};
  }
  if (clients_ >= limits::kClients) {
    return Error{"too-many-clients", fmt::format("{} clients are connected already", clients_),
                 fmt::format("at most {}", limits::kClients), fmt::format("{}", clients_ + 1)};
  }
  if (!is_elsewhere) return std::nullopt;
  constexpr std::uint32_t kFromElsewhere = limits::kClients - limits::kClientsHere;
  if (clients_ >= kFromElsewhere) {
    return Error{"too-many-clients",
                 fmt::format("{} clients are connected, and the rest is kept for the peer's own "
                             "machine",
                             clients_),
                 fmt::format("at most {}", kFromElsewhere), fmt::format("{}", clients_ + 1)};
  }
  std::uint32_t same = 0;
  for (const auto& other : connections_.slots()) {
    const bool is_client = other != nullptr && std::holds_alternative<ClientSide>(other->side);
    if (is_client && same_source(other->remote, connection.remote)) ++same;
  }
  if (same < limits::kClientsPerHost) return std::nullopt;
  return Error{"too-many-clients",
               fmt::format("{} clients from this host are connected already", same),
               fmt::format("at most {}", limits::kClientsPerHost), fmt::format("{}", same + 1)};
}

/// Answers what it has asked so far with the reason, and says it in a notification too.
void PeerServer::Server::refuse_client(Connection& connection, std::string_view bytes,
                                       const Error& why) {
  const std::string text =
      fmt::format("refused the client {}: {}", describe(connection), why.message);
  if (connection.is_unwelcome) {
    log(Severity::debug, text);  // note_descriptors() has told it
  } else {
    // Where the peer is full, it is not a matter of who comes last.
    const bool is_full = clients_ >= limits::kClients;
    log_standing(Severity::warning, fmt::format("client refused/{}/{}", why.code, why.needed),
                 is_full ? Address{} : connection.remote, text);
  }
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

#include "client/socket.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "client/endpoint.h"

namespace oxbow {
namespace {

// A peer that takes not a byte for so long hangs, however much time the request has.
constexpr std::chrono::seconds kStalled{5};

std::string reason_of(int error) {
  std::string reason = std::strerror(error);
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(reason[0]));
  return reason;
}

Error lost(int error) { return peer_lost("the connection to the peer ended: " + reason_of(error)); }

struct FreeAddresses {
  void operator()(addrinfo* list) const { freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Result<Addresses> resolve(const std::string& address) {
  const Result<Endpoint> endpoint = parse_endpoint(address);
  if (!endpoint) return endpoint.error();
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  addrinfo* list = nullptr;
  const int error = getaddrinfo(endpoint->host.c_str(), endpoint->port.c_str(), &hints, &list);
  if (error != 0) return peer_unreachable(address, gai_strerror(error));
  return Addresses(list);
}

int milliseconds_until(Deadline deadline) {
  const auto left =
      std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<long>(static_cast<long>(left.count()), 0, 1'000'000'000));
}

}  // namespace

Result<Socket> Socket::connect(const std::string& address, Deadline deadline) {
  Result<Addresses> addresses = resolve(address);
  if (!addresses) return addresses.error();
  std::string reason = "no address";
  for (const addrinfo* one = addresses->get(); one != nullptr; one = one->ai_next) {
    Socket socket(::socket(one->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (socket.descriptor_ < 0) {
      reason = reason_of(errno);
      continue;
    }
    if (::connect(socket.descriptor_, one->ai_addr, one->ai_addrlen) != 0) {
      if (errno != EINPROGRESS) {
        reason = reason_of(errno);
        continue;
      }
      if (!socket.wait_for(POLLOUT, deadline)) {
        reason = "no answer in time";
        continue;
      }
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(socket.descriptor_, SOL_SOCKET, SO_ERROR, &error, &size);
      if (error != 0) {
        reason = reason_of(error);
        continue;
      }
    }
    const int on = 1;
    setsockopt(socket.descriptor_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }
  return peer_unreachable(address, reason);
}

Socket::~Socket() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
Socket::Socket(Socket&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
Socket& Socket::operator=(Socket&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  return *this;
}

bool Socket::wait_for(short events, Deadline deadline) const {
  for (;;) {
    pollfd poll{descriptor_, events, 0};
    const int ready = ::poll(&poll, 1, milliseconds_until(deadline));
    if (ready > 0) return true;
    if (ready == 0) return false;
    if (errno != EINTR) return true;  // the operation itself will say what is wrong
  }
}

Status Socket::send(std::string_view bytes, Deadline deadline) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      const Deadline stalled = std::chrono::steady_clock::now() + kStalled;
      if (!wait_for(POLLOUT, std::min(deadline, stalled))) return socket_late();
    } else if (errno != EINTR) {
      return lost(errno);
    }
  }
  return Done{};
}

Result<std::size_t> Socket::receive(std::span<char> buffer, Deadline deadline) {
  for (;;) {
    const ssize_t count = ::recv(descriptor_, buffer.data(), buffer.size(), 0);
    if (count > 0) return static_cast<std::size_t>(count);
    if (count == 0) return peer_lost("the peer closed the connection");
    if (errno == EAGAIN || errno == EWOULDBLOCK) {
      if (!wait_for(POLLIN, deadline)) return socket_late();
    } else if (errno != EINTR) {
      return lost(errno);
    }
  }
}

}  // namespace oxbow

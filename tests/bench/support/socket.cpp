#include "bench/support/socket.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "bench/support/child.h"
#include "net/socket_address.h"

namespace oxbow::bench {

namespace {

constexpr timeval kPatience{20, 0};  // far longer than anything takes on a busy machine

Socket new_socket() {
  Socket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (socket.descriptor() < 0) fail("cannot make a socket");
  const int yes = 1;
  setsockopt(socket.descriptor(), IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_RCVTIMEO, &kPatience, sizeof kPatience);
  setsockopt(socket.descriptor(), SOL_SOCKET, SO_SNDTIMEO, &kPatience, sizeof kPatience);
  return socket;
}

}  // namespace

Socket::~Socket() {
  if (descriptor_ >= 0) close(descriptor_);
}

Socket Socket::connect_to(const Address& address) {
  Socket socket = new_socket();
  const sockaddr_storage target = net::to_socket_address(address);
  if (connect(socket.descriptor_, reinterpret_cast<const sockaddr*>(&target),
              sizeof(sockaddr_in)) != 0) {
    fail("cannot connect to " + to_string(address));
  }
  return socket;
}

Socket Socket::listen() {
  Socket socket = new_socket();
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (bind(socket.descriptor_, reinterpret_cast<const sockaddr*>(&any), sizeof any) != 0 ||
      ::listen(socket.descriptor_, 64) != 0) {
    fail("cannot listen on a free port of 127.0.0.1");
  }
  return socket;
}

Address Socket::address() const {
  sockaddr_storage storage{};
  socklen_t length = sizeof storage;
  getsockname(descriptor_, reinterpret_cast<sockaddr*>(&storage), &length);
  return net::from_socket_address(reinterpret_cast<const sockaddr&>(storage));
}

void Socket::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) fail("the other side takes nothing more");
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string_view Socket::receive(std::span<char> buffer) {
  const ssize_t got = recv(descriptor_, buffer.data(), buffer.size(), 0);
  if (got <= 0) fail(got == 0 ? "the other side has hung up" : "nothing came for 20 s");
  return {buffer.data(), static_cast<std::size_t>(got)};
}

std::string Socket::receive_exactly(std::size_t length) {
  std::string bytes(length, '\0');
  for (std::size_t got = 0; got < length;) got += receive(std::span(bytes).subspan(got)).size();
  return bytes;
}

std::size_t Socket::try_send(std::string_view bytes) {
  const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent >= 0) return static_cast<std::size_t>(sent);
  if (errno != EAGAIN) fail("the other side has hung up");
  return 0;
}

std::string_view Socket::try_receive(std::span<char> buffer) {
  const ssize_t got = recv(descriptor_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  if (got == 0 || (got < 0 && errno != EAGAIN)) fail("the other side has hung up");
  return {buffer.data(), got < 0 ? 0 : static_cast<std::size_t>(got)};
}

}  // namespace oxbow::bench

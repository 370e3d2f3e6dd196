#include "net/service.h"

#include <fcntl.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <string>

namespace oxbow {

namespace {

constexpr int kFirstInherited = 3;
constexpr rlim_t kDescriptors = 16'384;

/// -1: not set, or not a number.
long number_in(const char* variable) {
  const char* const text = getenv(variable);
  if (text == nullptr) return -1;
  long number = -1;
  const char* const end = text + std::strlen(text);
  const auto [stop, error] = std::from_chars(text, end, number);
  return error == std::errc{} && stop == end ? number : -1;
}

}  // namespace

std::optional<int> inherited_socket() {
  const bool is_ours = number_in("LISTEN_PID") == getpid() && number_in("LISTEN_FDS") >= 1;
  unsetenv("LISTEN_PID");
  unsetenv("LISTEN_FDS");
  unsetenv("LISTEN_FDNAMES");
  if (!is_ours) return std::nullopt;
  fcntl(kFirstInherited, F_SETFD, FD_CLOEXEC);
  return kFirstInherited;
}

void notify_service_manager(std::string_view state) {
  const char* const path = getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  if (path == nullptr || (path[0] != '/' && path[0] != '@')) return;
  const std::size_t length = std::strlen(path);
  if (length >= sizeof address.sun_path) return;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path, length);
  if (path[0] == '@') address.sun_path[0] = '\0';  // the abstract namespace
  const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (socket < 0) return;
  // Nothing to be done if it fails: the service manager will say that it waits.
  static_cast<void>(sendto(socket, state.data(), state.size(), MSG_NOSIGNAL,
                           reinterpret_cast<const sockaddr*>(&address),
                           static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length)));
  close(socket);
}

void prepare_process() {
  signal(SIGPIPE, SIG_IGN);
  rlimit descriptors{};
  if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < kDescriptors) {
    descriptors.rlim_cur = std::min(kDescriptors, descriptors.rlim_max);
    setrlimit(RLIMIT_NOFILE, &descriptors);
  }
  mallopt(M_ARENA_MAX, 1);
}

}  // namespace oxbow

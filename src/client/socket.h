// A connected TCP socket whose every operation has a deadline. Blocking for its caller; not
// thread-safe.
#pragma once

#include <oxbow/result.h>

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace oxbow {

using Deadline = std::chrono::steady_clock::time_point;

class Socket {
 public:
  /// `address` is `IP:PORT` or `HOST:PORT`. Errors: "bad-address", "unreachable".
  static Result<Socket> connect(const std::string& address, Deadline deadline);
  ~Socket();
  Socket(Socket&& other) noexcept;
  Socket& operator=(Socket&& other) noexcept;

  /// All of `bytes`. Errors: "peer-lost", "timeout".
  Status send(std::string_view bytes, Deadline deadline);
  /// What has come, at least one byte. Errors: "peer-lost", "timeout".
  Result<std::size_t> receive(std::span<char> buffer, Deadline deadline);

 private:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  /// Waits until `events` can be done; false: the deadline has passed.
  bool wait_for(short events, Deadline deadline) const;

  int descriptor_ = -1;
};

}  // namespace oxbow

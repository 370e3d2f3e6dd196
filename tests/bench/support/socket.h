// Plain TCP sockets on loopback, for the load tools: blocking with a deadline, or not at all.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "base/address.h"

namespace oxbow::bench {

class Socket {
 public:
  explicit Socket(int descriptor) : descriptor_(descriptor) {}
  ~Socket();
  Socket(Socket&& other) noexcept : descriptor_(other.descriptor_) { other.descriptor_ = -1; }
  Socket& operator=(Socket&&) = delete;

  static Socket connect_to(const Address& address);
  /// On a free port of 127.0.0.1.
  static Socket listen();

  int descriptor() const { return descriptor_; }
  Address address() const;  ///< its own

  void send(std::string_view bytes);
  /// What has come into `buffer`, waiting for it if need be.
  std::string_view receive(std::span<char> buffer);
  /// Exactly so many bytes.
  std::string receive_exactly(std::size_t length);

  /// As many bytes as go without waiting.
  std::size_t try_send(std::string_view bytes);
  /// Empty: nothing is there.
  std::string_view try_receive(std::span<char> buffer);

 private:
  int descriptor_;
};

}  // namespace oxbow::bench

// A peer made of a thread and a script: it speaks the real protocol on a free port of loopback, and
// answers as a test wants it to.
#pragma once

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <string>
#include <thread>
#include <utility>

#include "codec/rpc.h"

namespace oxbow::test {

/// Appends what is to be sent for a request; false: the connection is closed after that.
using Script = std::function<bool(std::uint32_t id, const ClientRequest&, std::string& out)>;

class FakePeer {
 public:
  explicit FakePeer(Script script) : script_(std::move(script)) {
    listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    REQUIRE(::bind(listening_, generic, size) == 0);
    REQUIRE(::listen(listening_, 4) == 0);
    REQUIRE(::getsockname(listening_, generic, &size) == 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakePeer() {
    ::shutdown(listening_, SHUT_RDWR);
    thread_.join();
    ::close(listening_);
  }
  FakePeer(const FakePeer&) = delete;
  FakePeer& operator=(const FakePeer&) = delete;

  std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  void serve() {
    for (;;) {
      const int connection = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      serve(connection);
      ::close(connection);
    }
  }

  void serve(int connection) {
    RpcServerStream stream;
    std::array<char, 65536> buffer{};
    for (;;) {
      const ssize_t count = ::recv(connection, buffer.data(), buffer.size(), 0);
      if (count <= 0) return;
      stream.feed({buffer.data(), static_cast<std::size_t>(count)});
      while (stream.next() == RpcServerStream::Next::request) {
        std::string out;
        const bool go_on = stream.request().ok() && script_(stream.id(), *stream.request(), out);
        if (!out.empty()) ::send(connection, out.data(), out.size(), MSG_NOSIGNAL);
        if (!go_on) return;
      }
    }
  }

  Script script_;
  int listening_ = -1;
  int port_ = 0;
  std::thread thread_;
};

}  // namespace oxbow::test

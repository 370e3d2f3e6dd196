// A peer on a thread of this process, with its log at hand; and ways to talk to it: a raw socket
// that sends anything, and a client. Everything waits for a condition, with a deadline.
#pragma once

#include <doctest/doctest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "codec/peer_stream.h"
#include "codec/rpc.h"
#include "config/peer_options.h"
#include "net/peer_server.h"
#include "net/service.h"
#include "net/socket_address.h"

namespace oxbow::testing {

using namespace std::chrono_literals;

inline constexpr auto kPatience = 20s;  // far longer than anything takes on a busy machine

inline PeerOptions quiet_options(const std::string& name) {
  PeerOptions options;
  options.listen.port = 0;
  options.name = name;
  options.is_static = true;
  options.log_level = LogLevel::debug;
  return options;
}

class RunningPeer {
 public:
  explicit RunningPeer(const PeerOptions& options = quiet_options("peer"),
                       std::optional<int> inherited = {}, const StoreMaker& open_store = {}) {
    prepare_process();
    std::promise<void> opened;
    thread_ = std::thread([&, options, inherited, open_store] {
      PeerServerSetup setup;
      setup.inherited_socket = inherited;
      setup.open_store = open_store;
      setup.log_sink = [this](std::string_view line) {
        const std::scoped_lock lock(mutex_);
        lines_.emplace_back(line);
        changed_.notify_all();
      };
      auto server = PeerServer::open(options, std::move(setup));
      REQUIRE_MESSAGE(server.ok(), server.error().message);
      server_ = server.value().get();
      opened.set_value();
      ended_ = server_->run();
    });
    opened.get_future().wait();
  }
  ~RunningPeer() { stop(); }
  RunningPeer(const RunningPeer&) = delete;
  RunningPeer& operator=(const RunningPeer&) = delete;

  void stop() {
    if (!thread_.joinable()) return;
    server_->stop();
    thread_.join();
  }

  /// How it ended by itself; waits for it.
  const Status& ended() {
    if (thread_.joinable()) thread_.join();
    return ended_;
  }

  Address address() const { return server_->address(); }
  std::string target() const { return to_string(address()); }
  const PeerServer& server() const { return *server_; }

  /// Whether a line with this text comes, or has come.
  bool logs(std::string_view text) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] {
      for (const std::string& line : lines_) {
        if (line.find(text) != std::string::npos) return true;
      }
      return false;
    });
  }
  std::string log() const {
    const std::scoped_lock lock(mutex_);
    std::string all;
    for (const std::string& line : lines_) all += line + "\n";
    return all;
  }

 private:
  PeerServer* server_ = nullptr;
  Status ended_ = Done{};
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  std::thread thread_;
};

class RawSocket {
 public:
  explicit RawSocket(const Address& address, int receive_buffer = 0)
      : descriptor_(::socket(address.is_ipv4() ? AF_INET : AF_INET6, SOCK_STREAM, 0)) {
    if (receive_buffer > 0) {
      setsockopt(descriptor_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
    }
    const sockaddr_storage target = net::to_socket_address(address);
    REQUIRE(::connect(descriptor_, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0);
  }
  ~RawSocket() { close(); }
  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  void close() {
    if (descriptor_ >= 0) ::close(descriptor_);
    descriptor_ = -1;
  }
  void shut_down() { ::shutdown(descriptor_, SHUT_WR); }

  /// All of it; false: the other side has hung up.
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  /// As much as is taken without waiting for longer than that.
  std::size_t send_some(std::string_view bytes, std::chrono::milliseconds patience) {
    std::size_t total = 0;
    while (total < bytes.size()) {
      pollfd waiting{descriptor_, POLLOUT, 0};
      if (::poll(&waiting, 1, static_cast<int>(patience.count())) <= 0) break;
      const ssize_t sent = ::send(descriptor_, bytes.data() + total, bytes.size() - total,
                                  MSG_NOSIGNAL | MSG_DONTWAIT);
      if (sent <= 0) break;
      total += static_cast<std::size_t>(sent);
    }
    return total;
  }

  /// Some bytes; empty: the other side has closed. Fails when nothing comes for too long.
  std::string receive() {
    pollfd waiting{descriptor_, POLLIN, 0};
    REQUIRE(::poll(&waiting, 1, static_cast<int>(std::chrono::milliseconds(kPatience).count())) ==
            1);
    std::string bytes(65536, '\0');
    const ssize_t got = ::recv(descriptor_, bytes.data(), bytes.size(), 0);
    bytes.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    return bytes;
  }
  std::string receive_all() {
    std::string all;
    for (std::string bytes = receive(); !bytes.empty(); bytes = receive()) all += bytes;
    return all;
  }
  bool has_something() const {
    pollfd waiting{descriptor_, POLLIN, 0};
    return ::poll(&waiting, 1, 0) == 1;
  }

 private:
  int descriptor_;
};

/// One request at a time.
class Client {
 public:
  explicit Client(const RunningPeer& peer) : socket_(peer.address()) {}

  template <class Answer, class Request>
  Answer ask(const Request& request) {
    auto answer = ask_any(request);
    REQUIRE_MESSAGE(answer.ok(), answer.error().message);
    REQUIRE(std::holds_alternative<Answer>(*answer));
    return std::get<Answer>(*answer);
  }
  Result<ClientAnswer> ask_any(const ClientRequest& request) {
    std::string bytes;
    stream_.append_request(request, bytes);
    REQUIRE(socket_.send(bytes));
    for (;;) {
      switch (stream_.next()) {
        case RpcClientStream::Next::answer:
          return std::move(stream_.answer());
        case RpcClientStream::Next::hit:
          hits_.push_back(stream_.hit());
          break;
        case RpcClientStream::Next::error:
          FAIL(stream_.error().message);
          break;
        case RpcClientStream::Next::more: {
          const std::string more = socket_.receive();
          REQUIRE_MESSAGE(!more.empty(), "the peer hung up on the client");
          stream_.feed(more);
        }
      }
    }
  }
  void send(const ClientRequest& request) {
    std::string bytes;
    stream_.append_request(request, bytes);
    REQUIRE(socket_.send(bytes));
  }
  /// The next answer, to whichever request.
  Result<ClientAnswer> next_answer() {
    for (;;) {
      const auto next = stream_.next();
      if (next == RpcClientStream::Next::answer) return std::move(stream_.answer());
      REQUIRE(next == RpcClientStream::Next::more);
      const std::string more = socket_.receive();
      REQUIRE_MESSAGE(!more.empty(), "the peer hung up on the client");
      stream_.feed(more);
    }
  }
  /// The same request so many times at once; waits for all answers.
  void ask_many(const ClientRequest& request, int count) {
    std::string bytes;
    for (int i = 0; i < count; ++i) stream_.append_request(request, bytes);
    REQUIRE(socket_.send(bytes));
    while (count > 0) {
      const auto next = stream_.next();
      if (next == RpcClientStream::Next::answer) --count;
      if (next != RpcClientStream::Next::more) continue;
      const std::string more = socket_.receive();
      REQUIRE_MESSAGE(!more.empty(), "the peer hung up on the client");
      stream_.feed(more);
    }
  }
  RawSocket& socket() { return socket_; }
  RpcClientStream& stream() { return stream_; }
  const std::vector<SearchHit>& hits() const { return hits_; }

 private:
  RawSocket socket_;
  RpcClientStream stream_;
  std::vector<SearchHit> hits_;
};

inline bool answers_a_ping(const RunningPeer& peer) {
  Client client(peer);
  return client.ask_any(PingRequest{}).ok();
}

inline std::uint64_t counter(const std::vector<Counter>& counters, std::string_view name) {
  for (const Counter& each : counters) {
    if (each.name == name) return each.value;
  }
  FAIL("no counter " << std::string(name));
  return 0;
}

/// Asks again and again, without a rest, until it holds.
template <class Condition>
bool eventually(Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + kPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    if (condition()) return true;
  }
  return false;
}

/// The magic and a hello, as a peer of another implementation would send them.
inline std::string hello_bytes(bool link = true, ConnectionKind kind = ConnectionKind::control) {
  Hello hello;
  hello.network = "oxbow";
  hello.peer = PeerId{{1, 2, 3}};
  hello.advertised = *parse_address("127.0.0.1:9");
  hello.name = "raw";
  hello.link = link;
  hello.kind = kind;
  std::string bytes;
  append_magic(bytes);
  append_frame(hello, bytes);
  return bytes;
}

/// A frame with this type and body, whatever they are.
inline std::string raw_frame(std::uint8_t type, std::string_view body) {
  const auto length = static_cast<std::uint32_t>(body.size() + 1);
  std::string bytes;
  for (const int shift : {24, 16, 8, 0}) bytes += static_cast<char>(length >> shift & 0xff);
  bytes += static_cast<char>(type);
  bytes += body;
  return bytes;
}

}  // namespace oxbow::testing

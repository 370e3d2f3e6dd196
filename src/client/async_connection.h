// One TCP connection to a peer on a libuv loop: resolves, connects, reads, and gathers what is to
// be sent into one write per turn of the loop. Knows nothing of requests.
//
//   connecting ──▶ open ──▶ ended        close() from any of them ──▶ closing ──▶ closed
//        └──────────────────▲
#pragma once

#include <oxbow/result.h>
#include <uv.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "client/endpoint.h"

namespace oxbow {

/// Told what happens; never from within a function of AsyncConnection that it called itself.
class ConnectionObserver {
 public:
  virtual void connection_opened() = 0;
  virtual void connection_received(std::string_view bytes) = 0;
  virtual void connection_has_room() = 0;  ///< what was to be sent is on its way
  virtual void connection_ended(const Error& error) = 0;
  virtual void connection_due() = 0;     ///< the time given to wake_at() has come
  virtual void connection_closed() = 0;  ///< the loop has let go of it: it may be destroyed

 protected:
  ~ConnectionObserver() = default;
};

class AsyncConnection {
 public:
  /// `observer` and `loop` outlive it.
  AsyncConnection(uv_loop_t* loop, ConnectionObserver& observer);
  ~AsyncConnection();  ///< only when nothing was started, or after connection_closed()
  AsyncConnection(const AsyncConnection&) = delete;
  AsyncConnection& operator=(const AsyncConnection&) = delete;

  void connect(const std::string& address, Endpoint endpoint, std::chrono::milliseconds timeout);
  /// What is appended there is sent at the end of the loop's turn.
  std::string& outgoing();
  std::size_t unsent() const { return outgoing_.size() + writing_.size(); }
  bool is_open() const { return state_ == State::open; }

  /// Milliseconds of a clock that only runs forward.
  static std::uint64_t now();
  /// Has connection_due() called at that time, or in the next turn if it has passed. One time only:
  /// the last one given.
  void wake_at(std::uint64_t time);
  void sleep();  ///< not at all

  void end();    ///< hangs up; nothing is told
  void close();  ///< lets go of everything; connection_closed() follows

 private:
  enum class State : std::uint8_t { idle, resolving, connecting, open, ended };

  void resolved(int status, addrinfo* list);
  void try_next();
  void connected(int status);
  void flush();
  void written(int status);
  void received(ssize_t count);
  void fail(Error error);
  void stop();
  void handle_closed();

  uv_loop_t* loop_;
  ConnectionObserver& observer_;
  State state_ = State::idle;
  bool closing_ = false;
  bool socket_is_made_ = false;  // initialised, and not yet being closed
  int to_be_closed_ = 0;         // handles and requests that the loop still knows
  std::string address_;
  std::string reason_ = "no address";
  addrinfo* addresses_ = nullptr;
  addrinfo* next_address_ = nullptr;
  uv_tcp_t socket_{};
  uv_timer_t timer_{};
  uv_timer_t connect_timer_{};
  uv_prepare_t flusher_{};
  uv_getaddrinfo_t resolving_{};
  uv_connect_t connecting_{};
  uv_write_t write_{};
  std::string outgoing_;
  std::string writing_;
  std::vector<char> buffer_;
};

}  // namespace oxbow

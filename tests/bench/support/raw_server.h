// What the baselines have in common: libuv and frames of a length and a type, and nothing else.
// Bytes out are gathered, and written once per connection and loop turn.
#pragma once

#include <uv.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/address.h"
#include "bench/support/socket.h"

namespace oxbow::bench {

/// u32 big-endian length of what follows, u8 type.
inline constexpr std::size_t kRawHeader = 5;

/// A frame of `length` bytes, header included, with zeros for content.
std::string raw_frame(char type, std::size_t length);

class RawServer {
 public:
  using Link = std::uint32_t;

  /// `listening` must outlive it.
  explicit RawServer(const Socket& listening);
  virtual ~RawServer() = default;
  RawServer(const RawServer&) = delete;
  RawServer& operator=(const RawServer&) = delete;

  /// Serves until the process is ended.
  void run();

 protected:
  /// A connection was accepted or dialled: links are numbered from 0.
  virtual void opened(Link) {}
  /// A whole frame came in.
  virtual void frame(Link from, std::string_view bytes) = 0;

  Link dial(const Address& address);  ///< waits for the connection
  void append(Link to, std::string_view bytes) {
    Connection& connection = *connections_[to];
    if (connection.out.empty()) dirty_.push_back(to);
    connection.out.append(bytes);
  }

 private:
  struct Connection {
    RawServer* server;
    Link link;
    uv_tcp_t tcp;
    uv_write_t write;
    std::string in;       // the beginning of a frame
    std::string out;      // gathered
    std::string writing;  // what the system did not take at once
  };

  Connection& new_connection();
  void start_reading(Connection& connection);
  void read(Connection& connection, std::string_view bytes);
  std::size_t whole_frames(Connection& connection, std::string_view bytes);
  void flush();
  void flush(Connection& connection);

  uv_loop_t loop_{};
  uv_tcp_t listener_{};
  uv_prepare_t prepare_{};
  std::vector<std::unique_ptr<Connection>> connections_;
  std::vector<Link> dirty_;
  std::vector<char> buffer_ = std::vector<char>(64 * 1024);
};

}  // namespace oxbow::bench

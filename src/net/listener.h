// Where peers and clients connect. A connection is left in the system's queue until it is taken, so
// that a full house costs nothing.
#pragma once

#include <oxbow/result.h>

#include <functional>
#include <memory>
#include <optional>

#include "base/address.h"
#include "net/loop.h"
#include "net/stream.h"

namespace oxbow::net {

class Listener {
 public:
  /// Binds `address`, or takes over `inherited`, a listening or bound TCP socket. `on_waiting` is
  /// called when a connection waits to be taken.
  static Result<std::unique_ptr<Listener>> open(Loop& loop, const Address& address,
                                                std::optional<int> inherited,
                                                std::function<void()> on_waiting);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The address really bound.
  Address address() const { return address_; }

  bool is_waiting() const { return is_waiting_; }
  /// The connection that waits; none if it has gone. on_waiting is called for the next one.
  std::optional<Stream> take();

 private:
  Listener(Loop& loop, std::function<void()> on_waiting);
  Status listen(const Address& address, std::optional<int> inherited);

  Loop& loop_;
  std::function<void()> on_waiting_;
  uv_tcp_t* handle_;  // freed by libuv's close callback
  Address address_;
  bool is_waiting_ = false;
};

}  // namespace oxbow::net

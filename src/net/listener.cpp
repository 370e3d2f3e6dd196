#include "net/listener.h"

#include <fmt/format.h>

#include "net/socket_address.h"

namespace oxbow::net {

namespace {

constexpr int kBacklog = 511;

Error cannot_listen(const Address& address, int code) {
  std::string why = uv_strerror(code);
  if (code == UV_EADDRINUSE) {
    why = "address in use (another oxbowd? try --listen 127.0.0.1:0)";
  } else if (code == UV_EACCES) {
    why = "permission denied (ports below 1024 are root's; try --listen 127.0.0.1:7400)";
  } else if (code == UV_EADDRNOTAVAIL) {
    why = "no such address on this machine (try --listen 127.0.0.1:7400)";
  }
  return Error{"cannot-listen", fmt::format("cannot listen on {}: {}", to_string(address), why), "",
               uv_err_name(code)};
}

}  // namespace

Listener::Listener(Loop& loop, std::function<void()> on_waiting)
    : loop_(loop), on_waiting_(std::move(on_waiting)), handle_(new uv_tcp_t) {
  uv_tcp_init(loop.uv(), handle_);
  handle_->data = this;
}

Listener::~Listener() {
  uv_close(reinterpret_cast<uv_handle_t*>(handle_),
           [](uv_handle_t* handle) { delete reinterpret_cast<uv_tcp_t*>(handle); });
}

Result<std::unique_ptr<Listener>> Listener::open(Loop& loop, const Address& address,
                                                 std::optional<int> inherited,
                                                 std::function<void()> on_waiting) {
  std::unique_ptr<Listener> listener(new Listener(loop, std::move(on_waiting)));
  if (Status status = listener->listen(address, inherited); !status) return status.error();
  return listener;
}

Status Listener::listen(const Address& address, std::optional<int> inherited) {
  int code = 0;
  if (inherited) {
    code = uv_tcp_open(handle_, *inherited);
  } else {
    const sockaddr_storage target = to_socket_address(address);
    code = uv_tcp_bind(handle_, reinterpret_cast<const sockaddr*>(&target), 0);
  }
  if (code == 0) {
    code = uv_listen(reinterpret_cast<uv_stream_t*>(handle_), kBacklog,
                     [](uv_stream_t* handle, int status) {
                       auto* const self = static_cast<Listener*>(handle->data);
                       if (status != 0) return;
                       self->is_waiting_ = true;
                       self->on_waiting_();
                     });
  }
  sockaddr_storage bound{};
  int length = sizeof bound;
  if (code == 0) {
    code = uv_tcp_getsockname(handle_, reinterpret_cast<sockaddr*>(&bound), &length);
  }
  if (code != 0 && inherited) {
    return Error{"cannot-listen",
                 fmt::format("cannot listen on the socket handed over as descriptor {}: {}",
                             *inherited, uv_strerror(code)),
                 "a bound TCP socket", ""};
  }
  if (code != 0) return cannot_listen(address, code);
  address_ = from_socket_address(reinterpret_cast<const sockaddr&>(bound));
  return Done{};
}

std::optional<Stream> Listener::take() {
  is_waiting_ = false;
  Stream stream(loop_);
  const int code = uv_accept(reinterpret_cast<uv_stream_t*>(handle_),
                             reinterpret_cast<uv_stream_t*>(stream.tcp()));
  if (code != 0) return std::nullopt;
  uv_tcp_nodelay(stream.tcp(), 1);
  stream.notice_a_vanished_end();
  return stream;
}

}  // namespace oxbow::net

#include "client/async_connection.h"

#include <cctype>
#include <utility>

namespace oxbow {
namespace {

constexpr std::size_t kReadBuffer = 256 * 1024;

std::string reason_of(int status) {
  std::string reason = uv_strerror(status);
  if (!reason.empty()) reason[0] = static_cast<char>(std::tolower(reason[0]));
  return reason;
}

template <class Handle>
AsyncConnection& owner(Handle* handle) {
  return *static_cast<AsyncConnection*>(handle->data);
}

template <class Handle>
uv_handle_t* as_handle(Handle& handle) {
  return reinterpret_cast<uv_handle_t*>(&handle);
}

}  // namespace

AsyncConnection::AsyncConnection(uv_loop_t* loop, ConnectionObserver& observer)
    : loop_(loop), observer_(observer), buffer_(kReadBuffer) {
  uv_timer_init(loop_, &timer_);
  uv_timer_init(loop_, &connect_timer_);
  uv_prepare_init(loop_, &flusher_);
  timer_.data = connect_timer_.data = flusher_.data = this;
  resolving_.data = connecting_.data = write_.data = this;
  to_be_closed_ = 3;
}

AsyncConnection::~AsyncConnection() { uv_freeaddrinfo(addresses_); }

// -- opening --------------------------------------------------------------------------------------

void AsyncConnection::connect(const std::string& address, Endpoint endpoint,
                              std::chrono::milliseconds timeout) {
  address_ = address;
  state_ = State::resolving;
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV;
  const int status = uv_getaddrinfo(
      loop_, &resolving_,
      [](uv_getaddrinfo_t* request, int result, addrinfo* list) {
        owner(request).resolved(result, list);
      },
      endpoint.host.c_str(), endpoint.port.c_str(), &hints);
  if (status == 0) {
    ++to_be_closed_;
  } else {
    reason_ = reason_of(status);
  }
  const auto patience = status == 0 ? static_cast<std::uint64_t>(timeout.count()) : 0;
  uv_timer_start(
      &connect_timer_,
      [](uv_timer_t* timer) {
        AsyncConnection& self = owner(timer);
        if (self.state_ == State::connecting) self.reason_ = "no answer in time";
        self.fail(peer_unreachable(self.address_, self.reason_));
      },
      patience, 0);
}

void AsyncConnection::resolved(int status, addrinfo* list) {
  addresses_ = next_address_ = list;
  if (closing_ || state_ != State::resolving) {
    handle_closed();
    return;
  }
  --to_be_closed_;
  state_ = State::connecting;
  if (status != 0) reason_ = reason_of(status);
  try_next();
}

void AsyncConnection::try_next() {
  while (next_address_ != nullptr) {
    const addrinfo* one = std::exchange(next_address_, next_address_->ai_next);
    uv_tcp_init(loop_, &socket_);
    socket_.data = this;
    socket_is_made_ = true;
    ++to_be_closed_;
    uv_tcp_nodelay(&socket_, 1);
    const int status =
        uv_tcp_connect(&connecting_, &socket_, one->ai_addr,
                       [](uv_connect_t* request, int result) { owner(request).connected(result); });
    if (status == 0) return;
    return connected(status);
  }
  fail(peer_unreachable(address_, reason_));
}

void AsyncConnection::connected(int status) {
  if (closing_ || state_ != State::connecting) return;
  if (status != 0) {
    // A socket that failed cannot be used again: the next address gets one of its own.
    reason_ = reason_of(status);
    socket_is_made_ = false;
    uv_close(as_handle(socket_), [](uv_handle_t* handle) {
      AsyncConnection& self = owner(handle);
      if (self.closing_ || self.state_ != State::connecting) return self.handle_closed();
      --self.to_be_closed_;
      self.try_next();
    });
    return;
  }
  uv_timer_stop(&connect_timer_);
  state_ = State::open;
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&socket_),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        std::vector<char>& bytes = owner(handle).buffer_;
        *buffer = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
      },
      [](uv_stream_t* stream, ssize_t count, const uv_buf_t*) { owner(stream).received(count); });
  observer_.connection_opened();
}

// -- bytes ----------------------------------------------------------------------------------------

std::string& AsyncConnection::outgoing() {
  // Runs once before the loop waits, when everything that this turn has to say is there.
  uv_prepare_start(&flusher_, [](uv_prepare_t* prepare) { owner(prepare).flush(); });
  return outgoing_;
}

void AsyncConnection::flush() {
  uv_prepare_stop(&flusher_);
  if (state_ != State::open || !writing_.empty() || outgoing_.empty()) return;
  writing_.swap(outgoing_);
  const uv_buf_t bytes = uv_buf_init(writing_.data(), static_cast<unsigned>(writing_.size()));
  const int status =
      uv_write(&write_, reinterpret_cast<uv_stream_t*>(&socket_), &bytes, 1,
               [](uv_write_t* request, int result) { owner(request).written(result); });
  if (status != 0) written(status);
}

void AsyncConnection::written(int status) {
  writing_.clear();
  if (closing_ || state_ != State::open) return;
  if (status != 0) {
    return fail(peer_lost("the connection to the peer ended: " + reason_of(status)));
  }
  if (!outgoing_.empty()) outgoing();
  observer_.connection_has_room();
}

void AsyncConnection::received(ssize_t count) {
  if (count > 0) {
    return observer_.connection_received({buffer_.data(), static_cast<std::size_t>(count)});
  }
  if (count == 0) return;
  const int status = static_cast<int>(count);
  fail(peer_lost(status == UV_EOF ? "the peer closed the connection"
                                  : "the connection to the peer ended: " + reason_of(status)));
}

// -- time -----------------------------------------------------------------------------------------

std::uint64_t AsyncConnection::now() { return uv_hrtime() / 1'000'000; }

void AsyncConnection::wake_at(std::uint64_t time) {
  if (closing_) return;
  const std::uint64_t at = now();
  // The loop's clock may lag: whoever is woken too early asks again.
  uv_timer_start(
      &timer_, [](uv_timer_t* timer) { owner(timer).observer_.connection_due(); },
      time > at ? time - at : 0, 0);
}

void AsyncConnection::sleep() { uv_timer_stop(&timer_); }

// -- the end --------------------------------------------------------------------------------------

void AsyncConnection::stop() {
  state_ = State::ended;
  uv_timer_stop(&connect_timer_);
  uv_prepare_stop(&flusher_);
  if (!socket_is_made_) return;
  socket_is_made_ = false;
  uv_close(as_handle(socket_), [](uv_handle_t* handle) { owner(handle).handle_closed(); });
}

void AsyncConnection::fail(Error error) {
  stop();
  observer_.connection_ended(error);
}

void AsyncConnection::end() { stop(); }

void AsyncConnection::close() {
  if (closing_) return;
  closing_ = true;
  if (state_ == State::resolving) {
    uv_cancel(reinterpret_cast<uv_req_t*>(&resolving_));  // its callback comes in any case
  }
  stop();
  const auto closed = [](uv_handle_t* handle) { owner(handle).handle_closed(); };
  uv_close(as_handle(timer_), closed);
  uv_close(as_handle(connect_timer_), closed);
  uv_close(as_handle(flusher_), closed);
}

// Also of what ended before close(), so the last one may come at any time.
void AsyncConnection::handle_closed() {
  if (--to_be_closed_ == 0) observer_.connection_closed();
}

}  // namespace oxbow

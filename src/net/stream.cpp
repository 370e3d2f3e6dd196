#include "net/stream.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <chrono>

#include "base/limits.h"
#include "net/socket_address.h"

namespace oxbow::net {

/// Lives until libuv has closed the handle, so longer than the Stream.
struct StreamHandle {
  uv_tcp_t tcp{};
  uv_write_t write{};
  uv_shutdown_t shutdown{};
  Loop* loop = nullptr;
  StreamUser* user = nullptr;  // null: not attached, or the Stream is gone
  ConnectionId id = kNoConnection;
  std::string pending;  // appended, not yet handed to libuv
  std::string writing;  // what the write in flight writes from
  std::uint64_t handed_over = 0;
  bool is_writing = false;
  bool is_finishing = false;
  bool is_shut_down = false;

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }

  int flush();
  void shut_down_if_done();
  static void on_read(uv_stream_t* stream, ssize_t length, const uv_buf_t* buffer);
  static void on_written(uv_write_t* request, int status);
};

namespace {

/// Bytes handed to libuv that the other end's system has not confirmed.
std::size_t on_their_way(const StreamHandle& handle) {
  const auto* stream = reinterpret_cast<const uv_stream_t*>(&handle.tcp);
  std::size_t bytes = uv_stream_get_write_queue_size(stream);
  uv_os_fd_t descriptor = -1;
  int in_system = 0;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&handle.tcp), &descriptor) == 0 &&
      ioctl(descriptor, SIOCOUTQ, &in_system) == 0 && in_system > 0) {
    bytes += static_cast<std::size_t>(in_system);
  }
  return bytes;
}

std::string_view reason_for(ssize_t error) {
  if (error == UV_EOF) return "closed by the other side";
  if (error == UV_ECONNRESET) return "reset by the other side";
  return uv_strerror(static_cast<int>(error));
}

void allocate(uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
  *buffer = static_cast<StreamHandle*>(handle->data)->loop->read_buffer();
}

}  // namespace

void StreamHandle::on_read(uv_stream_t* stream, ssize_t length, const uv_buf_t* buffer) {
  auto* const self = static_cast<StreamHandle*>(stream->data);
  if (self->user == nullptr || length == 0) return;
  if (length < 0) {
    uv_read_stop(stream);
    self->user->stream_ended(self->id, reason_for(length), length == UV_EOF);
    return;
  }
  self->user->stream_read(self->id, {buffer->base, static_cast<std::size_t>(length)});
}

void StreamHandle::on_written(uv_write_t* request, int status) {
  auto* const self = static_cast<StreamHandle*>(request->data);
  self->is_writing = false;
  self->loop->give_buffer(std::move(self->writing));
  self->writing = {};
  if (self->user == nullptr) return;
  if (status == 0) status = self->flush();
  if (status != 0) {
    self->user->stream_ended(self->id, reason_for(status), false);
    return;
  }
  self->user->stream_written(self->id);
}

int StreamHandle::flush() {
  if (is_writing) return 0;
  if (!pending.empty()) {
    uv_buf_t buffer = uv_buf_init(pending.data(), static_cast<unsigned>(pending.size()));
    const int taken = uv_try_write(stream(), &buffer, 1);
    if (taken < 0 && taken != UV_EAGAIN) return taken;
    handed_over += pending.size();
    const auto done = static_cast<std::size_t>(std::max(taken, 0));
    if (done == pending.size()) {
      loop->give_buffer(std::move(pending));
      pending = {};
    } else {
      writing = std::move(pending);
      pending = {};
      buffer = uv_buf_init(writing.data() + done, static_cast<unsigned>(writing.size() - done));
      write.data = this;
      const int status = uv_write(&write, stream(), &buffer, 1, on_written);
      if (status != 0) return status;
      is_writing = true;
    }
  }
  shut_down_if_done();
  return 0;
}

void StreamHandle::shut_down_if_done() {
  if (!is_finishing || is_writing || is_shut_down) return;
  is_shut_down = true;
  uv_shutdown(&shutdown, stream(), [](uv_shutdown_t*, int) {});
}

Stream::Stream(Loop& loop) : handle_(new StreamHandle) {
  handle_->loop = &loop;
  uv_tcp_init(loop.uv(), &handle_->tcp);
  handle_->tcp.data = handle_.get();
}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;
Stream& Stream::operator=(Stream&&) noexcept = default;

void Stream::Close::operator()(StreamHandle* handle) const {
  handle->user = nullptr;
  uv_close(reinterpret_cast<uv_handle_t*>(&handle->tcp),
           [](uv_handle_t* closed) { delete static_cast<StreamHandle*>(closed->data); });
}

uv_tcp_t* Stream::tcp() { return &handle_->tcp; }

Address Stream::remote() const {
  sockaddr_storage storage{};
  int length = sizeof storage;
  if (uv_tcp_getpeername(&handle_->tcp, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return {};
  }
  return from_socket_address(reinterpret_cast<const sockaddr&>(storage));
}

void Stream::attach(ConnectionId id, StreamUser& user) {
  handle_->id = id;
  handle_->user = &user;
  resume_reading();
}

void Stream::pause_reading() { uv_read_stop(handle_->stream()); }

void Stream::resume_reading() { uv_read_start(handle_->stream(), allocate, StreamHandle::on_read); }

std::string& Stream::output() {
  std::string& pending = handle_->pending;
  const bool has_no_memory = pending.capacity() <= std::string().capacity();
  if (pending.empty() && has_no_memory) pending = handle_->loop->take_buffer();
  return pending;
}

int Stream::flush() { return handle_->flush(); }

void Stream::finish() {
  handle_->is_finishing = true;
  handle_->flush();
}

std::size_t Stream::queued() const {
  return handle_->pending.size() + uv_stream_get_write_queue_size(handle_->stream());
}

std::uint64_t Stream::confirmed() const { return handle_->handed_over - on_their_way(*handle_); }

std::size_t Stream::unconfirmed() const { return handle_->pending.size() + on_their_way(*handle_); }

void Stream::notice_a_vanished_end() {
  uv_os_fd_t descriptor = -1;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&handle_->tcp), &descriptor) != 0) return;
  const auto set = [&](int level, int name, int value) {
    setsockopt(descriptor, level, name, &value, sizeof value);  // a socket without it works too
  };
  const auto seconds = [](auto time) {
    return static_cast<int>(std::chrono::duration_cast<std::chrono::seconds>(time).count());
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, seconds(limits::kVanishedAfter / 2));
  set(IPPROTO_TCP, TCP_KEEPINTVL, seconds(limits::kVanishedAfter / 6));
  set(IPPROTO_TCP, TCP_KEEPCNT, 3);
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 1000 * seconds(limits::kVanishedAfter));
}

std::uint64_t Stream::written() const {
  return handle_->handed_over - uv_stream_get_write_queue_size(handle_->stream());
}

}  // namespace oxbow::net

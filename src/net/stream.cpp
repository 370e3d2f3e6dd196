#include "net/stream.h"

#include <fmt/format.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <deque>
#include <span>

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
  std::string pending;           // appended, not yet handed to libuv
  std::deque<std::string> data;  // likewise, behind it, in whole frames; none is empty but the last
  std::size_t data_bytes = 0;    // of all but the last, to which may be appended
  std::array<std::string, 2> writing;  // what the write in flight writes from
  std::uint64_t handed_over = 0;
  bool is_writing = false;
  bool is_finishing = false;
  bool is_shut_down = false;

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }

  std::size_t unsent() const {
    return pending.size() + data_bytes + (data.empty() ? 0 : data.back().size());
  }
  std::size_t take_next();
  int flush();
  void shut_down_if_done();
  static void on_read(uv_stream_t* stream, ssize_t length, const uv_buf_t* buffer);
  static void on_written(uv_write_t* request, int status);
};

namespace {

constexpr std::size_t kDataAtOnce = 64 * 1024;  // frames of data that are handed over together
constexpr int kUnsentInSystem = 128 * 1024;     // so that what is prompt has little before it
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
  for (std::string& written : self->writing) {
    self->loop->give_buffer(std::move(written));
    written = {};
  }
  if (self->user == nullptr) return;
  if (status == 0) status = self->flush();
  if (status != 0) {
    self->user->stream_ended(self->id, reason_for(status), false);
    return;
  }
  self->user->stream_written(self->id);
}

/// What goes next: all that is prompt, and some data. Moves it to `writing`; how much that is.
std::size_t StreamHandle::take_next() {
  writing[0] = std::move(pending);
  pending = {};
  if (!data.empty()) {
    writing[1] = std::move(data.front());
    data.pop_front();
    if (!data.empty()) data_bytes -= writing[1].size();
  }
  return writing[0].size() + writing[1].size();
}

int StreamHandle::flush() {
  while (!is_writing && unsent() > 0) {
    const std::size_t size = take_next();
    handed_over += size;
    std::array<uv_buf_t, 2> buffers;
    unsigned count = 0;
    for (std::string& bytes : writing) {
      if (bytes.empty()) continue;
      buffers[count++] = uv_buf_init(bytes.data(), static_cast<unsigned>(bytes.size()));
    }
    const int taken = uv_try_write(stream(), buffers.data(), count);
    if (taken < 0 && taken != UV_EAGAIN) return taken;
    auto done = static_cast<std::size_t>(std::max(taken, 0));
    if (done == size) {
      for (std::string& bytes : writing) {
        loop->give_buffer(std::move(bytes));
        bytes = {};
      }
      continue;
    }
    for (uv_buf_t& buffer : std::span(buffers).first(count)) {
      const std::size_t skipped = std::min(done, buffer.len);
      buffer.base += skipped;
      buffer.len -= skipped;
      done -= skipped;
    }
    const unsigned gone = buffers[0].len == 0 ? 1 : 0;
    write.data = this;
    const int status = uv_write(&write, stream(), buffers.data() + gone, count - gone, on_written);
    if (status != 0) return status;
    is_writing = true;
  }
  shut_down_if_done();
  return 0;
}

void StreamHandle::shut_down_if_done() {
  if (!is_finishing || is_writing || is_shut_down || unsent() > 0) return;
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

int Stream::descriptor() const {
  uv_os_fd_t number = -1;
  const auto* const handle = reinterpret_cast<const uv_handle_t*>(&handle_->tcp);
  return uv_fileno(handle, &number) == 0 ? number : -1;
}

Address Stream::remote() const {
  sockaddr_storage storage{};
  int length = sizeof storage;
  if (uv_tcp_getpeername(&handle_->tcp, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return {};
  }
  return from_socket_address(reinterpret_cast<const sockaddr&>(storage));
}

Address Stream::local() const {
  sockaddr_storage storage{};
  int length = sizeof storage;
  if (uv_tcp_getsockname(&handle_->tcp, reinterpret_cast<sockaddr*>(&storage), &length) != 0) {
    return {};
  }
  return from_socket_address(reinterpret_cast<const sockaddr&>(storage));
}

void Stream::attach(ConnectionId id, StreamUser& user) {
  setsockopt(descriptor(), IPPROTO_TCP, TCP_NOTSENT_LOWAT, &kUnsentInSystem,
             sizeof kUnsentInSystem);
  handle_->id = id;
  handle_->user = &user;
  resume_reading();
}

void Stream::pause_reading() { uv_read_stop(handle_->stream()); }

void Stream::resume_reading() { uv_read_start(handle_->stream(), allocate, StreamHandle::on_read); }

std::string& Stream::output(Lane lane) {
  std::string* next = &handle_->pending;
  if (lane == Lane::data) {
    std::deque<std::string>& data = handle_->data;
    const bool is_full = !data.empty() && data.back().size() >= kDataAtOnce;
    if (is_full) handle_->data_bytes += data.back().size();
    if (is_full || data.empty()) data.emplace_back();
    next = &data.back();
  }
  const bool has_no_memory = next->capacity() <= std::string().capacity();
  if (next->empty() && has_no_memory) *next = handle_->loop->take_buffer();
  return *next;
}

std::size_t Stream::appended() const { return handle_->unsent(); }

int Stream::flush() { return handle_->flush(); }

void Stream::finish() {
  handle_->is_finishing = true;
  handle_->flush();
}

std::size_t Stream::queued() const {
  return handle_->unsent() + uv_stream_get_write_queue_size(handle_->stream());
}

std::uint64_t Stream::confirmed() const { return handle_->handed_over - on_their_way(*handle_); }

std::size_t Stream::unconfirmed() const { return handle_->unsent() + on_their_way(*handle_); }

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

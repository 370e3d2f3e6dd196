#include "bench/support/raw_server.h"

#include <unistd.h>

#include <algorithm>

#include "bench/support/child.h"
#include "codec/big_endian.h"

namespace oxbow::bench {

std::string raw_frame(char type, std::size_t length) {
  std::string bytes(length, '\0');
  store_big_endian(static_cast<std::uint32_t>(length - 4), bytes.data());
  bytes[4] = type;
  return bytes;
}

RawServer::RawServer(const Socket& listening) {
  uv_loop_init(&loop_);
  uv_prepare_init(&loop_, &prepare_);
  prepare_.data = this;
  uv_prepare_start(&prepare_, [](uv_prepare_t* h) { static_cast<RawServer*>(h->data)->flush(); });
  uv_tcp_init(&loop_, &listener_);
  listener_.data = this;
  uv_tcp_open(&listener_, listening.descriptor());
  uv_listen(reinterpret_cast<uv_stream_t*>(&listener_), 64, [](uv_stream_t* stream, int) {
    auto& self = *static_cast<RawServer*>(stream->data);
    Connection& connection = self.new_connection();
    uv_accept(stream, reinterpret_cast<uv_stream_t*>(&connection.tcp));
    self.start_reading(connection);
  });
}

void RawServer::run() { uv_run(&loop_, UV_RUN_DEFAULT); }

RawServer::Link RawServer::dial(const Address& address) {
  const Socket socket = Socket::connect_to(address);
  Connection& connection = new_connection();
  uv_tcp_open(&connection.tcp, dup(socket.descriptor()));
  start_reading(connection);
  return connection.link;
}

RawServer::Connection& RawServer::new_connection() {
  connections_.push_back(std::make_unique<Connection>());
  Connection& connection = *connections_.back();
  connection.server = this;
  connection.link = static_cast<Link>(connections_.size() - 1);
  connection.tcp.data = &connection;
  connection.write.data = &connection;
  uv_tcp_init(&loop_, &connection.tcp);
  return connection;
}

void RawServer::start_reading(Connection& connection) {
  uv_tcp_nodelay(&connection.tcp, 1);
  uv_read_start(
      reinterpret_cast<uv_stream_t*>(&connection.tcp),
      [](uv_handle_t* handle, std::size_t, uv_buf_t* buffer) {
        std::vector<char>& shared = static_cast<Connection*>(handle->data)->server->buffer_;
        *buffer = uv_buf_init(shared.data(), static_cast<unsigned>(shared.size()));
      },
      [](uv_stream_t* stream, ssize_t length, const uv_buf_t* buffer) {
        auto& reader = *static_cast<Connection*>(stream->data);
        if (length < 0) return static_cast<void>(uv_read_stop(stream));
        reader.server->read(reader, {buffer->base, static_cast<std::size_t>(length)});
      });
  opened(connection.link);
}

void RawServer::read(Connection& connection, std::string_view bytes) {
  if (!connection.in.empty()) {
    connection.in.append(bytes);
    const std::size_t used = whole_frames(connection, connection.in);
    connection.in.erase(0, used);
    return;
  }
  const std::size_t used = whole_frames(connection, bytes);
  connection.in.assign(bytes.substr(used));
}

std::size_t RawServer::whole_frames(Connection& connection, std::string_view bytes) {
  std::size_t at = 0;
  while (bytes.size() - at >= kRawHeader) {
    const std::size_t length = 4 + load_big_endian<std::uint32_t>(bytes.data() + at);
    if (bytes.size() - at < length) break;
    frame(connection.link, bytes.substr(at, length));
    at += length;
  }
  return at;
}

void RawServer::flush() {
  for (const Link link : dirty_) flush(*connections_[link]);
  dirty_.clear();
}

void RawServer::flush(Connection& connection) {
  if (!connection.writing.empty() || connection.out.empty()) return;
  auto* const stream = reinterpret_cast<uv_stream_t*>(&connection.tcp);
  uv_buf_t buffer =
      uv_buf_init(connection.out.data(), static_cast<unsigned>(connection.out.size()));
  const auto taken = static_cast<std::size_t>(std::max(uv_try_write(stream, &buffer, 1), 0));
  if (taken == connection.out.size()) return connection.out.clear();
  connection.writing.swap(connection.out);
  std::string& rest = connection.writing;
  buffer = uv_buf_init(rest.data() + taken, static_cast<unsigned>(rest.size() - taken));
  uv_write(&connection.write, stream, &buffer, 1, [](uv_write_t* request, int) {
    auto& writer = *static_cast<Connection*>(request->data);
    writer.writing.clear();
    writer.server->flush(writer);
  });
}

}  // namespace oxbow::bench

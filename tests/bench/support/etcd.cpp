#include "bench/support/etcd.h"

#include <fmt/format.h>
#include <nghttp2/nghttp2.h>

#include <cstring>
#include <map>
#include <string_view>

#include "bench/support/child.h"

namespace oxbow::bench {

namespace {

constexpr std::int32_t kWindow = 1 << 30;  // never waited for

void append_field(std::string& out, int number, const std::string& bytes) {
  out += static_cast<char>(number << 3 | 2);
  for (std::size_t length = bytes.size();; length >>= 7) {
    if (length < 0x80) {
      out += static_cast<char>(length);
      break;
    }
    out += static_cast<char>(length | 0x80);
  }
  out += bytes;
}

/// gRPC: not compressed, and the length.
std::string framed(const std::string& message) {
  std::string out(1, '\0');
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(message.size() >> shift);
  return out + message;
}

class Etcd final : public Protocol {
 public:
  Etcd(const std::string& method, std::shared_ptr<const std::vector<std::string>> messages)
      : path_("/etcdserverpb.KV/" + method), messages_(std::move(messages)) {
    static std::size_t connections = 0;
    next_ = 7919 * connections++ % messages_->size();
    nghttp2_session_callbacks* callbacks = nullptr;
    nghttp2_session_callbacks_new(&callbacks);
    nghttp2_session_callbacks_set_on_header_callback(callbacks, on_header);
    nghttp2_session_callbacks_set_on_stream_close_callback(callbacks, on_stream_close);
    nghttp2_session_client_new(&session_, callbacks, this);
    nghttp2_session_callbacks_del(callbacks);
    const nghttp2_settings_entry settings[] = {{NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, kWindow}};
    nghttp2_submit_settings(session_, NGHTTP2_FLAG_NONE, settings, 1);
    nghttp2_session_set_local_window_size(session_, NGHTTP2_FLAG_NONE, 0, kWindow);
  }
  ~Etcd() override { nghttp2_session_del(session_); }
  Etcd(const Etcd&) = delete;
  Etcd& operator=(const Etcd&) = delete;

  void append_request(std::string& out) override {
    nghttp2_data_provider body{};
    body.source.ptr = new std::string_view((*messages_)[next_]);
    next_ = next_ + 1 == messages_->size() ? 0 : next_ + 1;
    body.read_callback = read_body;
    const nghttp2_nv headers[] = {header(":method", "POST"),
                                  header(":scheme", "http"),
                                  header(":path", path_),
                                  header(":authority", "etcd"),
                                  header("content-type", "application/grpc"),
                                  header("te", "trailers")};
    if (nghttp2_submit_request(session_, nullptr, headers, 6, &body, nullptr) < 0) {
      fail("nghttp2 takes no request");
    }
    append_own(out);
  }

  std::size_t take_answers(std::string_view bytes) override {
    const auto taken = nghttp2_session_mem_recv(
        session_, reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
    if (taken < 0) fail("etcd does not speak HTTP/2");
    const std::size_t done = done_;
    done_ = 0;
    return done;
  }

  void append_own(std::string& out) override {
    for (;;) {
      const std::uint8_t* bytes = nullptr;
      const auto size = nghttp2_session_mem_send(session_, &bytes);
      if (size <= 0) return;
      out.append(reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size));
    }
  }

 private:
  static nghttp2_nv header(std::string_view name, std::string_view value) {
    const auto bytes = [](std::string_view text) {
      return reinterpret_cast<std::uint8_t*>(const_cast<char*>(text.data()));
    };
    return {bytes(name), bytes(value), name.size(), value.size(), NGHTTP2_NV_FLAG_NONE};
  }

  static ssize_t read_body(nghttp2_session*, std::int32_t, std::uint8_t* out, std::size_t room,
                           std::uint32_t* flags, nghttp2_data_source* source, void*) {
    const auto* const body = static_cast<std::string_view*>(source->ptr);
    const std::size_t size = body->size();
    if (size > room) return NGHTTP2_ERR_TEMPORAL_CALLBACK_FAILURE;
    std::memcpy(out, body->data(), size);
    delete body;
    *flags = NGHTTP2_DATA_FLAG_EOF;
    return static_cast<ssize_t>(size);
  }

  static int on_header(nghttp2_session*, const nghttp2_frame*, const std::uint8_t* name,
                       std::size_t name_size, const std::uint8_t* value, std::size_t value_size,
                       std::uint8_t, void*) {
    const std::string_view key(reinterpret_cast<const char*>(name), name_size);
    const std::string_view text(reinterpret_cast<const char*>(value), value_size);
    if (key == "grpc-status" && text != "0") fail(fmt::format("etcd answers with status {}", text));
    return 0;
  }

  static int on_stream_close(nghttp2_session*, std::int32_t, std::uint32_t error, void* self) {
    if (error != 0) fail("etcd gives a request up");
    ++static_cast<Etcd*>(self)->done_;
    return 0;
  }

  std::string path_;
  std::shared_ptr<const std::vector<std::string>> messages_;
  std::size_t next_ = 0;
  nghttp2_session* session_ = nullptr;
  std::size_t done_ = 0;
};

}  // namespace

std::string etcd_range(const std::string& key) {
  std::string message;
  append_field(message, 1, key);
  return framed(message);
}

std::string etcd_put(const std::string& key, const std::string& value) {
  std::string message;
  append_field(message, 1, key);
  append_field(message, 2, value);
  return framed(message);
}

std::unique_ptr<Protocol> etcd_protocol(const std::string& method,
                                        std::shared_ptr<const std::vector<std::string>> messages) {
  return std::make_unique<Etcd>(method, std::move(messages));
}

}  // namespace oxbow::bench

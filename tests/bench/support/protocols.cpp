#include "bench/support/protocols.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>
#include <utility>

#include "bench/support/child.h"
#include "codec/rpc.h"

namespace oxbow::bench {

namespace {

/// Bytes of an answer that has not come in whole are kept for the next call.
class Buffered : public Protocol {
 public:
  explicit Buffered(Requests requests) : requests_(std::move(requests)) {
    static std::size_t connections = 0;
    next_ = 7919 * connections++ % requests_->size();  // not all the same at the same time
  }

  void append_request(std::string& out) override {
    out += (*requests_)[next_];
    next_ = next_ + 1 == requests_->size() ? 0 : next_ + 1;
  }

  std::size_t take_answers(std::string_view bytes) override {
    if (rest_.empty()) {
      const std::size_t used = walk(bytes);
      rest_.assign(bytes.substr(used));
    } else {
      rest_.append(bytes);
      rest_.erase(0, walk(rest_));
    }
    const std::size_t done = done_;
    done_ = 0;
    return done;
  }

 protected:
  /// Counts whole answers into done_; the bytes that they took.
  virtual std::size_t walk(std::string_view bytes) = 0;
  std::size_t done_ = 0;

 private:
  Requests requests_;
  std::size_t next_ = 0;
  std::string rest_;
};

// -- MessagePack ------------------------------------------------------------------------------

std::size_t big_endian(std::string_view bytes, std::size_t at, std::size_t size) {
  std::size_t value = 0;
  for (std::size_t i = 0; i < size; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  }
  return value;
}

/// Where the value at `at` ends; nothing if it has not come in whole.
std::optional<std::size_t> end_of_value(std::string_view bytes, std::size_t at) {
  for (std::size_t left = 1; left > 0; --left) {
    if (at >= bytes.size()) return std::nullopt;
    const auto type = static_cast<unsigned char>(bytes[at++]);
    std::size_t length_bytes = 0, skipped = 0, items = 0, per_item = 1;
    if (type <= 0x7f || type >= 0xe0 || type == 0xc0 || type == 0xc2 || type == 0xc3) continue;
    if (type <= 0x8f)
      items = (type & 0x0fU) * 2U;
    else if (type <= 0x9f)
      items = type & 0x0fU;
    else if (type <= 0xbf)
      skipped = type & 0x1fU;
    else if (type <= 0xc6)
      length_bytes = std::size_t{1} << (type - 0xc4);
    else if (type == 0xca)
      skipped = 4;
    else if (type == 0xcb)
      skipped = 8;
    else if (type >= 0xcc && type <= 0xcf)
      skipped = std::size_t{1} << (type - 0xcc);
    else if (type >= 0xd0 && type <= 0xd3)
      skipped = std::size_t{1} << (type - 0xd0);
    else if (type >= 0xd9 && type <= 0xdb)
      length_bytes = std::size_t{1} << (type - 0xd9);
    else if (type >= 0xdc && type <= 0xdd)
      length_bytes = std::size_t{2} << (type - 0xdc);
    else if (type >= 0xde)
      length_bytes = std::size_t{2} << (type - 0xde), per_item = 2;
    else
      fail("a peer answers in a type of MessagePack that it does not use");
    if (bytes.size() < at + length_bytes) return std::nullopt;
    if (length_bytes > 0) {
      const std::size_t length = big_endian(bytes, at, length_bytes);
      at += length_bytes;
      if (type >= 0xdc)
        items = length * per_item;
      else
        skipped = length;
    }
    at += skipped;
    left += items;
    if (at > bytes.size()) return std::nullopt;
  }
  return at;
}

class Oxbow final : public Buffered {
 public:
  using Buffered::Buffered;

 protected:
  // [1, id, error, result]
  std::size_t walk(std::string_view bytes) override {
    std::size_t used = 0;
    while (const auto end = end_of_value(bytes, used)) {
      const auto error = end_of_value(bytes, used + 2);
      if (static_cast<unsigned char>(bytes[*error]) != 0xc0) {
        fail(fmt::format("a peer answers with an error: {:?}", bytes.substr(*error, 300)));
      }
      used = *end;
      ++done_;
      if (used == bytes.size()) break;
    }
    return used;
  }
};

// -- RESP -------------------------------------------------------------------------------------

class Redis final : public Buffered {
 public:
  Redis(Requests requests, std::size_t replies, long least_number)
      : Buffered(std::move(requests)), replies_(replies), least_number_(least_number) {}

 protected:
  std::size_t walk(std::string_view bytes) override {
    std::size_t used = 0;
    for (;;) {
      const std::size_t line_end = bytes.find("\r\n", used);
      if (line_end == std::string_view::npos) return used;
      const std::string_view line = bytes.substr(used, line_end - used);
      long number = 0;
      std::from_chars(line.data() + 1, line.data() + line.size(), number);
      std::size_t end = line_end + 2;
      if (line.front() == '$') {
        if (number < 0) fail("redis does not have the key");
        end += static_cast<std::size_t>(number) + 2;
        if (end > bytes.size()) return used;
      } else if (line.front() == ':') {
        if (number < least_number_) fail("redis was acknowledged by too few replicas");
      } else if (line.front() != '+') {
        fail("redis says " + std::string(line));
      }
      used = end;
      if (++got_ == replies_) {
        got_ = 0;
        ++done_;
      }
    }
  }

 private:
  std::size_t replies_;
  long least_number_;
  std::size_t got_ = 0;
};

}  // namespace

Requests oxbow_requests(std::size_t count, const std::function<ClientRequest(std::size_t)>& make) {
  RpcClientStream stream;
  auto requests = std::make_shared<std::vector<std::string>>(count);
  for (std::size_t i = 0; i < count; ++i) stream.append_request(make(i), (*requests)[i]);
  return requests;
}

std::unique_ptr<Protocol> oxbow_protocol(Requests requests) {
  return std::make_unique<Oxbow>(std::move(requests));
}

std::unique_ptr<Protocol> redis_protocol(Requests requests, std::size_t replies,
                                         long least_number) {
  return std::make_unique<Redis>(std::move(requests), replies, least_number);
}

std::string command(std::initializer_list<std::string_view> words) {
  std::string out = fmt::format("*{}\r\n", words.size());
  for (const std::string_view word : words) out += fmt::format("${}\r\n{}\r\n", word.size(), word);
  return out;
}

}  // namespace oxbow::bench

// The bytes of one client connection, in either direction, as MessagePack-RPC messages in tokens.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/scanner.h"

namespace oxbow {

class RpcScanner {
 public:
  enum class Next { message, more, error };

  /// `most`: bytes of one message.
  RpcScanner(std::size_t most, const ScanLimits& limits) : most_(most), scanner_(limits) {}

  void feed(std::string_view bytes);
  Next next();
  /// After Next::message, until the next feed() or next(): an array of 3 or 4 values.
  Tokens tokens() const { return scanner_.tokens(buffer_.data() + start_); }
  const Error& error() const { return error_; }
  /// Bytes that have come and were not used: of a message that is not whole, or of further ones.
  std::size_t held() const { return buffer_.size() - start_; }
  /// Of the message, after Next::message.
  std::size_t size() const { return scanner_.used(); }
  /// After Next::error: the number of the request that was being read, if that has come.
  std::optional<std::uint32_t> failed_request() const { return failed_request_; }

  /// From now on next() says `error`: what was read makes no sense.
  Next fail(Error error);

 private:
  std::size_t most_;
  Scanner scanner_;
  std::string buffer_;
  std::size_t start_ = 0;  // of the message being read
  bool complete_ = false;  // it was handed out
  bool failed_ = false;
  std::optional<std::uint32_t> failed_request_;
  Error error_;
};

}  // namespace oxbow

// The bytes of one client connection, in either direction, as MessagePack-RPC messages in tokens.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
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

  /// From now on next() says `error`: what was read makes no sense.
  Next fail(Error error);

 private:
  std::size_t most_;
  Scanner scanner_;
  std::string buffer_;
  std::size_t start_ = 0;  // of the message being read
  bool complete_ = false;  // it was handed out
  bool failed_ = false;
  Error error_;
};

}  // namespace oxbow

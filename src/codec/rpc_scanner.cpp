#include "codec/rpc_scanner.h"

#include <fmt/format.h>

#include <utility>

namespace oxbow {

namespace {
// A buffer that one large message made big is given back.
constexpr std::size_t kBytesKept = 64 * 1024;
}  // namespace

void RpcScanner::feed(std::string_view bytes) {
  if (failed_) return;
  if (complete_) {
    start_ += scanner_.used();
    scanner_.reset();
    complete_ = false;
  }
  if (start_ > 0) {
    buffer_.erase(0, start_);
    start_ = 0;
    if (buffer_.empty() && buffer_.capacity() > kBytesKept) buffer_.shrink_to_fit();
  }
  buffer_.append(bytes);
}

RpcScanner::Next RpcScanner::next() {
  if (failed_) return Next::error;
  if (complete_) {
    start_ += scanner_.used();
    scanner_.reset();
    complete_ = false;
  }
  const std::string_view rest = std::string_view(buffer_).substr(start_);
  const Scanner::Outcome outcome = scanner_.scan(rest);
  if (outcome == Scanner::Outcome::error) return fail(scanner_.error());
  const Tokens read = scanner_.tokens(rest.data());
  if (!read.list.empty()) {
    const Token& first = read[0];
    if (first.type != Token::Type::array || first.size < 3 || first.size > 4) {
      return fail(
          {"bad-rpc", "not MessagePack-RPC", "an array of 3 or 4 values", to_string(first)});
    }
  }
  const std::size_t size = outcome == Scanner::Outcome::done ? scanner_.used() : rest.size();
  if (size > most_) {
    return fail({"too-large", fmt::format("message of more than {} bytes", most_),
                 fmt::format("at most {}", most_), fmt::format("at least {}", size)});
  }
  if (outcome == Scanner::Outcome::more) return Next::more;
  complete_ = true;
  return Next::message;
}

RpcScanner::Next RpcScanner::fail(Error error) {
  const Tokens read = tokens();
  const auto is_number = [&](std::size_t index) {
    return read.list.size() > index && read[index].type == Token::Type::unsigned_number;
  };
  if (!failed_ && is_number(1) && read[1].value == 0 && is_number(2) &&
      read[2].value <= 0xffffffff) {
    failed_request_ = static_cast<std::uint32_t>(read[2].value);
  }
  failed_ = true;
  error_ = std::move(error);
  buffer_ = {};
  start_ = 0;
  scanner_.reset();
  return Next::error;
}

}  // namespace oxbow

// Counts frames of one type in a stream of bytes, looking at their headers alone: what a load tool
// can afford without being slower than what it measures.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "codec/big_endian.h"
#include "codec/frame_types.h"

namespace oxbow::bench {

class FrameCounter {
 public:
  explicit FrameCounter(std::uint8_t type) : type_(static_cast<char>(type)) {}

  /// How many of them end in these bytes, which follow those of the last call.
  std::size_t count(std::string_view bytes) {
    std::size_t ended = 0;
    while (!bytes.empty()) {
      if (header_size_ < kFrameHeader) {
        const std::size_t taken =
            bytes.copy(header_.data() + header_size_, kFrameHeader - header_size_);
        bytes.remove_prefix(taken);
        header_size_ += taken;
        if (header_size_ < kFrameHeader) break;
        rest_ = load_big_endian<std::uint32_t>(header_.data()) - 1;
      }
      const std::size_t skipped = std::min(rest_, bytes.size());
      bytes.remove_prefix(skipped);
      rest_ -= skipped;
      if (rest_ > 0) break;
      if (header_[4] == type_) ++ended;
      header_size_ = 0;
    }
    return ended;
  }

 private:
  char type_;
  std::array<char, kFrameHeader> header_{};
  std::size_t header_size_ = 0;
  std::size_t rest_ = 0;  // of the frame whose header was read
};

}  // namespace oxbow::bench

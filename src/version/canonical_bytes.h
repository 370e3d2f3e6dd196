// Numbers and ids as bytes, each in exactly one way, so that equal things are equal bytes.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace oxbow {

class CanonicalWriter {
 public:
  void u8(std::uint8_t value) { bytes_ += static_cast<char>(value); }
  void u64(std::uint64_t value) {  ///< big-endian
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
    const auto digits = std::bit_cast<std::array<char, 8>>(value);
    bytes_.append(digits.data(), digits.size());
  }
  void varint(std::uint64_t value) {  ///< LEB128: 7 bits a byte, the lowest first
    for (; value >= 0x80; value >>= 7) u8(static_cast<std::uint8_t>(value | 0x80));
    u8(static_cast<std::uint8_t>(value));
  }
  void raw(std::string_view bytes) { bytes_ += bytes; }

  /// For so many bytes nothing is allocated again.
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }
  const std::string& bytes() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

/// Reads what a CanonicalWriter wrote. Once something does not fit, failed() stays true, and
/// everything after it reads as zeros.
class CanonicalReader {
 public:
  explicit CanonicalReader(std::string_view bytes) : rest_(bytes) {}

  std::string_view raw(std::size_t size) {
    if (failed_ || rest_.size() < size) {
      failed_ = true;
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  std::uint8_t u8() {
    const std::string_view byte = raw(1);
    return byte.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(byte[0]);
  }
  std::uint64_t u64() {
    std::uint64_t value = 0;
    for (const char byte : raw(8)) value = value << 8 | static_cast<std::uint8_t>(byte);
    return value;
  }
  /// Fails on a longer form than the shortest, and beyond 64 bits.
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = u8();
      if ((shift == 63 && byte > 1) || (shift > 0 && byte == 0)) break;
      value |= std::uint64_t{byte & 0x7fU} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    failed_ = true;
    return 0;
  }

  bool failed() const { return failed_; }
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace oxbow

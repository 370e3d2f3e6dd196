#include "base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace oxbow {

namespace {

bool is_continuation(unsigned char byte) { return (byte & 0xc0) == 0x80; }

// The length of the sequence that begins `text`, or 0 if it is none.
std::size_t sequence_length(const unsigned char* text, std::size_t size) {
  const unsigned char first = text[0];
  if (first < 0x80) return 1;
  if (first < 0xc2) return 0;  // a continuation, or an overlong form of ASCII
  if (first < 0xe0) return size >= 2 && is_continuation(text[1]) ? 2 : 0;
  if (first < 0xf0) {
    if (size < 3 || !is_continuation(text[1]) || !is_continuation(text[2])) return 0;
    if (first == 0xe0 && text[1] < 0xa0) return 0;   // overlong
    if (first == 0xed && text[1] >= 0xa0) return 0;  // surrogates
    return 3;
  }
  if (first > 0xf4) return 0;
  if (size < 4 || !is_continuation(text[1]) || !is_continuation(text[2]) ||
      !is_continuation(text[3])) {
    return 0;
  }
  if (first == 0xf0 && text[1] < 0x90) return 0;   // overlong
  if (first == 0xf4 && text[1] >= 0x90) return 0;  // above U+10FFFF
  return 4;
}

}  // namespace

CodePoint first_code_point(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
  const std::size_t size = sequence_length(text, bytes.size());
  if (size <= 1) return {text[0], size};
  char32_t value = text[0] & (0x7fU >> size);
  for (std::size_t i = 1; i < size; ++i) value = (value << 6) | (text[i] & 0x3fU);
  return {value, size};
}

bool is_utf8(std::string_view bytes) {
  const auto* text = reinterpret_cast<const unsigned char*>(bytes.data());
  std::size_t at = 0;
  while (at < bytes.size()) {
    // Most text is ASCII: eight bytes at a time.
    std::uint64_t word = 0;
    if (bytes.size() - at >= sizeof word) {
      std::memcpy(&word, text + at, sizeof word);
      if ((word & 0x8080808080808080ULL) == 0) {
        at += sizeof word;
        continue;
      }
    }
    const std::size_t length = sequence_length(text + at, bytes.size() - at);
    if (length == 0) return false;
    at += length;
  }
  return true;
}

std::string to_utf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const auto* next = reinterpret_cast<const unsigned char*>(bytes.data());
    const std::size_t length = sequence_length(next, bytes.size());
    text += length == 0 ? std::string_view("\xef\xbf\xbd") : bytes.substr(0, length);
    bytes.remove_prefix(length == 0 ? 1 : length);
  }
  return text;
}

}  // namespace oxbow

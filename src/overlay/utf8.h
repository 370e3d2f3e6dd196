// Reads UTF-8 strictly: no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace oxbow::utf8 {

/// The character at `at` (which must be below text.size()); moves `at` behind it. Nothing, and
/// `at` stays, where no valid character begins.
inline std::optional<std::uint32_t> next(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(at);
  if (lead < 0x80) {
    ++at;
    return lead;
  }
  if (lead < 0xc2 || lead > 0xf4) return std::nullopt;
  const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (text.size() - at < length) return std::nullopt;
  std::uint32_t character = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0) != 0x80) return std::nullopt;
    character = (character << 6) | (byte(at + i) & 0x3fU);
  }
  const std::uint32_t least = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000;
  const bool is_surrogate = character >= 0xd800 && character <= 0xdfff;
  if (character < least || is_surrogate || character > 0x10ffff) return std::nullopt;
  at += length;
  return character;
}

/// Where the first byte is that belongs to no valid character; nothing: all of it is valid.
inline std::optional<std::size_t> first_invalid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    if (!next(text, at)) return at;
  }
  return std::nullopt;
}

}  // namespace oxbow::utf8

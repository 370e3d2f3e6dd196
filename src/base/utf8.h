// Whether bytes are text: keys and values are bytes, and are shown and sent as text only where they
// are valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow {

/// The first character of a text that is not empty.
struct CodePoint {
  char32_t value = 0;    ///< where it is not UTF-8: the byte
  std::size_t size = 0;  ///< in bytes; 0: not UTF-8
};
CodePoint first_code_point(std::string_view bytes);

/// Valid UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

/// The bytes as text: whatever is not UTF-8 in them becomes U+FFFD, byte by byte.
std::string to_utf8(std::string_view bytes);

}  // namespace oxbow

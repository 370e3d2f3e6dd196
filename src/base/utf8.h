// Whether bytes are text: keys and values are bytes, and are shown and sent as text only where they
// are valid UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace oxbow {

/// Valid UTF-8 (Unicode 15, table 3-7): no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view bytes);

/// The bytes as text: whatever is not UTF-8 in them becomes U+FFFD, byte by byte.
std::string to_utf8(std::string_view bytes);

}  // namespace oxbow

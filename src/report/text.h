// Text that strangers chose (keys, names) on its way to a terminal or a table: nothing in it may
// move the cursor, colour the screen, or read differently from how it is stored.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow {

/// `bytes` as text that is safe to print: control characters (C0, DEL, C1), line separators,
/// invisible and direction-changing characters and bytes that are not UTF-8 become \n, \t, \r or
/// \xNN; a backslash becomes two, so that nothing can be mistaken for an escape.
std::string printable(std::string_view bytes);

/// Columns that well-formed UTF-8 takes on a terminal: 2 for wide East Asian characters and
/// pictographs, 0 for combining marks, 1 for others.
std::size_t display_width(std::string_view text);

/// `text` cut to at most `width` columns, with an ellipsis in place of what was cut.
std::string shortened(std::string_view text, std::size_t width);

/// RFC 4648, with padding.
std::string to_base64(std::string_view bytes);

}  // namespace oxbow

// How text stands on a terminal or in a table; what of it is safe there: base/printable.h.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/printable.h"

namespace oxbow {

/// Columns that well-formed UTF-8 takes on a terminal: 2 for wide East Asian characters and
/// pictographs, 0 for combining marks, 1 for others.
std::size_t display_width(std::string_view text);

/// `text` cut to at most `width` columns, with an ellipsis in place of what was cut.
std::string shortened(std::string_view text, std::size_t width);

/// RFC 4648, with padding.
std::string to_base64(std::string_view bytes);

}  // namespace oxbow

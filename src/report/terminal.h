// What an output stream can show: whether it is a terminal, how wide, and whether colour is wanted
// (only on a terminal, and not with NO_COLOR set: no-color.org).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow {

struct Terminal {
  bool interactive = false;  ///< somebody looks at it
  bool colour = false;
  std::size_t width = 0;  ///< columns; 0: unlimited

  /// Of an open file descriptor, with the environment as it is.
  static Terminal of(int descriptor);
};

enum class Style { plain, bold, dim, green, yellow, red };

/// `text` in a style, or as it is where there is no colour.
std::string styled(const Terminal& terminal, Style style, std::string_view text);

}  // namespace oxbow

// Text that others chose (keys, names, reasons, what a file or a peer of another version says) on
// its way to a terminal, a table, a log or an error: nothing in it may move the cursor, colour the
// screen, begin a line, or read differently from how it is stored. This is the one place that
// judges that.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow {

/// `bytes` as text that is safe to print: control characters (C0, DEL, C1), line separators,
/// invisible and direction-changing characters and bytes that are not UTF-8 become \n, \t, \r or
/// \xNN; a backslash becomes two, so that nothing can be mistaken for an escape.
std::string printable(std::string_view bytes);

/// The same of a beginning of `bytes`: whole characters, at most `most` bytes of what is printed,
/// and then an ellipsis, of kEllipsis bytes more, in place of what was cut.
inline constexpr std::size_t kEllipsis = 3;
std::string printable(std::string_view bytes, std::size_t most);

/// Whether a character may be printed as it is.
bool is_printable(char32_t character);

/// For a text of our own that may quote others': the same, but a backslash stays one. So what is
/// printable already stays as it is.
std::string printable_message(std::string_view text);
std::string printable_message(std::string_view text, std::size_t most);

}  // namespace oxbow

#include "base/printable.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>

#include "base/utf8.h"

namespace oxbow {

namespace {

struct Range {
  char32_t first, last;
};

// C0, DEL and C1; soft hyphen; zero-width and direction marks; line and paragraph separators;
// direction overrides and isolates; byte order mark; tags; what stands for nothing.
constexpr std::array<Range, 12> kUnsafe{{{0x00, 0x1f},
                                         {0x7f, 0x9f},
                                         {0xad, 0xad},
                                         {0x61c, 0x61c},
                                         {0x180e, 0x180e},
                                         {0x200b, 0x200f},
                                         {0x2028, 0x202e},
                                         {0x2060, 0x206f},
                                         {0xfeff, 0xfeff},
                                         {0xfff9, 0xfffb},
                                         {0xfffe, 0xffff},
                                         {0xe0000, 0xe0fff}}};

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  for (const char c : bytes) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else {
      const auto byte = static_cast<std::uint8_t>(c);
      out += "\\x";
      out += kDigits[byte >> 4];
      out += kDigits[byte & 0xf];
    }
  }
}

enum class Backslash : std::uint8_t { doubled, kept };

std::string escaped(std::string_view bytes, std::size_t most, Backslash backslash) {
  std::string out;
  out.reserve(std::min(bytes.size(), most));
  while (!bytes.empty()) {
    const CodePoint next = first_code_point(bytes);
    const std::size_t size = std::max<std::size_t>(next.size, 1);
    const std::string_view piece = bytes.substr(0, size);
    const std::size_t before = out.size();
    if (piece == "\\" && backslash == Backslash::doubled) {
      out += "\\\\";
    } else if (next.size == 0 || !is_printable(next.value)) {
      append_escaped(out, piece);
    } else {
      out += piece;
    }
    if (out.size() > most) {
      out.resize(before);
      out += "…";
      return out;
    }
    bytes.remove_prefix(size);
  }
  return out;
}

constexpr std::size_t kNoBound = std::numeric_limits<std::size_t>::max();

}  // namespace

bool is_printable(char32_t character) {
  return std::none_of(kUnsafe.begin(), kUnsafe.end(),
                      [character](Range r) { return character >= r.first && character <= r.last; });
}

std::string printable(std::string_view bytes) {
  return escaped(bytes, kNoBound, Backslash::doubled);
}
std::string printable(std::string_view bytes, std::size_t most) {
  return escaped(bytes, most, Backslash::doubled);
}
std::string printable_message(std::string_view text) {
  return escaped(text, kNoBound, Backslash::kept);
}
std::string printable_message(std::string_view text, std::size_t most) {
  return escaped(text, most, Backslash::kept);
}

}  // namespace oxbow

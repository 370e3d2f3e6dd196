#include "overlay/hello_rules.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "base/utf8.h"

namespace oxbow {

namespace {

/// C0, DEL and C1 (U+0080 to U+009F, two bytes in UTF-8).
bool has_control_characters(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    if (byte < 0x20 || byte == 0x7f) return true;
    if (byte != 0xc2 || i + 1 == text.size()) continue;
    if (static_cast<unsigned char>(text[i + 1]) < 0xa0) return true;
  }
  return false;
}

bool is_plain_text(std::string_view text) {
  return text.size() <= limits::kName && is_utf8(text) && !has_control_characters(text);
}

}  // namespace

Status check(const Hello& hello) {
  if (hello.version == 0) {
    return Error{"version", "protocol version 0 does not exist", "at least 1", "0"};
  }
  if (hello.peer.is_zero()) {
    return Error{"bad-id", "a peer id of zero names nobody", "16 random bytes", "zero"};
  }
  if (hello.network.empty() || !is_plain_text(hello.network)) {
    return Error{"bad-network", "a network's name is a text without control characters",
                 fmt::format("1 to {} bytes", limits::kName), ""};
  }
  if (!is_plain_text(hello.name)) {
    return Error{"bad-name", "a peer's name is a text without control characters",
                 fmt::format("at most {} bytes", limits::kName), ""};
  }
  if (!hello.advertised.is_unspecified() && !hello.advertised.is_unicast()) {
    return Error{"bad-address", "no peer can be at the address that the hello states",
                 "a unicast address", to_string(hello.advertised)};
  }
  return Done{};
}

}  // namespace oxbow

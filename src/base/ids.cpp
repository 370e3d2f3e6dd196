#include "base/ids.h"

#include <fmt/format.h>

namespace oxbow {

namespace {

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

template <class Id>
Result<Id> parse_fixed(std::string_view digits, std::string_view what) {
  auto raw = from_hex(digits);
  if (!raw || raw->size() != Id::kSize) {
    return Error{"bad-id", fmt::format("not a {}: '{}'", what, digits.substr(0, 80)),
                 fmt::format("{} hexadecimal digits", 2 * Id::kSize),
                 fmt::format("{} characters", digits.size())};
  }
  return Id::from_bytes(*raw);
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text(bytes.size() * 2, '0');
  char* next = text.data();
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *next++ = kDigits[byte >> 4];
    *next++ = kDigits[byte & 15];
  }
  return text;
}

Result<std::string> from_hex(std::string_view digits) {
  if (digits.size() % 2 != 0) {
    return Error{"bad-hex", "an odd number of hexadecimal digits", "an even number",
                 fmt::format("{}", digits.size())};
  }
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i < digits.size(); i += 2) {
    const int high = digit_value(digits[i]);
    const int low = digit_value(digits[i + 1]);
    if (high < 0 || low < 0) {
      return Error{"bad-hex", fmt::format("not hexadecimal: '{}'", digits.substr(0, 80)),
                   "digits 0-9 and a-f", fmt::format("'{}'", digits.substr(i, 2))};
    }
    bytes += static_cast<char>(high * 16 + low);
  }
  return bytes;
}

std::string abbreviated(const PeerId& id) { return to_hex(id.view().substr(0, 4)); }

std::string to_string(const RequestId& id) {
  return fmt::format("{:016x}{:016x}", id.random, id.proof);
}

Result<RequestId> parse_request_id(std::string_view digits) {
  auto raw = from_hex(digits);
  if (!raw || raw->size() != 16) {
    return Error{"bad-id", fmt::format("not a request id: '{}'", digits.substr(0, 80)),
                 "32 hexadecimal digits, as `oxbow find` prints them",
                 fmt::format("{} characters", digits.size())};
  }
  RequestId id;
  for (int i = 0; i < 8; ++i) {
    id.random = id.random << 8 | static_cast<unsigned char>((*raw)[static_cast<std::size_t>(i)]);
    id.proof = id.proof << 8 | static_cast<unsigned char>((*raw)[static_cast<std::size_t>(i) + 8]);
  }
  return id;
}

Result<PeerId> parse_peer_id(std::string_view digits) {
  return parse_fixed<PeerId>(digits, "peer id");
}

Result<Digest> parse_digest(std::string_view digits) {
  return parse_fixed<Digest>(digits, "SHA-256 digest");
}

}  // namespace oxbow

#include <oxbow/versions.h>

#include <algorithm>
#include <cstdint>
#include <tuple>

namespace oxbow {
namespace {

constexpr std::string_view kAlphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

Error no_context(std::string_view text) {
  constexpr std::size_t kShown = 40;
  return {"bad-context", "no context: give the whole text that get or put printed (base64url)",
          "the whole text that get or put printed", std::string(text.substr(0, kShown))};
}

}  // namespace

const GetValue* newest(const std::vector<GetValue>& siblings) {
  const auto found = std::max_element(siblings.begin(), siblings.end(),
                                      [](const GetValue& left, const GetValue& right) {
                                        return std::tie(left.written_ms, left.dot, left.value) <
                                               std::tie(right.written_ms, right.dot, right.value);
                                      });
  return found == siblings.end() ? nullptr : &*found;
}

std::string context_text(std::string_view context) {
  std::string text;
  text.reserve((context.size() * 4 + 2) / 3);
  std::uint32_t bits = 0;
  int count = 0;  // of the bits that wait to be written
  for (const char byte : context) {
    bits = (bits << 8) | static_cast<std::uint8_t>(byte);
    for (count += 8; count >= 6; count -= 6) text += kAlphabet[(bits >> (count - 6)) & 0x3f];
  }
  if (count > 0) text += kAlphabet[(bits << (6 - count)) & 0x3f];
  return text;
}

Result<std::string> parse_context_text(std::string_view text) {
  std::string_view digits = text;
  while (!digits.empty() && digits.back() == '=') digits.remove_suffix(1);
  // One digit alone holds no byte, and padding fills groups of four.
  const bool is_padded = digits.size() != text.size();
  if (digits.size() % 4 == 1 || (is_padded && text.size() != (digits.size() + 3) / 4 * 4)) {
    return no_context(text);
  }
  std::string bytes;
  bytes.reserve(digits.size() * 3 / 4);
  std::uint32_t bits = 0;
  int count = 0;
  for (const char digit : digits) {
    const auto value = kAlphabet.find(digit);
    if (value == std::string_view::npos) return no_context(text);
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      bytes += static_cast<char>(bits >> count);
    }
  }
  const std::uint32_t left = bits & ((1U << count) - 1);
  if (left != 0) return no_context(text);  // digits of a longer text were cut off
  return bytes;
}

}  // namespace oxbow

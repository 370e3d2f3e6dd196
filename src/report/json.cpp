#include "report/json.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "report/text.h"

namespace oxbow {
namespace {

/// What is not safe on a terminal stands there as \uXXXX: the same text to whoever reads JSON.
void append_quoted(std::string& out, std::string_view text) {
  const std::string quoted = nlohmann::json(text).dump();
  std::string_view rest = quoted;
  while (!rest.empty()) {
    const CodePoint next = first_code_point(rest);
    const std::string_view piece = rest.substr(0, std::max<std::size_t>(next.size, 1));
    if (next.size == 0 || is_printable(next.value)) {
      out += piece;
    } else {
      const std::string escaped =
          nlohmann::json(piece).dump(-1, ' ', true);  // what is not ASCII is escaped
      out += std::string_view(escaped).substr(1, escaped.size() - 2);
    }
    rest.remove_prefix(piece.size());
  }
}

}  // namespace

void JsonWriter::separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

JsonWriter& JsonWriter::raw(std::string_view text) {
  separate();
  text_ += text;
  return *this;
}

JsonWriter& JsonWriter::begin_object() {
  raw("{");
  comma_ = false;
  return *this;
}
JsonWriter& JsonWriter::end_object() {
  text_ += '}';
  comma_ = true;
  return *this;
}
JsonWriter& JsonWriter::begin_array() {
  raw("[");
  comma_ = false;
  return *this;
}
JsonWriter& JsonWriter::end_array() {
  text_ += ']';
  comma_ = true;
  return *this;
}

JsonWriter& JsonWriter::name(std::string_view name) {
  separate();
  append_quoted(text_, name);
  text_ += ':';
  comma_ = false;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  separate();
  if (is_utf8(text)) {
    append_quoted(text_, text);
  } else {
    append_quoted(text_, printable(text));
  }
  return *this;
}

JsonWriter& JsonWriter::value(bool truth) { return raw(truth ? "true" : "false"); }

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) return null();
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return raw(std::string_view(digits.data(), static_cast<std::size_t>(end - digits.data())));
}

JsonWriter& JsonWriter::bytes(std::string_view key, std::string_view content) {
  if (is_utf8(content)) return field(key, content);
  return field(std::string(key) + "_b64", to_base64(content));
}

JsonWriter& JsonWriter::begin_document(std::string_view type) {
  return begin_object().field("v", 1).field("type", type);
}

}  // namespace oxbow

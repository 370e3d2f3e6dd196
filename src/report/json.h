// Writes JSON piece by piece, compact, fields in the order in which they are given. What is written
// is always well-formed text: bytes that are not UTF-8 have a form of their own (`bytes`).
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace oxbow {

class JsonWriter {
 public:
  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& name(std::string_view name);  ///< of the value that comes next

  JsonWriter& value(
      std::string_view text);  ///< what is not UTF-8 in it is escaped as by printable()
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool truth);
  JsonWriter& value(
      double number);  ///< the shortest text that reads back the same; null if not finite
  template <std::integral T>
  JsonWriter& value(T number) {
    if constexpr (std::signed_integral<T>) return raw(std::to_string(std::int64_t{number}));
    return raw(std::to_string(std::uint64_t{static_cast<std::make_unsigned_t<T>>(number)}));
  }
  template <class T>
  JsonWriter& value(const std::optional<T>& maybe) {
    return maybe ? value(*maybe) : null();
  }
  JsonWriter& null() { return raw("null"); }

  template <class T>
  JsonWriter& field(std::string_view key, const T& content) {
    return name(key).value(content);
  }
  /// A field for bytes: `name` with the text, or `name_b64` where they are not UTF-8.
  JsonWriter& bytes(std::string_view name, std::string_view content);

  /// What every document of the command line opens with: {"v":1,"type":"…"
  JsonWriter& begin_document(std::string_view type);

  const std::string& text() const { return text_; }

 private:
  JsonWriter& raw(std::string_view text);
  void separate();

  std::string text_;
  bool comma_ = false;  // the next value needs one before it
};

}  // namespace oxbow

// The visitor that writes a described struct (see message/describe.h) as a MessagePack map.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/utf8.h"
#include "codec/packer.h"
#include "message/describe.h"

namespace oxbow {

/// Counts the fields of a described struct.
struct FieldCounter {
  std::size_t count = 0;
  void operator()(std::string_view, const auto&) { ++count; }
  void bytes(std::string_view, const std::string&) { ++count; }
};

template <class T>
std::size_t field_count(const T& value) {
  FieldCounter counter;
  describe(counter, value);
  return counter.count;
}

class MapWriter {
 public:
  explicit MapWriter(Packer& packer) : packer_(packer) {}

  template <class T>
  void map(const T& value) {
    packer_.map(field_count(value));
    describe(*this, value);
  }

  template <class T>
  void operator()(std::string_view name, const T& field) {
    packer_.text(name);
    value(field);
  }

  /// Keys are text where they can be, so that other languages see text; contents are always bytes.
  void bytes(std::string_view name, const std::string& field) {
    packer_.text(name);
    if (name == "key" && is_utf8(field)) {
      packer_.text(field);
    } else {
      packer_.bytes(field);
    }
  }

 private:
  template <class T>
  void value(const T& field) {
    if constexpr (std::same_as<T, bool>) {
      packer_.boolean(field);
    } else if constexpr (std::unsigned_integral<T>) {
      packer_.number(field);
    } else if constexpr (std::same_as<T, double>) {
      packer_.real(field);
    } else if constexpr (std::same_as<T, std::string>) {
      // Reasons and names may hold what a stranger sent.
      is_utf8(field) ? packer_.text(field) : packer_.text(to_utf8(field));
    } else if constexpr (std::is_enum_v<T>) {
      packer_.text(enum_name(field));
    } else {
      map(field);
    }
  }
  template <class T>
  void value(const std::optional<T>& field) {
    field ? value(*field) : packer_.nil();
  }
  template <class T>
  void value(const std::vector<T>& fields) {
    packer_.array(fields.size());
    for (const T& field : fields) value(field);
  }

  Packer& packer_;
};

}  // namespace oxbow

// The visitor that writes a described struct (see message/describe.h) as a MessagePack map.
#pragma once

#include <algorithm>
#include <array>
#include <bitset>
#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/assert.h"
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

/// Which fields of a request say more than that the default is wanted: the others need not be sent,
/// nor be read.
template <class T>
class SetFields {
 public:
  explicit SetFields(const T& value) {
    static const T kDefault{};
    describe(*this, kDefault);
    at_ = 0;
    describe(*this, value);
  }

  void operator()(std::string_view name, const auto& field) { compare(name, field); }
  void bytes(std::string_view name, const std::string& field) { compare(name, field); }

  std::size_t count() const { return static_cast<std::size_t>(set_.count()); }
  bool is_set(std::size_t field) const { return set_[field]; }

 private:
  static constexpr std::size_t kMost = 16;

  // The fields of the default first; then each is met again, in the same order.
  template <class Field>
  void compare(std::string_view name, const Field& field) {
    OXBOW_ASSERT(at_ < kMost, "a request with more fields than that");
    if (defaults_[at_] == nullptr) {
      defaults_[at_++] = &field;
      return;
    }
    const bool required =
        std::find(kRequired<T>.begin(), kRequired<T>.end(), name) != kRequired<T>.end();
    set_[at_] = required || !(field == *static_cast<const Field*>(defaults_[at_]));
    ++at_;
  }

  std::size_t at_ = 0;
  std::array<const void*, kMost> defaults_{};
  std::bitset<kMost> set_;
};

/// An answer that a client wanted short, so that it is quick.
template <class T>
bool is_brief(const T& answer) {
  if constexpr (requires { answer.explained; }) return !answer.explained;
  return false;
}

/// A field that a brief answer leaves out: false, 0, empty or nil, or an enum's first value. (Only
/// that it is brief must be said.)
template <class Field>
bool says_nothing(std::string_view name, const Field& field) {
  if constexpr (requires { field.empty(); }) {
    return field.empty();
  } else if constexpr (requires { field.has_value(); }) {
    return !field.has_value();
  } else if constexpr (std::is_arithmetic_v<Field> || std::is_enum_v<Field>) {
    return field == Field{} && name != "explained";
  } else {
    return false;
  }
}

class MapWriter {
 public:
  explicit MapWriter(Packer& packer) : packer_(packer) {}

  /// Only the fields that are set.
  template <class T>
  void map(const T& request, const SetFields<T>& set) {
    packer_.map(set.count());
    Chosen<T> chosen{*this, set};
    describe(chosen, request);
  }

  template <class T>
  void map(const T& value) {
    packer_.map(field_count(value));
    describe(*this, value);
  }

  /// An answer: all of it, or of a brief one what says something.
  template <class T>
  void answer(const T& answer) {
    is_brief(answer) ? brief_map(answer) : map(answer);
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

  struct BriefCounter {
    std::size_t count = 0;
    void operator()(std::string_view name, const auto& field) {
      if (!says_nothing(name, field)) ++count;
    }
    void bytes(std::string_view name, const std::string& field) { (*this)(name, field); }
  };
  struct Brief {
    MapWriter& writer;
    void operator()(std::string_view name, const auto& field) {
      if (!says_nothing(name, field)) writer.brief(name, field);
    }
    void bytes(std::string_view name, const std::string& field) {
      if (!says_nothing(name, field)) writer.bytes(name, field);
    }
  };

  template <class T>
  void brief(std::string_view name, const T& field) {
    (*this)(name, field);
  }
  template <class T>
  void brief(std::string_view name, const std::vector<T>& fields) {
    packer_.text(name);
    packer_.array(fields.size());
    for (const T& field : fields) {
      if constexpr (std::is_class_v<T> && !std::same_as<T, std::string>) {
        brief_map(field);
      } else {
        value(field);
      }
    }
  }
  template <class T>
  void brief_map(const T& fields) {
    BriefCounter counter;
    describe(counter, fields);
    packer_.map(counter.count);
    Brief brief{*this};
    describe(brief, fields);
  }

  template <class T>
  struct Chosen {
    MapWriter& writer;
    const SetFields<T>& set;
    std::size_t at = 0;

    void operator()(std::string_view name, const auto& field) {
      if (set.is_set(at++)) writer(name, field);
    }
    void bytes(std::string_view name, const std::string& field) {
      if (set.is_set(at++)) writer.bytes(name, field);
    }
  };

  Packer& packer_;
};

}  // namespace oxbow

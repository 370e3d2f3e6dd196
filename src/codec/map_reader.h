// Reads a described struct (see message/describe.h) from a MessagePack map, by field name. Requests
// are read strictly: an unknown or missing field is an error that names it. Answers are read
// leniently: a newer peer may say more, an older one less.
#pragma once

#include <oxbow/result.h>

#include <concepts>
#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "codec/token.h"
#include "message/describe.h"

namespace oxbow {

enum class Unknown { refuse, ignore };

/// Collects the names of a described struct's fields.
struct FieldNames {
  std::vector<std::string_view> names;
  void operator()(std::string_view name, const auto&) { names.push_back(name); }
  void bytes(std::string_view name, const std::string&) { names.push_back(name); }
};

class MapReader {
 public:
  /// `what` is set out in error messages: "find", "answer". `error` is set when read() fails.
  MapReader(const Tokens& tokens, Unknown unknown, std::string_view what, Error& error)
      : tokens_(tokens), unknown_(unknown), what_(what), error_(error) {}

  /// The map at `index` into `value`, whose fields keep what they hold where the map has none.
  template <class T>
  bool read(std::size_t index, T& value) {
    if (tokens_[index].type != Token::Type::map) return wrong("", "a map", tokens_[index]);
    MapReader entries(*this, index);
    describe(entries, value);
    if (!entries.ok_) return ok_ = false;
    if (unknown_ == Unknown::ignore) return true;
    for (const std::string_view name : kRequired<T>) {
      if (entries.find(name) == kNone) return missing(name);
    }
    if (entries.taken_ == tokens_[index].size) return true;
    FieldNames known;
    describe(known, value);
    return not_a_field(index, known.names);
  }

  /// For describe(): one field.
  template <class T>
  void operator()(std::string_view name, T& field) {
    const std::size_t index = take(name);
    if (index != kNone) value(name, index, field);
  }
  void bytes(std::string_view name, std::string& field) {
    const std::size_t index = take(name);
    if (index == kNone) return;
    const Token& token = tokens_[index];
    if (token.type == Token::Type::text || token.type == Token::Type::bytes) {
      field = tokens_.view(token);
    } else {
      wrong(name, "text or bytes", token);
    }
  }

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  MapReader(const MapReader& outer, std::size_t map)
      : tokens_(outer.tokens_),
        unknown_(outer.unknown_),
        what_(outer.what_),
        error_(outer.error_),
        map_(map),
        cursor_(map + 1) {}

  // The index of that field's value, or kNone.
  std::size_t find(std::string_view name);
  std::size_t take(std::string_view name) {
    if (!ok_) return kNone;
    const std::size_t index = find(name);
    if (index != kNone) ++taken_;
    return index;
  }

  template <class T>
  void value(std::string_view name, std::size_t index, T& field) {
    const Token& token = tokens_[index];
    if constexpr (std::same_as<T, bool>) {
      if (token.type != Token::Type::boolean) return refuse(name, "true or false", token);
      field = token.value != 0;
    } else if constexpr (std::unsigned_integral<T>) {
      constexpr T kMost = std::numeric_limits<T>::max();
      if (token.type != Token::Type::unsigned_number || token.value > kMost) {
        return refuse(name, "a number from 0 to " + std::to_string(kMost), token);
      }
      field = static_cast<T>(token.value);
    } else if constexpr (std::same_as<T, double>) {
      real(name, token, field);
    } else if constexpr (std::same_as<T, std::string>) {
      text(name, token, field);
    } else if constexpr (std::is_enum_v<T>) {
      std::optional<T> known;
      if (token.type == Token::Type::text) known = enum_value<T>(tokens_.view(token));
      if (!known) return not_one_of(name, kEnumNames<T>, token);
      field = *known;
    } else {
      MapReader inner(*this, index);
      if (!inner.read(index, field)) ok_ = false;
    }
  }
  template <class T>
  void value(std::string_view name, std::size_t index, std::optional<T>& field) {
    if (tokens_[index].type == Token::Type::nil) return field.reset();
    value(name, index, field.emplace());
  }
  template <class T>
  void value(std::string_view name, std::size_t index, std::vector<T>& fields) {
    if (tokens_[index].type != Token::Type::array) return refuse(name, "a list", tokens_[index]);
    fields.resize(tokens_[index].size);
    std::size_t at = index + 1;
    for (T& field : fields) {
      value(name, at, field);
      if (!ok_) return;
      at = tokens_.after(at);
    }
  }
  void real(std::string_view name, const Token& token, double& field);
  void text(std::string_view name, const Token& token, std::string& field);

  bool wrong(std::string_view name, std::string needed, const Token& got);
  void refuse(std::string_view name, std::string needed, const Token& got) {
    wrong(name, std::move(needed), got);
  }
  void not_one_of(std::string_view name, std::span<const std::string_view> names, const Token& got);
  bool missing(std::string_view name);
  bool not_a_field(std::size_t map, std::span<const std::string_view> known);
  bool fail(std::string message, std::string needed, std::string got);

  const Tokens& tokens_;
  Unknown unknown_;
  std::string_view what_;
  Error& error_;
  std::size_t map_ = 0;
  std::size_t cursor_ = 0;  // fields mostly come in their order: look here first
  std::size_t taken_ = 0;
  bool ok_ = true;
};

}  // namespace oxbow

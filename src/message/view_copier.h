// Walks a message's fields and gives each of its views a place that lasts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>

#include "base/arena.h"
#include "message/message_fields.h"

namespace oxbow {

/// A visitor for message_fields(). `lasting` gives for a view the same bytes where they last; lists
/// go into the arena.
template <class Lasting>
class ViewCopier {
 public:
  ViewCopier(Arena& arena, Lasting lasting) : arena_(arena), lasting_(std::move(lasting)) {}

  void operator()(std::string_view, const auto&) {}
  void choice(std::string_view, const auto&, auto) {}
  void text(std::string_view, std::string_view& value, std::size_t) { value = lasting_(value); }
  void bytes(std::string_view, std::string_view& value, std::size_t, std::size_t) {
    value = lasting_(value);
  }
  template <class T>
  void list(std::string_view, std::span<const T>& values, std::size_t) {
    const std::span<T> copies = arena_.array<T>(values.size());
    std::copy(values.begin(), values.end(), copies.begin());
    for (T& copy : copies) message_fields(*this, copy);
    values = copies;
  }

 private:
  Arena& arena_;
  Lasting lasting_;
};

}  // namespace oxbow

#include "message/owned_message.h"

#include <algorithm>

#include "message/message_fields.h"

namespace oxbow {

namespace {

/// Walks a message's fields and makes every view point into the arena.
class Adopter {
 public:
  explicit Adopter(Arena& arena) : arena_(arena) {}

  void operator()(std::string_view, const auto&) {}
  void choice(std::string_view, const auto&, auto) {}
  void text(std::string_view, std::string_view& value, std::size_t) { value = arena_.copy(value); }
  void bytes(std::string_view, std::string_view& value, std::size_t, std::size_t) {
    value = arena_.copy(value);
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
};

}  // namespace

Message copy_into(Arena& arena, const Message& message) {
  Message copy = message;
  Adopter adopter(arena);
  std::visit([&](auto& alternative) { message_fields(adopter, alternative); }, copy);
  return copy;
}

}  // namespace oxbow

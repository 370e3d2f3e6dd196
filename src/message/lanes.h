// Which messages carry data, so that a connection can send those that do not ahead of them: what
// keeps peers and members alive, and what ends an operation, never waits behind megabytes.
//
// Order holds within each of the two kinds. Nothing relies on more: the parts of one object are of
// one kind, and so are hits and the QueryDone that counts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <variant>

#include "base/limits.h"
#include "message/messages.h"

namespace oxbow {

enum class Lane : std::uint8_t {
  prompt,
  data,  ///< objects, values and pieces: up to a whole frame each
};

/// Bytes of the object, value or piece that it carries; the rest of a message is small.
inline std::size_t data_bytes(const Message& message) {
  return std::visit(
      [](const auto& fields) -> std::size_t {
        if constexpr (requires { fields.object; }) {
          return fields.object.size();
        } else if constexpr (requires { fields.value; }) {
          return fields.value.size();
        } else if constexpr (requires { fields.bytes; }) {
          return fields.bytes.size();
        } else {
          return 0;
        }
      },
      message);
}

inline Lane lane_of(const Message& message) {
  if (std::holds_alternative<ObjectReply>(message) ||
      std::holds_alternative<ObjectWrite>(message) || std::holds_alternative<Piece>(message)) {
    return Lane::data;
  }
  if (const auto* order = std::get_if<Coordinate>(&message)) {  // it is confirmed at once
    const std::size_t bytes = order->value.size() + order->context.size();
    return bytes < limits::kSmallOperation ? Lane::prompt : Lane::data;
  }
  if (const auto* answer = std::get_if<Coordinated>(&message)) {  // perhaps one of several parts
    return answer->object.empty() ? Lane::prompt : Lane::data;
  }
  return Lane::prompt;
}

}  // namespace oxbow

// The frames between peers: their numbers on the wire, their names for people, and how long each
// may be. A number, once given, is never used for anything else.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "base/limits.h"
#include "message/messages.h"

namespace oxbow {

inline constexpr std::string_view kMagic = "OXBOW";
inline constexpr std::size_t kFrameHeader = 5;  // the length, and the type that it counts in

struct FrameType {
  std::uint8_t number;
  std::string_view name;
  std::size_t limit;  // of the length: type and body; before a hello kFrameBeforeHello too
};

/// In the order of Message's alternatives.
inline constexpr std::array<FrameType, std::variant_size_v<Message>> kFrameTypes{{
    {1, "hello", limits::kFrame},
    {2, "bye", limits::kFrame},
    {3, "link change", limits::kFrame},
    {4, "ping", limits::kFrame},
    {5, "pong", limits::kFrame},
    {6, "query", limits::kQueryFrame},
    {7, "hit", limits::kHitFrame},
    {8, "query done", limits::kQueryDoneFrame},
    {9, "walk", limits::kFrame},
    {10, "walk report", limits::kFrame},
    {11, "walk reply", limits::kFrame},
    {12, "piece request", limits::kFrame},
    {13, "piece", limits::kFrame},
    {14, "gossip", limits::kFrame},
    {15, "gossip records", limits::kFrame},
    {16, "lookup step", limits::kFrame},
    {17, "lookup end", limits::kFrame},
    {18, "object read", limits::kFrame},
    {19, "object reply", limits::kFrame},
    {20, "object write", limits::kFrame},
    {21, "write reply", limits::kFrame},
    {22, "coordinate", limits::kFrame},
    {23, "coordinated", limits::kFrame},
    {24, "confirmed", limits::kFrame},
    {25, "grant", limits::kFrame},
    {26, "id in use", limits::kFrame},
    {27, "dial report", limits::kFrame},
}};

inline constexpr std::size_t kHelloIndex = 0;
inline constexpr std::size_t kByeIndex = 1;
inline constexpr std::size_t kQueryIndex = 5;

/// The index in kFrameTypes, and of the alternative in Message; nothing for an unknown number.
constexpr std::optional<std::size_t> frame_index(std::uint8_t number) {
  if (number == 0 || number > kFrameTypes.size()) return std::nullopt;
  return number - 1U;
}

namespace detail {
constexpr bool numbers_are_dense() {
  for (std::size_t i = 0; i < kFrameTypes.size(); ++i) {
    if (kFrameTypes[i].number != i + 1) return false;
  }
  return true;
}
}  // namespace detail
static_assert(detail::numbers_are_dense(), "frame_index relies on it");

}  // namespace oxbow

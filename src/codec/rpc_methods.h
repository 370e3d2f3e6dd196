// The names of the RPC methods, in the order of ClientRequest's alternatives.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>
#include <variant>

#include "message/client.h"

namespace oxbow {

inline constexpr std::array<std::string_view, std::variant_size_v<ClientRequest>> kMethodNames{
    "ping",        "find",   "piece",      "publish",   "unpublish",  "peers",      "peer_add",
    "peer_remove", "status", "wait_ready", "trace",     "get",        "put",        "delete",
    "lookup",      "ring",   "owner",      "ring_join", "ring_leave", "ring_bucket"};

constexpr std::optional<std::size_t> method_index(std::string_view name) {
  for (std::size_t i = 0; i < kMethodNames.size(); ++i) {
    if (kMethodNames[i] == name) return i;
  }
  return std::nullopt;
}

}  // namespace oxbow

// Counts of the messages in a simulated network, and what a tap on it sees of each.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <variant>

#include "base/time.h"
#include "message/messages.h"
#include "sim/topology.h"

namespace oxbow {

/// Where in `Message` a type stands: `message_index<Query>()`.
template <class T, std::size_t Index = 0>
constexpr std::size_t message_index() {
  if constexpr (std::is_same_v<std::variant_alternative_t<Index, Message>, T>) {
    return Index;
  } else {
    return message_index<T, Index + 1>();
  }
}

struct MessageCount {
  std::uint64_t sent = 0;
  std::uint64_t delivered = 0;
  std::uint64_t lost = 0;   ///< dropped by the loss of a path or by a filter
  std::uint64_t bytes = 0;  ///< sent, as frames
};

struct Traffic {
  std::array<MessageCount, std::variant_size_v<Message>> by_type;

  template <class T>
  const MessageCount& of() const {
    return by_type[message_index<T>()];
  }
  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const MessageCount& count : by_type) sum += count.bytes;
    return sum;
  }
};

/// A message on its way; the message's views are good during the call of the tap only.
struct Carried {
  enum class Phase : std::uint8_t { sent, delivered, lost };
  Phase phase = Phase::sent;
  Instant at;
  PeerNumber from = 0;
  PeerNumber to = 0;
  const Message& message;
};

}  // namespace oxbow

// A message that owns its bytes: messages are views, and one that waits for a connection must not
// depend on what they point into.
#pragma once

#include "base/arena.h"
#include "message/messages.h"

namespace oxbow {

/// The message with all its bytes and lists in `arena`.
Message copy_into(Arena& arena, const Message& message);

class OwnedMessage {
 public:
  explicit OwnedMessage(const Message& message) : message_(copy_into(arena_, message)) {}

  const Message& operator*() const { return message_; }
  const Message* operator->() const { return &message_; }

 private:
  Arena arena_;
  Message message_;
};

}  // namespace oxbow

#include "sim/kept_message.h"

#include <utility>

#include "base/assert.h"

namespace oxbow {

KeptMessage::KeptMessage(const Message& message) : stream_(std::make_unique<PeerStream>(false)) {
  std::string bytes;
  append_frame(Hello{}, bytes);  // a stream lets nothing pass before a hello
  append_frame(message, bytes);
  bytes_ = std::make_unique<const std::string>(std::move(bytes));
  stream_->feed(*bytes_);
  for (int frame = 0; frame < 2; ++frame) {
    const PeerStream::Next next = stream_->next();
    OXBOW_ASSERT(next == PeerStream::Next::message, "a message that was received is not readable");
  }
}

}  // namespace oxbow

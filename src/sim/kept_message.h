// A message of its own: messages are views, and what a test looks at later must own its bytes.
#pragma once

#include <memory>
#include <string>

#include "codec/peer_stream.h"
#include "message/messages.h"

namespace oxbow {

class KeptMessage {
 public:
  /// Encodes `message` and reads it again.
  explicit KeptMessage(const Message& message);

  const Message& operator*() const { return stream_->message(); }
  const Message* operator->() const { return &stream_->message(); }

 private:
  std::unique_ptr<const std::string> bytes_;  // stays where it is: the stream reads it in place
  std::unique_ptr<PeerStream> stream_;
};

}  // namespace oxbow

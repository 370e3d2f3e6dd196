// The bytes of one connection between peers, as messages: the magic, then frames of a length, a
// type, and a MessagePack array (see codec/README.md). Nothing a stranger sends costs memory before
// it has been found to be within its limit.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "message/messages.h"

namespace oxbow {

/// "OXBOW": sent once by each side before its first frame.
void append_magic(std::string& out);

/// u32 big-endian length of what follows, u8 type, MessagePack array of the fields. The sender
/// keeps its messages within the limits that the receiver holds it to.
void append_frame(const Message& message, std::string& out);

struct PeerStreamState;

/// What comes in on one connection. Feed it bytes, then take messages until next() says `more`.
class PeerStream {
 public:
  enum class Next {
    message,
    more,   ///< all that was fed has been used: feed more
    error,  ///< the connection is to be closed; every further next() says the same
  };

  /// `expect_magic`: the first bytes to be fed are the magic.
  explicit PeerStream(bool expect_magic = true);
  ~PeerStream();
  PeerStream(PeerStream&&) noexcept;
  PeerStream& operator=(PeerStream&&) noexcept;

  /// `bytes` must stay as they are until next() has returned `more` or `error`, or the stream is
  /// gone: messages are read in place, and only an incomplete frame at the end is copied, then.
  void feed(std::string_view bytes);

  Next next();

  /// After Next::message. Its views end with the next call of next() or feed().
  const Message& message() const;

  /// After Next::message: the request id of the next message, if that is a query and has come in
  /// too. A hint, for whoever wants to prepare for it: nothing about it has been checked.
  std::optional<RequestId> upcoming_query() const;

  /// After Next::error: for the log and the Bye. Codes: bad-magic, bad-frame, frame-too-large,
  /// before-hello, bad-msgpack, bad-message.
  const Error& error() const;

  std::uint64_t unknown_types() const;  ///< frames skipped because their type is not known
  std::uint64_t frames() const;         ///< begun, of all types
  /// Bytes of a frame that has not come whole, after Next::more.
  std::size_t unfinished() const;

 private:
  std::unique_ptr<PeerStreamState> state_;
};

}  // namespace oxbow

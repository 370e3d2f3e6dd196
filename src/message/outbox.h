// What the core wants done: filled by every input of Node, carried out by the driver (libuv or the
// simulator) before its next call, then cleared and used again.
//
// The driver's duty: send `sends` in order (per connection); then carry out `hangups`; answer
// `replies` in order; then `dials`, `disk`, `events` in any order. Views in these lists end with
// the next call.
//
// Nothing here points to what the core may free: whatever a handler does after a send, the message
// stays as it was. The lists are filled by the functions below only, and these copy every view into
// `arena`, unless its bytes last anyway: those of `input`, and shared ones (see share()).
//
// Durable before acknowledged: a send or reply whose `after` is not kNothingPending acknowledges or
// shows a write. The driver encodes it at once but holds it back, alone, until the store has synced
// everything up to that sequence; what it held back goes out in the order of the sequences.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "base/arena.h"
#include "base/shared_bytes.h"
#include "message/client.h"
#include "message/messages.h"

namespace oxbow {

/// Of a line for the log.
enum class Severity : std::uint8_t { debug, info, warning };

/// One message for one or more connections: encoded once.
struct Send {
  std::uint32_t first_target = 0;  ///< in Outbox::targets
  std::uint32_t target_count = 0;
  Message message;
  WriteSequence after = kNothingPending;
};

/// A hit that streams ahead of the answer, or the one final answer or error that ends a request.
struct Reply {
  RequestHandle handle{};
  std::variant<SearchHit, ClientAnswer, Error> content;
  WriteSequence after = kNothingPending;
  bool is_final() const { return content.index() != 0; }
};

/// Connect to `target` (`IP:PORT` or `HOST:PORT`), within limits::kDialTimeout. Ends in
/// Node::connected or Node::dial_failed with the same DialId.
struct Dial {
  DialId id{};
  std::string_view target;
};

/// Close after what was sent before has been written (for a bounded time). The core has forgotten
/// the connection: the driver does not report its end.
struct Hangup {
  ConnectionId connection = kNoConnection;
  std::string_view reason;
  Severity severity = Severity::info;  ///< of the line in the log
};

/// Read a piece of a shared file, off the loop. Ends in Node::disk_done with the same ticket.
struct DiskRead {
  DiskTicket ticket{};
  std::string_view key;
  Digest sha256;  ///< of the content wanted; a file that changed since it was hashed is `changed`
  std::uint64_t offset = 0;
  std::uint32_t length = 0;
};
/// How it ended; `bytes` is shorter than asked only at the end of the file.
struct DiskResult {
  PieceStatus status = PieceStatus::ok;
  std::string_view bytes;
};

/// A line for the log, as a value: the driver adds the time and how the connection looks.
struct Event {
  Severity severity = Severity::info;
  ConnectionId connection = kNoConnection;
  std::string_view text;
};

/// What anybody may read, and only the Outbox adds to.
template <class T>
class OutboxList {
 public:
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }
  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  const T& operator[](std::size_t i) const { return items_[i]; }
  const T& front() const { return items_.front(); }
  const T& back() const { return items_.back(); }

 private:
  friend struct Outbox;
  std::vector<T> items_;
};

struct Outbox {
  OutboxList<Send> sends;
  OutboxList<ConnectionId> targets;
  std::vector<Reply> replies;  ///< these own what is in them
  OutboxList<Dial> dials;
  OutboxList<Hangup> hangups;
  OutboxList<DiskRead> disk;
  OutboxList<Event> events;
  /// Also for the lists that a message is made of.
  Arena arena;
  /// Of the driver: bytes that it leaves as they are until the next call, such as those that were
  /// just received. Views into them are not copied. clear() forgets them.
  std::string_view input;

  void send(ConnectionId to, const Message& message, WriteSequence after = kNothingPending) {
    send(std::span(&to, 1), message, after);
  }
  void send(std::span<const ConnectionId> to, const Message& message,
            WriteSequence after = kNothingPending);
  void dial(DialId id, std::string_view target);
  void hang_up(ConnectionId connection, std::string_view reason,
               Severity severity = Severity::info);
  void read(const DiskRead& read);
  void log(Severity severity, ConnectionId connection, std::string_view text);

  /// The bytes, for messages of this turn: they are not copied, and last even if nobody else has
  /// them any more. For large ones.
  std::string_view share(SharedBytes bytes);

  std::span<const ConnectionId> targets_of(const Send& send) const {
    return std::span(targets.items_).subspan(send.first_target, send.target_count);
  }

  bool empty() const {
    return sends.empty() && replies.empty() && dials.empty() && hangups.empty() && disk.empty() &&
           events.empty();
  }
  void clear();

 private:
  std::string_view lasting(std::string_view bytes);

  std::vector<SharedBytes> shared_;
};

}  // namespace oxbow

// Connections that were hung up: what was said last is still written and the other side's bytes
// are thrown away, for a bounded time. (Closing with unread bytes would reset the connection, and
// the reason given in the last message would be lost.)
#pragma once

#include <optional>
#include <vector>

#include "base/time.h"
#include "net/stream.h"

namespace oxbow::net {

class Lingering final : public StreamUser {
 public:
  /// Takes over; with limits::kLingering there already, the connection is closed at once.
  void take(Stream stream, Instant now);
  void expire(Instant now);
  Instant next_deadline() const;
  void clear() { entries_.clear(); }

 private:
  struct Entry {
    Stream stream;
    Instant deadline;
    std::size_t thrown_away = 0;
    bool has_closed = false;  // the other side
  };

  void stream_read(ConnectionId id, std::string_view bytes) override;
  void stream_ended(ConnectionId id, std::string_view reason, bool cleanly) override;
  void stream_written(ConnectionId id) override;

  std::vector<std::optional<Entry>> entries_;  // by id
};

}  // namespace oxbow::net

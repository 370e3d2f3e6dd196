// What waits for the store: messages and answers that acknowledge or show a write which is not
// durable yet (see message/outbox.h). They are encoded already, and kept in the order of the
// sequences that they wait for; those of one sequence in the order in which they came.
#pragma once

#include <deque>
#include <optional>
#include <string>
#include <vector>

#include "base/ids.h"
#include "message/lanes.h"

namespace oxbow::net {

struct HeldItem {
  WriteSequence after = kNothingPending;
  ConnectionId connection = kNoConnection;
  std::optional<RequestHandle> request;  ///< that it answers; none: a message to a peer
  bool is_final = false;                 ///< and ends
  std::string bytes;
  Lane lane = Lane::prompt;  ///< of a message
};

class HeldBack {
 public:
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }

  void add(HeldItem item);
  /// The next item that waits for nothing any more, now that all up to `durable` is synced.
  std::optional<HeldItem> take(WriteSequence durable);
  /// Forgets what was to go over a connection that has ended.
  void drop(ConnectionId connection);

  /// An empty string that may have memory already, and its way back.
  std::string take_buffer();
  void give_buffer(std::string buffer);

 private:
  static constexpr std::size_t kSpareBuffers = 256;    // answers to one turn's writes
  static constexpr std::size_t kSpareCapacity = 1024;  // they are short

  std::deque<HeldItem> items_;
  std::vector<std::string> spare_buffers_;
};

}  // namespace oxbow::net

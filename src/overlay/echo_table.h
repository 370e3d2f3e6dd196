// The forwardings through this peer that wait for their copies' answers: for each an EchoState, and
// the links that have not answered yet. Patience depends on the TTL alone, so one queue per TTL
// keeps the deadlines in order without a heap.
#pragma once

#include <array>
#include <map>
#include <vector>

#include "base/stable_table.h"
#include "base/time.h"
#include "overlay/echo.h"
#include "overlay/request_ids.h"

namespace oxbow {

/// One forwarding of one query by this peer.
struct EchoKey {
  RequestId id;
  std::uint16_t number = 0;
  friend bool operator==(const EchoKey&, const EchoKey&) = default;
};

class EchoTable {
 public:
  EchoTable(std::size_t capacity, Duration patience);

  bool full() const { return table_.size() >= capacity_; }
  std::size_t size() const { return table_.size(); }

  /// A forwarding whose copies went to `links`; `state` counts them as outstanding already.
  /// Precondition: !full(), `key` not in the table.
  Slot open(Instant now, const EchoKey& key, const EchoState& state,
            std::span<const LinkNumber> links);

  Slot find(const EchoKey& key) const { return table_.find(key); }
  EchoState& state(Slot slot) { return table_.value(slot).state; }
  const EchoKey& key(Slot slot) const { return table_.key(slot); }
  void close(Slot slot);

  /// The answer for this forwarding counts a hit of this peer that shows a write which may not be
  /// durable yet: it is not to be sent before that.
  void wait_for(Slot slot, WriteSequence after);
  /// What it waits for; kNothingPending: nothing.
  WriteSequence after(Slot slot) const;

  /// Takes `link` off the links that have not answered; false if it was not among them.
  bool take(Slot slot, LinkNumber link);

  /// The slots, in slot order, of forwardings that wait for `link` or came over it.
  void concerning(LinkNumber link, std::vector<Slot>& slots) const;

  /// The next forwarding that is out of patience; kNoSlot: none.
  Slot overdue(Instant now) const;
  Instant next_deadline() const;

  /// Calls `each(link)` for every link that has not answered.
  template <class Each>
  void for_unanswered(Slot slot, Each each) const {
    for (Slot c = table_.value(slot).copies; c != kNoSlot; c = copies_[c].next) {
      each(copies_[c].link);
    }
  }

 private:
  struct PendingCopy {
    LinkNumber link = kNoLink;
    Slot next = kNoSlot;
  };
  struct Entry {
    EchoState state;
    Slot copies = kNoSlot;  // in copies_
    Slot older = kNoSlot;   // of the same TTL
    Slot newer = kNoSlot;
    Instant deadline{};
  };
  struct Queue {
    Slot oldest = kNoSlot;
    Slot newest = kNoSlot;
  };
  struct KeyHash {
    std::uint64_t operator()(const EchoKey& key) const {
      return RequestIdHash{}(key.id) + key.number;
    }
  };

  std::size_t capacity_;
  Duration patience_;
  StableTable<EchoKey, Entry, KeyHash> table_;
  std::array<Queue, 256> queues_;    // by TTL
  std::uint32_t highest_ttl_ = 0;    // of any queue ever used
  std::vector<PendingCopy> copies_;  // a pool
  Slot free_copy_ = kNoSlot;
  std::map<Slot, WriteSequence> after_;  // of the few that wait for a write
};

}  // namespace oxbow

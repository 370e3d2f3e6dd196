// The queries that a peer has seen. When the table is full, the oldest entry of the neighbor that
// put most into it goes, so that one neighbor cannot push out what the others sent; but none under
// 2 s, since its copies may still be on their way: then the new query is refused.
#pragma once

#include <map>

#include "base/expiring_table.h"
#include "base/limits.h"
#include "overlay/flood.h"
#include "overlay/request_ids.h"

namespace oxbow {

class SeenTable {
 public:
  explicit SeenTable(std::size_t capacity) : capacity_(capacity) {}

  /// Ahead of the other calls about that id, to save waiting for memory.
  void prefetch(const RequestId& id) const { table_.prefetch(id); }

  /// The state, or nullptr; good until the next call that is not const.
  SeenState* find(const RequestId& id);

  /// Remembers a query that came over `from` (kNoLink: our own). nullptr: the table is full of
  /// young entries; refuse the query as congested, unrecorded. `id` must not be in the table.
  SeenState* insert(Instant now, const RequestId& id, LinkNumber from);

  void expire(Instant now);
  Instant next_deadline() const;
  std::size_t size() const { return table_.size(); }

 private:
  struct Entry {
    SeenState state;
    LinkNumber from = kNoLink;
    Slot older = kNoSlot;  // of the same neighbor
    Slot newer = kNoSlot;
  };
  struct Group {
    Slot oldest = kNoSlot;
    Slot newest = kNoSlot;
    std::size_t count = 0;
  };

  bool make_room(Instant now);
  void erase(Slot slot);

  std::size_t capacity_;
  ExpiringTable<RequestId, Entry, RequestIdHash> table_;
  std::map<LinkNumber, Group> groups_;  // only those with entries; links that ended among them
};

}  // namespace oxbow

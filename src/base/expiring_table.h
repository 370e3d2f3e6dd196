// A StableTable whose entries are also kept in the order of their insertion, so that the oldest can
// be dropped when their time is up or room is needed.
#pragma once

#include "base/stable_table.h"
#include "base/time.h"

namespace oxbow {

template <class Key, class Value, class Hash>
class ExpiringTable {
 public:
  std::size_t size() const { return table_.size(); }
  Slot find(const Key& key) const { return table_.find(key); }
  void prefetch(const Key& key) const { table_.prefetch(key); }
  /// Before the oldest is erased; the one after it is fetched too, whose turn comes next.
  void prefetch_oldest() const {
    if (oldest_ == kNoSlot) return;
    table_.prefetch(table_.key(oldest_));
    const Slot next = table_.value(oldest_).newer;
    if (next != kNoSlot) __builtin_prefetch(&table_.key(next));
  }
  const Key& key(Slot slot) const { return table_.key(slot); }
  Value& value(Slot slot) { return table_.value(slot).value; }
  const Value& value(Slot slot) const { return table_.value(slot).value; }
  Instant inserted(Slot slot) const { return table_.value(slot).inserted; }

  Slot oldest() const { return oldest_; }
  /// When the oldest entry was inserted; kNever when there is none.
  Instant oldest_time() const { return oldest_ == kNoSlot ? kNever : inserted(oldest_); }

  /// `key` must not be in the table; `now` must not go back.
  Slot insert(Instant now, const Key& key) {
    const Slot slot = table_.insert(key);
    Node& added = table_.value(slot);
    added.inserted = now;
    added.older = newest_;
    if (newest_ != kNoSlot) table_.value(newest_).newer = slot;
    newest_ = slot;
    if (oldest_ == kNoSlot) oldest_ = slot;
    return slot;
  }

  void erase(Slot slot) {
    const Node& gone = table_.value(slot);
    if (gone.older != kNoSlot) table_.value(gone.older).newer = gone.newer;
    if (gone.newer != kNoSlot) table_.value(gone.newer).older = gone.older;
    if (oldest_ == slot) oldest_ = gone.newer;
    if (newest_ == slot) newest_ = gone.older;
    table_.erase(slot);
  }

 private:
  struct Node {
    Value value{};
    Instant inserted{};
    Slot older = kNoSlot;
    Slot newer = kNoSlot;
  };
  StableTable<Key, Node, Hash> table_;
  Slot oldest_ = kNoSlot;
  Slot newest_ = kNoSlot;
};

}  // namespace oxbow

// A hash table whose entries stay where they are: each has a slot number that is good until the
// entry is erased, so that other structures can chain entries by number. Entries come in chunks,
// and what is not in the table is told without looking at any (base/slot_table.h): in a large table
// each look costs a cache miss, and most queries that a peer receives are new to it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.h"
#include "base/slot_table.h"

namespace oxbow {

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = SlotTable::kNone;

/// `Hash` gives 64 well-mixed bits. Key and Value are default-constructible; a freed slot's value
/// is reset to Value{}.
template <class Key, class Value, class Hash>
class StableTable {
 public:
  std::size_t size() const { return size_; }
  /// Slots run from 0 to here, free ones among them.
  Slot end_slot() const { return end_; }
  bool used(Slot slot) const { return entry(slot).used; }

  Slot find(const Key& key) const {
    return index_.find(Hash{}(key), [&](Slot slot) { return entry(slot).key == key; });
  }

  /// Before a find() or insert() of that key, or the erase() of its slot: see SlotTable.
  void prefetch(const Key& key) const { index_.prefetch(Hash{}(key)); }

  const Key& key(Slot slot) const { return entry(slot).key; }
  Value& value(Slot slot) { return entry(slot).value; }
  const Value& value(Slot slot) const { return entry(slot).value; }

  /// `key` must not be in the table.
  Slot insert(const Key& key) {
    const Slot slot = take_slot();
    Entry& added = entry(slot);
    added.key = key;
    added.used = true;
    index_.insert(Hash{}(key), slot);
    ++size_;
    return slot;
  }

  void erase(Slot slot) {
    Entry& gone = entry(slot);
    OXBOW_ASSERT(gone.used, "a slot is erased once");
    index_.erase(Hash{}(gone.key), slot);
    gone.value = Value{};
    gone.used = false;
    gone.next_free = free_;
    free_ = slot;
    --size_;
    if (size_ == 0) release();
  }

 private:
  struct Entry {
    Key key{};
    Value value{};
    Slot next_free = kNoSlot;
    bool used = false;
  };
  static constexpr Slot kChunk = 64;

  Entry& entry(Slot slot) { return chunks_[slot / kChunk][slot % kChunk]; }
  const Entry& entry(Slot slot) const { return chunks_[slot / kChunk][slot % kChunk]; }

  Slot take_slot() {
    if (free_ != kNoSlot) {
      const Slot slot = free_;
      free_ = entry(slot).next_free;
      return slot;
    }
    if (end_ % kChunk == 0 && end_ / kChunk == chunks_.size()) {
      chunks_.push_back(std::make_unique<Entry[]>(kChunk));
    }
    return end_++;
  }

  // An empty table after a busy hour gives its memory back, but for what a quiet one uses.
  void release() {
    free_ = kNoSlot;
    end_ = 0;
    if (chunks_.size() > 16) {
      chunks_.resize(1);
      chunks_.shrink_to_fit();
      index_ = {};
    }
  }

  std::vector<std::unique_ptr<Entry[]>> chunks_;
  SlotTable index_;
  std::size_t size_ = 0;
  Slot end_ = 0;
  Slot free_ = kNoSlot;
};

}  // namespace oxbow

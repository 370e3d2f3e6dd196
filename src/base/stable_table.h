// A hash table whose entries stay where they are: each has a slot number that is good until the
// entry is erased, so that other structures can chain entries by number. Grows one bucket at a time
// (linear hashing, Litwin 1980) and in chunks, so that no insertion ever stops for a rehash.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/assert.h"

namespace oxbow {

using Slot = std::uint32_t;
inline constexpr Slot kNoSlot = 0xffffffff;

/// `Hash` gives 64 well-mixed bits. Key and Value are default-constructible; a freed slot's value is
/// reset to Value{}.
template <class Key, class Value, class Hash>
class StableTable {
 public:
  std::size_t size() const { return size_; }
  /// Slots run from 0 to here, free ones among them.
  Slot end_slot() const { return end_; }
  bool used(Slot slot) const { return entry(slot).used; }

  Slot find(const Key& key) const {
    if (size_ == 0) return kNoSlot;
    for (Slot s = buckets_[bucket_of(Hash{}(key))]; s != kNoSlot; s = entry(s).next) {
      if (entry(s).key == key) return s;
    }
    return kNoSlot;
  }

  const Key& key(Slot slot) const { return entry(slot).key; }
  Value& value(Slot slot) { return entry(slot).value; }
  const Value& value(Slot slot) const { return entry(slot).value; }

  /// `key` must not be in the table.
  Slot insert(const Key& key) {
    grow();
    const Slot slot = take_slot();
    Entry& added = entry(slot);
    added.key = key;
    added.used = true;
    Slot& head = buckets_[bucket_of(Hash{}(key))];
    added.next = head;
    head = slot;
    ++size_;
    return slot;
  }

  void erase(Slot slot) {
    Entry& gone = entry(slot);
    OXBOW_ASSERT(gone.used, "a slot is erased once");
    Slot* link = &buckets_[bucket_of(Hash{}(gone.key))];
    while (*link != slot) link = &entry(*link).next;
    *link = gone.next;
    gone.value = Value{};
    gone.used = false;
    gone.next = free_;
    free_ = slot;
    --size_;
    if (size_ == 0) release();
  }

 private:
  struct Entry {
    Key key{};
    Value value{};
    Slot next = kNoSlot;
    bool used = false;
  };
  static constexpr Slot kChunk = 64;

  Entry& entry(Slot slot) { return chunks_[slot / kChunk][slot % kChunk]; }
  const Entry& entry(Slot slot) const { return chunks_[slot / kChunk][slot % kChunk]; }

  std::size_t bucket_of(std::uint64_t hash) const {
    const std::size_t low = std::bit_floor(buckets_.size());
    const std::size_t wide = hash & (2 * low - 1);
    return wide < buckets_.size() ? wide : hash & (low - 1);
  }

  // One more bucket takes its share of the bucket that it splits from.
  void grow() {
    if (buckets_.size() > size_) return;
    buckets_.push_back(kNoSlot);
    if (buckets_.size() == 1) return;
    const std::size_t fresh = buckets_.size() - 1;
    Slot* link = &buckets_[fresh - std::bit_floor(fresh)];
    while (*link != kNoSlot) {
      Entry& moved = entry(*link);
      if (bucket_of(Hash{}(moved.key)) != fresh) {
        link = &moved.next;
        continue;
      }
      const Slot slot = *link;
      *link = moved.next;
      moved.next = buckets_[fresh];
      buckets_[fresh] = slot;
    }
  }

  Slot take_slot() {
    if (free_ != kNoSlot) {
      const Slot slot = free_;
      free_ = entry(slot).next;
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
      buckets_.clear();
      buckets_.shrink_to_fit();
    }
  }

  std::vector<std::unique_ptr<Entry[]>> chunks_;
  std::vector<Slot> buckets_;
  std::size_t size_ = 0;
  Slot end_ = 0;
  Slot free_ = kNoSlot;
};

}  // namespace oxbow

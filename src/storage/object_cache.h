// Decoded objects that were read or written lately, so that a hot key is answered without a look
// at the disk. Bounded by bytes; full, it takes what is new all the same, and what was not used
// since a hand last came by goes (SIEVE, Zhang et al., NSDI 2024: a hit marks an entry and moves
// nothing; entries stay in the order in which they came, and the hand goes from the oldest to the
// newest, so that what comes once goes soon and what is used stays).
//
//     newest ◀─ … ◀─ … ◀─ oldest
//                  hand: unmarks what was used, takes the first that was not
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "base/slot_table.h"
#include "version/object.h"

namespace oxbow::storage {

class ObjectCache {
 public:
  struct Entry {
    std::string key;
    Object object;
    std::uint64_t hash = 0;         ///< of the key
    std::uint64_t shown_after = 0;  ///< as of the newest write that it shows
    std::uint32_t older = SlotTable::kNone;
    std::uint32_t newer = SlotTable::kNone;  ///< of one that is free: the next free one
    bool used = false;                       ///< since the hand came by
  };

  explicit ObjectCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Null: it is not there. Lives until the next put() or erase().
  const Entry* find(std::string_view key);
  /// What is larger than all of the cache is not kept.
  void put(std::string_view key, const Object& object, std::uint64_t shown_after);
  void erase(std::string_view key);

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return size_; }

 private:
  using Place = std::uint32_t;
  static constexpr Place kNone = SlotTable::kNone;

  static std::size_t size_of(const Entry& entry);
  Place place_of(std::string_view key, std::uint64_t hash) const;
  Place add(std::string_view key, std::uint64_t hash);
  void remove(Place place);
  void make_room(Place spared);

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::size_t size_ = 0;
  std::deque<Entry> entries_;  // grows without moving any
  Place free_ = kNone;
  Place newest_ = kNone;
  Place oldest_ = kNone;
  Place hand_ = kNone;  // looked at next; none: the oldest
  SlotTable by_key_;
};

}  // namespace oxbow::storage

// Decoded objects that were read or written lately, so that a hot key is answered without a look
// at the disk. Bounded by bytes; full, what was not used since a hand last came by goes (the CLOCK
// algorithm, Corbato 1968: a hit marks an entry and moves nothing).
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
    bool used = false;              ///< since the hand came by
  };

  explicit ObjectCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Null: it is not there. Lives until the next put() or erase().
  const Entry* find(std::string_view key);
  void put(std::string_view key, const Object& object, std::uint64_t shown_after);
  void erase(std::string_view key);

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return entries_.size(); }

 private:
  using Place = std::uint32_t;

  static std::size_t size_of(const Entry& entry);
  Place place_of(std::string_view key, std::uint64_t hash) const;
  void remove(Place place);
  void make_room();

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  std::deque<Entry>
      entries_;  // grows without moving any; the last takes the place of one that goes
  Place hand_ = 0;
  SlotTable by_key_;
};

}  // namespace oxbow::storage

// A hash index from keys to slot numbers that stores neither: open addressing over (32 bits of the
// hash, slot), 8 bytes an entry, divided into 256 parts that grow one at a time, so that growing
// never holds the loop (a part of 8 million entries has 32,768: well under a millisecond).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "base/assert.h"

namespace oxbow {

class SlotTable {
 public:
  static constexpr std::uint32_t kNone = 0xffffffff;

  /// The slot among those entered under `hash` for which `same(slot)` holds, or kNone.
  template <class Same>
  std::uint32_t find(std::uint64_t hash, Same&& same) const {
    const Part& part = parts_[hash >> 56];
    if (part.entries.empty()) return kNone;
    const auto wanted = static_cast<std::uint32_t>(hash);
    for (std::size_t at = wanted & part.mask();; at = (at + 1) & part.mask()) {
      const Entry& entry = part.entries[at];
      if (entry.slot == kNone) return kNone;
      if (entry.hash == wanted && same(entry.slot)) return entry.slot;
    }
  }

  /// Has the processor fetch the memory that a call with this hash will look at. In a large table
  /// that takes longer than all else, and what is fetched for several tables comes at one time.
  void prefetch(std::uint64_t hash) const {
    const Part& part = parts_[hash >> 56];
    if (part.entries.empty()) return;
    __builtin_prefetch(&part.entries[static_cast<std::uint32_t>(hash) & part.mask()]);
    // g++ 12 takes a function that only prefetches for one without effect, and drops calls to it.
    asm volatile("");
  }

  /// `slot` must not be in the table.
  void insert(std::uint64_t hash, std::uint32_t slot) {
    Part& part = parts_[hash >> 56];
    if ((part.used + 1) * 4 > part.entries.size() * 3) part.grow();
    part.place({static_cast<std::uint32_t>(hash), slot});
    ++part.used;
  }

  /// `slot` must be in the table under this hash.
  void erase(std::uint64_t hash, std::uint32_t slot) {
    Part& part = parts_[hash >> 56];
    OXBOW_ASSERT(part.used > 0, "a slot to be erased is in the table");
    std::size_t hole = static_cast<std::uint32_t>(hash) & part.mask();
    while (part.entries[hole].slot != slot) {
      OXBOW_ASSERT(part.entries[hole].slot != kNone, "a slot to be erased is in the table");
      hole = (hole + 1) & part.mask();
    }
    part.close(hole);
    --part.used;
  }

 private:
  struct Entry {
    std::uint32_t hash = 0;
    std::uint32_t slot = kNone;
  };

  struct Part {
    std::vector<Entry> entries;  // a power of two, or none yet; at most 3/4 used
    std::size_t used = 0;

    std::size_t mask() const { return entries.size() - 1; }

    void place(Entry entry) {
      std::size_t at = entry.hash & mask();
      while (entries[at].slot != kNone) at = (at + 1) & mask();
      entries[at] = entry;
    }

    void grow() {
      std::vector<Entry> old(entries.empty() ? 4 : entries.size() * 2);
      old.swap(entries);
      for (const Entry& entry : old) {
        if (entry.slot != kNone) place(entry);
      }
    }

    // Entries after the hole move up where their own place allows it, so that no mark of a deleted
    // entry is needed (Knuth, TAOCP 3, 6.4, algorithm R).
    void close(std::size_t hole) {
      std::size_t at = hole;
      for (;;) {
        at = (at + 1) & mask();
        if (entries[at].slot == kNone) break;
        const std::size_t home = entries[at].hash & mask();
        if (((at - home) & mask()) < ((at - hole) & mask())) continue;
        entries[hole] = entries[at];
        hole = at;
      }
      entries[hole] = Entry{};
    }
  };

  std::array<Part, 256> parts_;
};

}  // namespace oxbow

// What a peer answers searches from: published values (kept here) and shared files (kept on disk;
// here are key, size and digest). Lookup is by hash; patterns are matched in slices of bounded
// length, so that a scan of millions of keys never holds the loop.
//
// Memory: 56 bytes a key, 11 to 21 for the hash index, and one allocation for the bytes of key and
// value: 121 bytes in all, measured for keys of 20 bytes and values of 10. Nothing is allocated
// before the first key; memory of removed keys is used again, but not given back.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/ids.h"
#include "base/limits.h"
#include "base/slot_table.h"
#include "message/index_update.h"
#include "overlay/pattern.h"

namespace oxbow {

/// One key and its content. The views live until the index changes.
struct IndexEntry {
  std::string_view key;
  std::uint64_t size = 0;  ///< bytes of the content
  Digest sha256;
  bool is_value = false;   ///< published; otherwise a shared file
  std::string_view value;  ///< of a published one
};

class LocalIndex {
 public:
  /// At most `most_keys` keys, and `most_published` bytes of published values.
  explicit LocalIndex(std::size_t most_keys = limits::kIndexEntries,
                      std::size_t most_published = limits::kPublishedBytes)
      : most_keys_(most_keys), most_published_(most_published) {}

  struct Published {
    bool replaced = false;  ///< a value had been published under this key
  };

  /// Keeps a copy of `value` under `key` (1 to limits::kKey bytes); `sha256` is the digest of
  /// `value`. A shared file of the same key is hidden until unpublish(). Errors change nothing:
  /// "bad-key", "too-large", "full".
  Result<Published> publish(std::string_view key, std::string_view value, const Digest& sha256);
  /// False: no value had been published under this key.
  bool unpublish(std::string_view key);

  /// Files found and removed. Returns how many found ones were left out: their keys are no keys, or
  /// the index is full.
  std::size_t apply(const IndexUpdate& update);

  std::optional<IndexEntry> find(std::string_view key) const;

  /// Where a scan goes on. Starts at the beginning.
  struct Cursor {
    std::uint32_t position = 0;
  };
  /// Looks at one slice of the keys from the cursor on: at most limits::kScanKeys slots and about
  /// limits::kScanBytes bytes of keys (fewer for patterns that are slow to match), and no further
  /// than to the match number `most`, if that is not 0. Appends the slots of the matching ones, in
  /// slot order, for at(). False: the end of the index has been reached. Keys that are added or
  /// removed while a scan is under way may be met or not; all others are met exactly once.
  bool scan(Cursor& cursor, const Pattern& pattern, std::vector<std::uint32_t>& matches,
            std::size_t most = 0) const;
  /// The entry in a slot that scan() has just named: the index has not changed since.
  IndexEntry at(std::uint32_t slot) const;

  std::uint64_t published() const { return published_; }
  std::uint64_t published_bytes() const { return published_bytes_; }  ///< of values
  std::uint64_t files() const { return files_; }            ///< those hidden by a value included
  std::uint64_t file_bytes() const { return file_bytes_; }  ///< likewise; of their contents
  const ShareStatus& shares() const { return shares_; }     ///< as the last update told it

 private:
  static constexpr std::size_t kBlockSlots = 256;  // blocks never move, so growing costs little

  struct Slot {
    std::unique_ptr<char[]> text;  // the key, then the value; none: the slot is free
    std::uint64_t size = 0;        // of the content; in a free slot: the next free one
    Digest sha256;
    std::uint16_t key_size = 0;
    bool is_value = false;

    std::string_view key() const { return {text.get(), key_size}; }
    std::string_view value() const;
  };
  using Block = std::array<Slot, kBlockSlots>;

  struct File {
    std::uint64_t size = 0;
    Digest sha256;
  };

  Slot& slot(std::uint32_t number) {
    return (*blocks_[number / kBlockSlots])[number % kBlockSlots];
  }
  const Slot& slot(std::uint32_t number) const {
    return (*blocks_[number / kBlockSlots])[number % kBlockSlots];
  }
  bool full() const { return used_ + hidden_.size() >= most_keys_; }

  std::uint32_t slot_of_key(std::string_view key, std::uint64_t hash) const;
  std::uint32_t take_slot();
  void free_slot(std::uint32_t number, std::uint64_t hash);
  bool add_file(const SharedFile& file);
  void remove_file(std::string_view key);

  std::size_t most_keys_;
  std::size_t most_published_;
  std::vector<std::unique_ptr<Block>> blocks_;
  SlotTable table_;
  std::uint32_t slots_ = 0;  // ever used: the end of a scan
  std::uint32_t used_ = 0;
  std::uint32_t first_free_ = SlotTable::kNone;
  std::map<std::string, File, std::less<>> hidden_;  // files under the key of a published value

  std::uint64_t published_ = 0;
  std::uint64_t published_bytes_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t file_bytes_ = 0;
  ShareStatus shares_;
};

}  // namespace oxbow

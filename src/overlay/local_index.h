// What a peer answers searches from: published values (kept here), shared files (kept on disk; here
// are key, size and digest), and live objects (kept in the store; here is the key, and what a hit
// says of the object once somebody has asked for it). Lookup is by hash; patterns are matched in
// slices of bounded length, so that a scan of millions of keys never holds the loop.
//
// One key can name all three: then the published value is found, before the object, before the
// file. What is hidden shows again when what hides it goes.
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
  bool is_value = false;   ///< published; otherwise an object or a shared file
  std::string_view value;  ///< of a published one
  bool is_object = false;
  bool is_known = true;  ///< size and digest are; of an object they are not before describe()
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
  /// `value`. What else has the same key is hidden until unpublish(). Errors change nothing:
  /// "bad-key", "too-large", "full".
  Result<Published> publish(std::string_view key, std::string_view value, const Digest& sha256);
  /// False: no value had been published under this key.
  bool unpublish(std::string_view key);

  /// Files found and removed. Returns how many found ones were left out: their keys are no keys, or
  /// the index is full.
  std::size_t apply(const IndexUpdate& update);

  /// The store has a live object under `key`, or another one than before: what describe() told is
  /// forgotten. False: it is left out, as the index is full or the key is none.
  bool add_object(std::string_view key);
  /// False: none had been added under this key.
  bool remove_object(std::string_view key);
  /// What a hit says of the object that find() gives for `key`; it must be one.
  void describe(std::string_view key, std::uint64_t size, const Digest& sha256);

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
  std::uint64_t objects() const { return objects_; }                  ///< hidden ones included
  std::uint64_t files() const { return files_; }                      ///< hidden ones included
  std::uint64_t file_bytes() const { return file_bytes_; }  ///< likewise; of their contents
  const ShareStatus& shares() const { return shares_; }     ///< as the last update told it

 private:
  static constexpr std::size_t kBlockSlots = 256;  // blocks never move, so growing costs little

  enum class Held : std::uint8_t { file, object, value };  // each hides those before it

  struct Slot {
    std::unique_ptr<char[]> text;  // the key, then the value; none: the slot is free
    std::uint64_t size = 0;        // of the content; in a free slot: the next free one
    Digest sha256;
    std::uint16_t key_size = 0;
    Held held = Held::file;
    bool is_known = true;  // size and digest

    std::string_view key() const { return {text.get(), key_size}; }
    std::string_view value() const;
  };
  static_assert(sizeof(Slot) == 56, "as the figures at the top say");
  using Block = std::array<Slot, kBlockSlots>;

  struct File {
    std::uint64_t size = 0;
    Digest sha256;
  };
  /// What has the key of something that hides it; at least one of the two.
  struct Hidden {
    std::optional<File> file;
    bool object = false;
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
  std::uint32_t new_slot(std::string_view key, std::uint64_t hash);
  /// Room for what is about to hide the slot's content.
  bool can_hide(const Slot& slot) const { return !full() || hidden_.count(slot.key()) > 0; }
  void hide(const Slot& slot);
  /// What the slot showed is gone: it shows what that hid, or is free.
  void uncover(std::uint32_t number, std::uint64_t hash);
  void show_file(Slot& slot, const File& file);
  void show_object(Slot& slot);
  bool add_file(const SharedFile& file);
  void remove_file(std::string_view key);

  std::size_t most_keys_;
  std::size_t most_published_;
  std::vector<std::unique_ptr<Block>> blocks_;
  SlotTable table_;
  std::uint32_t slots_ = 0;  // ever used: the end of a scan
  std::uint32_t used_ = 0;
  std::uint32_t first_free_ = SlotTable::kNone;
  std::map<std::string, Hidden, std::less<>> hidden_;

  std::uint64_t published_ = 0;
  std::uint64_t published_bytes_ = 0;
  std::uint64_t objects_ = 0;
  std::uint64_t files_ = 0;
  std::uint64_t file_bytes_ = 0;
  ShareStatus shares_;
};

}  // namespace oxbow

// Decoded objects that were read or written lately, so that a hot key is answered without a look
// at the disk. Bounded by bytes; full, what came first and was not used since goes (second chance:
// a hit marks an entry and moves nothing).
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/hash.h"
#include "version/object.h"

namespace oxbow::storage {

class ObjectCache {
 public:
  struct Entry {
    std::string key;
    Object object;
    std::uint64_t shown_after = 0;  ///< as of the newest write that it shows
    bool used = false;              ///< since it was put in or last spared
  };

  explicit ObjectCache(std::size_t most_bytes) : most_bytes_(most_bytes) {}

  /// Null: it is not there. Lives until the next put() or erase().
  const Entry* find(std::string_view key);
  void put(std::string_view key, const Object& object, std::uint64_t shown_after);
  void erase(std::string_view key);

  std::size_t bytes() const { return bytes_; }
  std::size_t size() const { return by_key_.size(); }

 private:
  struct KeyHash {
    std::size_t operator()(std::string_view key) const { return hash64(key); }
  };
  using Entries = std::list<Entry>;

  static std::size_t size_of(const Entry& entry);
  void remove(Entries::iterator entry);
  void make_room();

  std::size_t most_bytes_;
  std::size_t bytes_ = 0;
  Entries entries_;  // the newest first
  std::unordered_map<std::string_view, Entries::iterator, KeyHash> by_key_;
};

}  // namespace oxbow::storage

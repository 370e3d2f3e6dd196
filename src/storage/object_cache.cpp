#include "storage/object_cache.h"

namespace oxbow::storage {

namespace {

constexpr std::size_t kOverhead = 200;  // list and table nodes, strings, vectors

}  // namespace

std::size_t ObjectCache::size_of(const Entry& entry) {
  return kOverhead + entry.key.size() + entry.object.byte_size();
}

const ObjectCache::Entry* ObjectCache::find(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  entries_.splice(entries_.begin(), entries_, found->second);
  return &*found->second;
}

void ObjectCache::put(std::string_view key, const Object& object, std::uint64_t shown_after) {
  erase(key);
  entries_.push_front({std::string(key), object, shown_after});
  const std::size_t added = size_of(entries_.front());
  if (added > most_bytes_) {
    entries_.pop_front();
    return;
  }
  bytes_ += added;
  by_key_.emplace(entries_.front().key, entries_.begin());
  while (bytes_ > most_bytes_) remove(std::prev(entries_.end()));
}

void ObjectCache::erase(std::string_view key) {
  const auto found = by_key_.find(key);
  if (found != by_key_.end()) remove(found->second);
}

void ObjectCache::remove(Entries::iterator entry) {
  bytes_ -= size_of(*entry);
  by_key_.erase(entry->key);
  entries_.erase(entry);
}

}  // namespace oxbow::storage

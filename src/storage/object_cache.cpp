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
  found->second->used = true;
  return &*found->second;
}

void ObjectCache::put(std::string_view key, const Object& object, std::uint64_t shown_after) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) {
    entries_.push_front({std::string(key), object, shown_after, false});
    by_key_.emplace(entries_.front().key, entries_.begin());
  } else {
    Entry& entry = *found->second;
    bytes_ -= size_of(entry);
    entry.object = object;
    entry.shown_after = shown_after;
    entry.used = true;
    entries_.splice(entries_.begin(), entries_, found->second);
  }
  bytes_ += size_of(entries_.front());
  if (size_of(entries_.front()) > most_bytes_) return remove(entries_.begin());
  make_room();
}

void ObjectCache::make_room() {
  while (bytes_ > most_bytes_) {
    const auto oldest = std::prev(entries_.end());
    if (oldest->used) {
      oldest->used = false;
      entries_.splice(entries_.begin(), entries_, oldest);
    } else {
      remove(oldest);
    }
  }
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

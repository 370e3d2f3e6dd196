#include "storage/object_cache.h"

#include <utility>

#include "base/hash.h"

namespace oxbow::storage {

namespace {

constexpr std::size_t kOverhead = 160;  // an entry and its place in the table, vectors
constexpr std::size_t kSpared = 256;

}  // namespace

std::size_t ObjectCache::size_of(const Entry& entry) {
  return kOverhead + entry.key.size() + entry.object.byte_size();
}

ObjectCache::Place ObjectCache::place_of(std::string_view key, std::uint64_t hash) const {
  return by_key_.find(hash, [&](Place place) { return entries_[place].key == key; });
}

const ObjectCache::Entry* ObjectCache::find(std::string_view key) {
  const Place place = place_of(key, hash64(key));
  if (place == kNone) return nullptr;
  entries_[place].used = true;
  return &entries_[place];
}

void ObjectCache::put(std::string_view key, const Object& object, std::uint64_t shown_after) {
  const std::uint64_t hash = hash64(key);
  Place place = place_of(key, hash);
  if (place == kNone) {
    place = add(key, hash);
  } else {
    bytes_ -= size_of(entries_[place]);
    entries_[place].used = true;
  }
  Entry& entry = entries_[place];
  entry.object = object;
  entry.shown_after = shown_after;
  bytes_ += size_of(entry);
  if (size_of(entry) > most_bytes_) return remove(place);
  make_room(place);
}

/// An empty object, as the newest; its bytes are not counted yet.
ObjectCache::Place ObjectCache::add(std::string_view key, std::uint64_t hash) {
  Place place = free_;
  if (place == kNone) {
    place = static_cast<Place>(entries_.size());
    entries_.emplace_back();
  } else {
    free_ = entries_[place].newer;
  }
  Entry& entry = entries_[place];
  entry.key = key;
  entry.hash = hash;
  entry.used = false;
  entry.older = newest_;
  entry.newer = kNone;
  if (newest_ != kNone) entries_[newest_].newer = place;
  if (oldest_ == kNone) oldest_ = place;
  newest_ = place;
  by_key_.insert(hash, place);
  ++size_;
  return place;
}

/// Until what is left fits. So many are spared on the way, then the next one goes all the same: a
/// full round takes milliseconds. `spared`: what was put just now.
void ObjectCache::make_room(Place spared) {
  std::size_t used = 0;
  while (bytes_ > most_bytes_) {
    if (hand_ == kNone) hand_ = oldest_;
    Entry& entry = entries_[hand_];
    const Place at = std::exchange(hand_, entry.newer);
    if (at == spared) continue;
    if (entry.used && used < kSpared) {
      entry.used = false;
      ++used;
    } else {
      remove(at);
    }
  }
}

void ObjectCache::erase(std::string_view key) {
  const Place place = place_of(key, hash64(key));
  if (place != kNone) remove(place);
}

void ObjectCache::remove(Place place) {
  Entry& entry = entries_[place];
  bytes_ -= size_of(entry);
  --size_;
  by_key_.erase(entry.hash, place);
  if (hand_ == place) hand_ = entry.newer;
  (entry.older == kNone ? oldest_ : entries_[entry.older].newer) = entry.newer;
  (entry.newer == kNone ? newest_ : entries_[entry.newer].older) = entry.older;
  entry = Entry();
  entry.newer = std::exchange(free_, place);
}

}  // namespace oxbow::storage

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
  if (place == SlotTable::kNone) return nullptr;
  entries_[place].used = true;
  return &entries_[place];
}

void ObjectCache::put(std::string_view key, const Object& object, std::uint64_t shown_after) {
  const std::uint64_t hash = hash64(key);
  Place place = place_of(key, hash);
  if (place == SlotTable::kNone) {
    place = static_cast<Place>(entries_.size());
    entries_.push_back({std::string(key), Object(), hash, 0, false});
    by_key_.insert(hash, place);
  } else {
    bytes_ -= size_of(entries_[place]);
    entries_[place].used = true;
  }
  Entry& entry = entries_[place];
  entry.object = object;
  entry.shown_after = shown_after;
  bytes_ += size_of(entry);
  if (size_of(entry) > most_bytes_) return remove(place);
  make_room();
}

/// Until what is left fits. So many are spared on the way, then the next one goes all the same: a
/// full round takes milliseconds.
void ObjectCache::make_room() {
  std::size_t spared = 0;
  while (bytes_ > most_bytes_) {
    if (hand_ >= entries_.size()) hand_ = 0;
    Entry& entry = entries_[hand_];
    if (entry.used && spared < kSpared) {
      entry.used = false;
      ++spared;
      ++hand_;
    } else {
      remove(hand_);  // another one is there now
    }
  }
}

void ObjectCache::erase(std::string_view key) {
  const Place place = place_of(key, hash64(key));
  if (place != SlotTable::kNone) remove(place);
}

void ObjectCache::remove(Place place) {
  const Place last = static_cast<Place>(entries_.size() - 1);
  bytes_ -= size_of(entries_[place]);
  by_key_.erase(entries_[place].hash, place);
  if (place != last) {
    by_key_.erase(entries_[last].hash, last);
    by_key_.insert(entries_[last].hash, place);
    entries_[place] = std::move(entries_[last]);
  }
  entries_.pop_back();
}

}  // namespace oxbow::storage

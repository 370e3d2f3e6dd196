#include "storage/object_cache.h"

#include "base/hash.h"

namespace oxbow::storage {

namespace {

constexpr std::size_t kOverhead = 160;  // an entry and its place in the table, vectors

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
    place = take_place();
    Entry& added = entries_[place];
    added.key = key;
    added.hash = hash;
    by_key_.insert(hash, place);
    ++size_;
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

ObjectCache::Place ObjectCache::take_place() {
  Place place = static_cast<Place>(entries_.size());
  if (free_.empty()) {
    entries_.emplace_back();
  } else {
    place = free_.back();
    free_.pop_back();
  }
  entries_[place].taken = true;
  return place;
}

/// The hand goes round until what is left fits; a round takes all marks away, so it does.
void ObjectCache::make_room() {
  while (bytes_ > most_bytes_) {
    if (hand_ >= entries_.size()) hand_ = 0;
    const Place place = hand_++;
    Entry& entry = entries_[place];
    if (!entry.taken) continue;
    if (entry.used) {
      entry.used = false;
    } else {
      remove(place);
    }
  }
}

void ObjectCache::erase(std::string_view key) {
  const Place place = place_of(key, hash64(key));
  if (place != SlotTable::kNone) remove(place);
}

void ObjectCache::remove(Place place) {
  Entry& entry = entries_[place];
  bytes_ -= size_of(entry);
  by_key_.erase(entry.hash, place);
  entry = Entry{};
  free_.push_back(place);
  --size_;
}

}  // namespace oxbow::storage

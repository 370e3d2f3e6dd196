#include "replica/unstored_writes.h"

namespace oxbow {

namespace {

std::size_t size_of(std::string_view key, const Object& object) {
  return key.size() + object.byte_size();
}

bool covers(const VectorClock& clock, const VectorClock& other) {
  const Occurred occurred = compare(clock, other);
  return occurred == Occurred::equal || occurred == Occurred::after;
}

}  // namespace

Object UnstoredWrites::of(std::string_view key) const {
  const auto found = writes_.find(key);
  return found == writes_.end() ? Object() : found->second.object;
}

void UnstoredWrites::remember(std::string_view key, const Object& object) {
  if (const auto before = writes_.find(key); before != writes_.end()) forget(before);
  by_age_.emplace(++last_order_, key);
  writes_.emplace(key, Write{object, last_order_});
  bytes_ += size_of(key, object);
  while (writes_.size() > most_ || bytes_ > most_bytes_) {
    const auto oldest = writes_.find(by_age_.begin()->second);
    actors_.observe(VectorClock(), oldest->second.object.clock());
    forget(oldest);
  }
}

void UnstoredWrites::kept(std::string_view key, const Object& object) {
  if (writes_.empty()) return;
  const auto found = writes_.find(key);
  if (found == writes_.end()) return;
  if (covers(object.clock(), found->second.object.clock())) forget(found);
}

bool UnstoredWrites::take_back(std::string_view key, const Object& object, const Object& before) {
  const auto found = writes_.find(key);
  if (found == writes_.end() || !(found->second.object == object)) return false;
  forget(found);
  if (!before.empty()) remember(key, before);
  return true;
}

void UnstoredWrites::observe(std::string_view key, const VectorClock& local,
                             const VectorClock& incoming) {
  const auto found = writes_.empty() ? writes_.end() : writes_.find(key);
  if (found == writes_.end()) return actors_.observe(local, incoming);
  VectorClock known = local;
  known.merge(found->second.object.clock());
  actors_.observe(known, incoming);
}

void UnstoredWrites::forget(Writes::iterator write) {
  bytes_ -= size_of(write->first, write->second.object);
  by_age_.erase(write->second.order);
  writes_.erase(write);
}

}  // namespace oxbow

#include "overlay/seen_table.h"

#include <algorithm>

namespace oxbow {

SeenState* SeenTable::find(const RequestId& id) {
  const Slot slot = table_.find(id);
  return slot == kNoSlot ? nullptr : &table_.value(slot).state;
}

SeenState* SeenTable::insert(Instant now, const RequestId& id, LinkNumber from) {
  if (table_.size() >= capacity_ && !make_room(now)) return nullptr;
  const Slot slot = table_.insert(now, id);
  Group& group = groups_[from];
  Entry& entry = table_.value(slot);
  entry.from = from;
  entry.older = group.newest;
  if (group.newest != kNoSlot) table_.value(group.newest).newer = slot;
  if (group.oldest == kNoSlot) group.oldest = slot;
  group.newest = slot;
  ++group.count;
  return &entry.state;
}

void SeenTable::expire(Instant now) {
  while (table_.size() > 0 && table_.oldest_time() + limits::kSeenLife <= now) {
    erase(table_.oldest());
  }
}

Instant SeenTable::next_deadline() const {
  return table_.size() == 0 ? kNever : table_.oldest_time() + limits::kSeenLife;
}

bool SeenTable::make_room(Instant now) {
  const auto largest = std::max_element(
      groups_.begin(), groups_.end(),
      [](const auto& a, const auto& b) { return a.second.count < b.second.count; });
  if (largest == groups_.end()) return false;
  const Slot oldest = largest->second.oldest;
  if (table_.inserted(oldest) + limits::kSeenProtected > now) return false;
  erase(oldest);
  return true;
}

void SeenTable::erase(Slot slot) {
  const Entry& entry = table_.value(slot);
  const auto found = groups_.find(entry.from);
  Group& group = found->second;
  if (entry.older != kNoSlot) table_.value(entry.older).newer = entry.newer;
  if (entry.newer != kNoSlot) table_.value(entry.newer).older = entry.older;
  if (group.oldest == slot) group.oldest = entry.newer;
  if (group.newest == slot) group.newest = entry.older;
  if (--group.count == 0) groups_.erase(found);
  table_.erase(slot);
}

}  // namespace oxbow

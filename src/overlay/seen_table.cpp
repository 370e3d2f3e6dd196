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
  auto group = group_of(from);
  if (group == groups_.end()) group = groups_.insert(group, Group{from});
  Entry& entry = table_.value(slot);
  entry.from = from;
  entry.older = group->newest;
  if (group->newest != kNoSlot) table_.value(group->newest).newer = slot;
  if (group->oldest == kNoSlot) group->oldest = slot;
  group->newest = slot;
  ++group->count;
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

std::vector<SeenTable::Group>::iterator SeenTable::group_of(LinkNumber from) {
  return std::find_if(groups_.begin(), groups_.end(),
                      [from](const Group& group) { return group.from == from; });
}

bool SeenTable::make_room(Instant now) {
  const auto largest =
      std::max_element(groups_.begin(), groups_.end(),
                       [](const Group& a, const Group& b) { return a.count < b.count; });
  if (largest == groups_.end()) return false;
  if (table_.inserted(largest->oldest) + limits::kSeenProtected > now) return false;
  erase(largest->oldest);
  return true;
}

void SeenTable::erase(Slot slot) {
  const Entry& entry = table_.value(slot);
  const auto group = group_of(entry.from);
  if (entry.older != kNoSlot) table_.value(entry.older).newer = entry.newer;
  if (entry.newer != kNoSlot) table_.value(entry.newer).older = entry.older;
  if (group->oldest == slot) group->oldest = entry.newer;
  if (group->newest == slot) group->newest = entry.older;
  if (--group->count == 0) groups_.erase(group);
  table_.erase(slot);
}

}  // namespace oxbow

#include "overlay/echo_table.h"

#include <algorithm>

namespace oxbow {

EchoTable::EchoTable(std::size_t capacity, Duration patience)
    : capacity_(capacity), patience_(patience) {}

Slot EchoTable::open(Instant now, const EchoKey& key, const EchoState& state,
                     std::span<const LinkNumber> links) {
  OXBOW_ASSERT(!full(), "a full echo table refuses before it opens");
  const Slot slot = table_.insert(key);
  Entry& entry = table_.value(slot);
  entry.state = state;
  entry.deadline = now + (state.ttl == 0 ? patience_ / 2 : patience_ * state.ttl);
  for (const LinkNumber link : links) {
    Slot copy = free_copy_;
    if (copy == kNoSlot) {
      copy = static_cast<Slot>(copies_.size());
      copies_.push_back({});
    } else {
      free_copy_ = copies_[copy].next;
    }
    copies_[copy] = {link, entry.copies};
    entry.copies = copy;
  }
  Queue& queue = queues_[state.ttl];
  highest_ttl_ = std::max<std::uint32_t>(highest_ttl_, state.ttl);
  entry.older = queue.newest;
  if (queue.newest != kNoSlot) table_.value(queue.newest).newer = slot;
  if (queue.oldest == kNoSlot) queue.oldest = slot;
  queue.newest = slot;
  return slot;
}

void EchoTable::wait_for(Slot slot, WriteSequence after) {
  if (after == kNothingPending) return;
  WriteSequence& known = after_[slot];
  known = std::max(known, after);
}

WriteSequence EchoTable::after(Slot slot) const {
  if (after_.empty()) return kNothingPending;
  const auto found = after_.find(slot);
  return found == after_.end() ? kNothingPending : found->second;
}

void EchoTable::close(Slot slot) {
  if (!after_.empty()) after_.erase(slot);
  Entry& entry = table_.value(slot);
  while (entry.copies != kNoSlot) {
    const Slot copy = entry.copies;
    entry.copies = copies_[copy].next;
    copies_[copy].next = free_copy_;
    free_copy_ = copy;
  }
  Queue& queue = queues_[entry.state.ttl];
  if (entry.older != kNoSlot) table_.value(entry.older).newer = entry.newer;
  if (entry.newer != kNoSlot) table_.value(entry.newer).older = entry.older;
  if (queue.oldest == slot) queue.oldest = entry.newer;
  if (queue.newest == slot) queue.newest = entry.older;
  table_.erase(slot);
}

bool EchoTable::take(Slot slot, LinkNumber link) {
  Slot* next = &table_.value(slot).copies;
  while (*next != kNoSlot) {
    const Slot copy = *next;
    if (copies_[copy].link == link) {
      *next = copies_[copy].next;
      copies_[copy].next = free_copy_;
      free_copy_ = copy;
      return true;
    }
    next = &copies_[copy].next;
  }
  return false;
}

void EchoTable::concerning(LinkNumber link, std::vector<Slot>& slots) const {
  for (Slot slot = 0; slot < table_.end_slot(); ++slot) {
    if (!table_.used(slot)) continue;
    bool concerned = table_.value(slot).state.upstream == link;
    for_unanswered(slot, [&](LinkNumber waiting) { concerned = concerned || waiting == link; });
    if (concerned) slots.push_back(slot);
  }
}

Slot EchoTable::overdue(Instant now) const {
  for (std::uint32_t ttl = 0; ttl <= highest_ttl_; ++ttl) {
    const Slot oldest = queues_[ttl].oldest;
    if (oldest != kNoSlot && table_.value(oldest).deadline <= now) return oldest;
  }
  return kNoSlot;
}

Instant EchoTable::next_deadline() const {
  Instant earliest = kNever;
  for (std::uint32_t ttl = 0; ttl <= highest_ttl_; ++ttl) {
    const Slot oldest = queues_[ttl].oldest;
    if (oldest != kNoSlot) earliest = std::min(earliest, table_.value(oldest).deadline);
  }
  return earliest;
}

}  // namespace oxbow

// Writes that this member has confirmed and that wait for their grant.
#include <algorithm>

#include "node/forwarding.h"

namespace oxbow {

bool UngrantedWrites::has_room(const PeerId& from, std::size_t size) const {
  const auto of_peer = bytes_of_.find(from);
  const std::size_t bytes = of_peer == bytes_of_.end() ? 0 : of_peer->second;
  return writes_.size() < limits::kOperations && bytes + size <= limits::kUngrantedOfPeer &&
         bytes_ + size <= limits::kUngrantedBytes;
}

void UngrantedWrites::keep(const PeerId& from, std::uint64_t ticket, UngrantedWrite write) {
  if (const auto known = writes_.find({from, ticket}); known != writes_.end()) erase(known);
  bytes_ += write.size();
  bytes_of_[from] += write.size();
  writes_.emplace(Key{from, ticket}, std::move(write));
}

std::optional<UngrantedWrite> UngrantedWrites::take(const PeerId& from, std::uint64_t ticket) {
  const auto found = writes_.find({from, ticket});
  if (found == writes_.end()) return std::nullopt;
  UngrantedWrite write = found->second;
  erase(found);
  return write;
}

void UngrantedWrites::forget(const PeerId& from) {
  auto next = writes_.lower_bound({from, 0});
  while (next != writes_.end() && next->first.first == from) erase(next++);
}

void UngrantedWrites::expire(Instant now) {
  for (auto next = writes_.begin(); next != writes_.end();) {
    const auto entry = next++;
    if (entry->second.deadline <= now) erase(entry);
  }
}

void UngrantedWrites::erase(std::map<Key, UngrantedWrite>::iterator entry) {
  const auto of_peer = bytes_of_.find(entry->first.first);
  bytes_ -= entry->second.size();
  of_peer->second -= entry->second.size();
  if (of_peer->second == 0) bytes_of_.erase(of_peer);
  writes_.erase(entry);
}

Instant UngrantedWrites::next_deadline() const {
  Instant next = kNever;
  for (const auto& [key, write] : writes_) next = std::min(next, write.deadline);
  return next;
}

}  // namespace oxbow

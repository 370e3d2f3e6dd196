#include "overlay/pong_cache.h"

#include <algorithm>
#include <utility>

namespace oxbow {

bool may_be_shared(const Address& address, const Address& remote) {
  if (address.port == 0 || !address.is_unicast()) return false;
  return !address.is_loopback() || remote.is_loopback();
}

PongCache::PongCache(PeerId self, Address own, std::size_t capacity, std::size_t per_source)
    : self_(self), own_(own), capacity_(capacity), per_source_(per_source) {
  OXBOW_ASSERT(capacity > 0 && per_source > 0, "a pong cache has room for something");
}

PongCache::Entry* PongCache::find(const Address& address) {
  const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& entry) {
    return entry.known.address == address;
  });
  return found == entries_.end() ? nullptr : &*found;
}

void PongCache::learn(Instant now, LinkNumber source, const Address& remote,
                      const PongEntry& told) {
  if (is_self(told) || !may_be_shared(told.address, remote)) return;
  if (find(told.address) != nullptr) return;
  make_room(source) = Entry{told, now, source, State::unproven, 0, Instant::min()};
}

void PongCache::verified(Instant now, const PongEntry& entry) {
  if (is_self(entry)) return;
  Entry* known = find(entry.address);
  if (known == nullptr) {
    known = &make_room(kNoLink);
    *known = Entry{};
  }
  known->known = entry;
  known->since = now;
  known->source = kNoLink;
  known->state = State::verified;
}

void PongCache::failed(Instant now, const Address& address) {
  Entry* known = find(address);
  if (known == nullptr) return;
  known->since = now;
  known->state = State::failed;
  pause(now, *known);
}

void PongCache::has_no_room(Instant now, const Address& address) {
  Entry* known = find(address);
  if (known != nullptr) pause(now, *known);
}

void PongCache::linked(const PeerId& peer) {
  for (Entry& entry : entries_) {
    if (entry.known.peer != peer) continue;
    entry.in_vain = 0;
    entry.pause_ends = Instant::min();
  }
}

void PongCache::pause(Instant now, Entry& entry) {
  Duration pause = limits::kPongFailed;
  for (std::uint32_t i = 0; i < entry.in_vain && pause < limits::kRefusedMost; ++i) pause *= 2;
  entry.pause_ends = now + std::min<Duration>(pause, limits::kRefusedMost);
  ++entry.in_vain;
}

PongCache::Entry& PongCache::make_room(LinkNumber source) {
  Entry* own_oldest = nullptr;  // of those that the source told
  Entry* oldest = nullptr;      // of all; a verified one only if there is no other
  std::size_t told = 0;
  const auto order = [](const Entry& entry) {
    return std::pair(entry.state == State::verified, entry.since);
  };
  for (Entry& entry : entries_) {
    if (oldest == nullptr || order(entry) < order(*oldest)) oldest = &entry;
    if (source == kNoLink || entry.source != source) continue;
    ++told;
    if (own_oldest == nullptr || entry.since < own_oldest->since) own_oldest = &entry;
  }
  if (told >= per_source_) return *own_oldest;
  if (entries_.size() >= capacity_) return *oldest;
  return entries_.emplace_back();
}

void PongCache::select(Instant now, std::size_t most, const PeerId& receiver, const Address& remote,
                       Random& random, std::vector<PongEntry>& chosen) const {
  const std::size_t first = chosen.size();
  for (const Entry& entry : entries_) {
    const bool fresh = entry.state == State::verified && now - entry.since < limits::kPongFresh;
    if (!fresh || entry.known.peer == receiver) continue;
    if (may_be_shared(entry.known.address, remote)) chosen.push_back(entry.known);
  }
  const std::size_t count = chosen.size() - first;
  const std::size_t kept = std::min(most, count);
  for (std::size_t i = 0; i < kept; ++i) {  // the beginning of a Fisher-Yates shuffle
    std::swap(chosen[first + i], chosen[first + i + random.below(count - i)]);
  }
  chosen.resize(first + kept);
}

}  // namespace oxbow

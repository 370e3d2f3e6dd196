#include "overlay/route_table.h"

#include "base/hash.h"

namespace oxbow {

HitKey hit_key(const RequestId& id, const PeerId& holder, std::uint16_t part) {
  return {id, (hash64(holder.view()) + part) * 0x9e3779b97f4a7c15ULL};
}

void RouteTable::open(Instant now, const RequestId& id, LinkNumber first, std::uint16_t number) {
  if (routes_.size() >= capacity_) erase(routes_.oldest());
  const Slot slot = routes_.insert(now, id);
  const Slot upstream = take_upstream(first, number);
  upstreams_[upstream].forwarding = 0;
  routes_.value(slot).first = upstream;
  routes_.value(slot).last = upstream;
}

RouteTable::Added RouteTable::add(const RequestId& id, LinkNumber from, std::uint16_t number) {
  const Slot slot = routes_.find(id);
  if (slot == kNoSlot) return Added::no_route;
  Route& route = routes_.value(slot);
  Added added = Added::fresh;
  std::size_t count = 0;
  for (Slot u = route.first; u != kNoSlot; u = upstreams_[u].next) {
    ++count;
    if (upstreams_[u].link != from) continue;
    if (number <= upstreams_[u].number) return Added::repeated;
    added = Added::again;
  }
  if (count < limits::kUpstreamsPerRoute) {
    const Slot upstream = take_upstream(from, number);
    upstreams_[route.last].next = upstream;
    route.last = upstream;
  }
  return added;
}

void RouteTable::forwarded(const RequestId& id, LinkNumber from, std::uint16_t forwarding) {
  const Slot slot = routes_.find(id);
  if (slot == kNoSlot) return;
  Upstream& upstream = upstreams_[routes_.value(slot).last];
  if (upstream.link == from) upstream.forwarding = forwarding;  // else it had no room
}

void RouteTable::sent(Instant now, const RequestId& id, std::uint64_t links) {
  const Slot slot = routes_.find(id);
  if (slot == kNoSlot) return;
  Route& route = routes_.value(slot);
  route.sent_to |= links;
  route.sent = now;
}

bool RouteTable::may_answer(const RequestId& id, std::uint64_t link, Instant up_since) const {
  const Slot slot = routes_.find(id);
  if (slot == kNoSlot) return true;
  const Route& route = routes_.value(slot);
  return (route.sent_to & link) != 0 && up_since <= route.sent;
}

bool RouteTable::pass(Instant now, const RequestId& id, const HitKey& hit) {
  const Slot slot = routes_.find(id);
  if (slot == kNoSlot || hits_.find(hit) != kNoSlot) return false;
  if (routes_.value(slot).hits >= limits::kHitsPerRoute) return false;
  ++routes_.value(slot).hits;
  if (hits_.size() >= capacity_) hits_.erase(hits_.oldest());
  hits_.insert(now, hit);
  return true;
}

void RouteTable::expire(Instant now) {
  while (routes_.size() > 0 && routes_.oldest_time() + limits::kRouteLife <= now) {
    erase(routes_.oldest());
  }
  while (hits_.size() > 0 && hits_.oldest_time() + limits::kRouteLife <= now) {
    hits_.erase(hits_.oldest());
  }
}

Instant RouteTable::next_deadline() const {
  const Instant oldest = std::min(routes_.oldest_time(), hits_.oldest_time());
  return oldest == kNever ? kNever : oldest + limits::kRouteLife;
}

Slot RouteTable::take_upstream(LinkNumber link, std::uint16_t number) {
  if (free_upstream_ == kNoSlot) {
    upstreams_.push_back({link, number, kNotForwarded, kNoSlot});
    return static_cast<Slot>(upstreams_.size() - 1);
  }
  const Slot slot = free_upstream_;
  free_upstream_ = upstreams_[slot].next;
  upstreams_[slot] = {link, number, kNotForwarded, kNoSlot};
  return slot;
}

void RouteTable::erase(Slot slot) {
  Slot upstream = routes_.value(slot).first;
  while (upstream != kNoSlot) {
    const Slot next = upstreams_[upstream].next;
    upstreams_[upstream].next = free_upstream_;
    free_upstream_ = upstream;
    upstream = next;
  }
  routes_.erase(slot);
}

}  // namespace oxbow

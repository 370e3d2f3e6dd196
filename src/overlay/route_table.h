// The reverse path: for each query every upstream that sent a copy, in order of arrival, and which
// hits have passed. A hit goes to the first upstream whose link lives, and through a peer at most
// once, so that it can neither come twice nor run in a circle. Where a later copy was forwarded
// again, hits that answer that forwarding go first to the upstream of that copy: only so do they
// stay ahead of the QueryDone that follows them.
#pragma once

#include <algorithm>
#include <vector>

#include "base/expiring_table.h"
#include "base/ids.h"
#include "base/limits.h"
#include "overlay/request_ids.h"

namespace oxbow {

/// Names one part of one holder's response to one query.
struct HitKey {
  RequestId id;
  std::uint64_t holder_part = 0;  ///< hash of holder and part
  friend bool operator==(const HitKey&, const HitKey&) = default;
};
HitKey hit_key(const RequestId& id, const PeerId& holder, std::uint16_t part);

class RouteTable {
 public:
  explicit RouteTable(std::size_t capacity) : capacity_(capacity) {}

  /// Ahead of the other calls about that id, to save waiting for memory.
  void prefetch(const RequestId& id) const {
    routes_.prefetch(id);
    if (routes_.size() >= capacity_) routes_.prefetch_oldest();
  }

  bool knows(const RequestId& id) const { return routes_.find(id) != kNoSlot; }

  /// Starts a route with the upstream (kNoLink: we are the originator) and the number of the first
  /// copy. A full table forgets its oldest route. `id` must have none.
  void open(Instant now, const RequestId& id, LinkNumber first, std::uint16_t number);

  enum class Added : std::uint8_t {
    fresh,     ///< the first copy that this upstream sent
    again,     ///< it has sent one before, with a lower number: a reforwarded copy
    repeated,  ///< it has sent this one, or a later one, before: no honest peer does that
    no_route,  ///< the route has been forgotten
  };
  /// A further copy, with its sender's `number`, came over `from`. At most
  /// limits::kUpstreamsPerRoute copies are kept.
  Added add(const RequestId& id, LinkNumber from, std::uint16_t number);
  /// The copy just added, from `from`, was routed on as our forwarding `forwarding`.
  void forwarded(const RequestId& id, LinkNumber from, std::uint16_t forwarding);

  /// Copies were put on these links (their bits, see Connections) at `now`.
  void sent(Instant now, const RequestId& id, std::uint64_t links);
  /// Whether a copy was put on the link with that bit, which is up since `up_since`: nobody else
  /// has anything to say to this query. True too where the route is not known: nothing is then.
  bool may_answer(const RequestId& id, std::uint64_t link, Instant up_since) const;

  enum class Way : std::uint8_t { unknown, originator, upstream, none_lives };
  struct Next {
    Way way = Way::unknown;
    LinkNumber link = kNoLink;
    std::uint16_t number = 0;  ///< that the upstream put on the copy
  };
  /// Where a hit that answers our forwarding `forwarding` goes: to the upstream of the copy that
  /// was forwarded so, else the first one, for which `lives(link)` holds.
  template <class Lives>
  Next next(const RequestId& id, std::uint16_t forwarding, Lives lives) const {
    const Slot slot = routes_.find(id);
    if (slot == kNoSlot) return {};
    Next first{Way::none_lives, kNoLink, 0};
    for (Slot u = routes_.value(slot).first; u != kNoSlot; u = upstreams_[u].next) {
      const Upstream& upstream = upstreams_[u];
      if (upstream.link == kNoLink) return {Way::originator, kNoLink, 0};
      if (!lives(upstream.link)) continue;
      const Next found{Way::upstream, upstream.link, upstream.number};
      if (upstream.forwarding == forwarding) return found;
      if (first.way == Way::none_lives) first = found;
    }
    return first;
  }

  /// True once for each hit of a known query; false when it has passed before, or when more than
  /// limits::kHitsPerRoute have.
  bool pass(Instant now, const RequestId& id, const HitKey& hit);

  void expire(Instant now);
  Instant next_deadline() const;
  std::size_t size() const { return routes_.size(); }
  std::size_t hits() const { return hits_.size(); }

 private:
  static constexpr std::uint16_t kNotForwarded = 0xffff;
  struct Upstream {
    LinkNumber link = kNoLink;
    std::uint16_t number = 0;                  // that it put on the copy
    std::uint16_t forwarding = kNotForwarded;  // ours, of that copy
    Slot next = kNoSlot;
  };
  struct Route {
    Slot first = kNoSlot;  // in upstreams_
    Slot last = kNoSlot;
    std::uint32_t hits = 0;
    std::uint64_t sent_to = 0;  // bits of links
    Instant sent{};             // last
  };
  struct HitKeyHash {
    std::uint64_t operator()(const HitKey& key) const {
      return RequestIdHash{}(key.id) ^ key.holder_part;
    }
  };
  struct Empty {};

  Slot take_upstream(LinkNumber link, std::uint16_t number);
  void erase(Slot slot);

  std::size_t capacity_;
  ExpiringTable<RequestId, Route, RequestIdHash> routes_;
  ExpiringTable<HitKey, Empty, HitKeyHash> hits_;
  std::vector<Upstream> upstreams_;  // a pool
  Slot free_upstream_ = kNoSlot;
};

}  // namespace oxbow

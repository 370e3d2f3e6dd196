// Whose a key is, by the ring that this peer knows, and what to do where others know another one.
#include <fmt/format.h>

#include <algorithm>

#include "node/replicas.h"

namespace oxbow {

KeyPlace place_of(const NodeState& node, std::string_view key) {
  const TokenRing& ring = node.ring.ring;
  KeyPlace place;
  place.policy = &node.ring.members.policy_of(key);
  place.position = position_of(key);
  for (const MemberNumber member : ring.preference_list(place.position, place.policy->n)) {
    place.primaries.push_back(ring.member(member).id);
    if (place.primaries.back() == node.config.id) place.primary = true;
  }
  return place;
}

bool is_primary_of(NodeState& node, std::string_view key, const BucketPolicy& policy) {
  const TokenRing& ring = node.ring.ring;
  if (ring.size() <= policy.n) return ring.find(node.config.id).has_value();  // all keep all
  std::vector<MemberNumber>& list = node.replica.list;
  ring.preference_list(position_of(key), policy.n, list);
  return std::any_of(list.begin(), list.end(),
                     [&](MemberNumber member) { return ring.member(member).id == node.config.id; });
}

std::vector<PeerId> reachable_fallbacks(const Turn& turn, const KeyPlace& place) {
  const TokenRing& ring = turn.node.ring.ring;
  const std::size_t wanted = place.primaries.size();
  std::vector<PeerId> fallbacks;
  std::vector<MemberNumber> list;
  std::size_t looked_at = wanted;
  while (fallbacks.size() < wanted && looked_at < ring.size()) {
    if (looked_at >= list.size()) ring.preference_list(place.position, 2 * looked_at, list);
    const PeerId& candidate = ring.member(list[looked_at++]).id;
    if (is_reachable(turn.node, candidate, turn.now)) fallbacks.push_back(candidate);
  }
  return fallbacks;
}

Status check_key(std::string_view key) {
  if (!key.empty() && key.size() <= limits::kKey) return Done{};
  return Error{"bad-key", "a key of no allowed length", fmt::format("1 to {} bytes", limits::kKey),
               fmt::format("{}", key.size())};
}

Error no_ring(const NodeState& node) {
  return {"no-ring",
          fmt::format("peer {} knows of no ring: set member = yes in the configuration of some "
                      "peers, or ask one to join (oxbow ring join)",
                      node.config.name),
          "at least one member", "none"};
}

void compare_rings(Turn& turn, Connection& from, const RingStamp& stamp) {
  NodeState& node = turn.node;
  const RingStamp& own = node.ring.stamp;
  if (stamp.digest == own.digest) return;
  Connection* control = from.kind == ConnectionKind::control
                            ? &from
                            : node.connections.to_peer(from.peer, ConnectionKind::control);
  if (control == nullptr) return;
  if (stamp.version <= own.version) send_ring_to(turn, *control);
  if (stamp.version >= own.version) tell_digest(turn, *control);  // it answers with what it knows
}

bool send_to_member(Turn& turn, const PeerId& member, ConnectionKind kind, const Message& message,
                    WriteSequence after) {
  const Member* known = turn.node.ring.members.find(member);
  if (known == nullptr) return false;
  return send_to_peer(turn, member, known->address, kind, message, after);
}

}  // namespace oxbow

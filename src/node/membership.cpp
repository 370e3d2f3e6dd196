// The node's part of membership: records of the ring, who is reachable.
#include "node/handlers.h"

namespace oxbow {

void start_membership(Turn&) {}
void look_after_membership(Turn&) {}
Instant membership_deadline(const NodeState&) { return kNever; }
void cancel_membership(Turn&, RequestHandle) {}
void member_connected(Turn&, const PeerId&) {}
void member_lives(Turn& turn, const PeerId& peer) {
  if (!turn.node.ring.failed.empty()) turn.node.ring.failed.erase(peer);
}
void member_failed(Turn& turn, const PeerId& peer) {
  MemberHealth& health = turn.node.ring.failed[peer];
  if (health.retry == Instant{}) health.failed = turn.now.steady;
  health.retry = turn.now.steady + limits::kMemberRetry;
}
bool is_reachable(const NodeState& node, const PeerId& member, Now now) {
  const auto failed = node.ring.failed.find(member);
  return failed == node.ring.failed.end() || failed->second.retry <= now.steady;
}
void ring_changed(Turn& turn, const TokenRing& before) { move_objects(turn, before); }

void receive_gossip(Turn&, Connection&, const Gossip&) {}
void receive_records(Turn&, Connection&, const GossipRecords&) {}
void receive_lookup_step(Turn&, Connection&, const LookupStep&) {}
void receive_lookup_end(Turn&, Connection&, const LookupEnd&) {}

namespace {
void not_yet(Turn& turn, RequestHandle handle) {
  reply(turn, handle, Error{"no-ring", "this peer knows of no ring", "", ""});
}
}  // namespace

void request_lookup(Turn& turn, RequestHandle handle, const LookupRequest&) {
  not_yet(turn, handle);
}
void request_ring(Turn& turn, RequestHandle handle) { not_yet(turn, handle); }
void request_owner(Turn& turn, RequestHandle handle, const OwnerRequest&) { not_yet(turn, handle); }
void request_ring_join(Turn& turn, RequestHandle handle, const RingJoinRequest&) {
  not_yet(turn, handle);
}
void request_ring_leave(Turn& turn, RequestHandle handle, const RingLeaveRequest&) {
  not_yet(turn, handle);
}

}  // namespace oxbow

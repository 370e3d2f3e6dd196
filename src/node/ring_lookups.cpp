#include "node/membership.h"

namespace oxbow {
namespace {
void not_yet(Turn& turn, RequestHandle handle) {
  reply(turn, handle, Error{"no-ring", "this peer knows of no ring", "", ""});
}
}  // namespace
void receive_lookup_step(Turn&, Connection&, const LookupStep&) {}
void receive_lookup_end(Turn&, Connection&, const LookupEnd&) {}
void cancel_membership(Turn&, RequestHandle) {}
void end_overdue_lookups(Turn&) {}
Instant lookup_deadline(const NodeState&) { return kNever; }
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

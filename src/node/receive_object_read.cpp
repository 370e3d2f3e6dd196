// A member's copy, for who coordinates a get.
#include "node/replicas.h"

namespace oxbow {

namespace {

/// Whether this peer may answer for a key of which it is perhaps no owner.
ReplicaStatus standing(Turn& turn, const RingStamp& ring, bool as_fallback, std::string_view key) {
  NodeState& node = turn.node;
  if (!node.ring.ring.find(node.config.id)) return ReplicaStatus::not_member;
  if (as_fallback || ring.version >= node.ring.stamp.version) return ReplicaStatus::ok;
  const BucketPolicy& policy = node.ring.members.policy_of(key);
  return is_primary_of(node, key, policy) ? ReplicaStatus::ok : ReplicaStatus::not_owner;
}

}  // namespace

std::size_t answer_read(Turn& turn, Connection& to, const ObjectRead& read) {
  NodeState& node = turn.node;
  ObjectReply reply;
  reply.ticket = read.ticket;
  reply.status = standing(turn, read.ring, read.fallback, read.key);
  if (reply.status != ReplicaStatus::ok) {
    turn.out.send(to.id, reply);
    return 0;
  }
  const auto copy = read_all(turn, read.key, node.ring.members.policy_of(read.key).conflicts);
  if (!copy.ok()) {
    reply.status = ReplicaStatus::failed;
    turn.out.send(to.id, reply);
    return 0;
  }
  reply.incomplete = copy->state != CopyState::whole;
  if (reply.incomplete) reply.status = ReplicaStatus::failed;
  if (copy->object.empty()) {
    turn.out.send(to.id, reply);
    return 0;
  }
  send_object(turn, to, reply, copy->object, read.key, copy->pending);
  return copy->object.byte_size();
}

void receive_object_read(Turn& turn, Connection& from, const ObjectRead& read) {
  NodeState& node = turn.node;
  ++node.counters.object_reads;
  compare_rings(turn, from, read.ring);
  if (has_room(node, from)) {
    answer_read(turn, from, read);
  } else if (!wait_for_room(turn, from, read)) {
    turn.out.send(from.id, ObjectReply{read.ticket, ReplicaStatus::no_room, true, {}});
  }
}

}  // namespace oxbow

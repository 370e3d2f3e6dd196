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

void receive_object_read(Turn& turn, Connection& from, const ObjectRead& read) {
  NodeState& node = turn.node;
  ++node.counters.object_reads;
  compare_rings(turn, from, read.ring);
  ObjectReply reply;
  reply.ticket = read.ticket;
  reply.status = standing(turn, read.ring, read.fallback, read.key);
  if (reply.status != ReplicaStatus::ok) return turn.out.send(from.id, reply);
  const auto copy = read_all(turn, read.key, node.ring.members.policy_of(read.key).conflicts);
  if (!copy.ok()) {
    reply.status = ReplicaStatus::failed;
    return turn.out.send(from.id, reply);
  }
  reply.incomplete = copy->state != CopyState::whole;
  if (reply.incomplete) reply.status = ReplicaStatus::failed;
  if (copy->object.empty()) return turn.out.send(from.id, reply);
  const std::vector<SharedBytes> parts = encoded_parts(copy->object, read.key);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    reply.last = i + 1 == parts.size();
    reply.object = turn.out.share(parts[i]);
    turn.out.send(from.id, reply, copy->pending);
  }
}

}  // namespace oxbow

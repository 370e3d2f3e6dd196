// The second half of message/describe.h: the requests and answers of the replica layer.
#pragma once

#include "message/describe.h"

namespace oxbow {

template <class V>
void describe(V& visitor, Like<QuorumMember> auto& q) {
  visitor("address", q.address);
  visitor("id", q.id);
  visitor("name", q.name);
  visitor("zone", q.zone);
  visitor("role", q.role);
  visitor("stands_for", q.stands_for);
  visitor("outcome", q.outcome);
  visitor("coordinator", q.coordinator);
  visitor("repaired", q.repaired);
  visitor("ms", q.ms);
}

template <class V>
void describe(V& visitor, Like<QuorumReport> auto& q) {
  visitor("bucket", q.bucket);
  visitor("n", q.n);
  visitor("r", q.r);
  visitor("w", q.w);
  visitor("acknowledged", q.acknowledged);
  visitor("primaries", q.primaries);
  visitor("fallbacks", q.fallbacks);
  visitor("hints", q.hints);
  visitor("repairs", q.repairs);
  visitor("coordinator", q.coordinator);
  visitor("coordinator_id", q.coordinator_id);
  visitor("clock", q.clock);
  visitor("elapsed_ms", q.elapsed_ms);
  visitor("members", q.members);
}

template <class V>
void describe(V& visitor, Like<GetValue> auto& g) {
  visitor.bytes("value", g.value);
  visitor("dot", g.dot);
  visitor("written_ms", g.written_ms);
}

template <class V>
void describe(V& visitor, Like<GetRequest> auto& r) {
  visitor.bytes("key", r.key);
  visitor("r", r.r);
  visitor("strict", r.strict);
  visitor("search", r.search);
  visitor("adopt", r.adopt);
  visitor("explain", r.explain);
  visitor("ttl", r.ttl);
  visitor("timeout_ms", r.timeout_ms);
}

template <class V>
void describe(V& visitor, Like<GetAnswer> auto& a) {
  visitor("explained", a.explained);
  visitor("found", a.found);
  visitor("deleted", a.deleted);
  visitor("values", a.values);
  visitor.bytes("context", a.context);
  visitor("source", a.source);
  if (a.explained) visitor("quorum", a.quorum);
  visitor("adopted", a.adopted);
  if (a.adopted && a.explained) visitor("adoption", a.adoption);
  visitor("hits", a.hits);
  visitor("flood_ttl", a.flood_ttl);
  if (a.flood_ttl) visitor("search", a.search);  // most gets are one hop, and answer in few bytes
  visitor("warning", a.warning);
}

template <class V>
void describe(V& visitor, Like<PutRequest> auto& r) {
  visitor.bytes("key", r.key);
  visitor.bytes("value", r.value);
  visitor.bytes("context", r.context);
  visitor("w", r.w);
  visitor("strict", r.strict);
  visitor("explain", r.explain);
  visitor("timeout_ms", r.timeout_ms);
}

template <class V>
void describe(V& visitor, Like<PutAnswer> auto& a) {
  visitor("explained", a.explained);
  visitor.bytes("context", a.context);
  visitor("siblings", a.siblings);
  visitor("warning", a.warning);
  if (a.explained) visitor("quorum", a.quorum);
}

template <class V>
void describe(V& visitor, Like<DeleteRequest> auto& r) {
  visitor.bytes("key", r.key);
  visitor.bytes("context", r.context);
  visitor("w", r.w);
  visitor("strict", r.strict);
  visitor("explain", r.explain);
  visitor("timeout_ms", r.timeout_ms);
}

template <class V>
void describe(V& visitor, Like<DeleteAnswer> auto& a) {
  visitor("explained", a.explained);
  visitor.bytes("context", a.context);
  visitor("siblings", a.siblings);
  if (a.explained) visitor("quorum", a.quorum);
}

template <class V>
void describe(V& visitor, Like<MemberInfo> auto& m) {
  visitor("address", m.address);
  visitor("id", m.id);
  visitor("name", m.name);
  visitor("zone", m.zone);
  visitor("state", m.state);
  visitor("tokens", m.tokens);
  visitor("share", m.share);
  visitor("incarnation", m.incarnation);
  visitor("self", m.self);
  visitor("reachable", m.reachable);
  visitor("hints", m.hints);
  visitor("hint_bytes", m.hint_bytes);
  visitor("id_conflict", m.id_conflict);
}

template <class V>
void describe(V& visitor, Like<LookupRequest> auto& r) {
  visitor.bytes("key", r.key);
  visitor("via", r.via);
  visitor("timeout_ms", r.timeout_ms);
}

template <class V>
void describe(V& visitor, Like<LookupPeer> auto& l) {
  visitor("address", l.address);
  visitor("id", l.id);
  visitor("name", l.name);
}

template <class V>
void describe(V& visitor, Like<LookupAnswer> auto& a) {
  visitor("found", a.found);
  visitor("via", a.via);
  visitor("position", a.position);
  visitor("owner", a.owner);
  visitor("path", a.path);
  visitor("forwards", a.forwards);
  visitor("elapsed_ms", a.elapsed_ms);
  visitor("lost_after", a.lost_after);
}

template <class V>
void describe(V&, Like<RingRequest> auto&) {}

template <class V>
void describe(V& visitor, Like<BucketInfo> auto& b) {
  visitor("name", b.name);
  visitor("n", b.n);
  visitor("r", b.r);
  visitor("w", b.w);
  visitor("conflict", b.conflict);
  visitor("sync", b.sync);
}

template <class V>
void describe(V& visitor, Like<RingAnswer> auto& a) {
  visitor("version", a.version);
  visitor("digest", a.digest);
  visitor("member", a.member);
  visitor("members", a.members);
  visitor("buckets", a.buckets);
  visitor("objects", a.objects);
  visitor("warnings", a.warnings);
}

template <class V>
void describe(V& visitor, Like<OwnerRequest> auto& r) {
  visitor.bytes("key", r.key);
}

template <class V>
void describe(V& visitor, Like<OwnerAnswer> auto& a) {
  visitor("position", a.position);
  visitor("bucket", a.bucket);
  visitor("primaries", a.primaries);
  visitor("fallbacks", a.fallbacks);
}

template <class V>
void describe(V& visitor, Like<RingJoinRequest> auto& r) {
  visitor("zone", r.zone);
  visitor("weight", r.weight);
}

template <class V>
void describe(V& visitor, Like<RingJoinAnswer> auto& a) {
  visitor("changed", a.changed);
  visitor("members", a.members);
  visitor("kept", a.kept);
}

template <class V>
void describe(V& visitor, Like<RingLeaveRequest> auto& r) {
  visitor("force", r.force);
}

template <class V>
void describe(V& visitor, Like<RingLeaveAnswer> auto& a) {
  visitor("changed", a.changed);
  visitor("members", a.members);
  visitor("moving", a.moving);
  visitor("objects", a.objects);
  visitor("hints", a.hints);
  visitor("left_before", a.left_before);
}

template <class V>
void describe(V& visitor, Like<RingBucketRequest> auto& r) {
  visitor("name", r.name);
  visitor("n", r.n);
  visitor("r", r.r);
  visitor("w", r.w);
  visitor("conflict", r.conflict);
  visitor("sync", r.sync);
}

template <class V>
void describe(V& visitor, Like<RingBucketAnswer> auto& a) {
  visitor("changed", a.changed);
  visitor("made", a.made);
  visitor("bucket", a.bucket);
  visitor("version", a.version);
}

}  // namespace oxbow

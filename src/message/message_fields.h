// The fields of every message between peers in their order on the wire, listed once for encoder and
// decoder, each with what is allowed in it.
//
// A visitor has these functions:
//   visitor(name, field)                     numbers, bools, ids, addresses, and structs (an array)
//   visitor.choice(name, field, last)        an enum whose values go from 0 to `last`
//   visitor.text(name, field, most)          UTF-8 of at most so many bytes
//   visitor.bytes(name, field, least, most)  any bytes
//   visitor.list(name, field, most)          a list of structs; one list of a kind in a message
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include "base/limits.h"
#include "message/describe.h"
#include "message/messages.h"

namespace oxbow {

template <class V>
constexpr void message_fields(V& v, Like<Hello> auto& m) {
  v("version", m.version);
  v.text("network", m.network, limits::kName);
  v("peer", m.peer);
  v("advertised", m.advertised);
  v.text("name", m.name, limits::kName);
  v("features", m.features);
  v.choice("kind", m.kind, ConnectionKind::probe);
  v("link", m.link);
  v("run", m.run);
  v("dial", m.dial);
  v("links", m.links);
}

template <class V>
constexpr void message_fields(V& v, Like<Bye> auto& m) {
  v.text("code", m.code, limits::kName);
  v.text("reason", m.reason, limits::kReason);
}

template <class V>
constexpr void message_fields(V& v, Like<PongEntry> auto& m) {
  v("peer", m.peer);
  v("address", m.address);
}

template <class V>
constexpr void message_fields(V& v, Like<LinkChange> auto& m) {
  v.choice("action", m.action, LinkAction::end);
  v.text("reason", m.reason, limits::kReason);
  v.list("addresses", m.addresses, limits::kPongEntries);
  v("links", m.links);
}

template <class V>
constexpr void message_fields(V& v, Like<Ping> auto& m) {
  v("nonce", m.nonce);
  v("addresses", m.addresses);
}

template <class V>
constexpr void message_fields(V& v, Like<Pong> auto& m) {
  v("nonce", m.nonce);
  v.list("addresses", m.addresses, limits::kPongEntries);
  v("own_dial", m.own_dial);
  v("links", m.links);
}

template <class V>
constexpr void message_fields(V& v, Like<Query> auto& m) {
  v("id", m.id);
  v("ttl", m.ttl);
  v("hops", m.hops);
  v("number", m.number);
  v("flags", m.flags);
  v.choice("match", m.match, Match::trace);
  v("max_hits", m.max_hits);
  v.bytes("pattern", m.pattern, 1, limits::kKey);
}

template <class V>
constexpr void message_fields(V& v, Like<HitResult> auto& m) {
  v.bytes("key", m.key, 1, limits::kKey);
  v("size", m.size);
  v("sha256", m.sha256);
  v.bytes("clock", m.clock, 0, limits::kHitClock);
}

template <class V>
constexpr void message_fields(V& v, Like<TraceEntry> auto& m) {
  v.choice("kind", m.kind, TraceKind::walker_left);
  v("ttl", m.ttl);
  v("hops", m.hops);
  v("at_us", m.at_us);
  v("peer", m.peer);
}

template <class V>
constexpr void message_fields(V& v, Like<Hit> auto& m) {
  v("id", m.id);
  v("holder", m.holder);
  v("holder_address", m.holder_address);
  v.text("holder_name", m.holder_name, limits::kName);
  v("number", m.number);
  v("part", m.part);
  v("last", m.last);
  v("hops", m.hops);
  v.list("results", m.results, limits::kContainerLength);
  v.list("trace", m.trace, limits::kContainerLength);
}

template <class V>
constexpr void message_fields(V& v, Like<Totals> auto& m) {
  v("peers", m.peers);
  v("messages", m.messages);
  v("duplicates", m.duplicates);
  v("refused", m.refused);
  v("lost", m.lost);
  v("hit_messages", m.hit_messages);
  v("skipped", m.skipped);
  v("max_hops", m.max_hops);
  v("marks", m.marks);
}

template <class V>
constexpr void message_fields(V& v, Like<QueryDone> auto& m) {
  v("id", m.id);
  v("number", m.number);
  v("totals", m.totals);
}

template <class V>
constexpr void message_fields(V& v, Like<Walk> auto& m) {
  v("id", m.id);
  v("walker", m.walker);
  v("steps_left", m.steps_left);
  v("steps_taken", m.steps_taken);
  v("fresh", m.fresh);
  v("flags", m.flags);
  v.choice("match", m.match, Match::trace);
  v("max_hits", m.max_hits);
  v("originator", m.originator);
  v("originator_address", m.originator_address);
  v.bytes("pattern", m.pattern, 1, limits::kKey);
}

template <class V>
constexpr void message_fields(V& v, Like<WalkReport> auto& m) {
  v("id", m.id);
  v("walker", m.walker);
  v("steps_taken", m.steps_taken);
  v.choice("event", m.event, WalkEvent::ended);
  v("fresh", m.fresh);
  v("holder", m.holder);
  v("holder_address", m.holder_address);
  v.text("holder_name", m.holder_name, limits::kName);
  v.list("results", m.results, limits::kContainerLength);
}

template <class V>
constexpr void message_fields(V& v, Like<WalkReply> auto& m) {
  v("id", m.id);
  v("walker", m.walker);
  v("go_on", m.go_on);
}

template <class V>
constexpr void message_fields(V& v, Like<PieceRequest> auto& m) {
  v("ticket", m.ticket);
  v.bytes("key", m.key, 1, limits::kKey);
  v("sha256", m.sha256);
  v("offset", m.offset);
  v("length", m.length);
}

template <class V>
constexpr void message_fields(V& v, Like<Piece> auto& m) {
  v("ticket", m.ticket);
  v.choice("status", m.status, PieceStatus::busy);
  v.bytes("bytes", m.bytes, 0, limits::kPiece);
}

template <class V>
constexpr void message_fields(V& v, Like<MemberRecord> auto& m) {
  v("id", m.id);
  v("incarnation", m.incarnation);
  v.choice("state", m.state, MemberState::left);
  v("address", m.address);
  v.text("name", m.name, limits::kName);
  v.text("zone", m.zone, limits::kName);
  v("tokens", m.tokens);
}

template <class V>
constexpr void message_fields(V& v, Like<BucketRecord> auto& m) {
  v.text("name", m.name, limits::kName);
  v("version", m.version);
  v("proposer", m.proposer);
  v("n", m.n);
  v("r", m.r);
  v("w", m.w);
  v.choice("conflicts", m.conflicts, Conflicts::lww);
  v.choice("sync", m.sync, Sync::yes);
}

template <class V>
constexpr void message_fields(V& v, Like<Gossip> auto& m) {
  v("digest", m.digest);
  v("clock", m.clock);
}

template <class V>
constexpr void message_fields(V& v, Like<GossipRecords> auto& m) {
  v.list("members", m.members, limits::kContainerLength);
  v.list("buckets", m.buckets, limits::kContainerLength);
  v("wants_answer", m.wants_answer);
  v("clock", m.clock);
}

template <class V>
constexpr void message_fields(V& v, Like<LookupHop> auto& m) {
  v("peer", m.peer);
  v("address", m.address);
}

template <class V>
constexpr void message_fields(V& v, Like<LookupStep> auto& m) {
  v("ticket", m.ticket);
  v.choice("way", m.way, RingWay::successor);
  v("target", m.target);
  v("originator", m.originator);
  v("originator_address", m.originator_address);
  v.list("path", m.path, limits::kContainerLength);
}

template <class V>
constexpr void message_fields(V& v, Like<LookupEnd> auto& m) {
  v("ticket", m.ticket);
  v("found", m.found);
  v.list("path", m.path, limits::kContainerLength);
}

template <class V>
constexpr void message_fields(V& v, Like<RingStamp> auto& m) {
  v("version", m.version);
  v("digest", m.digest);
}

template <class V>
constexpr void message_fields(V& v, Like<ObjectRead> auto& m) {
  v("ticket", m.ticket);
  v("ring", m.ring);
  v("fallback", m.fallback);
  v.bytes("key", m.key, 1, limits::kKey);
}

template <class V>
constexpr void message_fields(V& v, Like<ObjectReply> auto& m) {
  v("ticket", m.ticket);
  v.choice("status", m.status, ReplicaStatus::not_member);
  v("last", m.last);
  v.bytes("object", m.object, 0, limits::kObjectPart);
  v("incomplete", m.incomplete);
}

template <class V>
constexpr void message_fields(V& v, Like<ObjectWrite> auto& m) {
  v("ticket", m.ticket);
  v("ring", m.ring);
  v.choice("reason", m.reason, WriteReason::move);
  v.choice("conflicts", m.conflicts, Conflicts::lww);
  v.choice("sync", m.sync, Sync::yes);
  v("hint_for", m.hint_for);
  v("last", m.last);
  v.bytes("key", m.key, 1, limits::kKey);
  v.bytes("object", m.object, 1, limits::kObjectPart);
  v("urgent", m.urgent);
  v("outbids", m.outbids);
}

template <class V>
constexpr void message_fields(V& v, Like<WriteReply> auto& m) {
  v("ticket", m.ticket);
  v.choice("status", m.status, ReplicaStatus::not_member);
  v.text("reason", m.reason, limits::kReason);
}

template <class V>
constexpr void message_fields(V& v, Like<QuorumNeed> auto& m) {
  v.choice("kind", m.kind, QuorumKind::all);
  v("count", m.count);
}

template <class V>
constexpr void message_fields(V& v, Like<Coordinate> auto& m) {
  v("ticket", m.ticket);
  v("ring", m.ring);
  v.choice("operation", m.operation, Operation::adopt);
  v("need", m.need);
  v("strict", m.strict);
  v("timeout_ms", m.timeout_ms);
  v.bytes("key", m.key, 1, limits::kKey);
  v.bytes("value", m.value, 0, limits::kValue);
  v.bytes("context", m.context, 0, limits::kContext);
  v.choice("grant", m.grant, OrderGrant::awaited);
}

template <class V>
constexpr void message_fields(V& v, Like<Confirmed> auto& m) {
  v("ticket", m.ticket);
}

template <class V>
constexpr void message_fields(V& v, Like<Grant> auto& m) {
  v("ticket", m.ticket);
  v.choice("word", m.word, GrantWord::withdrawn);
}

template <class V>
constexpr void message_fields(V& v, Like<MemberOutcome> auto& m) {
  v("member", m.member);
  v("stands_for", m.stands_for);
  v.choice("outcome", m.outcome, Outcome::refused);
  v("repaired", m.repaired);
  v("micros", m.micros);
}

template <class V>
constexpr void message_fields(V& v, Like<Coordinated> auto& m) {
  v("ticket", m.ticket);
  v.text("error", m.error, limits::kName);
  v.text("reason", m.reason, limits::kExplanation);
  v.text("needed", m.needed, limits::kExplanation);
  v.text("got", m.got, limits::kExplanation);
  v("last", m.last);
  v.bytes("object", m.object, 0, limits::kObjectPart);
  v.bytes("context", m.context, 0, limits::kContext);
  v.text("bucket", m.bucket, limits::kName);
  v("n", m.n);
  v("need", m.need);
  v("siblings", m.siblings);
  v("micros", m.micros);
  v.list("members", m.members, limits::kContainerLength);
  v.text("clock", m.clock, limits::kExplanation);
}

template <class V>
constexpr void message_fields(V& v, Like<IdInUse> auto& m) {
  v.text("name", m.name, limits::kName);
  v("seen_at", m.seen_at);
  v("run", m.run);
}

template <class V>
constexpr void message_fields(V& v, Like<DialReport> auto& m) {
  v("address", m.address);
  v.text("reason", m.reason, limits::kReason);
}

namespace detail {
struct MessageFieldCounter {
  std::size_t count = 0;
  constexpr void operator()(std::string_view, const auto&) { ++count; }
  constexpr void choice(std::string_view, const auto&, auto) { ++count; }
  constexpr void text(std::string_view, const auto&, std::size_t) { ++count; }
  constexpr void bytes(std::string_view, const auto&, std::size_t, std::size_t) { ++count; }
  constexpr void list(std::string_view, const auto&, std::size_t) { ++count; }
};
template <class T>
constexpr std::size_t count_message_fields() {
  MessageFieldCounter counter;
  const T message{};
  message_fields(counter, message);
  return counter.count;
}
}  // namespace detail

template <class T>
inline constexpr std::size_t kMessageFields = detail::count_message_fields<T>();

/// How many of them, the last ones, came later than the message: older peers do not send them, and
/// they are left at their defaults then.
template <class T>
inline constexpr std::size_t kAppendedFields = 0;
template <>
inline constexpr std::size_t kAppendedFields<Hello> = 3;  // run, dial, links
template <>
inline constexpr std::size_t kAppendedFields<Pong> = 2;  // own_dial, links
template <>
inline constexpr std::size_t kAppendedFields<Gossip> = 1;  // clock
template <>
inline constexpr std::size_t kAppendedFields<ObjectReply> = 1;  // incomplete
template <>
inline constexpr std::size_t kAppendedFields<ObjectWrite> = 2;  // urgent, outbids
template <>
inline constexpr std::size_t kAppendedFields<WriteReply> = 1;  // reason
template <>
inline constexpr std::size_t kAppendedFields<Coordinate> = 1;  // grant
template <>
inline constexpr std::size_t kAppendedFields<Coordinated> = 1;  // clock
template <>
inline constexpr std::size_t kAppendedFields<LinkChange> = 3;  // reason, addresses, links
template <>
inline constexpr std::size_t kAppendedFields<GossipRecords> = 1;  // clock

}  // namespace oxbow

// The fields of every public request and answer, listed once, by name: the MessagePack-RPC codec
// and the command line's JSON both walk these lists, so that a new field appears everywhere.
//
// A visitor has two functions:
//   visitor(name, field)        texts, numbers, bools, enums (see kEnumNames), std::optional of a
//                               number or bool, described structs, std::vector of texts or structs
//   visitor.bytes(name, field)  keys and values: a std::string of any bytes
// describe() takes const structs and others alike; the visitor gets the fields as const or not.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <array>
#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace oxbow {

/// S is T or const T.
template <class S, class T>
concept Like = std::same_as<std::remove_const_t<S>, T>;

// -- enums ------------------------------------------------------------------------------------

/// The names of an enum's values, in their order from 0.
template <class E>
inline constexpr std::array<std::string_view, 0> kEnumNames{};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<Match>{"exact", "glob", "words",
                                                                   "trace"};
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<Via>{"flood", "expanding", "walk"};
template <>
inline constexpr std::array<std::string_view, 4> kEnumNames<Stopped>{"complete", "partial",
                                                                     "first-hit", "timeout"};
template <>
inline constexpr std::array<std::string_view, 3> kEnumNames<RingWay>{"one-hop", "finger",
                                                                     "successor"};
template <>
inline constexpr std::array<std::string_view, 2> kEnumNames<Source>{"ring", "flood"};

template <class E>
requires std::is_enum_v<E>
constexpr std::string_view enum_name(E value) {
  const auto index = static_cast<std::size_t>(value);
  return index < kEnumNames<E>.size() ? kEnumNames<E>[index] : std::string_view("unknown");
}

/// Nothing for a name that the enum does not have.
template <class E>
requires std::is_enum_v<E>
constexpr std::optional<E> enum_value(std::string_view name) {
  for (std::size_t i = 0; i < kEnumNames<E>.size(); ++i) {
    if (kEnumNames<E>[i] == name) return static_cast<E>(i);
  }
  return std::nullopt;
}

// -- required parameters ------------------------------------------------------------------------

/// Fields of a request that have no default: leaving one out is an error.
template <class T>
inline constexpr std::array<std::string_view, 0> kRequired{};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<FindRequest>{"key"};
template <>
inline constexpr std::array<std::string_view, 3> kRequired<PieceCall>{"key", "holder", "length"};
template <>
inline constexpr std::array<std::string_view, 2> kRequired<PublishRequest>{"key", "value"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<UnpublishRequest>{"key"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<PeerAddRequest>{"address"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<PeerRemoveRequest>{"address"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<TraceRequest>{"request_id"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<GetRequest>{"key"};
template <>
inline constexpr std::array<std::string_view, 2> kRequired<PutRequest>{"key", "value"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<DeleteRequest>{"key"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<LookupRequest>{"key"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<OwnerRequest>{"key"};
template <>
inline constexpr std::array<std::string_view, 1> kRequired<RingBucketRequest>{"name"};

// -- find -------------------------------------------------------------------------------------

template <class V>
void describe(V& visitor, Like<FindRequest> auto& r) {
  visitor.bytes("key", r.key);
  visitor("match", r.match);
  visitor("via", r.via);
  visitor("ttl", r.ttl);
  visitor("all", r.all);
  visitor("first", r.first);
  visitor("report", r.report);
  visitor("trace", r.trace);
  visitor("stream", r.stream);
  visitor("timeout_ms", r.timeout_ms);
  visitor("max_hits", r.max_hits);
  visitor("walkers", r.walkers);
  visitor("steps", r.steps);
}

template <class V>
void describe(V& visitor, Like<SearchHit> auto& h) {
  visitor.bytes("key", h.key);
  visitor("holder", h.holder);
  visitor("holder_id", h.holder_id);
  visitor("holder_name", h.holder_name);
  visitor("hops", h.hops);
  visitor("size", h.size);
  visitor("sha256", h.sha256);
  visitor("clock", h.clock);
}

template <class V>
void describe(V& visitor, Like<SearchReport> auto& s) {
  visitor("request_id", s.request_id);
  visitor("via", s.via);
  visitor("ttl", s.ttl);
  visitor("query_messages", s.query_messages);
  visitor("duplicates", s.duplicates);
  visitor("refused", s.refused);
  visitor("lost", s.lost);
  visitor("skipped", s.skipped);
  visitor("hit_messages", s.hit_messages);
  visitor("done_messages", s.done_messages);
  visitor("peers_reached", s.peers_reached);
  visitor("max_hops", s.max_hops);
  visitor("first_hit_ms", s.first_hit_ms);
  visitor("elapsed_ms", s.elapsed_ms);
  visitor("waves", s.waves);
  visitor("marks", s.marks);
  visitor("stopped", s.stopped);
}

template <class V>
void describe(V& visitor, Like<FindAnswer> auto& a) {
  visitor("found", a.found);
  visitor("hits", a.hits);
  visitor("search", a.search);
}

// -- piece, publish, unpublish ------------------------------------------------------------------

template <class V>
void describe(V& visitor, Like<PieceCall> auto& r) {
  visitor.bytes("key", r.key);
  visitor("holder", r.holder);
  visitor("holder_id", r.holder_id);
  visitor("sha256", r.sha256);
  visitor("offset", r.offset);
  visitor("length", r.length);
}

template <class V>
void describe(V& visitor, Like<PieceAnswer> auto& a) {
  visitor.bytes("data", a.data);
}

template <class V>
void describe(V& visitor, Like<PublishRequest> auto& r) {
  visitor.bytes("key", r.key);
  visitor.bytes("value", r.value);
}

template <class V>
void describe(V& visitor, Like<PublishAnswer> auto& a) {
  visitor("sha256", a.sha256);
  visitor("replaced", a.replaced);
}

template <class V>
void describe(V& visitor, Like<UnpublishRequest> auto& r) {
  visitor.bytes("key", r.key);
}

template <class V>
void describe(V& visitor, Like<UnpublishAnswer> auto& a) {
  visitor("found", a.found);
}

// -- ping, peers, status, wait_ready --------------------------------------------------------------

template <class V>
void describe(V&, Like<PingRequest> auto&) {}
template <class V>
void describe(V&, Like<PingAnswer> auto&) {}
template <class V>
void describe(V&, Like<PeersRequest> auto&) {}

template <class V>
void describe(V& visitor, Like<NeighborStatus> auto& n) {
  visitor("address", n.address);
  visitor("id", n.id);
  visitor("name", n.name);
  visitor("state", n.state);
  visitor("configured", n.configured);
  visitor("dialled", n.dialled);
  visitor("pressure", n.pressure);
  visitor("last_error", n.last_error);
  visitor("retry_in_ms", n.retry_in_ms);
  visitor("round_trip_ms", n.round_trip_ms);
  visitor("queries_in", n.queries_in);
  visitor("queries_out", n.queries_out);
  visitor("hits_in", n.hits_in);
  visitor("hits_out", n.hits_out);
}

template <class V>
void describe(V& visitor, Like<PeersAnswer> auto& a) {
  visitor("neighbors", a.neighbors);
}

template <class V>
void describe(V& visitor, Like<PeerAddRequest> auto& r) {
  visitor("address", r.address);
}
template <class V>
void describe(V& visitor, Like<PeerAddAnswer> auto& a) {
  visitor("added", a.added);
}
template <class V>
void describe(V& visitor, Like<PeerRemoveRequest> auto& r) {
  visitor("address", r.address);
}
template <class V>
void describe(V& visitor, Like<PeerRemoveAnswer> auto& a) {
  visitor("removed", a.removed);
}

template <class V>
void describe(V&, Like<StatusRequest> auto&) {}

template <class V>
void describe(V& visitor, Like<Counter> auto& c) {
  visitor("name", c.name);
  visitor("value", c.value);
}

template <class V>
void describe(V& visitor, Like<ShareStatus> auto& s) {
  visitor("files", s.files);
  visitor("bytes", s.bytes);
  visitor("pending_files", s.pending_files);
  visitor("pending_bytes", s.pending_bytes);
  visitor("scanning", s.scanning);
}

template <class V>
void describe(V& visitor, Like<StatusAnswer> auto& a) {
  visitor("version", a.version);
  visitor("id", a.id);
  visitor("name", a.name);
  visitor("address", a.address);
  visitor("network", a.network);
  visitor("ready", a.ready);
  visitor("waiting_for", a.waiting_for);
  visitor("uptime_seconds", a.uptime_seconds);
  visitor("links", a.links);
  visitor("published", a.published);
  visitor("published_bytes", a.published_bytes);
  visitor("shares", a.shares);
  visitor("tables", a.tables);
  visitor("counters", a.counters);
  visitor("id_conflicts", a.id_conflicts);
  visitor("warnings", a.warnings);
}

template <class V>
void describe(V& visitor, Like<WaitReadyRequest> auto& r) {
  visitor("timeout_ms", r.timeout_ms);
}

template <class V>
void describe(V& visitor, Like<WaitReadyAnswer> auto& a) {
  visitor("ready", a.ready);
  visitor("waiting_for", a.waiting_for);
}

// -- trace ------------------------------------------------------------------------------------

template <class V>
void describe(V& visitor, Like<TraceRequest> auto& r) {
  visitor("request_id", r.request_id);
  visitor("ttl", r.ttl);
  visitor("timeout_ms", r.timeout_ms);
}

template <class V>
void describe(V& visitor, Like<TraceStep> auto& s) {
  visitor("what", s.what);
  visitor("peer", s.peer);
  visitor("ttl", s.ttl);
  visitor("hops", s.hops);
  visitor("at_ms", s.at_ms);
}

template <class V>
void describe(V& visitor, Like<TracedPeer> auto& p) {
  visitor("address", p.address);
  visitor("id", p.id);
  visitor("name", p.name);
  visitor("hops", p.hops);
  visitor("steps", p.steps);
}

template <class V>
void describe(V& visitor, Like<TraceAnswer> auto& a) {
  visitor("found", a.found);
  visitor("peers", a.peers);
  visitor("search", a.search);
}

// -- errors -----------------------------------------------------------------------------------

template <class V>
void describe(V& visitor, Like<Error> auto& e) {
  visitor("code", e.code);
  visitor("message", e.message);
  visitor("needed", e.needed);
  visitor("got", e.got);
  if constexpr (std::is_const_v<std::remove_reference_t<decltype(e)>>) {
    if (e.quorum) visitor("quorum", *e.quorum);
  } else {
    QuorumReport report;
    visitor("quorum", report);
    if (report.n > 0) e.quorum = std::make_shared<const QuorumReport>(std::move(report));
  }
}

}  // namespace oxbow

// The rest of the list: it is long.
#include "message/describe_ring.h"

// Responses on their way back: from the local index, and through this peer.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

namespace {

// A hit that this peer put on a link belongs to the figures of the forwarding that it answers.
void count_hit(NodeState& node, const Hit& hit) {
  const Slot slot = node.echoes.find({hit.id, hit.number});
  if (slot != kNoSlot) ++node.echoes.state(slot).totals.hit_messages;
}

std::size_t size_of(const Hit& hit) {
  std::size_t bytes = 256 + hit.trace.size() * 32;
  for (const HitResult& result : hit.results) {
    bytes += result.key.size() + result.clock.size() + 64;
  }
  return bytes;
}

/// Whether a relayed hit is left out: the queue upstream is long, and this neighbor has added its
/// share to it. So one that floods with hits fills no queue, and costs others none of theirs. Own
/// hits are only counted: their queries are refused then (receive_query.cpp).
bool is_left_out(Connection& upstream, LinkNumber from, const Hit& hit) {
  if (!upstream.under_pressure) return false;
  std::size_t& added = upstream.hits_under_pressure[from];
  const bool is_too_much = added + size_of(hit) > limits::kHitsUnderPressure;
  if (is_too_much && from != kNoLink) return true;
  added += size_of(hit);
  return false;
}

/// Puts a hit on the reverse path once `after` is durable, or hands it to our own search. True: it
/// went over a link.
bool send_towards_originator(Turn& turn, const Hit& hit, LinkNumber from, WriteSequence after) {
  NodeState& node = turn.node;
  const auto next = node.routes.next(
      hit.id, hit.number, [&](LinkNumber link) { return node.connections.is_living_link(link); });
  const SeenState* seen = node.seen.find(hit.id);
  const auto trace = [&](TraceKind kind, const Address& peer) {
    if (seen != nullptr && seen->traced) {
      node.traces.add(turn.now.steady, hit.id, kind, peer, 0, hit.hops);
    }
  };
  if (next.way == RouteTable::Way::unknown) {
    ++node.counters.hits_unasked;
    return false;
  }
  if (!node.routes.pass(turn.now.steady, hit.id, hit_key(hit.id, hit.holder, hit.part))) {
    ++node.counters.hits_repeated;
    trace(TraceKind::hit_repeated, Address{});
    return false;
  }
  if (next.way == RouteTable::Way::originator) {
    deliver_hit(turn, hit.id, hit, after);
    return false;
  }
  // The first living upstream may be where the hit comes from: then it has been there already.
  if (next.way == RouteTable::Way::none_lives || next.link == from) {
    ++node.counters.hits_no_route;
    trace(TraceKind::hit_no_route, Address{});
    return false;
  }
  Connection& upstream = *node.connections.find(next.link);
  if (is_left_out(upstream, from, hit)) {
    ++node.counters.hits_dropped;
    const Slot slot = node.echoes.find({hit.id, hit.number});
    if (slot != kNoSlot) node.echoes.state(slot).totals.marks |= marks::kCongested;
    return false;
  }
  Hit onward = hit;
  onward.number = next.number;
  turn.out.send(next.link, onward, after);
  upstream.used = turn.now.steady;
  ++upstream.hits_out;
  ++node.counters.hits_sent;
  trace(TraceKind::hit_relayed, upstream.address);
  return true;
}

constexpr std::size_t kHitEnvelope = 1024;   // of a hit frame: ids, address, name
constexpr std::size_t kResultEnvelope = 64;  // of one result: digest, size, headers
constexpr std::size_t kTraceEntrySize = 48;

// As many results as fit into one part, from `first` on.
std::size_t part_end(std::span<const HitResult> results, std::size_t first) {
  std::size_t bytes = kHitEnvelope;
  std::size_t end = first;
  while (end < results.size() && end - first < limits::kResultsPerHit) {
    bytes += results[end].key.size() + results[end].clock.size() + kResultEnvelope;
    if (bytes > limits::kHitFrame) break;
    ++end;
  }
  return end;
}

std::size_t part_end(std::span<const TraceEntry> trace, std::size_t first) {
  return std::min(trace.size(), first + (limits::kHitFrame - kHitEnvelope) / kTraceEntrySize / 2);
}

}  // namespace

std::uint32_t respond(Turn& turn, const RequestId& id, std::uint8_t hops,
                      std::span<const HitResult> results, std::span<const TraceEntry> trace,
                      WriteSequence after) {
  NodeState& node = turn.node;
  Hit hit;
  hit.id = id;
  hit.holder = node.config.id;
  hit.holder_address = node.config.advertised;
  hit.holder_name = node.config.name;
  hit.hops = hops;
  std::uint32_t sent = 0;
  std::size_t result = 0;
  std::size_t entry = 0;
  while (result < results.size() || entry < trace.size()) {
    const std::size_t results_end = part_end(results, result);
    const std::size_t trace_end = part_end(trace, entry);
    hit.results = results.subspan(result, results_end - result);
    hit.trace = trace.subspan(entry, trace_end - entry);
    result = results_end;
    entry = trace_end;
    hit.last = result == results.size() && entry == trace.size();
    if (send_towards_originator(turn, hit, kNoLink, after)) ++sent;
    ++hit.part;
  }
  return sent;
}

void receive_hit(Turn& turn, Connection& from, const Hit& hit) {
  NodeState& node = turn.node;
  if (!from.linked) return offence(turn, from, "a hit without a link");
  ++node.counters.hits_received;
  ++from.hits_in;
  if (!node.routes.may_answer(hit.id, from.link_bit, from.linked_at)) {
    ++node.counters.hits_not_sent_to;
    return offence(turn, from, "a hit for a query that it was not sent");
  }
  // Nor is it passed on, or dialled, where it means another host.
  Hit usable = hit;
  if (!may_be_shared(hit.holder_address, from.remote)) usable.holder_address = Address{};
  if (send_towards_originator(turn, usable, from.id, kNothingPending)) count_hit(node, usable);
}

std::span<const HitResult> result_views(Turn& turn, std::span<const OwnedResult> results) {
  const auto views = turn.out.arena.array<HitResult>(results.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    views[i] = {turn.out.arena.copy(results[i].key), results[i].size, results[i].sha256,
                turn.out.arena.copy(results[i].clock)};
  }
  return views;
}

LocalAnswer look_up(Turn& turn, Match match, std::string_view key) {
  NodeState& node = turn.node;
  LocalAnswer answer;
  if (match == Match::trace) {
    const auto id = parse_request_id(to_hex(key));
    if (!id.ok()) return answer;
    std::vector<TraceEntry> entries;
    node.traces.collect(*id, entries);
    const auto views = turn.out.arena.array<TraceEntry>(entries.size());
    std::copy(entries.begin(), entries.end(), views.begin());
    answer.trace = views;
    return answer;
  }
  auto entry = node.index.find(key);
  if (entry && entry->is_object) {
    if (const auto object = object_result(turn, key, answer.after)) {
      answer.results = result_views(turn, {&*object, 1});
      return answer;
    }
    entry = node.index.find(key);  // what the object hid
  }
  if (!entry) return answer;
  const auto views = turn.out.arena.array<HitResult>(1);
  views[0] = {entry->key, entry->size, entry->sha256, {}};
  answer.results = views;
  return answer;
}

}  // namespace oxbow

// How a query goes on from a peer, and how the answers for its copies come together again.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

void answer_copy(Turn& turn, LinkNumber to, const RequestId& id, std::uint16_t number,
                 const Totals& totals) {
  if (!turn.node.connections.is_living_link(to)) return;
  turn.out.send(to, QueryDone{id, number, totals}, turn.node.shown);  // not ahead of its hits
  ++turn.node.counters.dones_sent;
}

void spread(Turn& turn, const Query& copy, LinkNumber from, EchoState state, TraceKind kind) {
  NodeState& node = turn.node;
  node.targets.clear();
  std::uint32_t skipped = 0;
  for (const ConnectionId link : node.connections.links()) {
    if (copy.ttl == 0) break;  // an own search that asks nobody else
    if (link == from) continue;
    Connection& connection = *node.connections.find(link);
    if (connection.under_pressure) {
      ++skipped;
      note(turn, copy, TraceKind::skipped, link);
      continue;
    }
    node.targets.push_back(link);
    connection.used = turn.now.steady;
    ++connection.queries_out;
    note(turn, copy, kind, link);
  }
  node.counters.queries_sent += node.targets.size();
  node.counters.skipped_links += skipped;
  turn.out.send(node.targets, copy);
  if (!wants(copy.flags, query_flags::kReport)) return;
  state.ttl = std::max<std::uint8_t>(copy.ttl, 1);
  sent_copies(state, static_cast<std::uint32_t>(node.targets.size()), skipped);
  if (is_complete(state)) return finish_echo(turn, copy.id, state);
  node.echoes.open(turn.now.steady, {copy.id, copy.number}, state, node.targets);
}

void finish_echo(Turn& turn, const RequestId& id, const EchoState& state) {
  if (state.upstream == kNoLink) return wave_ended(turn, id, state.totals);
  answer_copy(turn, state.upstream, id, state.upstream_number, state.totals);
}

namespace {

void close_if_complete(Turn& turn, Slot slot) {
  EchoTable& echoes = turn.node.echoes;
  if (!is_complete(echoes.state(slot))) return;
  const EchoState state = echoes.state(slot);
  const RequestId id = echoes.key(slot).id;
  echoes.close(slot);
  finish_echo(turn, id, state);
}

void note_lost(Turn& turn, const RequestId& id, TraceKind kind, LinkNumber link) {
  NodeState& node = turn.node;
  const SeenState* seen = node.seen.find(id);
  if (seen == nullptr || !seen->traced) return;
  const Connection* peer = node.connections.find(link);
  node.traces.add(turn.now.steady, id, kind, peer == nullptr ? Address{} : peer->address);
}

}  // namespace

void receive_query_done(Turn& turn, Connection& from, const QueryDone& done) {
  NodeState& node = turn.node;
  ++node.counters.dones_received;
  const Slot slot = node.echoes.find({done.id, done.number});
  if (slot == kNoSlot || !node.echoes.take(slot, from.id)) {
    ++node.counters.dones_unasked;
    return;
  }
  answered(node.echoes.state(slot), done.totals);
  close_if_complete(turn, slot);
}

void link_lost(Turn& turn, LinkNumber link) {
  NodeState& node = turn.node;
  node.slots.clear();
  node.echoes.concerning(link, node.slots);
  for (const Slot slot : node.slots) {
    if (node.echoes.state(slot).upstream == link) {
      node.echoes.close(slot);
      continue;
    }
    node.echoes.take(slot, link);
    gave_up(node.echoes.state(slot), 1, marks::kLinkLost);
    ++node.counters.copies_lost;
    note_lost(turn, node.echoes.key(slot).id, TraceKind::copy_lost, link);
    close_if_complete(turn, slot);
  }
}

void give_up_overdue_echoes(Turn& turn) {
  NodeState& node = turn.node;
  for (Slot slot; (slot = node.echoes.overdue(turn.now.steady)) != kNoSlot;) {
    EchoState state = node.echoes.state(slot);
    const RequestId id = node.echoes.key(slot).id;
    node.echoes.for_unanswered(
        slot, [&](LinkNumber link) { note_lost(turn, id, TraceKind::copy_timed_out, link); });
    node.counters.copies_timed_out += state.outstanding;
    gave_up(state, state.outstanding, marks::kTimedOut);
    if (state.searching) state.totals.marks |= marks::kTimedOut;
    node.echoes.close(slot);
    finish_echo(turn, id, state);
  }
}

}  // namespace oxbow

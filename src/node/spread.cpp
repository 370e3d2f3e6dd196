// How a query goes on from a peer, and how the answers for its copies come together again.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

void answer_copy(Turn& turn, LinkNumber to, const RequestId& id, std::uint16_t number,
                 const Totals& totals, WriteSequence after) {
  if (!turn.node.connections.is_living_link(to)) return;
  turn.out.send(to, QueryDone{id, number, totals}, after);  // not ahead of the hit that it counts
  ++turn.node.counters.dones_sent;
}

void spread(Turn& turn, const Query& copy, LinkNumber from, EchoState state, TraceKind kind,
            WriteSequence after) {
  NodeState& node = turn.node;
  node.targets.clear();
  std::uint32_t skipped = 0;
  std::uint8_t why = 0;
  std::uint64_t sent = 0;
  for (const ConnectionId link : node.connections.links()) {
    if (copy.ttl == 0) break;  // an own search that asks nobody else
    if (link == from) continue;
    Connection& connection = *node.connections.find(link);
    if (connection.under_pressure || connection.answers.is_skipped()) {
      why |= connection.under_pressure ? marks::kSkipped : marks::kFaulty;
      ++skipped;
      note(turn, copy, TraceKind::skipped, link);
      continue;
    }
    node.targets.push_back(link);
    sent |= connection.link_bit;
    connection.used = turn.now.steady;
    ++connection.queries_out;
    note(turn, copy, kind, link);
  }
  node.counters.queries_sent += node.targets.size();
  node.counters.skipped_links += skipped;
  node.routes.sent(turn.now.steady, copy.id, sent);
  turn.out.send(node.targets, copy);
  if (!wants(copy.flags, query_flags::kReport)) return;
  state.ttl = std::max<std::uint8_t>(copy.ttl, 1);
  state.hops = copy.hops;
  sent_copies(state, static_cast<std::uint32_t>(node.targets.size()), skipped, why);
  if (is_complete(state)) return finish_echo(turn, copy.id, state, after);
  const Slot slot = node.echoes.open(turn.now.steady, {copy.id, copy.number}, state, node.targets);
  node.echoes.wait_for(slot, after);
}

void finish_echo(Turn& turn, const RequestId& id, const EchoState& state, WriteSequence after) {
  if (state.upstream == kNoLink) return wave_ended(turn, id, state.totals);
  answer_copy(turn, state.upstream, id, state.upstream_number, state.totals, after);
}

namespace {

void close_if_complete(Turn& turn, Slot slot) {
  EchoTable& echoes = turn.node.echoes;
  if (!is_complete(echoes.state(slot))) return;
  const EchoState state = echoes.state(slot);
  const RequestId id = echoes.key(slot).id;
  const WriteSequence after = echoes.after(slot);
  echoes.close(slot);
  finish_echo(turn, id, state, after);
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
  EchoState& state = node.echoes.state(slot);
  const Plausible plausible = judge(state, done.totals);
  if (plausible == Plausible::yes) {
    answered(state, done.totals);
    copy_answered(turn, from);
    return close_if_complete(turn, slot);
  }
  ++node.counters.dones_implausible;
  gave_up(state, 1, marks::kFaulty);
  note_lost(turn, done.id, TraceKind::copy_lost, from.id);
  close_if_complete(turn, slot);
  if (plausible == Plausible::no) offence(turn, from, "a report of a search that cannot be true");
}

void link_lost(Turn& turn, LinkNumber link) {
  EchoTable& echoes = turn.node.echoes;
  std::vector<Slot> slots;
  echoes.concerning(link, slots);
  for (const Slot slot : slots) {
    if (echoes.state(slot).upstream == link) echoes.close(slot);
  }
  give_up_copies(turn, link, marks::kLinkLost, TraceKind::copy_lost);
}

void give_up_copies(Turn& turn, LinkNumber link, std::uint8_t mark, TraceKind kind) {
  NodeState& node = turn.node;
  // What ends here may begin another wave: only what waits now is given up.
  std::vector<Slot> slots;
  node.echoes.concerning(link, slots);
  std::vector<EchoKey> keys;
  for (const Slot slot : slots) keys.push_back(node.echoes.key(slot));
  for (const EchoKey& key : keys) {
    const Slot slot = node.echoes.find(key);
    if (slot == kNoSlot || !node.echoes.take(slot, link)) continue;
    gave_up(node.echoes.state(slot), 1, mark);
    ++(mark == marks::kLinkLost ? node.counters.copies_lost : node.counters.copies_timed_out);
    note_lost(turn, key.id, kind, link);
    close_if_complete(turn, slot);
  }
}

void give_up_overdue_echoes(Turn& turn) {
  NodeState& node = turn.node;
  std::vector<LinkNumber> silent;
  for (Slot slot; (slot = node.echoes.overdue(turn.now.steady)) != kNoSlot;) {
    EchoState state = node.echoes.state(slot);
    const RequestId id = node.echoes.key(slot).id;
    const WriteSequence after = node.echoes.after(slot);
    node.echoes.for_unanswered(slot, [&](LinkNumber link) {
      note_lost(turn, id, TraceKind::copy_timed_out, link);
      if (std::find(silent.begin(), silent.end(), link) == silent.end()) silent.push_back(link);
    });
    node.counters.copies_timed_out += state.outstanding;
    gave_up(state, state.outstanding, marks::kTimedOut);
    if (state.searching) state.totals.marks |= marks::kTimedOut;
    node.echoes.close(slot);
    finish_echo(turn, id, state, after);
  }
  copies_timed_out(turn, silent);
}

}  // namespace oxbow

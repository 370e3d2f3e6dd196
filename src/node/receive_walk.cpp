// A walker that visits this peer: it looks into the index once per id, and goes on to a neighbor.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

namespace {

// `after`, here and below: a write that a hit of this walker's shows. What it does next waits too,
// or the search could end before that hit.
void step_on(Turn& turn, Walk walk, LinkNumber from, WriteSequence after);

void note_step(Turn& turn, const Walk& walk, TraceKind kind, LinkNumber peer) {
  if (!wants(walk.flags, query_flags::kTrace)) return;
  const Connection* connection = turn.node.connections.find(peer);
  const int steps_left = std::min<int>(walk.steps_left, 255);
  const int steps_taken = std::min<int>(walk.steps_taken, 255);
  turn.node.traces.add(
      turn.now.steady, walk.id, kind, connection == nullptr ? Address{} : connection->address,
      static_cast<std::uint8_t>(steps_left), static_cast<std::uint8_t>(steps_taken));
}

/// `from`: the link that the walker came by.
void report(Turn& turn, const Walk& walk, LinkNumber from, WalkEvent event,
            std::span<const HitResult> results, WriteSequence after) {
  NodeState& node = turn.node;
  WalkReport report;
  report.id = walk.id;
  report.walker = walk.walker;
  report.steps_taken = walk.steps_taken;
  report.fresh = walk.fresh;
  report.event = event;
  report.holder = node.config.id;
  report.holder_address = node.config.advertised;
  report.holder_name = node.config.name;
  report.results = results;
  ++node.counters.walk_reports;
  if (walk.originator == node.config.id) return walker_reported(turn, nullptr, report, after);
  send_report(turn, node.connections.find(from), walk.originator, walk.originator_address, report,
              after);
}

void end_walker(Turn& turn, const Walk& walk, LinkNumber from, WriteSequence after) {
  report(turn, walk, from, WalkEvent::ended, {}, after);
}

void park(Turn& turn, const Walk& walk, LinkNumber from, WriteSequence after) {
  NodeState& node = turn.node;
  if (walk.originator == node.config.id) {
    const FindOperation* find = find_by_id(node, walk.id);
    if (find != nullptr && walker_goes_on(find->found(), find->all)) {
      return step_on(turn, walk, from, after);
    }
    return end_walker(turn, walk, from, after);
  }
  const WalkerKey key{walk.id, walk.walker};
  if (node.parked.size() >= limits::kParkedWalkers || node.parked.find(key) != kNoSlot) {
    return end_walker(turn, walk, from, after);
  }
  ParkedWalker& parked = node.parked.value(node.parked.insert(turn.now.steady, key));
  parked.walk = walk;
  parked.pattern = walk.pattern;
  parked.walk.pattern = {};
  parked.from = from;
  report(turn, walk, from, WalkEvent::check, {}, after);
}

void step_on(Turn& turn, Walk walk, LinkNumber from, WriteSequence after) {
  NodeState& node = turn.node;
  const LinkNumber link = walk.steps_left == 0 ? kNoLink : choose_step(node, walk.id, from);
  if (link == kNoLink) return end_walker(turn, walk, from, after);
  const WalkerSteps steps = stepped({walk.steps_taken, walk.steps_left});
  walk.steps_left = steps.left;
  walk.steps_taken = steps.taken;
  walk.pattern = turn.out.arena.copy(walk.pattern);
  Connection& connection = *node.connections.find(link);
  connection.used = turn.now.steady;
  ++connection.queries_out;
  ++node.counters.queries_sent;
  note_step(turn, walk, TraceKind::walker_left, link);
  turn.out.send(link, walk, after);
}

}  // namespace

bool remember_visit(Turn& turn, const RequestId& id) {
  NodeState& node = turn.node;
  if (node.visits.find(id) != kNoSlot) return false;
  if (node.visits.size() >= node.config.route_entries) node.visits.erase(node.visits.oldest());
  node.visits.insert(turn.now.steady, id);
  return true;
}

LinkNumber choose_step(NodeState& node, const RequestId& id, LinkNumber from) {
  const Slot slot = node.visits.find(id);
  WalkVisit forgotten;
  WalkVisit& visit = slot == kNoSlot ? forgotten : node.visits.value(slot);
  const auto& links = node.connections.links();
  const auto number_of = [&](std::size_t i) { return links[i]; };
  const auto is_usable = [&](std::size_t i) {
    const Connection& connection = *node.connections.find(links[i]);
    return !connection.under_pressure && !connection.answers.is_skipped();
  };
  const auto came_by = [&](std::size_t i) { return links[i] == from; };
  return choose_link(visit, links.size(), number_of, came_by, is_usable, node.random, node.targets);
}

void receive_walk(Turn& turn, Connection& from, const Walk& received) {
  NodeState& node = turn.node;
  if (!from.linked) return offence(turn, from, "a walker without a link");
  ++node.counters.walk_steps;
  ++from.queries_in;
  if (received.steps_taken == 0 ||
      std::uint32_t{received.steps_left} + received.steps_taken > limits::kWalkSteps) {
    return offence(turn, from, "a walker with too many steps");
  }
  Walk walk = received;
  if (!from.remote.is_loopback() &&
      !from.limiter.admit(turn.now.steady, node.config.query_rate, node.config.query_burst)) {
    ++node.counters.refused_rate;
    // Its originator is told if that costs no dial: else it would be dialled at any rate.
    const bool connected = node.connections.to_peer(walk.originator, ConnectionKind::control);
    if (connected || walk.originator == node.config.id) {
      end_walker(turn, walk, from.id, kNothingPending);
    }
    return;
  }
  note_step(turn, walk, TraceKind::walker_came, from.id);
  bool finds = false;
  WriteSequence after = kNothingPending;
  if (remember_visit(turn, walk.id)) {
    ++walk.fresh;
    const LocalAnswer local = look_up(turn, Match::exact, walk.pattern);
    finds = local.holds();
    if (finds) {
      ++node.counters.queries_answered;
      note_step(turn, walk, TraceKind::answered, kNoLink);
      after = local.after;
      report(turn, walk, from.id, WalkEvent::hit, local.results, after);
    }
  }
  const WalkerSteps steps{walk.steps_taken, walk.steps_left};
  switch (route_walker(steps, finds, wants(walk.flags, query_flags::kAll))) {
    case WalkAction::answer:
      return;
    case WalkAction::end:
      return end_walker(turn, walk, from.id, after);
    case WalkAction::ask:
      return park(turn, walk, from.id, after);
    case WalkAction::step:
      return step_on(turn, walk, from.id, after);
  }
}

void receive_walk_reply(Turn& turn, Connection& from, const WalkReply& reply) {
  NodeState& node = turn.node;
  const Slot slot = node.parked.find({reply.id, reply.walker});
  if (slot == kNoSlot || node.parked.value(slot).walk.originator != from.peer) return;
  const ParkedWalker parked = node.parked.value(slot);
  node.parked.erase(slot);
  if (!reply.go_on) return;
  Walk walk = parked.walk;
  walk.pattern = turn.out.arena.copy(parked.pattern);
  step_on(turn, walk, parked.from, kNothingPending);
}

void expire_parked(Turn& turn) {
  ExpiringTable<WalkerKey, ParkedWalker, WalkerKeyHash>& parked = turn.node.parked;
  while (parked.size() > 0 && parked.oldest_time() + limits::kWalkSilence <= turn.now.steady) {
    parked.erase(parked.oldest());
  }
}

}  // namespace oxbow

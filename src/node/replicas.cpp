// The replica part's own upkeep: deadlines, members that are lost, requests that are cancelled.
#include "node/replicas.h"

#include <algorithm>

namespace oxbow {

void look_again(ReplicaState& replica, std::uint64_t ticket, Instant& due, Instant next) {
  if (due == next) return;
  if (due != kNever) replica.due.erase({due, ticket});
  due = next;
  if (due != kNever) replica.due.insert({due, ticket});
}

bool has_room_for_operation(const NodeState& node) {
  const ReplicaState& replica = node.replica;
  return replica.gets.size() + replica.puts.size() + replica.forwarded.size() +
             replica.ungranted.size() <
         limits::kOperations;
}

std::uint64_t new_ticket(NodeState& node) { return ++node.replica.last_ticket; }

void start_replicas(Turn& turn) {
  ReplicaState& replica = turn.node.replica;
  start_hints(turn);
  if (turn.node.store.all_hints().hints > 0) {
    replica.handoff_due = turn.now.steady + limits::kHandoffEvery;
  }
  start_moving(turn);
}

// Members that have not answered yet may never be asked again: hints are kept for them.
void stop_replicas(Turn& turn) {
  NodeState& node = turn.node;
  bool is_settled = true;
  for (const auto& [ticket, put] : node.replica.puts) {
    for (const MemberOutcome& outcome : put.operation.outcomes()) {
      const bool primary = outcome.stands_for.is_zero();
      const PeerId& lacks_it = primary ? outcome.member : outcome.stands_for;
      if (outcome.outcome != Outcome::asked || lacks_it == node.config.id) continue;
      const auto kept = keep_hint(turn, lacks_it, put.key, put.object, put.conflicts, Sync::yes);
      if (!kept.ok()) is_settled = false;  // it is offered at the next start
    }
  }
  if (is_settled) node.store.all_is_settled();
}

void look_after_replicas(Turn& turn) {
  ReplicaState& replica = turn.node.replica;
  replica.ungranted.expire(turn.now.steady);
  fail_silent_members(turn);
  while (!replica.due.empty() && replica.due.begin()->first <= turn.now.steady) {
    const std::uint64_t ticket = replica.due.begin()->second;
    if (replica.gets.contains(ticket)) {
      step_get(turn, ticket, TimePassed{});
    } else if (replica.puts.contains(ticket)) {
      step_put(turn, ticket, PutTimePassed{});
    } else {
      forward_is_due(turn, ticket);
    }
  }
  restore_damaged_copies(turn);
  tick_hints(turn);
  hand_off(turn);
  go_on_offering(turn);
  go_on_moving(turn);
  find_sums(turn);
  start_from_line(turn);
  send_paced(turn);
}

Instant replica_deadline(const NodeState& node) {
  if (paced_is_due(node) || line_is_due(node)) return Instant::min();
  Instant next =
      std::min({handoff_deadline(node), offer_deadline(node), move_deadline(node),
                node.replica.sums_due, node.replica.hints.clock_due,
                node.replica.damaged.next_deadline(), node.replica.owed.next_deadline(),
                node.replica.ungranted.next_deadline(), node.replica.line.next_deadline()});
  if (!node.replica.due.empty()) next = std::min(next, node.replica.due.begin()->first);
  return next;
}

// A write goes on without its client: what began to spread is better stored everywhere.
void cancel_replica(Turn& turn, RequestHandle handle) {
  cancel_in_line(turn, handle);
  ReplicaState& replica = turn.node.replica;
  const auto is_asker = [&](const auto& entry) {
    const Asker& asker = entry.second.asker;
    return asker.kind == Asker::Kind::client && asker.handle == handle;
  };
  const auto drop = [&](auto& operations) {
    const auto found = std::find_if(operations.begin(), operations.end(), is_asker);
    if (found == operations.end()) return;
    look_again(replica, found->first, found->second.due, kNever);
    operations.erase(found);
  };
  drop(replica.gets);
  drop(replica.forwarded);
  std::erase_if(replica.waiting_puts, is_asker);  // nothing of it has been written
  const auto put = std::find_if(replica.puts.begin(), replica.puts.end(), is_asker);
  if (put != replica.puts.end()) {
    put->second.asker = Asker{};
    put->second.asker.kind = Asker::Kind::peer;  // over no connection: nobody is told
  }
}

void replica_lost(Turn& turn, const PeerId& member, ConnectionKind kind, bool was_sent) {
  ReplicaState& replica = turn.node.replica;
  if (kind == ConnectionKind::bulk) {
    handoff_lost(turn, member);
    offers_lost(turn, member);
    moves_lost(turn, member);
    return;
  }
  if (kind != ConnectionKind::control) return;
  if (was_sent) replica.ungranted.forget(member);
  forwards_lost(turn, member, was_sent);
  std::vector<std::uint64_t> tickets;
  for (const auto& [ticket, get] : replica.gets) {
    if (get.operation.waits_for(member)) tickets.push_back(ticket);
  }
  for (const std::uint64_t ticket : tickets) step_get(turn, ticket, MemberLost{member});
  tickets.clear();
  for (const auto& [ticket, put] : replica.puts) {
    if (put.operation.waiting_for(member)) tickets.push_back(ticket);
  }
  for (const std::uint64_t ticket : tickets) {
    const auto found = replica.puts.find(ticket);
    if (found == replica.puts.end()) continue;
    const auto who = found->second.operation.waiting_for(member);
    if (who) step_put(turn, ticket, NotStored{*who});
  }
}

}  // namespace oxbow

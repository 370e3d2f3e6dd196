// Random walks at their originator (Lv, Cao, Cohen, Li, Shenker 2002): k walkers go out over links
// and report here directly, which is how the walk is steered and how its end is known.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

namespace {

// Ends the search once no walker is under way.
void end_if_all_ended(Turn& turn, FindOperation& find) {
  const bool under_way = std::any_of(find.walkers.begin(), find.walkers.end(),
                                     [](const Walker& w) { return !w.ended && !w.lost; });
  if (under_way) return;
  Totals& totals = find.totals;
  totals = Totals{};
  totals.peers = 1;
  for (const Walker& walker : find.walkers) {
    totals.messages += walker.steps;
    totals.peers += walker.fresh;
    totals.lost += walker.lost ? 1 : 0;
  }
  totals.duplicates = totals.messages - (totals.peers - 1);
  if (totals.lost > 0) totals.marks |= marks::kTimedOut;
  finish_find(turn, find, totals.lost > 0 ? Stopped::partial : Stopped::complete);
}

}  // namespace

void start_walk(Turn& turn, FindOperation& find) {
  NodeState& node = turn.node;
  find.waves = 1;
  find.id = draw_request_id(node.random, node.config.secret);
  node.find_of[find.id] = find.handle;
  node.routes.open(turn.now.steady, find.id, kNoLink, 0);
  remember_visit(turn, find.id);

  const LocalAnswer local = look_up(turn, Match::exact, find.request.key);
  if (local.holds()) {
    const RequestId id = find.id;
    respond(turn, id, 0, local.results, {}, local.after);
    if (find_by_id(node, id) == nullptr) return;
    if (!find.all) return end_if_all_ended(turn, find);
  }
  Walk walk;
  walk.id = find.id;
  walk.flags = static_cast<std::uint8_t>((find.all ? query_flags::kAll : 0) |
                                         (find.request.trace ? query_flags::kTrace : 0));
  walk.max_hits = find.max_hits;
  walk.originator = node.config.id;
  walk.originator_address = node.config.advertised;
  walk.pattern = turn.out.arena.copy(find.request.key);
  const std::uint32_t steps = find.request.steps == 0 ? limits::kWalkSteps : find.request.steps;
  const WalkerSteps first = stepped(at_origin(steps));
  walk.steps_left = first.left;
  walk.steps_taken = first.taken;
  const std::uint32_t walkers = find.request.walkers == 0 ? limits::kWalkers : find.request.walkers;
  for (std::uint32_t i = 0; i < walkers; ++i) {
    const LinkNumber link = choose_step(node, find.id, kNoLink);
    if (link == kNoLink) break;
    walk.walker = static_cast<std::uint16_t>(i);
    if (find.request.trace) {
      node.traces.add(turn.now.steady, find.id, TraceKind::walker_left,
                      node.connections.find(link)->address, 0, 1);
    }
    turn.out.send(link, walk);
    Connection& connection = *node.connections.find(link);
    connection.used = turn.now.steady;
    ++connection.queries_out;
    ++node.counters.queries_sent;
    find.walkers.push_back({1, 0, turn.now.steady, false, false});
  }
  look_again(node, find, std::min(find.deadline, turn.now.steady + limits::kWalkSilence));
  end_if_all_ended(turn, find);
}

void walker_reported(Turn& turn, Connection* via, const WalkReport& report, WriteSequence after) {
  NodeState& node = turn.node;
  if (via != nullptr && !report.results.empty() && report.holder != via->peer) {
    return offence(turn, *via, "a walker's hit of another peer");
  }
  FindOperation* find = find_by_id(node, report.id);
  const bool known = find != nullptr && report.walker < find->walkers.size();
  if (known) {
    Walker& walker = find->walkers[report.walker];
    walker.steps = std::max(walker.steps, std::min(report.steps_taken, limits::kWalkSteps));
    walker.fresh = std::max(walker.fresh, std::min(report.fresh, walker.steps));
    walker.heard = turn.now.steady;
    walker.lost = false;
    const bool came_by_message = via != nullptr;
    if (came_by_message) ++(report.event == WalkEvent::hit ? find->walk_hits : find->walk_messages);
  }
  if (known && report.event == WalkEvent::hit && !report.results.empty()) {
    Hit hit;
    hit.id = report.id;
    hit.holder = report.holder;
    hit.holder_address = report.holder_address;
    hit.holder_name = report.holder_name;
    hit.hops = static_cast<std::uint8_t>(std::min<int>(report.steps_taken, 255));
    hit.results = report.results;
    if (node.routes.pass(turn.now.steady, hit.id, hit_key(hit.id, hit.holder, 0))) {
      deliver_hit(turn, hit.id, hit, after);
    }
    find = find_by_id(node, report.id);  // the first hit may have ended it
  }
  if (report.event == WalkEvent::check && via != nullptr) {
    const bool go_on = known && find != nullptr && walker_goes_on(find->found(), find->all);
    turn.out.send(via->id, WalkReply{report.id, report.walker, go_on});
    if (find != nullptr) ++find->walk_messages;
    if (known && find != nullptr && !go_on) find->walkers[report.walker].ended = true;
  }
  if (!known || find == nullptr) return;
  const bool goes_on = report.event == WalkEvent::hit && find->all;
  if (report.event != WalkEvent::check && !goes_on) find->walkers[report.walker].ended = true;
  end_if_all_ended(turn, *find);
}

void receive_walk_report(Turn& turn, Connection& from, const WalkReport& report) {
  walker_reported(turn, &from, report, kNothingPending);
}

void lose_silent_walkers(Turn& turn, FindOperation& find) {
  bool lost_one = false;
  Instant due = find.deadline;
  for (Walker& walker : find.walkers) {
    if (walker.ended || walker.lost) continue;
    const Instant silent = walker.heard + limits::kWalkSilence;
    walker.lost = silent <= turn.now.steady;
    lost_one = lost_one || walker.lost;
    if (!walker.lost) due = std::min(due, silent);
  }
  look_again(turn.node, find, due);
  if (lost_one) end_if_all_ended(turn, find);
}

}  // namespace oxbow

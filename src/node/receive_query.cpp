#include <fmt/format.h>

#include "node/handlers.h"
#include "overlay/repeats.h"

namespace oxbow {

namespace {

void refuse(Turn& turn, Connection& from, const Query& query, std::uint8_t mark, TraceKind kind) {
  note(turn, query, kind, from.id);
  if (wants(query.flags, query_flags::kReport)) {
    answer_copy(turn, from.id, query.id, query.number, refused(mark));
  }
}

// A neighbor that sends one id over and over is a fault of its own; what it relays is not.
bool sends_too_many_repeats(Turn& turn, Connection& from) {
  ++from.repeats;
  const std::size_t others = turn.node.connections.links().size() - 1;
  const NeighborTraffic traffic{from.repeats, from.queries_in};
  if (should_disconnect(traffic, others, limits::kNeighborsEnough)) return true;
  if (should_disconnect(traffic, others, 0)) {
    log_standing(turn, Severity::warning, from.id, "repeats/" + to_string(from.peer),
                 fmt::format("{} sends the same queries again and again; it is the only neighbor, "
                             "so the link stays",
                             name_of(from)));
  }
  return false;
}

void receive_further_copy(Turn& turn, Connection& from, const Query& query, SeenState* seen) {
  NodeState& node = turn.node;
  ++node.counters.duplicates;
  note(turn, query, TraceKind::duplicate, from.id);
  const bool higher = seen != nullptr && query.ttl > seen->best_ttl;
  const auto added = node.routes.add(query.id, from.id, query.number);
  if (added == RouteTable::Added::repeated && !higher && sends_too_many_repeats(turn, from)) {
    hang_up(turn, from, "repeats", "sends the same queries again and again", Severity::warning);
    return;
  }
  const bool report = wants(query.flags, query_flags::kReport);
  Decision decision;
  const bool room = !report || !node.echoes.full();
  if (seen != nullptr && room) {
    decision = route_again(*seen, {query.ttl, query.hops}, node.config.duplicates);
  }
  if (decision.action != Action::forward) {
    if (report) answer_copy(turn, from.id, query.id, query.number, duplicate());
    return;
  }
  node.routes.forwarded(query.id, from.id, decision.number);
  EchoState state;
  state.totals = duplicate();
  state.upstream = from.id;
  state.upstream_number = query.number;
  Query copy = query;
  copy.ttl = decision.ttl;
  copy.hops = decision.hops;
  copy.number = decision.number;
  spread(turn, copy, from.id, state, TraceKind::reforwarded);
}

/// It has left unread what it was answered, and this peer has added its share to that.
bool reads_no_hits(const Connection& from) {
  const auto own = from.hits_under_pressure.find(kNoLink);
  return own != from.hits_under_pressure.end() && own->second > limits::kHitsUnderPressure;
}

void receive_first_copy(Turn& turn, Connection& from, const Query& query) {
  NodeState& node = turn.node;
  const bool report = wants(query.flags, query_flags::kReport);
  const bool all = wants(query.flags, query_flags::kAll);
  const bool is_pattern = query.match == Match::glob || query.match == Match::words;
  if (report && node.echoes.full()) {
    ++node.counters.refused_full;
    return refuse(turn, from, query, marks::kFull, TraceKind::refused_full);
  }
  if (is_pattern && !node.scans.has_room(from.id, node.connections.links().size())) {
    ++node.counters.refused_congested;
    return refuse(turn, from, query, marks::kCongested, TraceKind::refused_congested);
  }
  if (reads_no_hits(from)) {
    ++node.counters.refused_congested;
    return refuse(turn, from, query, marks::kCongested, TraceKind::refused_congested);
  }
  SeenState* seen = node.seen.insert(turn.now.steady, query.id, from.id);
  if (seen == nullptr) {
    ++node.counters.refused_congested;
    return refuse(turn, from, query, marks::kCongested, TraceKind::refused_congested);
  }
  seen->traced = wants(query.flags, query_flags::kTrace);
  node.routes.open(turn.now.steady, query.id, from.id, query.number);
  note(turn, query, TraceKind::received, from.id);

  EchoState state;
  state.totals = reached(query.hops);
  state.upstream = from.id;
  state.upstream_number = query.number;

  // A pattern takes a scan of the index. Where holders route on too it goes on at once; otherwise
  // the decision waits for the scan's end. What is no pattern ends here: no honest peer sends it
  // on.
  if (is_pattern) state.searching = start_scan(turn, query, from.id, all);
  const LocalAnswer local = is_pattern ? LocalAnswer{} : look_up(turn, query.match, query.pattern);
  Decision decision{Action::end_here};
  if (is_pattern && (!all || !state.searching)) {
    seen->best_ttl = query.ttl;
    seen->hops = query.hops;
  } else {
    decision = route_first(*seen, {query.ttl, query.hops}, local.holds(), all);
  }
  if (local.holds()) {
    ++node.counters.queries_answered;
    note(turn, query, TraceKind::answered, kNoLink);
    const auto hops = static_cast<std::uint8_t>(query.hops + 1);
    state.totals.hit_messages +=
        respond(turn, query.id, hops, local.results, local.trace, local.after);
  }
  if (decision.action == Action::forward) {
    Query copy = query;
    copy.ttl = decision.ttl;
    copy.hops = decision.hops;
    copy.number = decision.number;
    spread(turn, copy, from.id, state, TraceKind::forwarded, local.after);
    return;
  }
  if (!state.searching) {
    const bool stopped = local.holds() && query.ttl > 1;
    note(turn, query, stopped ? TraceKind::stopped : TraceKind::ttl_ended, kNoLink);
    if (report) {
      answer_copy(turn, from.id, query.id, query.number, state.totals, local.after);
    }
    return;
  }
  if (report) {
    state.ttl = static_cast<std::uint8_t>(query.ttl - 1);  // it gives up before the upstream does
    node.echoes.open(turn.now.steady, {query.id, 0}, state, {});
  }
}

}  // namespace

void receive_query(Turn& turn, Connection& from, const Query& query) {
  NodeState& node = turn.node;
  if (!from.linked) return offence(turn, from, "a query without a link");
  ++node.counters.queries_received;
  ++from.queries_in;
  if (is_offence({query.ttl, query.hops})) {
    return offence(turn, from, query.ttl == 0 ? "a query with TTL 0" : "a query with 255 hops");
  }
  if (!from.remote.is_loopback() &&
      !from.limiter.admit(turn.now.steady, node.config.query_rate, node.config.query_burst)) {
    ++node.counters.refused_rate;
    return refuse(turn, from, query, marks::kRate, TraceKind::refused_rate);
  }
  Query trimmed = query;
  trimmed.ttl = trimmed_ttl({query.ttl, query.hops}, node.config.ttl_cap);
  // A full seen table may have forgotten a query whose route and echo are still here.
  SeenState* seen = node.seen.find(query.id);
  const bool known = seen != nullptr || node.routes.knows(query.id) ||
                     is_own_request(query.id, node.config.secret);
  if (known) return receive_further_copy(turn, from, trimmed, seen);
  receive_first_copy(turn, from, trimmed);
}

}  // namespace oxbow

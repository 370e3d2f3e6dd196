// Our own searches: waves of floods, the hits that come back, and the answer to the client.
#include <algorithm>

#include "node/handlers.h"
#include "overlay/expanding.h"
#include "version/context.h"

namespace oxbow {

FindOperation* find_by_id(NodeState& node, const RequestId& id) {
  const auto handle = node.find_of.find(id);
  if (handle == node.find_of.end()) return nullptr;
  return &node.finds.at(handle->second);
}

namespace {

std::uint8_t flags_of(const FindOperation& find) {
  return static_cast<std::uint8_t>((find.request.report ? query_flags::kReport : 0) |
                                   (find.all ? query_flags::kAll : 0) |
                                   (find.request.trace ? query_flags::kTrace : 0));
}

std::vector<std::string> mark_names(std::uint8_t marked) {
  static constexpr std::pair<std::uint8_t, const char*> kNames[] = {
      {marks::kRate, "rate"},           {marks::kCongested, "congested"},
      {marks::kFull, "table full"},     {marks::kSkipped, "link under pressure"},
      {marks::kLinkLost, "link lost"},  {marks::kTimedOut, "timed out"},
      {marks::kTruncated, "truncated"}, {marks::kFaulty, "faulty neighbor"},
  };
  std::vector<std::string> names;
  for (const auto& [mark, name] : kNames) {
    if ((marked & mark) != 0) names.emplace_back(name);
  }
  return names;
}

SearchReport report_of(const FindOperation& find, Now now, Stopped stopped, bool figures_known) {
  SearchReport report;
  report.request_id = to_string(find.id);
  report.via = find.request.via;
  report.ttl = find.ttl;
  report.waves = find.waves;
  report.elapsed_ms = to_ms(now.steady - find.started);
  if (find.first_hit) report.first_hit_ms = to_ms(*find.first_hit - find.started);
  report.marks = mark_names(static_cast<std::uint8_t>(find.totals.marks | find.marks));
  report.stopped = stopped;
  if (!figures_known) return report;
  const Totals& totals = find.totals;
  report.query_messages = totals.messages;
  report.duplicates = totals.duplicates;
  report.refused = totals.refused;
  report.lost = totals.lost;
  report.skipped = totals.skipped;
  report.peers_reached = totals.peers;
  report.max_hops = totals.max_hops;
  if (find.request.via == Via::walk) {
    report.hit_messages = find.walk_hits;
    report.done_messages = find.walk_messages;
    report.max_hops.reset();
  } else {
    report.hit_messages = totals.hit_messages;
    report.done_messages = totals.messages - totals.lost;  // every other copy was answered
  }
  return report;
}

bool is_partial(const FindOperation& find) {
  const Totals& totals = find.totals;
  // An index that was not looked through in time is marked, though no copy was lost.
  const bool timed_out = (totals.marks & marks::kTimedOut) != 0;
  return totals.refused > 0 || totals.lost > 0 || totals.skipped > 0 || timed_out;
}

// For people: the clock of an object.
std::string clock_text(const NodeState& node, const HitResult& result) {
  if (result.clock.empty()) return "";
  const auto context = parse_context(result.clock, result.key);
  return context.ok() ? abbreviated(context->clock, names_of(node)) : "{…}";
}

// The next wave of an expanding search, or its end.
void after_wave(Turn& turn, FindOperation& find) {
  if (find.request.via == Via::expanding) {
    const auto next = next_wave(find.wave_ttl, find.ttl, find.found());
    if (next) return start_wave(turn, find, *next);
  }
  finish_find(turn, find, is_partial(find) ? Stopped::partial : Stopped::complete);
}

}  // namespace

void start_wave(Turn& turn, FindOperation& find, std::uint8_t ttl) {
  NodeState& node = turn.node;
  node.find_of.erase(find.id);
  find.id = draw_request_id(node.random, node.config.secret);
  find.wave_ttl = ttl;
  ++find.waves;
  const RequestHandle handle = find.handle;
  const RequestId id = find.id;
  node.find_of[id] = handle;

  Query query;
  query.id = id;
  query.ttl = ttl;
  query.flags = flags_of(find);
  query.match = find.request.match;
  query.max_hits = find.max_hits;
  query.pattern = turn.out.arena.copy(find.request.key);

  SeenState* seen = node.seen.insert(turn.now.steady, id, kNoLink);
  if (seen == nullptr || node.echoes.full()) {
    find.marks |= marks::kCongested;
    find.totals.peers = std::max<std::uint32_t>(find.totals.peers, 1);  // this one
    return finish_find(turn, find, Stopped::partial);
  }
  seen->best_ttl = 255;  // a copy of our own query is never routed on again
  seen->routes_on = true;
  seen->traced = find.request.trace;
  node.routes.open(turn.now.steady, id, kNoLink, 0);
  note(turn, query, TraceKind::started, kNoLink);

  EchoState state;
  state.totals.peers = 1;
  const bool is_pattern = query.match == Match::glob || query.match == Match::words;
  // Later waves need not look into the index again: the first would have ended the search.
  const bool look = find.waves == 1;
  if (is_pattern && look) {
    state.searching = start_scan(turn, query, kNoLink, find.all);
    if (!find.all) {
      if (find.request.report) {
        state.ttl = std::max<std::uint8_t>(ttl, 1);
        node.echoes.open(turn.now.steady, {id, 0}, state, {});
      }
      return;
    }
  }
  if (!is_pattern && look) {
    const LocalAnswer local = look_up(turn, query.match, query.pattern);
    if (local.holds()) {
      note(turn, query, TraceKind::answered, kNoLink);
      respond(turn, id, 0, local.results, local.trace, local.after);
      if (find_by_id(node, id) == nullptr) return;  // the first hit was enough
      if (!find.all) return wave_ended(turn, id, state.totals);
    }
  }
  seen->forwardings = 1;
  spread(turn, query, kNoLink, state, TraceKind::forwarded);
}

void wave_ended(Turn& turn, const RequestId& id, const Totals& totals) {
  FindOperation* find = find_by_id(turn.node, id);
  if (find == nullptr) return;
  const std::uint32_t peers = totals.peers;  // each wave reaches the last one's peers again
  add(find->totals, totals);
  find->totals.peers = peers;
  after_wave(turn, *find);
}

void deliver_hit(Turn& turn, const RequestId& id, const Hit& hit, WriteSequence after) {
  FindOperation* find = find_by_id(turn.node, id);
  if (find == nullptr) return;
  find->after = std::max(find->after, after);
  if (find->is_trace) {
    auto& peers = find->traced;
    const std::string holder = to_string(hit.holder);
    auto peer = std::find_if(peers.begin(), peers.end(),
                             [&](const TracedPeer& known) { return known.id == holder; });
    if (peer == peers.end()) {
      if (peers.size() >= limits::kHitsPerAnswer) return;
      peer = peers.insert(
          peers.end(),
          {to_string(hit.holder_address), holder, std::string(hit.holder_name), hit.hops, {}});
    }
    find->first_hit = find->first_hit.value_or(turn.now.steady);
    for (const TraceEntry& entry : hit.trace) {
      if (peer->steps.size() >= limits::kHitsPerAnswer) break;
      peer->steps.push_back({trace_kind_name(entry.kind),
                             entry.peer.port == 0 ? "" : to_string(entry.peer), entry.ttl,
                             entry.hops, static_cast<double>(entry.at_us) / 1000.0});
    }
    return;
  }
  const bool is_exact = find->request.match == Match::exact;
  for (const HitResult& result : hit.results) {
    if (is_exact && result.key != find->request.key) continue;  // nobody asked for that
    find->first_hit = find->first_hit.value_or(turn.now.steady);
    SearchHit found{std::string(result.key),
                    to_string(hit.holder_address),
                    to_string(hit.holder),
                    std::string(hit.holder_name),
                    hit.hops,
                    result.size,
                    to_string(result.sha256),
                    clock_text(turn.node, result)};
    if (find->request.stream) give(turn, {find->handle, found, after});
    if (find->hits.size() < limits::kHitsPerAnswer) {
      find->hits.push_back(std::move(found));
    } else {
      find->marks |= marks::kTruncated;
    }
    if (find->request.first) return finish_find(turn, *find, Stopped::first_hit);
  }
}

FindAnswer end_find(Turn& turn, FindOperation& find, Stopped stopped) {
  NodeState& node = turn.node;
  const bool ended_early = stopped == Stopped::first_hit || stopped == Stopped::timeout;
  const bool walked = find.request.via == Via::walk;
  FindAnswer answer;
  answer.found = find.found();
  answer.search =
      report_of(find, turn.now, stopped, !ended_early && (find.request.report || walked));
  answer.hits = std::move(find.hits);
  node.finds_due.erase({find.due, find.handle});
  node.find_of.erase(find.id);
  node.finds.erase(find.handle);
  return answer;
}

void finish_find(Turn& turn, FindOperation& find, Stopped stopped) {
  const RequestHandle handle = find.handle;
  const bool is_trace = find.is_trace;
  const WriteSequence after = find.after;
  std::vector<TracedPeer> traced = std::move(find.traced);
  FindAnswer answer = end_find(turn, find, stopped);
  if (is_trace) {
    return reply(turn, handle,
                 ClientAnswer(TraceAnswer{answer.found, std::move(traced), answer.search}));
  }
  reply(turn, handle, ClientAnswer(std::move(answer)), after);
}

void look_again(NodeState& node, FindOperation& find, Instant due) {
  node.finds_due.erase({find.due, find.handle});
  find.due = due;
  node.finds_due.insert({due, find.handle});
}

void look_after_finds(Turn& turn) {
  NodeState& node = turn.node;
  while (!node.finds_due.empty() && node.finds_due.begin()->first <= turn.now.steady) {
    FindOperation& find = node.finds.at(node.finds_due.begin()->second);
    if (find.deadline <= turn.now.steady) {
      finish_find(turn, find, Stopped::timeout);
    } else {
      lose_silent_walkers(turn, find);
    }
  }
}

}  // namespace oxbow

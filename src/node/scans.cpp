// Pattern searches in the local index go on in slices, one each tick, so that the loop is never
// held.
#include <algorithm>

#include "node/handlers.h"

namespace oxbow {

bool start_scan(Turn& turn, const Query& query, LinkNumber from, bool routed) {
  auto pattern = Pattern::compile(query.match, query.pattern);
  if (!pattern.ok()) return false;
  Scan scan(std::move(pattern).value());
  scan.query = query;
  scan.query.pattern = {};
  scan.text = query.pattern;
  scan.from = from;
  scan.ends = turn.now.steady + turn.node.config.find_timeout;
  scan.routed = routed;
  turn.node.scans.add(std::move(scan));
  return true;
}

namespace {

std::size_t most_results(const NodeState& node, const Query& query) {
  const std::size_t allowed = node.config.hits_per_query;
  return query.max_hits == 0 ? allowed : std::min<std::size_t>(query.max_hits, allowed);
}

/// One slice of the index.
void look_through(NodeState& node, Scan& scan) {
  const std::size_t most = most_results(node, scan.query);
  const std::size_t found = scan.results.size() + scan.objects.size();
  std::vector<std::uint32_t> matches;
  scan.looked_through =
      !node.index.scan(scan.cursor, scan.pattern, matches, most + 1 - std::min(found, most));
  for (const std::uint32_t slot : matches) {
    if (scan.results.size() + scan.objects.size() >= most) {
      scan.truncated = true;
      scan.looked_through = true;
      return;
    }
    const IndexEntry entry = node.index.at(slot);
    if (entry.is_object) {
      scan.objects.emplace_back(entry.key);
    } else {
      scan.results.push_back({std::string(entry.key), entry.size, entry.sha256, {}});
    }
  }
}

constexpr std::uint64_t kReadCost = 4 * 1024;  // of the store, in bytes that are quickly read

/// One page of the store: what hits say of the objects that matched.
void look_up_objects(Turn& turn, Scan& scan) {
  std::uint64_t bytes = 0;
  while (!scan.objects.empty() && bytes < limits::kScanBytes) {
    const std::string key = std::move(scan.objects.front());
    scan.objects.pop_front();
    bytes += kReadCost;
    if (auto object = object_result(turn, key, scan.after)) {
      bytes += object->size;
      scan.results.push_back(std::move(*object));
    } else if (const auto hidden = turn.node.index.find(key); hidden && !hidden->is_object) {
      scan.results.push_back({key, hidden->size, hidden->sha256, {}});
    }
  }
}

/// True: the scan has ended.
bool scan_slice(Turn& turn, Scan& scan) {
  if (scan.objects.empty()) {
    look_through(turn.node, scan);
  } else {
    look_up_objects(turn, scan);
  }
  return scan.looked_through && scan.objects.empty();
}

// The echo that waits for this scan: the query's first forwarding.
Slot waiting_echo(NodeState& node, const Scan& scan) {
  const Slot slot = node.echoes.find({scan.query.id, 0});
  return slot != kNoSlot && node.echoes.state(slot).searching ? slot : kNoSlot;
}

void scan_ended(Turn& turn, Scan& scan) {
  NodeState& node = turn.node;
  const RequestId id = scan.query.id;
  const bool holds = !scan.results.empty();
  std::uint32_t hits = 0;
  if (holds) {
    if (scan.from != kNoLink) ++node.counters.queries_answered;
    scan.query.pattern = scan.text;
    note(turn, scan.query, TraceKind::answered, kNoLink);
    const auto results = result_views(turn, scan.results);
    const int hops = scan.from == kNoLink ? 0 : scan.query.hops + 1;
    hits = respond(turn, id, static_cast<std::uint8_t>(hops), results, {}, scan.after);
  }
  const bool report = wants(scan.query.flags, query_flags::kReport);
  EchoState state;
  state.totals.peers = 1;
  if (report) {
    const Slot slot = waiting_echo(node, scan);
    if (slot == kNoSlot) return;  // given up meanwhile, and reported as such
    EchoState& waiting = node.echoes.state(slot);
    waiting.searching = false;
    waiting.totals.hit_messages += hits;
    if (scan.truncated) waiting.totals.marks |= marks::kTruncated;
    if (scan.routed && !is_complete(waiting)) return node.echoes.wait_for(slot, scan.after);
    state = waiting;
    node.echoes.close(slot);
    if (scan.routed) return finish_echo(turn, id, state, scan.after);
  }
  if (scan.routed) return;
  Query copy = scan.query;
  copy.pattern = turn.out.arena.copy(scan.text);
  const bool own = scan.from == kNoLink;
  SeenState* seen = node.seen.find(id);
  if (own && !holds && seen != nullptr) {
    if (find_by_id(node, id) == nullptr) return;  // ended meanwhile
    seen->forwardings = 1;
    return spread(turn, copy, kNoLink, state, TraceKind::forwarded);
  }
  if (own || seen == nullptr) {
    if (report || own) finish_echo(turn, id, state, scan.after);
    return;
  }
  const Decision decision = route_first(*seen, {scan.query.ttl, scan.query.hops}, holds, false);
  if (decision.action == Action::forward) {
    copy.ttl = decision.ttl;
    copy.hops = decision.hops;
    copy.number = decision.number;
    return spread(turn, copy, scan.from, state, TraceKind::forwarded, scan.after);
  }
  if (report) finish_echo(turn, id, state, scan.after);
}

// Otherwise nobody waits for what it finds: its link or its search has ended, or what waited for it
// was given up.
bool is_waited_for(Turn& turn, const Scan& scan) {
  NodeState& node = turn.node;
  if (scan.from == kNoLink && find_by_id(node, scan.query.id) == nullptr) return false;
  if (scan.from != kNoLink && !node.connections.is_living_link(scan.from)) return false;
  if (wants(scan.query.flags, query_flags::kReport)) return waiting_echo(node, scan) != kNoSlot;
  return scan.from == kNoLink || turn.now.steady < scan.ends;
}

}  // namespace

void run_scan_slice(Turn& turn) {
  auto scan = turn.node.scans.take();
  if (!scan || !is_waited_for(turn, *scan)) return;
  if (scan_slice(turn, *scan)) return scan_ended(turn, *scan);
  turn.node.scans.add(std::move(*scan));
}

}  // namespace oxbow

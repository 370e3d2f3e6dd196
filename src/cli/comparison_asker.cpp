#include "cli/comparison_asker.h"

#include <algorithm>
#include <chrono>
#include <set>

#include "cli/frame_sizes.h"
#include "message/describe.h"

namespace oxbow::cli {

/// What the ring had to do with a get that goes on with a flood.
struct RingPart {
  double took_ms = 0;
  bool partial = false;        ///< that it has never heard of the key is not sure
  std::optional<RingGet> get;  ///< unset: not known
};

namespace {

using std::chrono::steady_clock;

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

bool is_partial(const SearchReport& report) {
  return report.stopped == Stopped::partial || report.stopped == Stopped::timeout;
}

std::uint32_t nearest(const std::vector<SearchHit>& hits) {
  std::uint32_t hops = hits.front().hops;
  for (const SearchHit& hit : hits) hops = std::min(hops, hit.hops);
  return hops;
}

RingGet ring_get(const GetAnswer& answer, const std::string& key, const std::string& own_id) {
  const QuorumReport& quorum = answer.quorum;
  RingGet get;
  get.key = key;
  for (const GetValue& value : answer.values) get.value_bytes.push_back(value.value.size());
  get.is_handed_over = quorum.coordinator_id != own_id;
  get.members = quorum.members.size();
  for (const QuorumMember& member : quorum.members) {
    // The coordinator asks itself without a message, and members that are known to be away not at
    // all.
    if (member.coordinator || member.outcome == "unreachable") continue;
    ++get.reads;
    if (member.outcome == "answered") ++get.copies;
    if (member.outcome == "never-heard") ++get.misses;
  }
  return get;
}

/// The asked peer, the coordinator, and the others that answered.
std::size_t peers_reached(const QuorumReport& quorum, const std::string& own_id) {
  std::set<std::string> reached{own_id, quorum.coordinator_id};
  for (const QuorumMember& member : quorum.members) {
    if (member.outcome == "answered" || member.outcome == "never-heard") reached.insert(member.id);
  }
  return reached.size();
}

}  // namespace

Result<bool> ComparisonAsker::ask(ComparedWay& way, const std::string& key) {
  if (const auto via = enum_value<Via>(way.way)) return search(way, key, *via);
  if (const auto via = enum_value<RingWay>(way.way)) return look_up(way, key, *via);
  return get(way, key);
}

Result<bool> ComparisonAsker::search(ComparedWay& way, const std::string& key, Via via) {
  FindRequest request;
  request.key = key;
  request.via = via;
  if (via != Via::walk && plan_.ttl > 0) request.ttl = plan_.ttl;
  const auto answer = client_.find(request);
  if (!answer) return answer.error();
  const SearchReport& report = answer->search;
  way.query_messages.add(report.query_messages);
  way.duplicates.add(report.duplicates);
  way.hit_messages.add(report.hit_messages);
  way.done_messages.add(report.done_messages);
  way.peers_reached.add(report.peers_reached);
  way.bytes.add(search_bytes(report, key));
  way.over_ms.add(report.elapsed_ms);
  if (via != Via::walk) way.ttl = report.ttl;
  if (is_partial(report)) ++way.partial;
  if (!answer->found) return false;
  way.hops.add(nearest(answer->hits));
  way.first_ms.add(report.first_hit_ms);
  return true;
}

// Whom the ring names; that it has the key as well is another question.
Result<bool> ComparisonAsker::look_up(ComparedWay& way, const std::string& key, RingWay via) {
  const auto answer = client_.lookup({key, via, 0});
  if (!answer) return answer.error();
  const auto holding = held(key);
  if (!holding) return holding.error();
  way.query_messages.add(answer->forwards);
  way.duplicates.add(0);
  way.peers_reached.add(answer->path.size());
  way.over_ms.add(answer->elapsed_ms);
  if (!answer->found || !*holding) ++way.partial;
  if (!answer->found) return false;
  const bool has_key = *holding == RingHolding::value;
  const std::uint64_t told = answer->forwards > 0 ? 1 : 0;
  way.hit_messages.add(has_key ? told : 0);
  way.done_messages.add(has_key ? 0 : told);
  way.bytes.add(lookup_bytes(answer->forwards));
  if (!has_key) return false;
  way.hops.add(answer->forwards);
  way.first_ms.add(answer->elapsed_ms);
  return true;
}

Result<std::optional<RingHolding>> ComparisonAsker::held(const std::string& key) {
  const auto known = held_.find(key);
  if (known != held_.end()) return known->second;
  const auto answer = held_by_ring(client_, key);
  if (answer.ok()) held_.emplace(key, *answer);
  return answer;
}

// What `oxbow get` does: the ring and, if that has never heard of the key, a flood. The two are
// asked for one after the other here, because a get ends its flood at the first hit, when what the
// flood comes to is not known yet, and because it reads what was found, which no other way does.
Result<bool> ComparisonAsker::get(ComparedWay& way, const std::string& key) {
  const auto own = own_id();
  if (!own) return own.error();
  GetRequest request;
  request.key = key;
  request.search = false;
  const auto start = steady_clock::now();
  const auto answer = client_.get(request);
  RingPart ring;
  ring.took_ms = ms_since(start);
  if (!answer) {
    if (answer.error().code == "no-ring") {
      ring.get = RingGet{};
    } else if (answer.error().code == "quorum-not-met") {
      ring.partial = true;
    } else {
      return answer.error();
    }
    return get_by_flood(way, key, ring);
  }
  ring.get = ring_get(*answer, key, *own);
  if (!answer->found && !answer->deleted) {
    ring.partial = answer->quorum.primaries < answer->quorum.r.value_or(0);
    return get_by_flood(way, key, ring);
  }
  way.query_messages.add(ring.get->requests());
  way.duplicates.add(0);
  way.hit_messages.add(ring.get->answers());
  way.done_messages.add(0);
  way.bytes.add(get_bytes(*ring.get));
  way.peers_reached.add(peers_reached(answer->quorum, *own));
  way.over_ms.add(ring.took_ms);
  if (!answer->found) return false;
  way.hops.add((ring.get->is_handed_over ? 1 : 0) + (ring.get->copies > 0 ? 1 : 0));
  way.first_ms.add(ring.took_ms);
  return true;
}

Result<bool> ComparisonAsker::get_by_flood(ComparedWay& way, const std::string& key,
                                           const RingPart& ring) {
  FindRequest request;
  request.key = key;
  if (plan_.ttl > 0) request.ttl = plan_.ttl;
  const auto answer = client_.find(request);
  if (!answer) return answer.error();
  const SearchReport& report = answer->search;
  if (ring.get) {
    if (report.query_messages)
      way.query_messages.add(ring.get->requests() + *report.query_messages);
    if (report.hit_messages) way.hit_messages.add(ring.get->answers() + *report.hit_messages);
    if (const auto flood = search_bytes(report, key)) {
      way.bytes.add(get_bytes(*ring.get) + *flood);
    }
    way.duplicates.add(report.duplicates);
    way.done_messages.add(report.done_messages);
    way.peers_reached.add(report.peers_reached);
  }
  way.over_ms.add(ring.took_ms + report.elapsed_ms);
  if (ring.partial || is_partial(report)) ++way.partial;
  if (!answer->found) return false;
  way.hops.add(nearest(answer->hits));
  if (report.first_hit_ms) way.first_ms.add(ring.took_ms + *report.first_hit_ms);
  return true;
}

Result<std::string> ComparisonAsker::own_id() {
  if (own_id_.empty()) {
    const auto status = client_.status();
    if (!status) return status.error();
    own_id_ = status->id;
  }
  return own_id_;
}

}  // namespace oxbow::cli

#include "cli/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

#include "cli/frame_sizes.h"
#include "message/describe.h"
#include "report/units.h"

namespace oxbow::cli {

double Samples::mean() const {
  double sum = 0;
  for (const double value : values_) sum += value;
  return values_.empty() ? 0 : sum / static_cast<double>(values_.size());
}

double Samples::quantile(double share) const {
  if (values_.empty()) return 0;
  std::vector<double> sorted = values_;
  std::sort(sorted.begin(), sorted.end());
  const double rank = std::ceil(share * static_cast<double>(sorted.size()));
  return sorted[static_cast<std::size_t>(std::max(rank, 1.0)) - 1];
}

bool finds_patterns(std::string_view way) {
  return way == "flood" || way == "expanding" || way == "auto";
}

namespace {

using std::chrono::steady_clock;

double ms_since(steady_clock::time_point start) {
  return std::chrono::duration<double, std::milli>(steady_clock::now() - start).count();
}

/// What one question came to.
struct Asked {
  bool found = false;
};

/// Asks one peer, way by way.
class Asker {
 public:
  Asker(Client& client, const ComparisonPlan& plan) : client_(client), plan_(plan) {}

  Result<Asked> ask(ComparedWay& way, const std::string& key) {
    if (const auto via = enum_value<Via>(way.way)) return search(way, key, *via);
    if (const auto via = enum_value<RingWay>(way.way)) return look_up(way, key, *via);
    return get(way, key);
  }

 private:
  Result<Asked> search(ComparedWay& way, const std::string& key, Via via) {
    FindRequest request;
    request.key = key;
    request.via = via;
    request.ttl = via == Via::walk ? 0 : plan_.ttl;
    const auto answer = client_.find(request);
    if (!answer) return answer.error();
    const SearchReport& report = answer->search;
    add(way, report, key);
    if (via != Via::walk) way.ttl = report.ttl;
    if (answer->found) {
      std::uint32_t hops = answer->hits.front().hops;
      for (const SearchHit& hit : answer->hits) hops = std::min(hops, hit.hops);
      way.hops.add(hops);
    }
    way.over_ms.add(report.elapsed_ms);
    return Asked{answer->found};
  }

  static void add(ComparedWay& way, const SearchReport& report, const std::string& key) {
    way.query_messages.add(report.query_messages);
    way.duplicates.add(report.duplicates);
    way.hit_messages.add(report.hit_messages);
    way.done_messages.add(report.done_messages);
    way.peers_reached.add(report.peers_reached);
    if (report.query_messages && report.hit_messages && report.done_messages) {
      way.bytes.add(search_bytes(report, key));
    }
    if (report.first_hit_ms) way.first_ms.add(*report.first_hit_ms);
    if (report.stopped == Stopped::partial || report.stopped == Stopped::timeout) ++way.partial;
  }

  // Whom the ring names; that it has the key as well is another question.
  Result<Asked> look_up(ComparedWay& way, const std::string& key, RingWay via) {
    const auto answer = client_.lookup({key, via, 0});
    if (!answer) return answer.error();
    const auto stored = is_stored(key);
    if (!stored) return stored.error();
    way.query_messages.add(answer->forwards);
    way.duplicates.add(0);
    way.peers_reached.add(static_cast<double>(answer->path.size()));
    way.over_ms.add(answer->elapsed_ms);
    if (!answer->found) {
      ++way.partial;
      return Asked{false};
    }
    way.hit_messages.add(answer->forwards > 0 ? 1.0 : 0.0);
    way.bytes.add(lookup_bytes(answer->forwards));
    way.hops.add(answer->forwards);
    way.first_ms.add(answer->elapsed_ms);
    return Asked{*stored};
  }

  Result<bool> is_stored(const std::string& key) {
    const auto known = stored_.find(key);
    if (known != stored_.end()) return known->second;
    GetRequest request;
    request.key = key;
    request.search = false;
    const auto answer = client_.get(request);
    if (!answer) return answer.error();
    return stored_[key] = answer->found;
  }

  // What Oxbow itself does: the ring, then a flood.
  Result<Asked> get(ComparedWay& way, const std::string& key) {
    GetRequest request;
    request.key = key;
    request.ttl = plan_.ttl;
    request.adopt = false;
    const auto start = steady_clock::now();
    const auto answer = client_.get(request);
    // What is too large for a value was located all the same.
    if (!answer && answer.error().code != "too-large") return answer.error();
    const double took = ms_since(start);
    way.over_ms.add(took);
    way.first_ms.add(took);
    if (!answer) return Asked{true};
    std::uint64_t messages = 0;
    std::set<std::string> peers;
    const QuorumReport& quorum = answer->quorum;
    const bool handed = std::none_of(
        quorum.members.begin(), quorum.members.end(),
        [](const QuorumMember& member) { return member.coordinator && member.ms == 0.0; });
    for (const QuorumMember& member : quorum.members) {
      peers.insert(member.id);
      if (!member.coordinator) ++messages;
    }
    if (handed) ++messages;
    if (answer->flood_ttl) {
      messages += answer->search.query_messages.value_or(0);
      way.duplicates.add(answer->search.duplicates);
      way.peers_reached.add(answer->search.peers_reached);
      if (!answer->hits.empty()) way.hops.add(answer->hits.front().hops);
    } else {
      way.duplicates.add(0);
      way.peers_reached.add(static_cast<double>(peers.size()));
      way.hops.add(1);
    }
    way.query_messages.add(static_cast<double>(messages));
    return Asked{answer->found};
  }

  Client& client_;
  const ComparisonPlan& plan_;
  std::map<std::string, bool> stored_;
};

Cell figure(const Samples& samples) {
  if (samples.empty()) return {};
  const double mean = samples.mean();
  const bool whole = std::abs(mean - std::round(mean)) < 0.005;
  return Cell(mean, whole ? fmt::format("{:.0f}", mean) : fmt::format("{:.1f}", mean));
}

Cell bytes(const Samples& samples) {
  if (samples.empty()) return {};
  return Cell(samples.mean(), human_bytes(static_cast<std::uint64_t>(samples.mean())));
}

Cell time(const Samples& samples, double share) {
  if (samples.empty()) return {};
  return Cell(samples.quantile(share), human_ms(samples.quantile(share)));
}

}  // namespace

Result<std::vector<ComparedWay>> compare_ways(Client& client, const ComparisonPlan& plan,
                                              const ComparisonProgress& progress) {
  std::vector<ComparedWay> ways;
  for (const std::string& name : plan.ways) {
    ComparedWay way;
    way.way = name;
    ways.push_back(std::move(way));
  }
  Asker asker(client, plan);
  std::map<std::string, bool> exists;
  const std::uint64_t total = plan.rounds * plan.keys.size() * ways.size();
  std::uint64_t done = 0;
  for (std::uint32_t round = 0; round < plan.rounds; ++round) {
    for (const std::string& key : plan.keys) {
      for (ComparedWay& way : ways) {
        progress(done++, total);
        const auto asked = asker.ask(way, key);
        if (!asked) return asked.error();
        ++way.questions;
        if (asked->found) ++way.found;
        exists[key] = exists[key] || asked->found;
      }
    }
  }
  const auto existing = static_cast<std::uint64_t>(
      std::count_if(exists.begin(), exists.end(), [](const auto& entry) { return entry.second; }));
  for (ComparedWay& way : ways) way.existing = existing * plan.rounds;
  return ways;
}

Result<std::vector<std::string>> keys_to_compare(Client& client, std::size_t most) {
  FindRequest request;
  request.key = "*";
  request.match = Match::glob;
  const auto answer = client.find(request);
  if (!answer) return answer.error();
  std::set<std::string> keys;
  for (const SearchHit& hit : answer->hits) keys.insert(hit.key);
  const std::vector<std::string> sorted(keys.begin(), keys.end());
  if (sorted.size() <= most) return sorted;
  std::vector<std::string> chosen;
  for (std::size_t i = 0; i < most; ++i) chosen.push_back(sorted[i * sorted.size() / most]);
  return chosen;
}

Table comparison_table(const std::vector<ComparedWay>& ways) {
  Table table;
  table.columns = {{"via", "WAY"},
                   {"ttl", "TTL", Align::right},
                   {"found", "FOUND", Align::right},
                   {"existing", "OF", Align::right},
                   {"query_messages", "MESSAGES", Align::right},
                   {"duplicates", "DUPLICATES", Align::right},
                   {"bytes", "BYTES", Align::right},
                   {"peers_reached", "PEERS", Align::right},
                   {"hops_first_hit", "HOPS", Align::right},
                   {"first_hit_ms_p50", "FIRST HIT p50", Align::right},
                   {"first_hit_ms_p99", "p99", Align::right},
                   {"over_ms_p50", "OVER p50", Align::right},
                   {"partial", "PARTIAL", Align::right},
                   {"pattern", "PATTERNS"}};
  for (const ComparedWay& way : ways) {
    table.add({way.way, way.ttl == 0 ? Cell() : Cell(way.ttl), way.found, way.existing,
               figure(way.query_messages), figure(way.duplicates), bytes(way.bytes),
               figure(way.peers_reached), figure(way.hops), time(way.first_ms, 0.5),
               time(way.first_ms, 0.99), time(way.over_ms, 0.5), way.partial,
               finds_patterns(way.way) ? "yes" : "no"});
  }
  return table;
}

}  // namespace oxbow::cli

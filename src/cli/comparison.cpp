#include "cli/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "cli/comparison_asker.h"
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
  ComparisonAsker asker(client, plan);
  std::map<std::string, bool> exists;
  const std::uint64_t total = plan.rounds * plan.keys.size() * ways.size();
  std::uint64_t done = 0;
  for (std::uint32_t round = 0; round < plan.rounds; ++round) {
    for (const std::string& key : plan.keys) {
      for (ComparedWay& way : ways) {
        progress(done++, total);
        const auto found = asker.ask(way, key);
        if (!found) return found.error();
        ++way.questions;
        if (*found) ++way.found;
        exists[key] = exists[key] || *found;
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
                   {"hit_messages", ""},
                   {"done_messages", ""},
                   {"bytes", "BYTES", Align::right},
                   {"peers_reached", "PEERS", Align::right},
                   {"hops_first_hit", "HOPS", Align::right},
                   {"first_hit_ms_p50", "FIRST HIT p50", Align::right},
                   {"first_hit_ms_p99", "p99", Align::right},
                   {"over_ms_p50", "OVER p50", Align::right},
                   {"over_ms_p99", "p99", Align::right},
                   {"partial", "PARTIAL", Align::right},
                   {"pattern", "PATTERNS"}};
  for (const ComparedWay& way : ways) {
    table.add({way.way, way.ttl == 0 ? Cell() : Cell(way.ttl), way.found, way.existing,
               figure(way.query_messages), figure(way.duplicates), figure(way.hit_messages),
               figure(way.done_messages), bytes(way.bytes), figure(way.peers_reached),
               figure(way.hops), time(way.first_ms, 0.5), time(way.first_ms, 0.99),
               time(way.over_ms, 0.5), time(way.over_ms, 0.99), way.partial,
               finds_patterns(way.way)});
  }
  return table;
}

}  // namespace oxbow::cli

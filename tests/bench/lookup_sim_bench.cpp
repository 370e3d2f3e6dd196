// Floods and ring lookups in the large simulator, beside two baselines that know nothing of nodes
// and run over the same graph: a plain breadth-first search, and a bare event loop over a ring of
// buckets, with one event a message and an array of seen flags. All visit the same peers within the
// same TTL; rates are messages a second, so that ratios are those of the time for one.
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "bench/support/child.h"
#include "bench/support/clock.h"
#include "bench/support/compare.h"
#include "sim/graph_builders.h"
#include "sim/lookup.h"
#include "sim/ring_search.h"

namespace oxbow::bench {
namespace {

using namespace oxbow::sim;

constexpr std::uint32_t kDegree = 10;
constexpr FloodTtl kTtl = 7;
constexpr std::uint32_t kSlowest = 1024;  // ticks; latencies are uniform from a tenth of that

/// As cheap as random latencies get: one multiplication each.
class Generator {
 public:
  std::uint32_t latency() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return kSlowest / 10 +
           static_cast<std::uint32_t>((state_ >> 32) * (kSlowest - kSlowest / 10) >> 32) + 1;
  }

 private:
  std::uint64_t state_ = 1;
};

/// A message to `to` from `from`, a vector a bucket.
class BareBuckets {
 public:
  explicit BareBuckets(const Graph& graph)
      : graph_(graph), seen_(graph.peers()), buckets_(std::bit_ceil(kSlowest + 2U)) {}

  std::uint64_t flood(PeerNumber origin) {
    std::fill(seen_.begin(), seen_.end(), std::uint8_t{0});
    std::uint64_t messages = 0;
    std::uint64_t under_way = 0;
    std::size_t now = 0;
    const auto spread = [&](PeerNumber from, PeerNumber except, std::uint32_t ttl) {
      for (const PeerNumber to : graph_.neighbors(from)) {
        if (to == except) continue;
        buckets_[(now + generator_.latency()) & (buckets_.size() - 1)].push_back({to, from, ttl});
        ++messages;
        ++under_way;
      }
    };
    seen_[origin] = 1;
    spread(origin, origin, kTtl);
    for (; under_way > 0; ++now) {
      auto& bucket = buckets_[now & (buckets_.size() - 1)];
      for (const Event& event : bucket) {
        --under_way;
        if (seen_[event.to] != 0) continue;
        seen_[event.to] = 1;
        if (event.ttl > 1) spread(event.to, event.from, event.ttl - 1);
      }
      bucket.clear();
    }
    return messages;
  }

 private:
  struct Event {
    PeerNumber to;
    PeerNumber from;
    std::uint32_t ttl;
  };
  const Graph& graph_;
  std::vector<std::uint8_t> seen_;
  std::vector<std::vector<Event>> buckets_;
  Generator generator_;
};

/// A message for each look at a neighbor.
class BreadthFirst {
 public:
  explicit BreadthFirst(const Graph& graph) : graph_(graph), far_(graph.peers()) {}

  std::uint64_t flood(PeerNumber origin) {
    constexpr std::uint8_t kUnseen = 255;
    std::fill(far_.begin(), far_.end(), kUnseen);
    reached_.assign(1, origin);
    far_[origin] = 0;
    std::uint64_t messages = 0;
    for (std::size_t next = 0; next < reached_.size(); ++next) {
      const PeerNumber here = reached_[next];
      if (far_[here] >= kTtl) continue;
      for (const PeerNumber to : graph_.neighbors(here)) {
        ++messages;
        if (far_[to] != kUnseen) continue;
        far_[to] = static_cast<std::uint8_t>(far_[here] + 1);
        reached_.push_back(to);
      }
    }
    return messages;
  }

 private:
  const Graph& graph_;
  std::vector<std::uint8_t> far_;
  std::vector<PeerNumber> reached_;
};

/// Messages a second of floods from one origin after another, for long enough to be measured.
template <class Flood>
double rate(Flood flood, std::uint32_t peers) {
  constexpr double kLeastSeconds = 0.2;
  std::uint64_t messages = 0;
  PeerNumber origin = 0;
  const double began = seconds();
  double took = 0;
  while (took < kLeastSeconds) {
    messages += flood(origin);
    origin = (origin + 7919) % peers;
    took = seconds() - began;
  }
  return static_cast<double>(messages) / took;
}

Outcome outcome_of_slowdown(const std::string& what, const Comparison& comparison,
                            const std::string& baseline, double most) {
  const double slowdown = 1 / comparison.ratio;
  return {what,
          fmt::format("{:.0f} ns a message, {} {:.0f} ns", 1e9 / comparison.ours, baseline,
                      1e9 / comparison.baseline),
          fmt::format("{:.2f} x the time ({:.2f} to {:.2f})", slowdown, 1 / comparison.highest,
                      1 / comparison.lowest),
          fmt::format("at most {:.0f} x", most), slowdown <= most};
}

std::string network_of(std::uint32_t peers) {
  return fmt::format("flood over {} peers, TTL {}, random latency", short_number(peers), kTtl);
}

void measure_floods(std::uint32_t peers, std::vector<Outcome>& outcomes) {
  const Graph graph(peers, *random_links(peers, kDegree, 1));
  const LatencyModel latency = *parse_latency("uniform:10:100", 1);
  SearchNetwork network{graph, latency, frame_sizes(), Random(1), 0, nullptr, 0};
  const PeerSet nobody(peers);
  FloodSearch plain(network, {});
  BareBuckets buckets(graph);
  BreadthFirst breadth_first(graph);
  fmt::print("\n{} peers, {} links\n", peers, graph.links());
  const auto compared = compare(
      "messages",
      [&] {
        return rate([&](PeerNumber o) { return plain.run(o, nobody, kTtl).query_messages; }, peers);
      },
      {[&] { return rate([&](PeerNumber o) { return buckets.flood(o); }, peers); },
       [&] { return rate([&](PeerNumber o) { return breadth_first.flood(o); }, peers); }});
  const bool is_large = peers >= 1'000'000;
  outcomes.push_back(outcome_of_slowdown(network_of(peers) + ", against a bucket ring", compared[0],
                                         "bucket ring", is_large ? 3 : 4));
  if (is_large) {
    outcomes.push_back(outcome_of_slowdown(network_of(peers) + ", against breadth-first search",
                                           compared[1], "breadth-first search", 10));
  }
  FloodSearch reporting(network, {.reports = true});
  const double with_reports =
      rate([&](PeerNumber o) { return reporting.run(o, nobody, kTtl).query_messages; }, peers);
  fmt::print("with reports: {:.0f} ns a query message and the QueryDone that answers it\n",
             1e9 / with_reports);
}

/// Of `build/oxbow-sim lookup` with these words, in bytes.
double peak_memory(const std::vector<const char*>& words) {
  const char* const folder = std::getenv("OXBOW_BIN");
  const std::string program = std::string(folder == nullptr ? "build" : folder) + "/oxbow-sim";
  std::fflush(stdout);
  const pid_t child = fork();
  if (child == 0) {
    std::vector<char*> arguments{const_cast<char*>(program.c_str()), const_cast<char*>("lookup")};
    for (const char* word : words) arguments.push_back(const_cast<char*>(word));
    arguments.push_back(nullptr);
    std::freopen("/dev/null", "w", stdout);
    execv(program.c_str(), arguments.data());
    std::_Exit(127);
  }
  int status = 0;
  rusage usage{};
  if (wait4(child, &status, 0, &usage) != child || !WIFEXITED(status) || WEXITSTATUS(status) > 1) {
    fail(program + " lookup did not run to its end");
  }
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

void measure_memory(std::vector<Outcome>& outcomes) {
  constexpr double kPeers = 1'000'000;
  const std::vector<const char*> words{"--topology",     "random:1000000:10", "--latency",
                                       "uniform:10:100", "--origin",          "0"};
  const double plain = peak_memory(words) / kPeers;
  std::vector<const char*> reporting = words;
  reporting.push_back("--reports");
  outcomes.push_back(
      {"peak memory of oxbow-sim, 1 M peers, the graph included",
       fmt::format("{:.0f} bytes a peer with reports", peak_memory(reporting) / kPeers),
       fmt::format("{:.0f} bytes a peer", plain), "at most 220", plain <= 220});
}

void measure_lookups(std::vector<Outcome>& outcomes) {
  constexpr std::uint32_t kPeers = 1'000'000;
  constexpr double kGoal = 200'000;
  const Graph graph(kPeers, {});
  LookupPlan plan;
  plan.vias = {LookupVia::finger};
  plan.workload.queries = 200'000;
  std::vector<double> rates;
  double hops = 0;
  for (int i = 0; i < 3; ++i) {
    const LookupRow row = run_lookups(graph, plan).rows[0];
    rates.push_back(static_cast<double>(row.queries) / row.wall_seconds);
    hops = row.query_messages.mean;
  }
  const double middle = median(rates);
  outcomes.push_back({"finger lookups in a ring of 1 M", fmt::format("{:.2f} hops each", hops),
                      fmt::format("{}/s", short_number(middle)), "at least 200 k/s",
                      middle >= kGoal});
}

void run() {
  std::vector<Outcome> outcomes;
  for (const std::uint32_t peers : {10'000U, 100'000U, 1'000'000U}) measure_floods(peers, outcomes);
  measure_memory(outcomes);
  measure_lookups(outcomes);
  fmt::print("\n");
  report(outcomes);
}

}  // namespace
}  // namespace oxbow::bench

int main() { return oxbow::bench::run_bench(oxbow::bench::run); }

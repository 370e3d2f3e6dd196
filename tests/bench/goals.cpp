// The last word of `make bench`: what was measured against the goals, in one table. Reads the files
// that the benchmarks left: their own outcomes (support/compare.h), and Google Benchmark's JSON.
//   goals FOLDER
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "bench/support/compare.h"
#include "report/table.h"

namespace oxbow::bench {
namespace {

using Json = nlohmann::json;

constexpr double kMostCodecNs = 80;
constexpr double kMostLookupNs = 1000;
constexpr double kMostSliceMs = 5;

std::optional<Json> read(const std::filesystem::path& path) {
  std::ifstream file(path);
  Json document = Json::parse(file, nullptr, false);
  if (document.is_discarded()) return {};
  return document;
}

/// Of Google Benchmark's runs, that of this name.
const Json* find_run(const Json& document, const std::string& name) {
  for (const Json& run : document.at("benchmarks")) {
    if (run.at("name") == name) return &run;
  }
  return nullptr;
}

void add_codec(const Json& document, std::vector<Outcome>& outcomes) {
  const Json* const run = find_run(document, "query_decode_and_encode/repeats:9_median");
  if (run == nullptr) return;
  const double ns = run->at("cpu_time");
  const double allocations = run->at("allocations");
  outcomes.push_back({"one query decoded and encoded again", "", fmt::format("{:.0f} ns", ns),
                      fmt::format("at most {:.0f} ns", kMostCodecNs), ns <= kMostCodecNs});
  outcomes.push_back(
      {"allocations for it", "", fmt::format("{:.2f}", allocations), "none", allocations < 0.005});
}

void add_index(const Json& document, std::vector<Outcome>& outcomes) {
  if (const Json* const run = find_run(document, "exact_lookup")) {
    const double ns = run->at("cpu_time");
    outcomes.push_back({"exact lookup among 1,000,000 keys",
                        fmt::format("{:.0f} bytes a key", run->at("bytes_per_key").get<double>()),
                        fmt::format("{:.0f} ns", ns), "under 1 µs", ns < kMostLookupNs});
  }
  double longest_ms = 0;
  std::size_t scans = 0;
  for (const Json& run : document.at("benchmarks")) {
    if (!run.contains("longest_slice_ms")) continue;
    longest_ms = std::max(longest_ms, run.at("longest_slice_ms").get<double>());
    ++scans;
  }
  if (scans == 0) return;
  outcomes.push_back({"longest stop of the loop by a pattern",
                      fmt::format("{} patterns, hostile ones among them", scans),
                      fmt::format("{:.1f} ms", longest_ms),
                      fmt::format("at most {:.0f} ms", kMostSliceMs), longest_ms <= kMostSliceMs});
}

void add_own(const Json& document, std::vector<Outcome>& outcomes) {
  for (const Json& each : document.at("goals")) {
    outcomes.push_back(
        {each.at("what"), each.at("measured"), each.at("result"), each.at("goal"), each.at("met")});
  }
}

std::vector<Outcome> read_all(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  std::vector<Outcome> outcomes;
  for (const auto& path : paths) {
    const auto document = read(path);
    if (!document) continue;
    if (document->contains("goals")) add_own(*document, outcomes);
    if (path.stem() == "codec_bench") add_codec(*document, outcomes);
    if (path.stem() == "index_bench") add_index(*document, outcomes);
  }
  return outcomes;
}

void print(const std::vector<Outcome>& outcomes) {
  const Terminal terminal = Terminal::of(STDOUT_FILENO);
  Table table{{{"what", "WHAT"},
               {"result", "RESULT", Align::right},
               {"goal", "GOAL", Align::right},
               {"met", "IS"},
               {"measured", "MEASURED"}},
              {}};
  for (const Outcome& each : outcomes) {
    table.add({each.what, each.result, each.goal, each.met ? "met" : "NOT MET", each.measured});
  }
  std::fputs(to_text(table, terminal).c_str(), stdout);
}

}  // namespace
}  // namespace oxbow::bench

int main(int count, char** words) {
  if (count != 2) {
    std::fputs("usage: goals FOLDER\n", stderr);
    return 2;
  }
  oxbow::bench::print(oxbow::bench::read_all(words[1]));
  return 0;
}

#include "bench/support/compare.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "report/json.h"

namespace oxbow::bench {

namespace {
constexpr int kPairs = 5;
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

std::string short_number(double number) {
  if (number >= 1e6) return fmt::format("{:.2f} M", number / 1e6);
  if (number >= 1e3) return fmt::format("{:.1f} k", number / 1e3);
  return fmt::format("{:.0f}", number);
}

std::vector<Comparison> compare(const std::string& unit, const Measurement& ours,
                                const std::vector<Measurement>& baselines) {
  std::vector<double> our_rates;
  std::vector<std::vector<double>> rates(baselines.size());
  std::vector<std::vector<double>> ratios(baselines.size());
  for (int pair = 1; pair <= kPairs; ++pair) {
    our_rates.push_back(ours());
    fmt::print("  {} of {}: {} {}/s", pair, kPairs, short_number(our_rates.back()), unit);
    for (std::size_t i = 0; i < baselines.size(); ++i) {
      rates[i].push_back(baselines[i]());
      ratios[i].push_back(our_rates.back() / rates[i].back());
      fmt::print("; baseline {}, ratio {:.2f}", short_number(rates[i].back()), ratios[i].back());
    }
    fmt::print("\n");
    std::fflush(stdout);
  }
  std::vector<Comparison> comparisons;
  for (std::size_t i = 0; i < baselines.size(); ++i) {
    const auto [lowest, highest] = std::minmax_element(ratios[i].begin(), ratios[i].end());
    comparisons.push_back(
        {median(our_rates), median(rates[i]), median(ratios[i]), *lowest, *highest});
  }
  return comparisons;
}

Comparison compare(const std::string& unit, const Measurement& ours, const Measurement& baseline) {
  return compare(unit, ours, std::vector<Measurement>{baseline}).front();
}

Outcome outcome_of(const std::string& what, const std::string& unit, const Comparison& comparison,
                   double goal) {
  return {what,
          fmt::format("{} {}/s, raw libuv {}", short_number(comparison.ours), unit,
                      short_number(comparison.baseline)),
          fmt::format("{:.2f} x ({:.2f} to {:.2f})", comparison.ratio, comparison.lowest,
                      comparison.highest),
          fmt::format("at least {:.2f} x", goal), comparison.ratio >= goal};
}

void report(const std::vector<Outcome>& outcomes) {
  JsonWriter json;
  json.begin_object().name("goals").begin_array();
  for (const Outcome& each : outcomes) {
    fmt::print("{}: {}; {}; goal {}: {}\n", each.what, each.measured, each.result, each.goal,
               each.met ? "met" : "NOT MET");
    json.begin_object();
    json.field("what", each.what).field("measured", each.measured).field("result", each.result);
    json.field("goal", each.goal).field("met", each.met);
    json.end_object();
  }
  json.end_array().end_object();
  if (const char* const path = std::getenv("BENCHMARK_OUT")) std::ofstream(path) << json.text();
}

}  // namespace oxbow::bench

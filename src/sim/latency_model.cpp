#include "sim/latency_model.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

namespace oxbow::sim {

namespace {

constexpr double kMost = 1'000'000;  // ms
constexpr std::uint32_t kUniformTicks = 1024;
constexpr double kTicksOfMean = 128;

std::optional<double> milliseconds(std::string_view text) {
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  if (!(number >= 0 && number <= kMost)) return std::nullopt;
  return number;
}

std::uint32_t ticks_of(double ms, double tick_ms) {
  return static_cast<std::uint32_t>(std::max(1LL, std::llround(ms / tick_ms)));
}

LatencyModel uniform(double least_ms, double most_ms, std::uint64_t seed) {
  LatencyModel model;
  model.tick_ms = most_ms / kUniformTicks;
  const std::uint32_t least = ticks_of(least_ms, model.tick_ms);
  model.most = kUniformTicks;
  model.draw = UniformLatency{seed, least, model.most - least + 1};
  return model;
}

/// The inverse of the distribution function at the middles of 2^16 equal steps: the longest latency
/// is 11.8 times the mean.
LatencyModel exponential(double mean_ms, std::uint64_t seed) {
  constexpr std::size_t kSteps = std::size_t{1} << TableLatency::kBits;
  LatencyModel model;
  model.tick_ms = mean_ms / kTicksOfMean;
  std::vector<std::uint16_t> quantiles(kSteps);
  for (std::size_t i = 0; i < kSteps; ++i) {
    const double left = 1 - (static_cast<double>(i) + 0.5) / static_cast<double>(kSteps);
    quantiles[i] = static_cast<std::uint16_t>(ticks_of(-std::log(left) * mean_ms, model.tick_ms));
  }
  model.most = quantiles.back();
  model.draw =
      TableLatency{seed, std::make_shared<const std::vector<std::uint16_t>>(std::move(quantiles))};
  return model;
}

}  // namespace

Result<LatencyModel> parse_latency(std::string_view spec, std::uint64_t seed) {
  if (spec == "unit") return LatencyModel{};
  const std::size_t colon = spec.find(':');
  const std::string_view kind = spec.substr(0, colon);
  const std::string_view rest = colon == std::string_view::npos ? "" : spec.substr(colon + 1);
  if (kind == "uniform") {
    const std::size_t between = std::min(rest.find(':'), rest.size());
    const auto least = milliseconds(rest.substr(0, between));
    const auto most = milliseconds(rest.substr(std::min(between + 1, rest.size())));
    if (least && most && *least <= *most && *most > 0) return uniform(*least, *most, seed);
  }
  if (kind == "exponential") {
    const auto mean = milliseconds(rest);
    if (mean && *mean > 0) return exponential(*mean, seed);
  }
  return Error{"usage",
               fmt::format("--latency {}: give unit, uniform:A:B or exponential:M, in ms, with "
                           "0 <= A <= B, B and M above 0, at most 1000000",
                           spec),
               "unit, uniform:A:B or exponential:M", std::string(spec)};
}

}  // namespace oxbow::sim

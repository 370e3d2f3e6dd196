// Ours against a baseline in the same run: interleaved pairs, and the median of their ratios.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace oxbow::bench {

struct Comparison {
  double ours = 0;      ///< median
  double baseline = 0;  ///< median
  double ratio = 0;     ///< median of the pairs' ratios
  double lowest = 0;    ///< ratio of any pair
  double highest = 0;
};

/// A measurement, as a rate per second: greater is better.
using Measurement = std::function<double()>;

/// Prints each pair. `unit`: what there are so many of per second.
Comparison compare(const std::string& unit, const Measurement& ours, const Measurement& baseline);
/// The same against each of several baselines, measured in turn.
std::vector<Comparison> compare(const std::string& unit, const Measurement& ours,
                                const std::vector<Measurement>& baselines);

double median(std::vector<double> values);

/// How a goal was met; `make bench` shows all of them in one table at its end.
struct Outcome {
  std::string what;
  std::string measured;
  std::string result;  ///< the figure that the goal is about
  std::string goal;
  bool met = false;
};

/// Prints it, and adds it to the file that BENCHMARK_OUT names, if it does.
void report(const std::vector<Outcome>& outcomes);

/// The outcome of a comparison: the ratio is to be at least `goal`.
Outcome outcome_of(const std::string& what, const std::string& unit, const Comparison& comparison,
                   double goal);

/// "1.23 M", "45.6 k", "789"
std::string short_number(double number);

}  // namespace oxbow::bench

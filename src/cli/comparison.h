// Flood against ring on a live network: the same keys asked for by every way, several times, and
// what came of it as figures of one kind.
#pragma once

#include <oxbow/client.h>
#include <oxbow/result.h>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "report/table.h"

namespace oxbow::cli {

/// The ways that are compared, in the order in which they are shown.
inline constexpr std::array<std::string_view, 7> kComparedWays{
    "flood", "expanding", "walk", "successor", "finger", "one-hop", "auto"};

struct ComparisonPlan {
  std::vector<std::string> keys;
  std::vector<std::string> ways;
  std::uint32_t ttl = 0;     ///< of floods; 0: the peer's default
  std::uint32_t rounds = 5;  ///< how often each way is asked for each key
};

/// One figure over all questions of a way.
class Samples {
 public:
  template <class T>
  requires std::is_arithmetic_v<T>
  void add(T value) { values_.push_back(static_cast<double>(value)); }
  /// What is not known is left out.
  template <class T>
  void add(const std::optional<T>& value) {
    if (value) add(*value);
  }
  bool empty() const { return values_.empty(); }
  double mean() const;
  double quantile(double share) const;  ///< nearest rank; 0.5: the median
  const std::vector<double>& values() const { return values_; }

 private:
  std::vector<double> values_;
};

struct ComparedWay {
  std::string way;
  std::uint32_t ttl = 0;  ///< of a flood; 0: the way has none
  std::uint64_t questions = 0;
  std::uint64_t found = 0;
  std::uint64_t existing = 0;  ///< questions for keys that some way found
  Samples query_messages;      ///< copies put on a link; walks: steps; ring: forwards
  Samples duplicates;
  Samples hit_messages;
  Samples done_messages;
  Samples bytes;              ///< of all these as frames, computed
  Samples peers_reached;      ///< the asked one included
  Samples hops;               ///< to the first hit, or to the owner; of what was found
  Samples first_ms;           ///< until the first hit; of what was found
  Samples over_ms;            ///< until the search is known to be over
  std::uint64_t partial = 0;  ///< questions in which somebody who could have known was not heard
};

/// Told before each question: how many there are, and how many have been asked.
using ComparisonProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;

Result<std::vector<ComparedWay>> compare_ways(Client& client, const ComparisonPlan& plan,
                                              const ComparisonProgress& progress);

/// Keys that exist, found by a flood for `*`: at most `most`, evenly from their sorted list.
Result<std::vector<std::string>> keys_to_compare(Client& client, std::size_t most);

bool finds_patterns(std::string_view way);

Table comparison_table(const std::vector<ComparedWay>& ways);

/// The same, with the tracks of one flood and the ring lookups of the same key, as the JSON that
/// report/comparison_page.h wants. The key is that of the plan that shows most.
Result<std::string> comparison_page_data(Client& client, const ComparisonPlan& plan,
                                         const std::vector<ComparedWay>& ways);

}  // namespace oxbow::cli

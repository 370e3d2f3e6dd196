#include "sim/lookup_figures.h"

#include <algorithm>
#include <cmath>

namespace oxbow::sim {

Figure figure_of(std::vector<double>& values) {
  Figure figure;
  figure.count = values.size();
  if (values.empty()) return figure;
  std::sort(values.begin(), values.end());
  double sum = 0;
  for (const double value : values) sum += value;
  const auto count = static_cast<double>(values.size());
  const auto nearest_rank = [&](double share) {
    return values[static_cast<std::size_t>(std::ceil(share * count)) - 1];
  };
  figure.mean = sum / count;
  figure.p50 = nearest_rank(0.5);
  figure.p99 = nearest_rank(0.99);
  return figure;
}

void LookupFigures::add(const SearchOutcome& outcome) {
  query_messages_.push_back(static_cast<double>(outcome.query_messages));
  duplicates_.push_back(static_cast<double>(outcome.duplicates));
  lost_.push_back(static_cast<double>(outcome.lost));
  hit_messages_.push_back(static_cast<double>(outcome.hit_messages));
  done_messages_.push_back(static_cast<double>(outcome.done_messages));
  peers_reached_.push_back(static_cast<double>(outcome.peers_reached));
  max_hops_.push_back(outcome.max_hops);
  if (outcome.hops_first_hit) hops_first_hit_.push_back(*outcome.hops_first_hit);
  if (outcome.latency_first_hit_ms) latency_first_hit_ms_.push_back(*outcome.latency_first_hit_ms);
  bytes_.push_back(static_cast<double>(outcome.bytes));
}

void LookupFigures::summarise(LookupRow& row) {
  row.query_messages = figure_of(query_messages_);
  row.duplicates = figure_of(duplicates_);
  row.lost = figure_of(lost_);
  row.hit_messages = figure_of(hit_messages_);
  row.done_messages = figure_of(done_messages_);
  row.peers_reached = figure_of(peers_reached_);
  row.max_hops = figure_of(max_hops_);
  row.hops_first_hit = figure_of(hops_first_hit_);
  row.latency_first_hit_ms = figure_of(latency_first_hit_ms_);
  row.bytes = figure_of(bytes_);
}

void add_wave(SearchOutcome& sum, const SearchOutcome& wave) {
  sum.found = wave.found;
  sum.query_messages += wave.query_messages;
  sum.duplicates += wave.duplicates;
  sum.lost += wave.lost;
  sum.hit_messages += wave.hit_messages;
  sum.done_messages += wave.done_messages;
  sum.bytes += wave.bytes;
  sum.peers_reached = wave.peers_reached;
  sum.max_hops = wave.max_hops;
  sum.hops_first_hit = wave.hops_first_hit;
  if (wave.latency_first_hit_ms) {
    sum.latency_first_hit_ms = sum.elapsed_ms + *wave.latency_first_hit_ms;
  }
  sum.elapsed_ms += wave.elapsed_ms;
}

}  // namespace oxbow::sim

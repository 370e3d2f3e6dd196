// Searches in words: how hits stream past, and what a search's figures mean.
#pragma once

#include <oxbow/requests.h>

#include <string>
#include <vector>

#include "cli/output.h"

namespace oxbow::cli {

/// Prints hits as they come, in the format of `output`; nothing in JSON, where they come at the
/// end.
class HitPrinter {
 public:
  explicit HitPrinter(const Output& output) : output_(output) {}
  void print(const SearchHit& hit);
  /// The hits of an answer that did not stream past.
  void print_missing(const std::vector<SearchHit>& hits);

 private:
  const Output& output_;
  std::size_t printed_ = 0;
};

/// `birch (127.0.0.1:7405)`, or the address alone where there is no name.
std::string peer_text(const std::string& name, const std::string& address);

/// What was found, how far the search went, what it cost and how long it took: one sentence.
std::string search_summary(const FindAnswer& answer);

/// Why it stopped, and what made it partial.
std::string stopped_text(const SearchReport& search);

/// What a mark of SearchReport::marks means.
std::string mark_text(const std::string& mark);

}  // namespace oxbow::cli

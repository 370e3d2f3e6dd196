// How the messages of floods and ring lookups are spread over the peers: how many came to each.
#pragma once

#include <oxbow/requests.h>

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "report/json.h"

namespace oxbow::cli {

class ComparisonLoad {
 public:
  /// A peer that there is, whether or not anything comes to it.
  void know(const std::string& address) { peers_.insert(address); }
  /// One more question by this way, and the peers that its messages came to, each as often.
  void add(std::string_view via, const std::vector<std::string>& receivers);
  void add(const LookupAnswer& lookup);

  /// The field `load` of report/comparison_page.h.
  void write(JsonWriter& json) const;

 private:
  struct OfWay {
    std::string via;
    std::uint64_t questions = 0;
    std::map<std::string, std::uint64_t> received;
  };

  std::set<std::string> peers_;
  std::vector<OfWay> ways_;
};

}  // namespace oxbow::cli

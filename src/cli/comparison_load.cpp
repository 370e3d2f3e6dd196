#include "cli/comparison_load.h"

#include <algorithm>

#include "message/describe.h"

namespace oxbow::cli {

void ComparisonLoad::add(std::string_view via, const std::vector<std::string>& receivers) {
  auto way = std::find_if(ways_.begin(), ways_.end(),
                          [&](const OfWay& known) { return known.via == via; });
  if (way == ways_.end()) way = ways_.insert(way, {std::string(via), 0, {}});
  ++way->questions;
  for (const std::string& receiver : receivers) {
    know(receiver);
    ++way->received[receiver];
  }
}

void ComparisonLoad::add(const LookupAnswer& lookup) {
  std::vector<std::string> receivers;
  // Each forward comes to the next member, and the owner's answer to the first peer.
  if (lookup.forwards > 0) {
    for (const LookupPeer& peer : lookup.path) receivers.push_back(peer.address);
  }
  add(enum_name(lookup.via), receivers);
}

void ComparisonLoad::write(JsonWriter& json) const {
  json.name("load").begin_array();
  for (const OfWay& way : ways_) {
    std::vector<std::uint64_t> received(peers_.size() - way.received.size());
    for (const auto& [address, count] : way.received) received.push_back(count);
    std::sort(received.begin(), received.end());
    const double last = std::max(1.0, static_cast<double>(received.size()) - 1);
    json.begin_object().field("via", way.via).name("quantiles").begin_array();
    for (std::size_t i = 0; i < received.size(); ++i) {
      json.begin_array().value(static_cast<double>(i) / last);
      json.value(static_cast<double>(received[i]) / static_cast<double>(way.questions)).end_array();
    }
    json.end_array().end_object();
  }
  json.end_array();
}

}  // namespace oxbow::cli

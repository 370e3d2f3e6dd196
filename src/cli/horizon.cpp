#include "cli/horizon.h"

#include <algorithm>

namespace oxbow::cli {

Horizon horizon_of(const std::vector<SearchReport>& floods, const std::vector<SearchHit>& hits) {
  const auto peers = [&](std::size_t ttl) {
    return ttl == 0 ? std::uint64_t{1} : floods[ttl - 1].peers_reached.value_or(1);
  };
  const auto messages = [&](std::size_t ttl) {
    return ttl == 0 ? std::uint64_t{0} : floods[ttl - 1].query_messages.value_or(0);
  };

  Horizon horizon;
  std::optional<std::uint64_t> degrees = 0;
  for (std::size_t d = 0; d <= floods.size(); ++d) {
    Hop hop;
    hop.hop = static_cast<std::uint32_t>(d);
    // Floods run one after another: a peer that came or went between them must not wrap around.
    hop.peers = d == 0 ? 1 : peers(d) - std::min(peers(d), peers(d - 1));
    if (hop.peers == 0) {
      horizon.complete = true;
      break;
    }
    hop.query_messages = messages(d);
    if (d < floods.size()) {
      const std::uint64_t further = messages(d + 1) - std::min(messages(d + 1), messages(d));
      hop.links = d == 0 ? further : further + hop.peers;
    }
    hop.hits = static_cast<std::uint64_t>(std::count_if(
        hits.begin(), hits.end(), [&](const SearchHit& hit) { return hit.hops == hop.hop; }));
    horizon.peers += hop.peers;
    degrees = degrees && hop.links ? std::optional(*degrees + *hop.links) : std::nullopt;
    horizon.hops.push_back(hop);
  }
  if (horizon.complete && degrees) horizon.links = *degrees / 2;
  return horizon;
}

}  // namespace oxbow::cli

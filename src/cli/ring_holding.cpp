#include "cli/ring_holding.h"

namespace oxbow::cli {

Result<std::optional<RingHolding>> held_by_ring(Client& client, const std::string& key) {
  GetRequest request;
  request.key = key;
  request.search = false;
  const auto answer = client.get(request);
  if (!answer) {
    if (answer.error().code == "quorum-not-met") return std::optional<RingHolding>();
    return answer.error();
  }
  if (answer->found) return std::optional(RingHolding::value);
  return std::optional(answer->deleted ? RingHolding::tombstone : RingHolding::nothing);
}

}  // namespace oxbow::cli

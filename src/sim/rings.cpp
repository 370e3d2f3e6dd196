// Members of a ring in a simulated network.
#include <algorithm>

#include "sim/network.h"

namespace oxbow {

std::vector<PeerNumber> SimNetwork::add_members(std::size_t count, const NodeConfig& config) {
  std::vector<PeerNumber> members;
  for (std::size_t i = 0; i < count; ++i) {
    NodeConfig member = config;
    member.member = true;
    members.push_back(add_peer(std::move(member)));
    if (i > 0) link(members[i], members[i - 1]);
    if (i > 1) link(members[i], members[0]);
  }
  return members;
}

bool SimNetwork::wait_for_ring(std::size_t members, Duration within) {
  const auto known_everywhere = [&] {
    std::string digest;
    for (PeerNumber peer = 0; peer < size(); ++peer) {
      if (!is_running(peer) || is_stranger(peer)) continue;
      const Result<RingAnswer> known = ring(peer);
      if (!known.ok()) return false;
      const auto joined = std::count_if(known->members.begin(), known->members.end(),
                                        [](const auto& m) { return m.state == "joined"; });
      if (static_cast<std::size_t>(joined) != members) return false;
      if (!digest.empty() && known->digest != digest) return false;
      digest = known->digest;
      if (status(peer).waiting_for.starts_with("the ring: ")) return false;
    }
    return true;
  };
  const Instant deadline = now() + within;
  while (!known_everywhere()) {
    if (now() >= deadline) return false;
    run_for(std::chrono::milliseconds(50));
  }
  return true;
}

}  // namespace oxbow

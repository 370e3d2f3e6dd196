// Records of the ring spread to every peer, whatever is lost on the way.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// Peers in a random network of which the first `members` are members.
void add_with_members(SimNetwork& network, std::uint32_t peers, std::uint32_t members,
                      std::uint64_t seed) {
  network.add(topology::random(peers, 4, seed));
  for (PeerNumber peer = 0; peer < members; ++peer) network.config_of(peer).member = true;
}

bool all_know(const SimNetwork& network, std::uint64_t members) {
  for (PeerNumber peer = 0; peer < network.size(); ++peer) {
    if (network.is_running(peer) && network.table(peer, "members") != members) return false;
  }
  return true;
}

}  // namespace

TEST_CASE("every peer of a connected overlay knows the ring within moments, member or not") {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    CAPTURE(seed);
    SimNetwork network(seed);
    add_with_members(network, 50, 10, seed);
    network.start();
    CHECK(network.run_until([&] { return all_know(network, 10); }, 2s));
    CHECK(network.misdirected() == 0);
  }
}

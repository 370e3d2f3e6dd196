// A search with TTL 0 asks the peer alone that the client talks to; one without a TTL goes as far
// as that peer is configured for.
#include <doctest/doctest.h>

#include "sim/network.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

FindRequest find_of(std::string key, std::optional<std::uint32_t> ttl, Via via = Via::flood,
                    Match match = Match::exact) {
  FindRequest request;
  request.key = std::move(key);
  request.ttl = ttl;
  request.via = via;
  request.match = match;
  return request;
}

}  // namespace

TEST_CASE("a search with TTL 0 asks no neighbor, whatever its way, and ends at once") {
  SimNetwork network(1);
  const PeerNumber asked = network.add_peer();
  const PeerNumber neighbor = network.add_peer();
  network.link(asked, neighbor);
  REQUIRE(network.settle());
  network.publish(asked, "own", "1");
  network.publish(neighbor, "other", "2");
  for (const Via via : {Via::flood, Via::expanding, Via::walk}) {
    for (const bool report : {true, false}) {
      CAPTURE(static_cast<int>(via));
      CAPTURE(report);
      FindRequest missing = find_of("other", 0, via);
      missing.report = report;
      network.reset_traffic();
      const Instant began = network.now();
      const FindAnswer nothing = network.find(asked, missing);
      CHECK_FALSE(nothing.found);
      CHECK(nothing.search.stopped == Stopped::complete);
      CHECK(nothing.search.ttl == 0);
      CHECK(nothing.search.peers_reached == 1);
      CHECK(nothing.search.query_messages == 0);
      CHECK(network.now() - began < 10ms);
      CHECK(network.traffic().of<Query>().sent == 0);
      CHECK(network.traffic().of<Walk>().sent == 0);
    }
    CHECK(network.find(asked, find_of("own", 0, via)).found);
  }
  for (const std::optional<bool> all : {std::optional<bool>(), std::optional(false)}) {
    FindRequest pattern = find_of("o*", 0, Via::flood, Match::glob);
    pattern.all = all;
    network.reset_traffic();
    const FindAnswer own = network.find(asked, pattern);
    CHECK(own.hits.size() == 1);
    CHECK(own.search.stopped == Stopped::complete);
    CHECK(network.traffic().of<Query>().sent == 0);
    pattern.key = "x*";
    CHECK_FALSE(network.find(asked, pattern).found);
    CHECK(network.traffic().of<Query>().sent == 0);
  }
}

TEST_CASE("a search without a TTL goes as far as the asked peer is configured for") {
  NodeConfig config = SimNetwork::defaults();
  config.ttl = 1;
  SimNetwork network(2);
  const PeerNumber asked = network.add_peer(config);
  const PeerNumber near = network.add_peer();
  const PeerNumber far = network.add_peer();
  network.link(asked, near);
  network.link(near, far);
  REQUIRE(network.settle());
  network.publish(near, "near", "1");
  network.publish(far, "far", "2");
  CHECK(network.find(asked, find_of("near", std::nullopt)).found);
  CHECK_FALSE(network.find(asked, find_of("far", std::nullopt)).found);
  CHECK(network.find(asked, find_of("far", 2)).found);
}

// A stranger beside two honest peers.
#pragma once

#include <doctest/doctest.h>

#include "node/scenario.h"

namespace oxbow::scenario {

/// A stranger linked to peer 0, which is linked to peer 1.
struct StrangerScene {
  explicit StrangerScene(const NodeConfig& config = SimNetwork::defaults())
      : network(20), stranger(prepare(config)) {
    REQUIRE(network.settle());
    network.dial(stranger, 0);
    network.run_for(100ms);
    REQUIRE(network.status(0).links == 2);
    network.reset_traffic();
  }

  Query fresh_query(std::uint8_t ttl = 5) {
    Query query;
    query.id = {random.next(), random.next()};
    query.ttl = ttl;
    query.flags = query_flags::kReport;
    query.pattern = "nowhere";
    return query;
  }
  bool send(const Message& message) { return network.inject(stranger.number(), 0, message); }
  bool was_cut_off() const { return stranger.endings(0) > 0; }
  std::uint64_t queries_at_1() const { return network.counter(1, "queries received"); }

  SimNetwork network;
  Stranger& stranger;
  Random random{7};

 private:
  Stranger& prepare(const NodeConfig& config) {
    network.add(topology::line(2), config);
    return network.add_stranger();
  }
};

}  // namespace oxbow::scenario

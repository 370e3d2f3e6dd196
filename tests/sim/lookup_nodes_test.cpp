// The large simulator beside whole Nodes on the same topology: where figures are exact they are the
// same.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/network.h"
#include "sim/ring_search.h"
#include "sim/search_scenario.h"
#include "sim/workload.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

const std::string kKey = "object 000000000";

struct Nodes {
  Nodes(const Topology& topology, const std::vector<PeerNumber>& holders) : network(7) {
    NodeConfig config = SimNetwork::defaults();
    config.ttl_cap = 200;
    network.add(topology, config);
    REQUIRE(network.settle());
    for (const PeerNumber holder : holders) network.publish(holder, kKey, "value");
    network.run_for(std::chrono::seconds(1));
    network.reset_traffic();
  }

  SearchReport find(PeerNumber origin, std::uint32_t ttl, bool all) {
    FindRequest request;
    request.key = kKey;
    request.ttl = ttl;
    request.all = all;
    return network.find(origin, request).search;
  }

  SimNetwork network;
};

}  // namespace

TEST_CASE("floods cost the same in the large simulator and among whole Nodes") {
  const std::vector<Topology> topologies{topology::petersen(), topology::grid(5, 6),
                                         topology::random(60, 5, 3), topology::random(40, 8, 4),
                                         topology::tree(31, 2)};
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    CAPTURE(i);
    const Topology& topology = topologies[i];
    const std::vector<PeerNumber> holders{3, topology.peers - 1};
    for (const bool all : {true, false}) {
      Nodes nodes(topology, holders);
      Floods floods(Graph::of(topology), {.all = all, .reports = true});
      // A TTL that cuts the flood is exact too, as all latencies are alike.
      for (const std::uint32_t ttl : {topology.peers, 3U, 1U}) {
        CAPTURE(ttl);
        const SearchReport whole = nodes.find(0, ttl, all);
        const SearchOutcome large = floods.run(0, holders, static_cast<FloodTtl>(ttl));
        CHECK(whole.stopped == Stopped::complete);
        CHECK(whole.query_messages == large.query_messages);
        CHECK(whole.peers_reached == large.peers_reached);
        CHECK(whole.duplicates == large.duplicates);
        CHECK(whole.hit_messages == large.hit_messages);
        CHECK(whole.done_messages == large.done_messages);
        CHECK(whole.max_hops == large.max_hops);
        CHECK(whole.first_hit_ms == large.latency_first_hit_ms);
        CHECK(whole.elapsed_ms == large.elapsed_ms);
      }
    }
  }
}

TEST_CASE("frames are as long as the simulator says") {
  const Topology topology = topology::random(30, 4, 9);
  Nodes nodes(topology, {});
  Floods floods(Graph::of(topology), {.reports = true});
  nodes.find(0, 30, false);
  const SearchOutcome large = floods.run(0, {}, 30);
  CHECK(nodes.network.traffic().of<Query>().sent == large.query_messages);
  CHECK(nodes.network.traffic().of<Query>().bytes == large.query_messages * frame_sizes().query);
  CHECK(nodes.network.traffic().of<QueryDone>().bytes ==
        large.done_messages * frame_sizes().query_done);
}

namespace {

RingMember member_of(SimNetwork& network, PeerNumber peer) {
  const RingAnswer ring = *network.ring(peer);
  for (const MemberInfo& member : ring.members) {
    if (member.self) return {*parse_peer_id(member.id), member.zone, member.tokens};
  }
  FAIL("no member");
  return {};
}

}  // namespace

TEST_CASE("ring lookups go the same way in the large simulator and among whole Nodes") {
  constexpr RingWay kWays[] = {RingWay::one_hop, RingWay::finger, RingWay::successor};
  constexpr std::uint32_t kMembers = 20;
  for (const double weight : {1.0 / limits::kTokensPerMember, 0.05, 1.0}) {
    CAPTURE(weight);
    SimNetwork nodes(11);
    NodeConfig config = SimNetwork::defaults();
    config.weight = weight;
    const std::vector<PeerNumber> peers = nodes.add_members(kMembers, config);
    nodes.start();
    REQUIRE(nodes.wait_for_ring(kMembers, std::chrono::seconds(60)));
    std::vector<RingMember> members;
    for (const PeerNumber peer : peers) members.push_back(member_of(nodes, peer));

    const Graph graph(kMembers, {});
    const LatencyModel latency = *parse_latency("unit", 1);
    SearchNetwork network{graph, latency, frame_sizes(), Random(1)};
    const RingSearch large(network, members);
    std::size_t forwards = 0;
    for (ObjectNumber object = 0; object < 40; ++object) {
      const PeerNumber origin = object % kMembers;
      for (const RingWay way : kWays) {
        const LookupAnswer whole = *nodes.lookup(peers[origin], {key_of(object), way, 0});
        const std::vector<PeerNumber> path = large.path(way, {origin, position_of(key_of(object))});
        CHECK(whole.found);
        REQUIRE(whole.path.size() == path.size());
        CHECK(whole.forwards == path.size() - 1);
        forwards += whole.forwards;
        for (std::size_t i = 0; i < path.size(); ++i) {
          CHECK(whole.path[i].id == to_string(members[path[i]].id));
        }
      }
    }
    CHECK(forwards > 100);
  }
}

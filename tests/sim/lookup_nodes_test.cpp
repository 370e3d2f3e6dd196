// The large simulator beside whole Nodes on the same topology: where figures are exact they are the
// same.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "sim/lookup.h"
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

  SearchReport find(PeerNumber origin, std::uint32_t ttl, bool all, Via via = Via::flood) {
    FindRequest request;
    request.key = kKey;
    request.via = via;
    request.ttl = ttl;
    request.all = all;
    return network.find(origin, request).search;
  }

  SearchReport walk(PeerNumber origin, std::uint32_t walkers, std::uint32_t steps, bool all) {
    FindRequest request;
    request.key = kKey;
    request.via = Via::walk;
    request.walkers = walkers;
    request.steps = steps;
    request.all = all;
    return network.find(origin, request).search;
  }

  SimNetwork network;
};

/// One search in the large simulator, as `oxbow-sim lookup` runs it.
SearchOutcome large_search(const Graph& graph, const LookupPlan& plan) {
  SearchOutcome outcome;
  LookupWatch watch;
  watch.ended = [&](LookupVia, const SearchOutcome& ended) { outcome = ended; };
  run_lookups(graph, plan, {}, watch);
  return outcome;
}

LookupPlan walk_plan(PeerNumber origin, const std::vector<PeerNumber>& holders,
                     std::uint32_t walkers, std::uint32_t steps, bool all) {
  LookupPlan plan;
  plan.vias = {LookupVia::walk};
  plan.single = SingleSearch{origin, holders};
  plan.walkers = walkers;
  plan.steps = steps;
  plan.flood.all = all;
  return plan;
}

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

TEST_CASE(
    "expanding searches cost and take the same in the large simulator and among whole Nodes") {
  const std::vector<Topology> topologies{topology::petersen(), topology::grid(5, 6),
                                         topology::random(60, 5, 3), topology::line(12)};
  for (std::size_t i = 0; i < topologies.size(); ++i) {
    CAPTURE(i);
    const Topology& topology = topologies[i];
    const Graph graph = Graph::of(topology);
    for (const std::vector<PeerNumber>& holders :
         {std::vector<PeerNumber>{}, std::vector<PeerNumber>{7, topology.peers - 1}}) {
      CAPTURE(holders.size());
      Nodes nodes(topology, holders);
      for (const bool all : {true, false}) {
        for (const std::uint32_t ttl : {topology.peers, 5U, 1U}) {
          CAPTURE(ttl);
          LookupPlan plan;
          plan.vias = {LookupVia::expanding};
          plan.single = SingleSearch{0, holders};
          plan.ttl = static_cast<FloodTtl>(ttl);
          plan.flood.all = all;  // without reports of its own: its waves have them anyway
          const SearchReport whole = nodes.find(0, ttl, all, Via::expanding);
          const SearchOutcome large = large_search(graph, plan);
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
}

TEST_CASE(
    "walks cost the same in the large simulator and among whole Nodes where none has a choice") {
  struct Case {
    Topology topology;
    PeerNumber origin;
    std::vector<PeerNumber> holders;
    std::uint32_t walkers;
    std::uint32_t steps;
    bool all;
  };
  const std::vector<Case> cases{
      {topology::line(10), 0, {9}, 1, 100, false},
      {topology::line(10), 0, {}, 1, 18, false},  // to the end and back
      {topology::line(10), 0, {2, 6, 9}, 1, 18, true},
      {topology::ring(12), 3, {9}, 1, 100, false},  // opposite: as far either way
      {topology::ring(12), 3, {}, 1, 12, false},    // around
      {topology::star(9), 0, {}, 8, 20, false},     // one to each, and then to and fro
      {topology::star(9), 0, {5}, 8, 20, false},
      {topology::star(9), 0, {2, 5}, 8, 20, true},
      {topology::star(9), 3, {}, 5, 2, false},
      {topology::complete(8), 2, {}, 7, 1, false},
      {topology::complete(8), 2, {4, 6}, 7, 1, false},
  };
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(i);
    const auto& [topology, origin, holders, walkers, steps, all] = cases[i];
    Nodes nodes(topology, holders);
    const SearchReport whole = nodes.walk(origin, walkers, steps, all);
    const SearchOutcome large =
        large_search(Graph::of(topology), walk_plan(origin, holders, walkers, steps, all));
    CHECK(whole.stopped == Stopped::complete);
    CHECK(whole.query_messages == large.query_messages);
    CHECK(whole.peers_reached == large.peers_reached);
    CHECK(whole.duplicates == large.duplicates);
    CHECK(whole.hit_messages == large.hit_messages);
    CHECK(whole.done_messages == large.done_messages);
    const auto& traffic = nodes.network.traffic();
    CHECK(traffic.of<WalkReport>().sent + traffic.of<WalkReply>().sent ==
          large.hit_messages + large.done_messages);
    if (topology.links.size() != topology.peers * (topology.peers - 1) / 2) continue;
    // Among neighbors nobody has to be dialled, so that it takes as long, too.
    CHECK(whole.first_hit_ms == large.latency_first_hit_ms);
    CHECK(whole.elapsed_ms == large.elapsed_ms);
  }
}

TEST_CASE("walks with choices cost as much on average in both, and add up in both") {
  const Topology topology = topology::random(40, 4, 5);
  const Graph graph = Graph::of(topology);
  constexpr std::uint32_t kWalkers = 4;
  const std::vector<PeerNumber> holders{7, 25};
  Nodes nodes(topology, holders);
  constexpr int kSearches = 1000;
  struct Sum {
    double messages = 0, duplicates = 0, done = 0;
  } whole, large;
  for (int i = 0; i < kSearches; ++i) {
    const SearchReport of_nodes = nodes.walk(0, kWalkers, 1000, false);
    REQUIRE(of_nodes.query_messages);
    CHECK(*of_nodes.query_messages == *of_nodes.peers_reached - 1 + *of_nodes.duplicates);
    whole.messages += static_cast<double>(*of_nodes.query_messages);
    whole.duplicates += static_cast<double>(*of_nodes.duplicates);
    whole.done += static_cast<double>(*of_nodes.done_messages);

    LookupPlan plan = walk_plan(0, holders, kWalkers, 1000, false);
    plan.seed = static_cast<std::uint64_t>(i);
    const SearchOutcome outcome = large_search(graph, plan);
    CHECK(outcome.query_messages == outcome.peers_reached - 1 + outcome.duplicates);
    large.messages += static_cast<double>(outcome.query_messages);
    large.duplicates += static_cast<double>(outcome.duplicates);
    large.done += static_cast<double>(outcome.done_messages);
  }
  CHECK(whole.messages == doctest::Approx(large.messages).epsilon(0.05));
  CHECK(whole.duplicates == doctest::Approx(large.duplicates).epsilon(0.1));
  CHECK(whole.done == doctest::Approx(large.done).epsilon(0.05));
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

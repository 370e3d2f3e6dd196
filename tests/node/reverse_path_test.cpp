// Hits on their way back over links that may have gone meanwhile.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

using Lost = std::set<std::pair<PeerNumber, PeerNumber>>;

/// Whether following the first upstream whose link lives leads from `holder` to `origin`, through
/// no peer twice.
bool leads_home(const Flood& flood, const Lost& lost, PeerNumber holder, PeerNumber origin) {
  std::set<PeerNumber> visited;
  PeerNumber here = holder;
  while (here != origin) {
    if (!visited.insert(here).second) return false;
    const auto& upstreams = flood.upstreams.at(here);
    const auto next = std::find_if(upstreams.begin(), upstreams.end(), [&](PeerNumber upstream) {
      return lost.count({std::min(here, upstream), std::max(here, upstream)}) == 0;
    });
    if (next == upstreams.end()) return false;
    here = *next;
  }
  return true;
}

}  // namespace

TEST_CASE("links lost after the query: a hit arrives iff the first living upstreams lead home") {
  std::size_t arrived = 0;
  std::size_t detoured = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const auto peers = static_cast<std::uint32_t>(4 + random.below(20));
    const Topology graph = topology::random(peers, 2.5 + 2 * random.unit(), random.next());
    const auto origin = static_cast<PeerNumber>(random.below(peers));
    const auto holder = static_cast<PeerNumber>((origin + 1 + random.below(peers - 1)) % peers);

    SimNetwork network(seed);
    FloodWatch watch(network);
    NodeConfig config = unbounded();
    config.find_timeout = 5s;
    network.add(graph, config, {{10us, 8ms}, false});
    // The query is slow on its last link, so that links can go before the hit is on its way.
    const std::vector<PeerNumber> last_links = adjacency(graph)[holder];
    for (const PeerNumber neighbor : last_links) {
      network.set_latency(neighbor, holder, {500ms, 510ms});
    }
    REQUIRE(network.settle());
    network.publish(holder, "key", "value");

    FindRequest request = exact("key", 60);
    request.report = false;  // a report may know the end of the flood before the hit is back
    const RequestHandle handle = network.request(origin, request);
    network.run_for(450ms);
    Lost lost;
    for (const Edge& link : graph.links) {
      if (link.a == holder || link.b == holder || random.unit() > 0.3) continue;
      network.cut(link.a, link.b);
      network.partition(link.a, link.b);
      lost.insert({std::min(link.a, link.b), std::max(link.a, link.b)});
    }
    network.run_for(10s);
    const FindAnswer& answer = network.record(handle).answer<FindAnswer>();
    const Flood& flood = watch.of(answer.search);
    const bool expected = leads_home(flood, lost, holder, origin);
    CHECK(answer.hits.size() == (expected ? 1 : 0));
    CHECK(answer.search.stopped == Stopped::timeout);
    CHECK(flood.most_visits_of_a_hit() <= 2);  // a second one is dropped where it comes
    CHECK(flood.hits <= 2 * peers);
    const std::string home = to_string(network.address_of(origin));
    int at_home = 0;
    for (const auto& [where, visits] : flood.hits_at) at_home += std::get<0>(where) == origin;
    CHECK(at_home == (expected ? 1 : 0));
    arrived += expected ? 1U : 0U;
    detoured += expected && flood.hits > answer.hits[0].hops ? 1U : 0U;
  }
  CHECK(arrived > 50);  // both outcomes were tried,
  CHECK(arrived < 190);
  CHECK(detoured > 0);  // and ways that are not the first copy's
}

TEST_CASE("a hit goes to the second upstream when the first one's link has gone") {
  // 0-1-3 is faster than 0-2-3; 3-4 is slow enough for 1 to go before 4 answers.
  SimNetwork network(3);
  network.add(Topology{5, {{0, 1}, {1, 3}, {0, 2}, {2, 3}, {3, 4}}});
  network.set_latency(0, 2, Latency::fixed(3ms));
  network.set_latency(3, 4, Latency::fixed(100ms));
  REQUIRE(network.settle());
  network.publish(4, "key", "value");
  FindRequest request = exact("key");
  request.report = false;
  const RequestHandle handle = network.request(0, request);
  network.run_for(50ms);
  network.crash(1);
  network.run_for(15s);
  const FindAnswer& answer = network.record(handle).answer<FindAnswer>();
  CHECK(answer.hits.size() == 1);
  CHECK(network.counter(2, "hits sent") == 1);
  CHECK(answer.search.first_hit_ms == 105.0);  // 1 + 1 + 100 ms there, 1 + 1 + 1 back

  // With a report the flood is known to be over when 1 is gone: 2's copy was a duplicate.
  network.start(1);
  REQUIRE(network.settle());
  const RequestHandle reported = network.request(0, exact("key"));
  network.run_for(50ms);
  network.crash(1);
  network.run_for(15s);
  const SearchReport& report = network.record(reported).answer<FindAnswer>().search;
  CHECK(report.stopped == Stopped::partial);
  CHECK(report.lost == 1U);
  CHECK(adds_up(report));
}

// A member that starts from nothing, and bytes that are adopted twice.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/replica_ring.h"
#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

GetAnswer get(SimNetwork& network, PeerNumber peer, const std::string& key,
              const std::string& r = {}) {
  const auto answer = network.get(peer, get_of(key, r));
  REQUIRE_MESSAGE(answer.ok(), answer.error().message);
  return *answer;
}

}  // namespace

TEST_CASE("a member without its disk that knows nobody yet loses no write that it acknowledges") {
  Cluster cluster(11);
  SimNetwork& network = cluster.network;
  const auto primaries = cluster.primaries("k");
  PeerNumber other = 0;
  while (std::find(primaries.begin(), primaries.end(), other) != primaries.end()) ++other;
  network.crash(other);
  network.store(other).wipe();
  network.start(other);
  const auto written = network.put(other, put_of("k", "1", {}, "1"));
  if (!written.ok()) CHECK(written.error().code == "no-ring");
  REQUIRE(network.wait_for_ring(5));
  network.run_for(10s);
  const std::set<std::string> expected =
      written.ok() ? std::set<std::string>{"1"} : std::set<std::string>{};
  for (const PeerNumber peer : cluster.members) {
    CHECK(values_of(get(network, peer, "k")) == expected);
  }
}

TEST_CASE("the same bytes adopted at two peers are one sibling; deleted, they stay deleted") {
  Cluster cluster(6);
  SimNetwork& network = cluster.network;
  const PeerNumber outsider = 5;
  network.publish(outsider, "found", "bytes");
  GetRequest request = get_of("found");
  request.search = true;
  request.adopt = true;
  const RequestHandle one = network.request(0, request);
  const RequestHandle other = network.request(3, request);
  REQUIRE(network.run_until(
      [&] { return network.record(one).over() && network.record(other).over(); }, 1min));
  for (const RequestHandle handle : {one, other}) {
    REQUIRE(network.record(handle).error() == nullptr);
    CHECK(network.record(handle).answer<GetAnswer>().found);
  }
  network.run_for(2s);
  for (const PeerNumber peer : cluster.members) {
    const GetAnswer answer = get(network, peer, "found");
    CHECK(answer.source == Source::ring);
    CHECK(values_of(answer) == std::set<std::string>{"bytes"});
    CHECK(answer.values.size() == 1);
  }
  for (const PeerNumber primary : cluster.primaries("found")) {
    CHECK(cluster.copy(primary, "found").siblings().size() == 1);
  }
  REQUIRE(network.del(1, delete_of("found", get(network, 1, "found").context)).ok());
  for (const PeerNumber peer : cluster.members) {
    const auto answer = network.get(peer, request);  // searches and adopts, if it may
    REQUIRE(answer.ok());
    CHECK(answer->deleted);
    CHECK(!answer->flood_ttl);
    CHECK(!answer->found);
  }
}

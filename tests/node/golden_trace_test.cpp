// Small floods, message by message, as they are meant to be read; and the same seed twice.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

/// The search messages that one find causes, in the order of their arrival, from time 0.
std::string trace_of(SimNetwork& network, PeerNumber origin, const FindRequest& request) {
  std::string trace = "\n";
  const Instant begun = network.now();
  network.tap([&](const Carried& carried) {
    const bool search = std::holds_alternative<Query>(carried.message) ||
                        std::holds_alternative<Hit>(carried.message) ||
                        std::holds_alternative<QueryDone>(carried.message);
    if (!search || carried.phase != Carried::Phase::delivered) return;
    Carried relative{carried.phase, Instant{carried.at - begun}, carried.from, carried.to,
                     carried.message};
    trace += network.line(relative) + '\n';
  });
  network.find(origin, request);
  network.run_for(1s);
  return trace;
}

/// Everything that happens in a network full of faults.
std::string trace_of_faults(std::uint64_t seed) {
  SimNetwork network(seed);
  network.record_trace();
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  network.add(topology::random(12, 3.0, 1), config, {{1ms, 30ms}, true});
  network.start();
  network.run_for(5s);
  network.publish(4, "key", "value");
  network.paths().standard.loss = 0.01;
  for (PeerNumber i = 0; i < 30; ++i) {
    FindRequest request = exact("key");
    request.via = i % 3 == 0 ? Via::walk : Via::flood;
    request.stream = true;
    if (network.is_running(i % 12)) network.request(i % 12, request);
    network.run_for(200ms);
    if (i == 10) network.crash(7);
    if (i == 12) network.partition(2, 3);
    if (i == 20) network.restart(8);
  }
  network.run_for(20s);
  return network.trace();
}

}  // namespace

TEST_CASE("a search on a diamond, message by message") {
  // 0 has the neighbors 1 and 2, both have 3, which holds the key.
  SimNetwork network(1);
  network.add(Topology{4, {{0, 1}, {0, 2}, {1, 3}, {2, 3}}});
  REQUIRE(network.settle());
  network.publish(3, "key", "value");
  CHECK(trace_of(network, 0, everywhere("key", 3)) == R"(
    1.000 ms  0 -> 1  query q1 ttl 3 hops 0 #0
    1.000 ms  0 -> 2  query q1 ttl 3 hops 0 #0
    2.000 ms  1 -> 3  query q1 ttl 2 hops 1 #0
    2.000 ms  2 -> 3  query q1 ttl 2 hops 1 #0
    3.000 ms  3 -> 1  hit q1 hops 2 from peer-3 part 0 (last) results 1
    3.000 ms  3 -> 2  query q1 ttl 1 hops 2 #0
    3.000 ms  3 -> 2  done q1 #0 peers 0 messages 0 duplicates 1 max hops 0
    4.000 ms  1 -> 0  hit q1 hops 2 from peer-3 part 0 (last) results 1
    4.000 ms  2 -> 3  done q1 #0 peers 0 messages 0 duplicates 1 max hops 0
    4.000 ms  2 -> 0  done q1 #0 peers 1 messages 1 duplicates 1 max hops 1
    5.000 ms  3 -> 1  done q1 #0 peers 1 messages 1 duplicates 1 max hops 2 hits 1
    6.000 ms  1 -> 0  done q1 #0 peers 2 messages 2 duplicates 1 max hops 2 hits 2
)");
}

TEST_CASE("a peer dies in the middle of a search: what comes of it goes no further") {
  SimNetwork network(2);
  network.add(topology::line(4));
  REQUIRE(network.settle());
  network.publish(3, "key", "value");
  network.tap([&](const Carried& carried) {
    if (std::holds_alternative<Query>(carried.message) && carried.from == 1) network.crash(1);
  });
  CHECK(trace_of(network, 0, exact("key", 7)) == R"(
    1.000 ms  0 -> 1  query q1 ttl 7 hops 0 #0
    2.000 ms  1 -> 2  query q1 ttl 6 hops 1 #0
    3.000 ms  2 -> 3  query q1 ttl 5 hops 2 #0
    4.000 ms  3 -> 2  hit q1 hops 3 from peer-3 part 0 (last) results 1
    4.000 ms  3 -> 2  done q1 #0 peers 1 messages 0 duplicates 0 max hops 3 hits 1
)");
}

TEST_CASE("one seed gives one run, to the last event; another seed another one") {
  const std::string once = trace_of_faults(5);
  CHECK(once == trace_of_faults(5));
  CHECK(once != trace_of_faults(6));
  CHECK(once.size() > 10'000);
}

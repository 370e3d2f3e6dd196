// What holds for gets and puts under any schedule, tried on seeded random ones in virtual time.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "node/replica_scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

const std::vector<std::string> kKeys{"a", "b", "carts/c", "d"};

struct Answered {
  std::size_t answered = 0;
  std::size_t acknowledged = 0;
};

/// Clients and faults for some time, then a whole network, and what holds in the end.
Answered run(std::uint64_t seed, ClientOptions options, const FaultOptions& what,
             std::vector<BucketPolicy> buckets = {}, bool in_memory = false) {
  Cluster cluster(seed, 5, 1, std::move(buckets), in_memory);
  ReplicaHistory history;
  DotWatch dots(cluster.network);
  Clients clients(cluster.network, history, seed, options);
  Faults faults(cluster.network, seed, what);
  const Instant end = cluster.network.now() + 8s;
  while (cluster.network.now() < end) {
    clients.step();
    faults.step();
    cluster.network.run_for(10ms);
    if (cluster.network.now().time_since_epoch() / 10ms % 20 == 0) dots.see_disks(cluster.network);
  }
  cluster.make_whole();
  CHECK(clients.finish());
  check_ending(cluster, history, options.keys, options.conflicts);
  dots.see_disks(cluster.network);
  check_history(cluster.network, history, dots);
  CHECK(cluster.network.misdirected() == 0);
  return {clients.answered(), history.acknowledged_writes()};
}

ClientOptions clients(bool strict, bool search = false) {
  ClientOptions options;
  options.keys = kKeys;
  options.strict = strict;
  options.search = search;
  return options;
}

}  // namespace

TEST_CASE("without faults every operation succeeds, and a strict read is fresh") {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    CAPTURE(seed);
    FaultOptions none;
    none.every = 1h;
    const Answered outcome = run(seed, clients(true), none);
    CHECK(outcome.answered > 500);
  }
}

// Half of the gets may search, as gets do unless they are told not to: what a search finds is not
// to be taken for a fresh answer.
TEST_CASE("strict, R + W > N: a read sees every write acknowledged before it began") {
  const std::vector<BucketPolicy> policies{bucket("default", 3, 2, 2), bucket("default", 3, 1, 3),
                                           bucket("default", 3, 3, 1), bucket("default", 5, 3, 3),
                                           bucket("default", 2, 1, 2), bucket("default", 1, 1, 1)};
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 1; seed <= 48; ++seed) {
    CAPTURE(seed);
    const BucketPolicy& policy = policies[seed / 2 % policies.size()];
    CAPTURE(policy.n);
    CAPTURE(policy.w);
    acknowledged += run(seed, clients(true, seed % 2 == 0), {}, {policy}).acknowledged;
  }
  CHECK(acknowledged > 1'000);
}

TEST_CASE(
    "sloppy: once the network is whole again no acknowledged write is lost, none comes back") {
  std::size_t acknowledged = 0;
  const std::vector<BucketPolicy> policies{bucket("default", 3, 2, 2), bucket("default", 3, 1, 1),
                                           bucket("default", 3, 1, 3), bucket("default", 2, 1, 2)};
  for (std::uint64_t seed = 101; seed <= 140; ++seed) {
    CAPTURE(seed);
    const BucketPolicy& policy = policies[seed / 2 % policies.size()];
    CAPTURE(policy.n);
    CAPTURE(policy.w);
    acknowledged += run(seed, clients(false), {}, {policy}).acknowledged;
  }
  CHECK(acknowledged > 1'000);
}

TEST_CASE("a bucket of last write wins ends with one value, the same everywhere") {
  for (std::uint64_t seed = 201; seed <= 216; ++seed) {
    CAPTURE(seed);
    ClientOptions options = clients(seed % 2 == 0);
    options.conflicts = Conflicts::lww;
    run(seed, options, {},
        {bucket("default", 3, 2, 2, Conflicts::lww), bucket("carts", 3, 2, 2, Conflicts::lww)});
  }
}

TEST_CASE("members that keep everything in memory hold the same, as long as none of them ends") {
  FaultOptions what;
  what.crashes = false;
  what.slow_disks = false;
  std::size_t acknowledged = 0;
  for (std::uint64_t seed = 301; seed <= 324; ++seed) {
    CAPTURE(seed);
    acknowledged +=
        run(seed, clients(seed % 2 == 0), what, {bucket("default", 3, 2, 2)}, true).acknowledged;
  }
  CHECK(acknowledged > 1'000);
}

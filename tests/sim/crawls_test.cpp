// The two crawls of the real Gnutella network: what floods over them cost.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "sim/search_scenario.h"
#include "sim/topology_spec.h"
#include "support/source_tree.h"

using namespace oxbow;
using namespace oxbow::sim;
using namespace oxbow::sim::scenario;

namespace {

/// The folder of the crawls: OXBOW_SHARED/data, or beside the checkout.
std::filesystem::path folder() {
  const char* const shared = std::getenv("OXBOW_SHARED");
  const auto root = shared != nullptr ? std::filesystem::path(shared)
                                      : test::source_root().parent_path() / "shared";
  return root / "data";
}
std::string crawl(const std::string& day) {
  return (folder() / ("gnutella-2002-08-" + day + ".edges")).string();
}
bool are_missing() { return !std::filesystem::exists(crawl("04")); }

}  // namespace

TEST_CASE("floods over the Gnutella crawls cost what breadth-first search says" *
          doctest::skip(are_missing())) {
  struct Row {
    std::string day;
    std::uint32_t peers;
    std::uint64_t links;
  };
  for (const Row& row : {Row{"04", 10'876, 39'994}, Row{"31", 62'586, 147'892}}) {
    CAPTURE(row.day);
    const auto network = build_topology(crawl(row.day), 1);
    REQUIRE(network.ok());
    CHECK(network->graph.peers() == row.peers);
    CHECK(network->graph.links() == row.links);
    Floods floods(network->graph, {});
    for (const PeerNumber origin : {PeerNumber{0}, *network->find(4711)}) {
      const auto far = distances(network->graph, origin);
      for (const FloodTtl ttl : {FloodTtl{1}, FloodTtl{4}, FloodTtl{7}, FloodTtl{100}}) {
        std::uint64_t within = 0, messages = 1;
        for (PeerNumber peer = 0; peer < row.peers; ++peer) {
          if (far[peer] <= ttl) ++within;
          if (far[peer] < ttl) messages += network->graph.degree(peer) - 1;
        }
        const SearchOutcome outcome = floods.run(origin, {}, ttl);
        CHECK(outcome.peers_reached == within);
        CHECK(outcome.query_messages == messages);
      }
    }
  }
}

TEST_CASE("a flood over the crawl of 4 August reaches every peer within ten links" *
          doctest::skip(are_missing())) {
  const auto network = build_topology(crawl("04"), 1);
  REQUIRE(network.ok());
  Floods floods(network->graph, {}, "uniform:10:200", 3);
  const SearchOutcome outcome = floods.run(*network->find(1), {}, 10'876);
  CHECK(outcome.peers_reached == 10'876);
  CHECK(outcome.query_messages == 2 * 39'994 - 10'876 + 1);
}

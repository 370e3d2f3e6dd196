#include "cli/horizon.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace oxbow::cli;

namespace {

SearchReport flood(std::uint64_t messages, std::uint64_t peers) {
  SearchReport report;
  report.query_messages = messages;
  report.peers_reached = peers;
  return report;
}

SearchHit hit(std::uint32_t hops) {
  SearchHit one;
  one.hops = hops;
  return one;
}

}  // namespace

TEST_CASE("a line of four from its end: degrees 1, 2, 2, 1") {
  const Horizon horizon = horizon_of({flood(1, 2), flood(2, 3), flood(3, 4), flood(3, 4)}, {});
  REQUIRE(horizon.hops.size() == 4);
  CHECK(horizon.hops[0].links == 1);
  CHECK(horizon.hops[1].links == 2);
  CHECK(horizon.hops[2].links == 2);
  CHECK(horizon.hops[3].links == 1);
  CHECK(horizon.hops[3].query_messages == 3);
  CHECK(horizon.complete);
  CHECK(horizon.peers == 4);
  CHECK(horizon.links == 3);
}

TEST_CASE("a ring of six: two peers at each of two hops, one opposite") {
  const Horizon horizon =
      horizon_of({flood(2, 3), flood(4, 5), flood(6, 6), flood(7, 6)}, {hit(3), hit(1), hit(3)});
  REQUIRE(horizon.hops.size() == 4);
  CHECK(horizon.hops[1].peers == 2);
  CHECK(horizon.hops[1].links == 4);
  CHECK(horizon.hops[2].peers == 2);
  CHECK(horizon.hops[2].links == 4);
  CHECK(horizon.hops[3].peers == 1);
  CHECK(horizon.hops[3].links == 2);
  CHECK(horizon.links == 6);
  CHECK(horizon.hops[0].hits == 0);
  CHECK(horizon.hops[1].hits == 1);
  CHECK(horizon.hops[3].hits == 2);
}

TEST_CASE("a flood that ends early leaves the last hop's links unknown") {
  const Horizon horizon = horizon_of({flood(2, 3), flood(4, 5)}, {});
  CHECK_FALSE(horizon.complete);
  CHECK(horizon.peers == 5);
  CHECK_FALSE(horizon.links.has_value());
  REQUIRE(horizon.hops.size() == 3);
  CHECK_FALSE(horizon.hops[2].links.has_value());
}

TEST_CASE("a peer without neighbors is alone") {
  const Horizon horizon = horizon_of({flood(0, 1)}, {hit(0)});
  REQUIRE(horizon.hops.size() == 1);
  CHECK(horizon.hops[0].hits == 1);
  CHECK(horizon.complete);
  CHECK(horizon.links == 0);
}

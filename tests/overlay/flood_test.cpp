#include "overlay/flood.h"

#include <doctest/doctest.h>

using namespace oxbow;

namespace {
SeenState seen_with(std::uint8_t best_ttl, bool routes_on) {
  SeenState state;
  state.best_ttl = best_ttl;
  state.routes_on = routes_on;
  return state;
}
}  // namespace

TEST_CASE("the first copy goes on with one hop less to live and one hop more behind it") {
  SeenState state;
  const Decision decision = route_first(state, {5, 2}, false, false);
  CHECK(decision.action == Action::forward);
  CHECK(decision.ttl == 4);
  CHECK(decision.hops == 3);
  CHECK(decision.number == 0);
  CHECK(state.forwardings == 1);
}

TEST_CASE("a holder responds instead of routing on, unless all holders are wanted") {
  SeenState state;
  CHECK(route_first(state, {5, 2}, true, false).action == Action::answer);
  CHECK(!state.routes_on);
  CHECK(route_first(state, {5, 2}, true, true).action == Action::forward);
}

TEST_CASE("TTL 1 ends at its receiver") {
  SeenState state;
  CHECK(route_first(state, {1, 6}, false, false).action == Action::end_here);
  CHECK(route_first(state, {1, 6}, true, true).action == Action::answer);
}

TEST_CASE("with drop no later copy goes on, whatever its TTL") {
  SeenState state = seen_with(2, true);
  CHECK(route_again(state, {7, 1}, Duplicates::drop).action == Action::drop_duplicate);
}

TEST_CASE("with reforward a later copy goes on if its TTL is higher than any before") {
  SeenState state;
  route_first(state, {2, 3}, false, false);
  CHECK(route_again(state, {2, 3}, Duplicates::reforward).action == Action::drop_duplicate);
  const Decision again = route_again(state, {4, 1}, Duplicates::reforward);
  CHECK(again.action == Action::forward);
  CHECK(again.ttl == 3);
  CHECK(again.hops == 2);
  CHECK(again.number == 1);
  CHECK(route_again(state, {3, 2}, Duplicates::reforward).action == Action::drop_duplicate);
}

TEST_CASE("a peer that responded does not reforward either") {
  SeenState state;
  route_first(state, {2, 3}, true, false);
  CHECK(route_again(state, {6, 0}, Duplicates::reforward).action == Action::drop_duplicate);
}

TEST_CASE("TTL + hops is trimmed to the cap, at the cost of the TTL") {
  CHECK(trimmed_ttl({7, 0}, 15) == 7);
  CHECK(trimmed_ttl({200, 0}, 15) == 15);
  CHECK(trimmed_ttl({7, 10}, 15) == 5);
  CHECK(trimmed_ttl({7, 15}, 15) == 1);
  CHECK(trimmed_ttl({7, 254}, 15) == 1);
}

TEST_CASE("TTL 0 and hops 255 are offences") {
  CHECK(is_offence({0, 3}));
  CHECK(is_offence({3, 255}));
  CHECK(!is_offence({1, 254}));
}

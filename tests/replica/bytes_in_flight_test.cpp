#include "replica/bytes_in_flight.h"

#include <doctest/doctest.h>

using namespace oxbow;

namespace {

const PeerId kAnn{{1}};
const PeerId kBob{{2}};
constexpr FlightLimits kLimits{100, 80, 1000};

BytesInFlight::Load load(std::vector<PeerId> members, std::size_t bytes,
                         ConnectionId asker = kNoConnection) {
  return {std::move(members), asker, bytes};
}

}  // namespace

TEST_CASE("what is under way to one member leaves room for others") {
  BytesInFlight flights(kLimits);
  const auto first = flights.begin(load({kAnn}, 60));
  CHECK(flights.of_member(kAnn) == 60);
  CHECK(flights.has_room(load({kAnn}, 40)));
  CHECK_FALSE(flights.has_room(load({kAnn}, 41)));
  CHECK_FALSE(flights.has_room(load({kBob, kAnn}, 41)));
  CHECK(flights.has_room(load({kBob}, 41)));
}

TEST_CASE("who has nothing under way finds room for one, however large") {
  BytesInFlight flights(kLimits);
  CHECK(flights.has_room(load({kAnn}, 5000)));
  auto giant = flights.begin(load({kAnn}, 5000));
  CHECK_FALSE(flights.has_room(load({kBob}, 1)));  // all together are above their limit
  giant.end();
  CHECK(flights.has_room(load({kBob}, 1)));
}

TEST_CASE("a peer that hands operations on has a share of its own") {
  BytesInFlight flights(kLimits);
  const auto first = flights.begin(load({kAnn}, 50, ConnectionId{7}));
  CHECK_FALSE(flights.has_room(load({kBob}, 31, ConnectionId{7})));
  CHECK(flights.has_room(load({kBob}, 30, ConnectionId{7})));
  CHECK(flights.has_room(load({kBob}, 80, ConnectionId{8})));
  CHECK(flights.has_room(load({kBob}, 80)));
}

TEST_CASE("a copy counts once for each member and once here") {
  BytesInFlight flights({10'000, 10'000, 100});
  auto charge = flights.begin(load({kAnn, kBob}, 30));
  CHECK(flights.all() == 90);
  CHECK_FALSE(flights.has_room(load({}, 11)));
  CHECK(flights.has_room(load({}, 10)));
  CHECK(flights.ended() == 0);
  charge.end();
  charge.end();
  CHECK(flights.ended() == 1);
  CHECK(flights.all() == 0);
  CHECK(flights.of_member(kAnn) == 0);
}

TEST_CASE("a charge that is moved, or goes out of scope, ends once") {
  BytesInFlight flights(kLimits);
  {
    auto charge = flights.begin(load({kAnn}, 10));
    BytesInFlight::Charge other = std::move(charge);
    CHECK_FALSE(charge.is_counted());
    CHECK(other.is_counted());
    CHECK(flights.of_member(kAnn) == 10);
  }
  CHECK(flights.of_member(kAnn) == 0);
  CHECK(flights.ended() == 1);
}

TEST_CASE("a further member that is asked counts, once") {
  BytesInFlight flights(kLimits);
  auto charge = flights.begin(load({kAnn}, 30));
  charge.reach(kAnn);
  CHECK(flights.all() == 60);
  charge.reach(kBob);
  charge.reach(kBob);
  CHECK(flights.of_member(kBob) == 30);
  CHECK(flights.all() == 90);
  charge.end();
  CHECK(flights.all() == 0);
  CHECK(flights.of_member(kBob) == 0);
  charge.reach(kBob);
  CHECK(flights.of_member(kBob) == 0);
}

TEST_CASE("what is nothing is not counted") {
  BytesInFlight flights(kLimits);
  const auto full = flights.begin(load({kAnn}, 100));
  CHECK(flights.has_room(load({kAnn}, 0)));
  CHECK_FALSE(flights.begin(load({kAnn}, 0)).is_counted());
}

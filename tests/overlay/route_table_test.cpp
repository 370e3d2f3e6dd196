#include "overlay/route_table.h"

#include <doctest/doctest.h>

#include <set>

using namespace oxbow;

namespace {
Instant at(int ms) { return Instant(std::chrono::milliseconds(ms)); }
constexpr LinkNumber kA{1}, kB{2}, kC{3};
constexpr RequestId kId{7, 7};
const PeerId kHolder{};
const auto all_live = [](LinkNumber) { return true; };
}  // namespace

TEST_CASE("a hit goes to the first upstream whose link lives") {
  RouteTable routes(10);
  routes.open(at(0), kId, kA, 0);
  CHECK(routes.add(kId, kB, 0) == RouteTable::Added::fresh);
  CHECK(routes.add(kId, kC, 0) == RouteTable::Added::fresh);
  std::set<LinkNumber> dead;
  const auto lives = [&](LinkNumber link) { return !dead.contains(link); };
  CHECK(routes.next(kId, 0, lives).link == kA);
  dead.insert(kA);
  CHECK(routes.next(kId, 0, lives).link == kB);
  dead.insert({kB, kC});
  CHECK(routes.next(kId, 0, lives).way == RouteTable::Way::none_lives);
}

TEST_CASE("the originator is the end of the way, an unknown id has none") {
  RouteTable routes(10);
  routes.open(at(0), kId, kNoLink, 0);
  CHECK(routes.next(kId, 0, all_live).way == RouteTable::Way::originator);
  CHECK(routes.next({8, 8}, 0, all_live).way == RouteTable::Way::unknown);
}

TEST_CASE("a hit passes once, another part or holder passes by itself") {
  RouteTable routes(10);
  routes.open(at(0), kId, kA, 0);
  PeerId other;
  other.bytes[0] = 1;
  CHECK(routes.pass(at(1), kId, hit_key(kId, kHolder, 0)));
  CHECK(!routes.pass(at(2), kId, hit_key(kId, kHolder, 0)));
  CHECK(routes.pass(at(3), kId, hit_key(kId, kHolder, 1)));
  CHECK(routes.pass(at(4), kId, hit_key(kId, other, 0)));
}

TEST_CASE("an upstream that sends the same copy again is told from one that reforwards") {
  RouteTable routes(10);
  routes.open(at(0), kId, kA, 0);
  CHECK(routes.add(kId, kA, 0) == RouteTable::Added::repeated);
  CHECK(routes.add(kId, kA, 1) == RouteTable::Added::again);
  CHECK(routes.add(kId, kA, 1) == RouteTable::Added::repeated);
  CHECK(routes.add(kId, kB, 0) == RouteTable::Added::fresh);
  CHECK(routes.add({9, 9}, kB, 0) == RouteTable::Added::no_route);
}

TEST_CASE("hits that answer a later forwarding go to the upstream of the copy so forwarded") {
  RouteTable routes(10);
  routes.open(at(0), kId, kA, 3);
  routes.add(kId, kB, 0);
  routes.add(kId, kC, 2);
  routes.forwarded(kId, kC, 1);
  routes.add(kId, kA, 4);
  routes.forwarded(kId, kA, 2);
  CHECK(routes.next(kId, 0, all_live).link == kA);
  CHECK(routes.next(kId, 0, all_live).number == 3);
  CHECK(routes.next(kId, 1, all_live).link == kC);
  CHECK(routes.next(kId, 1, all_live).number == 2);
  CHECK(routes.next(kId, 2, all_live).link == kA);
  CHECK(routes.next(kId, 2, all_live).number == 4);
  CHECK(routes.next(kId, 1, [](LinkNumber link) { return link != kC; }).link == kA);
}

TEST_CASE("routes and passed hits are forgotten after a minute") {
  RouteTable routes(10);
  routes.open(at(0), kId, kA, 0);
  routes.pass(at(10'000), kId, hit_key(kId, kHolder, 0));
  CHECK(routes.next_deadline() == at(60'000));
  routes.expire(at(60'000));
  CHECK(routes.size() == 0);
  CHECK(routes.hits() == 1);
  routes.expire(at(70'000));
  CHECK(routes.hits() == 0);
  CHECK(routes.next_deadline() == kNever);
}

TEST_CASE("a full table forgets its oldest route") {
  RouteTable routes(2);
  routes.open(at(0), {1, 0}, kA, 0);
  routes.open(at(1), {2, 0}, kA, 0);
  routes.open(at(2), {3, 0}, kA, 0);
  CHECK(routes.size() == 2);
  CHECK(routes.next({1, 0}, 0, all_live).way == RouteTable::Way::unknown);
  CHECK(routes.next({2, 0}, 0, all_live).way == RouteTable::Way::upstream);
}

TEST_CASE("only a link that a copy was put on may answer, and only if it was up then") {
  RouteTable table(10);
  const RequestId id{1, 2};
  constexpr std::uint64_t kFirst = 1, kSecond = 2, kThird = 4;
  CHECK(table.may_answer(id, kFirst, Instant{}));  // nothing is known of it
  table.open(at(10'000), id, kNoLink, 0);
  CHECK(!table.may_answer(id, kFirst, Instant{}));
  table.sent(at(10'000), id, kFirst | kThird);
  CHECK(table.may_answer(id, kFirst, at(9'000)));
  CHECK(table.may_answer(id, kThird, at(10'000)));
  CHECK(!table.may_answer(id, kSecond, at(9'000)));
  CHECK(!table.may_answer(id, kFirst, at(11'000)));  // another link has that bit now
  table.sent(at(12'000), id, kSecond);               // forwarded again
  CHECK(table.may_answer(id, kFirst, at(9'000)));
  CHECK(table.may_answer(id, kSecond, at(11'000)));
}

// Whether the own clock is wrong: what most say, and nothing that one says.
#include "membership/peer_clocks.h"

#include <doctest/doctest.h>

#include "base/limits.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

PeerId peer(std::uint8_t number) {
  PeerId id;
  id.bytes[0] = number;
  return id;
}

constexpr WallTime kRight{1'700'000'000s};
Now at(Duration since, Duration ahead = {}) { return {Instant{} + since, kRight + since + ahead}; }

/// Others whose clocks are ahead by so much, heard at 0 s by a peer whose own clock is right.
PeerClocks heard(std::initializer_list<Duration> others) {
  PeerClocks clocks;
  std::uint8_t number = 0;
  for (const Duration ahead : others) clocks.heard(at(0s), peer(++number), kRight + ahead);
  return clocks;
}

constexpr Duration kYear = 24h * 365;

}  // namespace

TEST_CASE("nobody has said anything, or only one has: the own clock is believed") {
  CHECK(!PeerClocks().error(at(0s)));
  CHECK(!heard({kYear}).error(at(0s)));
  CHECK(!heard({-kYear}).error(at(0s)));
}

TEST_CASE("most others say otherwise: by how much the own clock is wrong") {
  CHECK(heard({0s, 0s}).error(at(5s, kYear)) == kYear);
  CHECK(heard({0s, 0s}).error(at(5s, -kYear)) == -kYear);
  CHECK(heard({1s, 0s, 2s}).error(at(5s, kYear)) == kYear - 1s);
}

TEST_CASE("half of all, the own one among them, is not most") {
  CHECK(!heard({kYear, 0s}).error(at(0s)));
  CHECK(!heard({kYear, kYear, 0s}).error(at(0s)));
  CHECK(heard({kYear, kYear, kYear, 0s}).error(at(0s)) == -kYear);
  CHECK(!heard({kYear, -kYear}).error(at(0s)));
}

TEST_CASE("writes are stamped by what most say, and by the earlier clock where it is undecided") {
  const Now now = at(5s, kYear);
  CHECK(PeerClocks().believed(now) == now.wall);
  CHECK(heard({0s, 0s}).believed(now) == kRight + 5s);
  CHECK(heard({0s}).believed(now) == kRight + 5s);
  CHECK(heard({2 * kYear}).believed(now) == now.wall);
  CHECK(heard({2 * kYear, 2 * kYear}).believed(now) == kRight + 5s + 2 * kYear);
  CHECK(heard({kYear, 0s}).believed(now) == now.wall);
}

TEST_CASE("a day is allowed: clocks that are set to local time") {
  CHECK(!heard({0s, 0s}).error(at(0s, 24h)));
  CHECK(heard({0s, 0s}).error(at(0s, 24h + 1us)) == 24h + 1us);
  CHECK(!heard({0s, 0s}).error(at(0s, -24h)));
}

TEST_CASE("a jump of the own clock is seen at once, and its end; what is told anew counts") {
  PeerClocks clocks = heard({0s, 0s});
  CHECK(!clocks.error(at(30min)));
  CHECK(clocks.error(at(30min, kYear)) == kYear);
  CHECK(!clocks.error(at(31min)));
  clocks.heard(at(40min), peer(1), kRight + 40min + kYear);
  clocks.heard(at(40min), peer(2), kRight + 40min + kYear);
  CHECK(clocks.error(at(40min)) == -kYear);
}

TEST_CASE("what was said long ago is forgotten when something is heard") {
  PeerClocks clocks = heard({kYear, kYear});
  clocks.heard(at(limits::kClockHeard + 1s), peer(3), kRight + limits::kClockHeard + 1s);
  CHECK(!clocks.error(at(limits::kClockHeard + 1s)));
}

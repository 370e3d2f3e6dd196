// Which time most clocks show, where some of them are wrong by years.
#include "membership/clock_votes.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/limits.h"
#include "base/random.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

constexpr Duration kDay = std::chrono::hours(24);
constexpr Instant kSteady{Duration(5'000'000)};
constexpr WallTime kRight{kDay * 20'000};

Now clock(Duration ahead) { return {kSteady, kRight + ahead}; }

/// Of other peers, by how far they are ahead of the right time.
std::vector<ClockOffset> clocks(std::initializer_list<Duration> ahead) {
  std::vector<ClockOffset> offsets;
  for (const Duration each : ahead) offsets.push_back(offset_of(kSteady, kRight + each));
  return offsets;
}

}  // namespace

TEST_CASE("a peer that has heard of no other clock believes its own") {
  const ClockOpinion opinion = opinion_of(clock(3 * kDay), {});
  CHECK(opinion.early == kRight + 3 * kDay);
  CHECK(opinion.late == kRight + 3 * kDay);
  CHECK(opinion.own_is_ahead == Duration(0));
  CHECK(!is_future(clock(-400 * kDay), {}, incarnation_at(kRight)));
}

TEST_CASE("one clock of three moves nobody, its owner included") {
  for (const Duration wrong : {30 * kDay, 400 * kDay, -2200 * kDay}) {
    CAPTURE(wrong.count());
    const ClockOpinion owner = opinion_of(clock(wrong), clocks({0s, 1s}));
    CHECK(owner.early >= kRight);
    CHECK(owner.late <= kRight + 1s);
    CHECK(owner.own_is_ahead == (wrong > Duration(0) ? wrong - Duration(1s) : wrong));
    const ClockOpinion other = opinion_of(clock(Duration(0)), clocks({wrong, 1s}));
    CHECK(other.early >= kRight);
    CHECK(other.late <= kRight + 1s);
  }
}

TEST_CASE("of two clocks that differ neither is believed more: records of both are of their time") {
  const Duration wrong = -2200 * kDay;
  for (const bool own_is_wrong : {true, false}) {
    const ClockOpinion opinion = own_is_wrong ? opinion_of(clock(wrong), clocks({0s}))
                                              : opinion_of(clock(Duration(0)), clocks({wrong}));
    CHECK(opinion.early == kRight + wrong);
    CHECK(opinion.late == kRight);
    CHECK(trusted_incarnation(opinion) == incarnation_at(kRight + kDay));
  }
}

TEST_CASE(
    "an incarnation is of the future where most clocks, one of another peer included, say so") {
  const std::uint64_t ahead = incarnation_at(kRight + 30 * kDay);
  CHECK(is_future(clock(Duration(0)), clocks({0s}), ahead));
  CHECK(is_future(clock(30 * kDay), clocks({0s, 0s}), ahead));
  CHECK(!is_future(clock(30 * kDay), clocks({0s}), ahead));
  CHECK(!is_future(clock(Duration(0)), clocks({30 * kDay}), ahead));
  CHECK(!is_future(clock(-2200 * kDay), clocks({0s, 0s}), incarnation_at(kRight)));
  CHECK(!is_future(clock(Duration(0)), clocks({0s}), incarnation_at(kRight + kDay)));
}

TEST_CASE("what is of the future is never trusted, so that it is not said again and again") {
  Random random(17);
  for (int round = 0; round < 2'000; ++round) {
    CAPTURE(round);
    const auto wrong = [&] {
      return (static_cast<Duration::rep>(random.below(7)) - 3) * Duration(std::chrono::hours(20));
    };
    std::vector<ClockOffset> others;
    for (std::uint64_t i = random.below(6); i > 0; --i) {
      others.push_back(offset_of(kSteady, kRight + wrong()));
    }
    const Now now = clock(wrong());
    const std::uint64_t incarnation = incarnation_at(kRight + 2 * wrong());
    if (!is_future(now, others, incarnation)) continue;
    const ClockOpinion opinion = opinion_of(now, others);
    CHECK(incarnation > trusted_incarnation(opinion));
    CHECK(!is_future(now, others, incarnation_at(opinion.early)));
  }
}

TEST_CASE("incarnations stay within what a record may say, whatever a clock shows") {
  CHECK(incarnation_at(WallTime(Duration(-5))) == 1);
  CHECK(incarnation_at(WallTime(Duration(7))) == 7);
  CHECK(incarnation_at(WallTime::max()) == limits::kIncarnationMost);
}

TEST_CASE("of an even number of other clocks, between the middle ones is right") {
  CHECK(opinion_of(clock(Duration(0)), clocks({400 * kDay, 0s})).own_is_ahead == Duration(0));
  CHECK(opinion_of(clock(2s), clocks({0s, 3s})).own_is_ahead == Duration(0));
}

TEST_CASE("writes are stamped by what most say, and by the earlier clock where it is undecided") {
  const Duration year = 365 * kDay;
  const Now now = clock(year);
  CHECK(stamp_time(now, {}) == now.wall);
  CHECK(stamp_time(now, clocks({0s, 0s})) == kRight);
  CHECK(stamp_time(now, clocks({0s})) == kRight);
  CHECK(stamp_time(now, clocks({2 * year})) == now.wall);
  CHECK(stamp_time(now, clocks({2 * year, 2 * year})) == kRight + 2 * year);
  CHECK(stamp_time(now, clocks({0s, year})) == now.wall);
  CHECK(stamp_time(now, clocks({0s, year, year})) == now.wall);
  CHECK(stamp_time(now, clocks({0s, 0s, year})) == kRight);
}

TEST_CASE("a day is allowed to the clock that stamps: clocks that are set to local time") {
  CHECK(stamp_time(clock(kDay), clocks({0s, 0s})) == kRight + kDay);
  CHECK(stamp_time(clock(kDay + Duration(1)), clocks({0s, 0s})) == kRight);
  CHECK(stamp_time(clock(-kDay), clocks({0s, 0s})) == kRight - kDay);
}

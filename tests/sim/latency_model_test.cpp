#include "sim/latency_model.h"

#include <doctest/doctest.h>

#include <string>

#include "sim/availability.h"

using namespace oxbow;
using namespace oxbow::sim;

namespace {

struct Seen {
  double least = 1e9, most = 0, mean = 0;
};
Seen draw_many(const std::string& spec) {
  const LatencyModel model = *parse_latency(spec, 7);
  Seen seen;
  constexpr std::uint32_t kPairs = 100'000;
  for (std::uint32_t i = 0; i < kPairs; ++i) {
    const double ms = model(i, i * 7 + 1) * model.tick_ms;
    seen.least = std::min(seen.least, ms);
    seen.most = std::max(seen.most, ms);
    seen.mean += ms / kPairs;
  }
  return seen;
}

}  // namespace

TEST_CASE("unit latency is one millisecond") {
  const Seen seen = draw_many("unit");
  CHECK(seen.least == 1);
  CHECK(seen.most == 1);
}

TEST_CASE("uniform latencies lie between their bounds") {
  const Seen seen = draw_many("uniform:20:100");
  CHECK(seen.least == doctest::Approx(20).epsilon(0.01));
  CHECK(seen.most == doctest::Approx(100).epsilon(0.001));
  CHECK(seen.mean == doctest::Approx(60).epsilon(0.01));
  CHECK(draw_many("uniform:3:3").mean == doctest::Approx(3));
}

TEST_CASE("exponential latencies have their mean, and a long tail") {
  const Seen seen = draw_many("exponential:40");
  CHECK(seen.mean == doctest::Approx(40).epsilon(0.02));
  CHECK(seen.least < 1);
  CHECK(seen.most > 300);
  CHECK(seen.most < 40 * 12);
}

TEST_CASE("a pair of peers has one latency, the same both ways, decided by the seed") {
  const LatencyModel model = *parse_latency("uniform:1:1000", 1);
  const LatencyModel other = *parse_latency("uniform:1:1000", 2);
  int differ = 0;
  for (PeerNumber a = 0; a < 100; ++a) {
    CHECK(model(a, a + 9) == model(a + 9, a));
    differ += model(a, a + 9) != other(a, a + 9);
  }
  CHECK(differ > 90);
}

TEST_CASE("what is no latency is refused, with what would be one") {
  for (const std::string spec :
       {"", "none", "uniform", "uniform:5", "uniform:9:5", "uniform:0:0", "uniform:-1:5",
        "uniform:1:2:3", "exponential:0", "exponential:nan", "exponential:2000000", "unit:1"}) {
    CAPTURE(spec);
    const auto model = parse_latency(spec, 1);
    REQUIRE_FALSE(model.ok());
    CHECK(model.error().code == "usage");
    CHECK(model.error().message.starts_with("--latency " + spec + ": give unit, uniform:A:B"));
  }
}

TEST_CASE("peers that come and go are there four fifths of the time") {
  constexpr std::uint32_t kPeers = 20'000;
  Availability availability(kPeers, 0.1, 5);
  const auto share_there = [&](double seconds) {
    double there = 0;
    for (PeerNumber peer = 0; peer < kPeers; ++peer) there += availability.is_there(peer, seconds);
    return there / kPeers;
  };
  CHECK(share_there(0) == doctest::Approx(0.8).epsilon(0.02));
  CHECK(share_there(3) == doctest::Approx(0.8).epsilon(0.02));
  CHECK(share_there(1000) == doctest::Approx(0.8).epsilon(0.02));
}

TEST_CASE("a peer stays for as long as its rate says") {
  constexpr std::uint32_t kPeers = 20'000;
  Availability availability(kPeers, 0.1, 6);
  for (PeerNumber peer = 0; peer < kPeers; ++peer) availability.bring(peer, 1);
  double there = 0;
  for (PeerNumber peer = 0; peer < kPeers; ++peer) there += availability.is_there(peer, 2);
  // Within a second one in ten leaves, e^-(0.1 + 0.4) of the way to the long-run share.
  CHECK(there / kPeers == doctest::Approx(1 - 0.2 * (1 - 0.60653)).epsilon(0.01));
  for (PeerNumber peer = 0; peer < 100; ++peer) {
    CHECK(availability.is_there(peer, 2) == availability.is_there(peer, 2));
  }
}

// Connections between strangers: what simulated TCP does, without any Node.
#include <doctest/doctest.h>

#include <chrono>
#include <vector>

#include "sim/network.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

struct Pair {
  explicit Pair(std::uint64_t seed = 1) : network(seed) {
    a.answers_pings = b.answers_pings = false;
  }
  void connect() {
    network.dial(a, b.number());
    network.run_for(10ms);
  }
  std::vector<std::uint64_t> pings_of_b() const {
    std::vector<std::uint64_t> nonces;
    for (const auto& r : b.received()) {
      if (const auto* ping = std::get_if<Ping>(&r.message())) nonces.push_back(ping->nonce);
    }
    return nonces;
  }

  SimNetwork network;
  Stranger& a = network.add_stranger();
  Stranger& b = network.add_stranger();
};

}  // namespace

TEST_CASE("a dial, and a hello in each direction, take a round trip each") {
  Pair pair;
  pair.network.set_latency(0, 1, Latency::fixed(3ms));
  pair.network.set_latency(1, 0, Latency::fixed(5ms));
  pair.network.dial(pair.a, 1);
  pair.network.run_for(1s);
  REQUIRE(pair.b.count<Hello>() == 1);
  CHECK(pair.b.received().front().at == Instant{Duration(11ms)});
  REQUIRE(pair.a.count<Hello>() == 1);
  CHECK(pair.a.received().front().at == Instant{Duration(16ms)});
  CHECK(pair.a.last<Hello>()->peer == pair.b.id());
  REQUIRE(pair.network.connections(0, 1).size() == 1);
  CHECK(pair.network.connections(0, 1)[0].dialler == 0);
}

TEST_CASE("messages on one connection never overtake each other, whatever the jitter") {
  Pair pair;
  pair.network.set_latency(0, 1, {100us, 50ms});
  pair.network.dial(pair.a, 1);
  pair.network.run_for(1s);
  std::vector<std::uint64_t> sent;
  for (std::uint64_t i = 0; i < 200; ++i) {
    CHECK(pair.network.inject(0, 1, Ping{i, false}));
    sent.push_back(i);
    pair.network.run_for(200us);
  }
  pair.network.run_for(1s);
  CHECK(pair.pings_of_b() == sent);
  CHECK(pair.network.traffic().of<Ping>().sent == 200);
  CHECK(pair.network.traffic().of<Ping>().delivered == 200);
}

TEST_CASE("a path with losses loses about as many frames, and never a hello") {
  Pair pair;
  pair.network.set_loss(0, 1, 0.25);
  pair.connect();
  for (std::uint64_t i = 0; i < 1000; ++i) pair.network.inject(0, 1, Ping{i, false});
  pair.network.run_for(1s);
  const MessageCount& pings = pair.network.traffic().of<Ping>();
  CHECK(pings.lost + pings.delivered == 1000);
  CHECK(pings.lost > 200);
  CHECK(pings.lost < 300);
  CHECK(pair.pings_of_b().size() == pings.delivered);
}

TEST_CASE("a partition holds back what is sent, and healing brings it in order") {
  Pair pair;
  pair.connect();
  pair.network.inject(0, 1, Ping{1, false});
  pair.network.partition(0, 1);
  pair.network.inject(0, 1, Ping{2, false});
  pair.network.run_for(5s);
  CHECK(pair.pings_of_b().empty());
  pair.network.inject(0, 1, Ping{3, false});
  pair.network.heal(0, 1);
  pair.network.inject(0, 1, Ping{4, false});
  pair.network.run_for(1s);
  CHECK(pair.pings_of_b() == std::vector<std::uint64_t>{1, 2, 3, 4});
}

TEST_CASE("a cut ends the connection at both ends at once, with what was on its way") {
  Pair pair;
  pair.connect();
  pair.network.inject(0, 1, Ping{1, false});
  pair.network.cut(1, 0);
  CHECK(pair.a.endings(1) == 1);
  CHECK(pair.b.endings(0) == 1);
  CHECK(!pair.network.inject(0, 1, Ping{2, false}));
  pair.network.run_for(1s);
  CHECK(pair.pings_of_b().empty());
  pair.connect();
  CHECK(pair.network.connections(0, 1).size() == 1);
}

TEST_CASE("hanging up is noticed by the other side after what was sent before it") {
  Pair pair;
  pair.connect();
  pair.network.inject(0, 1, Ping{1, false});
  pair.network.hang_up(pair.a, 1);
  CHECK(pair.b.endings(0) == 0);
  pair.network.run_for(1ms);
  CHECK(pair.pings_of_b() == std::vector<std::uint64_t>{1});
  CHECK(pair.b.endings(0) == 1);
}

TEST_CASE("a dial into a partition times out, and one to nobody fails") {
  Pair pair;
  pair.network.partition(0, 1);
  pair.network.dial(pair.a, 1);
  pair.network.run_for(4'999ms);
  CHECK(pair.a.endings(1) == 0);
  pair.network.run_for(1ms);
  CHECK(pair.a.endings(1) == 1);
  pair.network.heal(0, 1);
  pair.network.run_for(1s);
  CHECK(pair.network.connections(0, 1).empty());
}

TEST_CASE("garbage ends a connection") {
  Pair pair;
  pair.connect();
  CHECK(pair.network.inject_bytes(0, 1, std::string("\0\0\0\0", 4)));
  pair.network.run_for(1s);
  CHECK(pair.b.endings(0) == 1);
  CHECK(pair.a.endings(1) == 1);
}

TEST_CASE("what reaches a host that hangs waits until it goes on, losses included") {
  Pair pair;
  pair.connect();
  pair.network.freeze(1);
  pair.network.inject(0, 1, Ping{1, false});
  pair.network.run_for(5s);
  CHECK(pair.pings_of_b().empty());
  pair.network.cut(0, 1);
  CHECK(pair.a.endings(1) == 1);
  CHECK(pair.b.endings(0) == 0);
  pair.network.thaw(1);
  pair.network.run_for(1s);
  CHECK(pair.b.endings(0) == 1);
  CHECK(pair.pings_of_b().empty());
}

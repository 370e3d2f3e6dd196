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

TEST_CASE("a path that is blocked one way brings nothing there, and everything back") {
  Pair pair;
  pair.connect();
  pair.network.block(0, 1);
  pair.network.inject(0, 1, Ping{1, false});
  pair.network.inject(1, 0, Ping{2, false});
  pair.network.run_for(5s);
  CHECK(pair.pings_of_b().empty());
  CHECK(pair.a.count<Ping>() == 1);
  pair.network.heal(0, 1);
  pair.network.run_for(1s);
  CHECK(pair.pings_of_b() == std::vector<std::uint64_t>{1});
}

TEST_CASE("a silenced connection carries nothing and tells nobody, and a new one works") {
  Pair pair;
  pair.connect();
  pair.network.silence(0, 1);
  pair.network.inject(0, 1, Ping{1, false});
  pair.network.run_for(1min);
  CHECK(pair.pings_of_b().empty());
  CHECK(pair.a.endings(1) == 0);
  CHECK(pair.b.endings(0) == 0);
  pair.connect();
  pair.network.inject(0, 1, Ping{2, false});  // on the newest
  pair.network.run_for(1s);
  CHECK(pair.pings_of_b() == std::vector<std::uint64_t>{2});
}

TEST_CASE("with slow retransmission, what waited comes later, at most as long as it had waited") {
  bool late = false;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    Pair pair(seed);
    pair.network.slow_down_retransmission();
    pair.connect();
    pair.network.partition(0, 1);
    pair.network.inject(0, 1, Ping{1, false});
    pair.network.run_for(20s);
    pair.network.heal(0, 1);
    pair.network.run_for(5s);
    late = late || pair.pings_of_b().empty();
    pair.network.run_for(15s + 10ms);
    CHECK(pair.pings_of_b() == std::vector<std::uint64_t>{1});
  }
  CHECK(late);
}

TEST_CASE("a host that has vanished answers nothing, and after its return resets what it had") {
  SimNetwork network(1);
  const PeerNumber peer = network.add_peer();
  Stranger& stranger = network.add_stranger();
  network.start();
  network.dial(stranger, peer);
  network.run_for(100ms);
  REQUIRE(network.status(peer).links == 1);
  network.vanish(peer);
  network.inject(stranger.number(), peer, Ping{1, false});
  network.run_for(1min);
  CHECK(!network.is_running(peer));
  CHECK(stranger.endings(peer) == 0);
  network.dial(stranger, peer);
  network.run_for(4'999ms);
  CHECK(stranger.endings(peer) == 0);
  network.run_for(1ms);
  CHECK(stranger.endings(peer) == 1);  // the dial timed out
  network.start(peer);
  network.run_for(1s);
  CHECK(stranger.endings(peer) == 2);
  CHECK(network.status(peer).links == 0);
}

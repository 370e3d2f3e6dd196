// Whom a peer dials, and how often: those that refuse it, those that have no room, and those whose
// addresses others name.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "node/scenario.h"

using namespace oxbow;
using namespace oxbow::scenario;

namespace {

NodeConfig discovering() {
  NodeConfig config = SimNetwork::defaults();
  config.is_static = false;
  return config;
}

std::size_t told(const SimNetwork& network, PeerNumber peer) {
  return static_cast<std::size_t>(std::count_if(
      network.events().begin(), network.events().end(), [&](const LoggedEvent& event) {
        return event.peer == peer && event.severity != Severity::debug;
      }));
}

Address nobody(int number) {
  return *parse_address("10.9." + std::to_string(number / 250) + "." +
                        std::to_string(1 + number % 250) + ":80");
}

/// How often such an address was dialled, as the trace says.
std::size_t dials_of_nobody(const SimNetwork& network) {
  const std::string text = " dials 10.9.";
  std::size_t count = 0;
  for (auto at = network.trace().find(text); at != std::string::npos;
       at = network.trace().find(text, at + 1)) {
    ++count;
  }
  return count;
}

/// Hellos that a peer sent.
struct Hellos {
  explicit Hellos(SimNetwork& network) {
    network.tap([this](const Carried& carried) {
      if (carried.phase != Carried::Phase::sent) return;
      if (std::holds_alternative<Hello>(carried.message)) by.push_back(carried.from);
    });
  }
  std::size_t of(PeerNumber peer) const {
    return static_cast<std::size_t>(std::count(by.begin(), by.end(), peer));
  }
  std::vector<PeerNumber> by;
};

}  // namespace

TEST_CASE("a peer that went to another network is left alone, and both say so once") {
  SimNetwork network(70);
  network.add(topology::complete(3), discovering());
  REQUIRE(network.settle());
  network.run_for(1min);  // until its address has been tried, and found right
  network.config_of(2).network = "another";
  network.restart(2);
  network.run_for(10s);
  const Hellos hellos(network);
  const std::size_t before = network.events().size();
  network.run_for(5min);
  CHECK(network.status(0).links == 1);
  for (PeerNumber peer = 0; peer < 3; ++peer) {
    CAPTURE(peer);
    CHECK(hellos.of(peer) < 50);  // five minutes of 500 ms would be 600
  }
  CHECK(network.events().size() == before);
  CHECK(network.count_events("refuses this peer: this is network") >= 1);
  CHECK(network.count_events("refuses this peer: this is network") <= 6);
}

TEST_CASE("a configured neighbor that refuses is dialled less and less often, and told of once") {
  SimNetwork network(71);
  network.add_peer();
  NodeConfig other = SimNetwork::defaults();
  other.network = "other";
  network.add_peer(other);
  network.link(0, 1);
  network.start();
  const Hellos hellos(network);
  network.run_for(10min);
  CHECK(hellos.of(0) > 15);
  CHECK(hellos.of(0) < 40);
  CHECK(told(network, 0) == 1);
  CHECK(told(network, 1) == 1);
  network.config_of(1).network = "oxbow";
  network.restart(1);
  CHECK(network.run_until([&] { return network.status(0).links == 1; }, 45s));
}

TEST_CASE("a hub without room is asked again over the connection that is there, and rarely") {
  SimNetwork network(72);
  NodeConfig hub = discovering();
  hub.incoming_links = 1;
  hub.minimum_degree = 1;
  network.add_peer(hub);
  NodeConfig config = discovering();
  const PeerNumber first = network.add_peer(config);
  const PeerNumber late = network.add_peer(config);
  network.link(first, 0);
  network.start();
  network.run_for(1s);
  network.link(late, 0);
  const Hellos hellos(network);
  network.run_for(3min);
  CHECK(network.status(0).links >= 1);
  CHECK(hellos.of(late) < 12);
  CHECK(told(network, 0) < 8);
  network.crash(first);  // now there is room
  CHECK(network.run_until([&] { return network.status(late).links == 1; }, 1min));
}

TEST_CASE("a hello that no peer says is refused with the reason, and is told of once") {
  struct Row {
    const char* code;
    void (*spoil)(Hello& hello);
  };
  for (const Row& row : {Row{"bad-id", [](Hello& hello) { hello.peer = PeerId{}; }},
                         Row{"version", [](Hello& hello) { hello.version = 0; }},
                         Row{"bad-network", [](Hello& hello) { hello.network = ""; }},
                         Row{"bad-network", [](Hello& hello) { hello.network = "oxbow\n"; }},
                         Row{"bad-name", [](Hello& hello) { hello.name = "\x1b[31mred"; }},
                         Row{"bad-address", [](Hello& hello) {
                               hello.advertised = *parse_address("255.255.255.255:7400");
                             }}}) {
    CAPTURE(std::string(row.code));
    SimNetwork network(73);
    network.add(topology::line(2));
    Stranger& stranger = network.add_stranger();
    stranger.says_hello = false;
    REQUIRE(network.settle());
    for (int attempt = 0; attempt < 3; ++attempt) {
      network.dial(stranger, 0);
      network.run_for(100ms);
      Hello hello;
      hello.network = "oxbow";
      hello.peer = stranger.id();
      hello.advertised = stranger.address();
      hello.name = "stranger";
      row.spoil(hello);
      REQUIRE(network.inject(stranger.number(), 0, hello));
      network.run_for(100ms);
    }
    CHECK(stranger.endings(0) == 3);
    REQUIRE(stranger.last<Bye>() != nullptr);
    CHECK(stranger.last<Bye>()->code == row.code);
    CHECK(network.table(0, "connections") == 1);
    CHECK(told(network, 0) <= 2);  // its link, and the refusal
    CHECK(network.counter(0, "peers refused") == 3);
  }
}

TEST_CASE("a stranger's lookups make a peer dial few, and its own are answered") {
  SimNetwork network(74);
  network.add_members(3);
  Stranger& stranger = network.add_stranger();
  stranger.wants_link = false;
  REQUIRE(network.settle());
  REQUIRE(network.wait_for_ring(3));
  network.dial(stranger, 0);
  network.run_for(100ms);
  network.record_trace();
  Random random(3);
  for (int i = 0; i < 1000; ++i) {
    PeerId named;
    named.bytes[0] = static_cast<std::uint8_t>(i);
    named.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    named.bytes[2] = 1;
    const std::vector<LookupHop> path{{named, nobody(i)}, {stranger.id(), stranger.address()}};
    LookupStep step;
    step.ticket = random.next();
    step.originator = named;
    step.originator_address = path[0].address;
    step.path = path;
    network.inject(stranger.number(), 0, step);
    network.run_for(2ms);
  }
  // Any of the three may have told the originator.
  CHECK(dials_of_nobody(network) >= 16);
  CHECK(dials_of_nobody(network) <= 3 * (16 + 4 * 2 + 2));
  network.run_for(10s);
  const LookupHop self{stranger.id(), stranger.address()};
  LookupStep own;
  own.originator = self.peer;
  own.originator_address = self.address;
  own.path = {&self, 1};
  network.inject(stranger.number(), 0, own);
  network.run_for(1s);
  CHECK(stranger.count<LookupEnd>() == 1);
}

TEST_CASE("a neighbor's walkers make a peer dial few, and take no place from the ring") {
  SimNetwork network(75);
  network.add_members(3);
  Stranger& stranger = network.add_stranger();
  REQUIRE(network.settle());
  network.dial(stranger, 0);
  network.run_for(100ms);
  network.record_trace();
  for (int i = 0; i < 3000; ++i) {
    Walk walk;
    walk.id = {static_cast<std::uint64_t>(i), 1};
    walk.steps_taken = 1;
    walk.originator.bytes[0] = static_cast<std::uint8_t>(i);
    walk.originator.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    walk.originator.bytes[2] = 1;
    walk.originator_address = nobody(i);
    walk.pattern = "key";
    network.inject(stranger.number(), 0, walk);
    network.run_for(2ms);
  }
  const std::size_t dialled = dials_of_nobody(network);
  CHECK(dialled >= 16);
  CHECK(dialled <= 16 + 4 * 6 + 2);
}

TEST_CASE("a loopback address that another host names is neither dialled nor passed on") {
  SimNetwork network(76);
  network.add(topology::line(2));
  Stranger& stranger = network.add_stranger();
  REQUIRE(network.settle());
  network.dial(stranger, 0);
  network.run_for(100ms);
  for (const char* text : {"127.0.0.1:80", "[::1]:80", "0.0.0.0:80", "255.255.255.255:80"}) {
    CAPTURE(text);
    Walk walk;
    walk.id = {1, static_cast<std::uint64_t>(text[0])};
    walk.steps_taken = 1;
    walk.originator.bytes[0] = 9;
    walk.originator_address = *parse_address(text);
    walk.pattern = "key";
    network.inject(stranger.number(), 0, walk);
    network.run_for(2ms);
    CHECK(network.table(0, "dials") == 0);
  }
  const HitResult result{"key", 5, Digest{}};
  stranger.on_message = [&](PeerNumber, const Message& message) {
    const auto* query = std::get_if<Query>(&message);
    if (query == nullptr) return;
    Hit hit;
    hit.id = query->id;
    hit.number = query->number;
    hit.holder = stranger.id();
    hit.holder_address = *parse_address("127.0.0.1:22");
    hit.hops = static_cast<std::uint8_t>(query->hops + 1);
    hit.results = {&result, 1};
    network.inject(stranger.number(), 0, hit);
    QueryDone done{query->id, query->number, {}};
    done.totals.peers = 1;
    done.totals.max_hops = 2;
    network.inject(stranger.number(), 0, done);
  };
  const FindAnswer answer = network.find(1, exact("key"));
  REQUIRE(answer.hits.size() == 1);
  CHECK(answer.hits[0].holder == "[::]:0");
}

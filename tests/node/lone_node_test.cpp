// One Node, driven by hand: what many strangers, or one at the wrong moment, can make it do.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "node/node.h"
#include "store/memory_store.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

PeerId peer_id(std::uint32_t number, std::uint8_t first = 0x80) {
  PeerId id;
  id.bytes[0] = first;
  for (std::size_t i = 0; i < 4; ++i) {
    id.bytes[1 + i] = static_cast<std::uint8_t>(number >> (8 * i));
  }
  return id;
}

Address outside(std::uint32_t number) {
  return *parse_address("10.0." + std::to_string(number / 250) + "." +
                        std::to_string(1 + number % 250) + ":7400");
}

NodeConfig lone() {
  NodeConfig config;
  config.id = peer_id(0, 0x40);
  config.advertised = outside(9999);
  config.is_static = true;
  return config;
}

/// Keeps what the Node wanted done in its last call.
struct Driven {
  explicit Driven(NodeConfig config) : node(std::move(config), store) {
    node.start(now, false, out);
  }

  ConnectionId connect(std::uint32_t number, std::optional<DialId> dial = std::nullopt) {
    const auto id = static_cast<ConnectionId>(++last);
    out.clear();
    node.connected(now, id, {dial.has_value(), dial.value_or(DialId{}), outside(number)}, out);
    return id;
  }
  void receive(ConnectionId from, const Message& message) {
    out.clear();
    node.receive(now, from, message, out);
  }
  void say_hello(ConnectionId from, std::uint32_t number, bool link, std::uint8_t first = 0x80) {
    Hello hello;
    hello.network = "oxbow";
    hello.peer = peer_id(number, first);
    hello.advertised = outside(number);
    hello.link = link;
    receive(from, hello);
  }
  void pass(Duration time) {
    now.steady += time;
    out.clear();
    node.tick(now, out);
  }
  std::uint64_t table(std::string_view name) const {
    for (const Counter& counter : node.status(now).tables) {
      if (counter.name == name) return counter.value;
    }
    return ~std::uint64_t{0};
  }
  std::uint64_t links() const { return node.status(now).links; }

  Now now{Instant{} + 1h, {}};
  Outbox out;
  std::uint32_t last = 0;
  MemoryStore store;
  Node node;
};

}  // namespace

TEST_CASE("strangers that say hello and want no link do not fill the memory") {
  Driven peer(lone());
  for (std::uint32_t i = 0; i < limits::kDirectConnections + 500; ++i) {
    peer.say_hello(peer.connect(i), i, false);
  }
  CHECK(peer.table("connections") == limits::kDirectConnections - limits::kDirectForMembers);
  REQUIRE(peer.out.hangups.size() == 1);
  CHECK(peer.out.hangups[0].reason == "no room for one more connection");
  peer.say_hello(peer.connect(5000), 5000, true);  // a neighbor still has a place
  CHECK(peer.links() == 1);
}

TEST_CASE("a link asked for over a connection that we dialled takes an outgoing place") {
  NodeConfig config = lone();
  config.outgoing_links = 2;
  for (std::uint32_t i = 0; i < 5; ++i) config.neighbors.push_back(to_string(outside(i)));
  Driven peer(config);
  std::vector<DialId> dials;
  for (const Dial& dial : peer.out.dials) dials.push_back(dial.id);
  REQUIRE(dials.size() == 5);
  for (std::uint32_t i = 0; i < 5; ++i) {
    const ConnectionId connection = peer.connect(i, dials[i]);
    peer.say_hello(connection, i, false);
    peer.receive(connection, LinkChange{LinkAction::ask});
  }
  CHECK(peer.links() == 2);
}

TEST_CASE("a configured neighbor is dialled again when the link asked for never comes") {
  NodeConfig config = lone();
  config.neighbors.push_back(to_string(outside(1)));
  Driven peer(config);
  REQUIRE(peer.out.dials.size() == 1);
  const DialId dial = peer.out.dials[0].id;
  // It dialled us first, for another purpose; its id is lower, so that connection stays.
  const ConnectionId direct = peer.connect(1);
  peer.say_hello(direct, 1, false, 0x20);
  peer.say_hello(peer.connect(1, dial), 1, false, 0x20);
  REQUIRE(peer.out.sends.size() >= 1);
  const auto* asked = std::get_if<LinkChange>(&peer.out.sends[0].message);
  REQUIRE(asked != nullptr);
  CHECK(asked->action == LinkAction::ask);
  peer.node.disconnected(peer.now, direct, "reset by the other side", peer.out);
  peer.pass(2s);
  CHECK(peer.out.dials.size() == 1);
}

TEST_CASE("a link whose connection gives way to another one for a report moves to that one") {
  NodeConfig config = lone();
  config.neighbors.push_back(to_string(outside(1)));
  Driven dialler(config);
  const ConnectionId link = dialler.connect(1, dialler.out.dials[0].id);
  dialler.say_hello(link, 1, true, 0x20);
  REQUIRE(dialler.links() == 1);
  const ConnectionId direct = dialler.connect(1);
  dialler.say_hello(direct, 1, false, 0x20);
  REQUIRE(dialler.out.sends.size() == 1);
  const auto* asked = std::get_if<Ping>(&dialler.out.sends[0].message);
  REQUIRE(asked != nullptr);
  // The same process has dialled, and its id is lower: what it dialled stays.
  dialler.receive(link, Pong{asked->nonce, {}, true});
  CHECK(dialler.links() == 0);
  dialler.receive(direct, LinkChange{LinkAction::agree});
  CHECK(dialler.links() == 1);
  CHECK(dialler.table("connections") == 1);
}

TEST_CASE("a neighbor that is removed while it is dialled does not become a link") {
  NodeConfig config = lone();
  config.neighbors.push_back(to_string(outside(1)));
  Driven peer(config);
  REQUIRE(peer.out.dials.size() == 1);
  const DialId dial = peer.out.dials[0].id;
  const ConnectionId connection = peer.connect(1, dial);
  peer.node.request(peer.now, RequestHandle{1}, PeerRemoveRequest{to_string(outside(1))}, peer.out);
  peer.say_hello(connection, 1, true);
  CHECK(peer.links() == 0);
  CHECK(peer.out.hangups.size() == 1);
}

TEST_CASE("walkers above a neighbor's rate make this peer dial nobody") {
  Driven peer(lone());
  const ConnectionId link = peer.connect(1);
  peer.say_hello(link, 1, true);
  REQUIRE(peer.links() == 1);
  std::size_t dials = 0;
  for (std::uint32_t i = 0; i < 500; ++i) {
    Walk walk;
    walk.id = {i, i};
    walk.steps_taken = 1;
    walk.originator = peer_id(100 + i);
    walk.originator_address = outside(100 + i);
    walk.pattern = "key";
    peer.receive(link, walk);
    dials += peer.out.dials.size();
  }
  CHECK(dials == 16);  // what one neighbor may name at once: these originators are told
}

TEST_CASE("only its originator lets a waiting walker go on") {
  Driven peer(lone());
  const ConnectionId first = peer.connect(1);
  peer.say_hello(first, 1, true);
  const ConnectionId second = peer.connect(2);
  peer.say_hello(second, 2, true);
  Walk walk;
  walk.id = {1, 2};
  walk.steps_taken = 4;
  walk.steps_left = 10;
  walk.originator = peer_id(2);
  walk.originator_address = outside(2);
  walk.pattern = "key";
  peer.receive(first, walk);
  REQUIRE(peer.table("parked walkers") == 1);
  peer.receive(first, WalkReply{walk.id, 0, false});
  CHECK(peer.table("parked walkers") == 1);
  peer.receive(second, WalkReply{walk.id, 0, true});
  CHECK(peer.table("parked walkers") == 0);
  REQUIRE(peer.out.sends.size() == 1);
  CHECK(std::holds_alternative<Walk>(peer.out.sends[0].message));
}

TEST_CASE("an index that was not looked through in time makes the search a partial one") {
  NodeConfig config = lone();
  config.patience = Duration{0};
  Driven peer(config);
  FindRequest request;
  request.key = "*";
  request.match = Match::glob;
  peer.out.clear();
  peer.node.request(peer.now, RequestHandle{1}, request, peer.out);
  peer.pass(0s);
  REQUIRE(peer.out.replies.size() == 1);
  const auto& answer = std::get<FindAnswer>(std::get<ClientAnswer>(peer.out.replies[0].content));
  CHECK(answer.search.stopped == Stopped::partial);
  CHECK(answer.search.marks == std::vector<std::string>{"timed out"});
}

TEST_CASE("a peer that looks for a pattern gives up before the peer that asked it") {
  for (const std::uint8_t ttl : {std::uint8_t{1}, std::uint8_t{3}}) {
    CAPTURE(ttl);
    Driven peer(lone());
    const ConnectionId link = peer.connect(1);
    peer.say_hello(link, 1, true);
    Query query;
    query.id = {1, 2};
    query.ttl = ttl;
    query.flags = query_flags::kReport;
    query.match = Match::glob;
    query.pattern = "*";
    peer.receive(link, query);
    CHECK(peer.table("echoes") == 1);
    peer.pass(limits::kPatience * ttl - 1ms);
    REQUIRE(peer.out.sends.size() >= 1);
    const auto* done = std::get_if<QueryDone>(&peer.out.sends[0].message);
    REQUIRE(done != nullptr);
    CHECK(done->totals.marks == marks::kTimedOut);
  }
}

TEST_CASE("an address that only its own host can reach is not dialled on a stranger's word") {
  NodeConfig config = lone();
  config.is_static = false;
  Driven peer(config);
  const ConnectionId link = peer.connect(1);
  Hello hello;
  hello.network = "oxbow";
  hello.peer = peer_id(1);
  hello.advertised = *parse_address("127.0.0.1:22");
  hello.link = true;
  peer.receive(link, hello);
  REQUIRE(peer.links() == 1);
  peer.pass(limits::kProbeEvery);
  CHECK(peer.out.dials.empty());
}

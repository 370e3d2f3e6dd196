// What one host may take of a peer's connections, however many peers it makes up.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "base/source_host.h"
#include "node/node.h"
#include "store/memory_store.h"

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

struct Answer {
  bool refused = false;  ///< it was hung up on
  bool linked = false;
  std::string reason;
};

struct Driven {
  Driven() : node(config(), store) { node.start(now, false, out); }
  static NodeConfig config() {
    NodeConfig config;
    config.id.bytes[0] = 0x40;
    config.advertised = *parse_address("10.0.0.1:7400");
    config.is_static = true;
    return config;
  }

  /// A peer of its own id dials from that host.
  Answer dialled_from(const std::string& host, bool link) {
    ++peers;
    Hello hello;
    hello.network = "oxbow";
    hello.peer.bytes[0] = 0x80;
    hello.peer.bytes[1] = static_cast<std::uint8_t>(peers >> 8);
    hello.peer.bytes[2] = static_cast<std::uint8_t>(peers);
    hello.advertised = *parse_address(host + ":7400");
    hello.link = link;
    return dialled_by(hello, host);
  }
  Answer dialled_by(const Hello& hello, const std::string& host) {
    const ConnectionId id{++last};
    Address remote = *parse_address(host + ":7400");
    remote.port = static_cast<std::uint16_t>(20'000 + last);
    node.connected(now, id, {false, {}, remote}, out);
    out.clear();
    node.receive(now, id, hello, out);
    Answer answer;
    answer.refused = !out.hangups.empty();
    for (const Send& send : out.sends) {
      if (const auto* own = std::get_if<Hello>(&send.message)) answer.linked = own->link;
      if (const auto* bye = std::get_if<Bye>(&send.message)) answer.reason = bye->reason;
      if (const auto* no = std::get_if<LinkChange>(&send.message)) answer.reason = no->reason;
    }
    for (const Event& event : out.events) {
      if (event.severity == Severity::warning) warnings.emplace_back(event.text);
    }
    return answer;
  }
  void know_member(const PeerId& id) {
    const Answer first = dialled_from("10.1.1.1", true);
    REQUIRE(first.linked);
    MemberRecord record;
    record.id = id;
    record.incarnation = 1;
    record.address = *parse_address("10.1.1.2:7400");
    record.tokens = 1;
    out.clear();
    node.receive(now, ConnectionId{last}, GossipRecords{{&record, 1}, {}, false, 0}, out);
    out.clear();
    node.tick(now, out);
  }

  Now now{Instant{} + 1h, WallTime(std::chrono::hours(24) * 20'000)};
  Outbox out;
  MemoryStore store;
  Node node;
  std::uint32_t peers = 0;
  std::uint32_t last = 0;
  std::vector<std::string> warnings;
};

}  // namespace

TEST_CASE("one host has some of a peer's links, and is told why it has no more") {
  Driven peer;
  for (std::uint32_t i = 0; i < limits::kIncomingLinksPerHost; ++i) {
    CHECK(peer.dialled_from("10.2.0.1", true).linked);
  }
  for (int i = 0; i < 100; ++i) {
    const Answer answer = peer.dialled_from("10.2.0.1", true);
    CHECK(!answer.linked);
    CHECK(!answer.refused);  // it may stay without a link
    CHECK(answer.reason == "one host has at most 8 of its links");
  }
  CHECK(peer.warnings.size() == 1);
  for (std::uint32_t i = 0; i < limits::kIncomingLinks - limits::kIncomingLinksPerHost; ++i) {
    CHECK(peer.dialled_from("10.3.0." + std::to_string(1 + i), true).linked);
  }
  CHECK(peer.dialled_from("10.4.0.1", true).reason == "no room for one more link there");
}

TEST_CASE("the peers of this machine are many hosts") {
  Driven peer;
  for (std::uint32_t i = 0; i < limits::kIncomingLinks; ++i) {
    CHECK(peer.dialled_from("127.0.0.1", true).linked);
  }
}

TEST_CASE("one host has some of the connections without a link; an IPv6 /64 is one host") {
  for (const std::string host : {"10.2.0.1", "[2001:db8:1:2::"}) {
    CAPTURE(host);
    Driven peer;
    const auto next = [&](std::uint32_t i) {
      return host.front() == '[' ? host + std::to_string(1 + i) + "]" : host;
    };
    for (std::uint32_t i = 0; i < limits::kDirectPerHost; ++i) {
      CHECK(!peer.dialled_from(next(i), false).refused);
    }
    for (std::uint32_t i = 0; i < 50; ++i) {
      const Answer answer = peer.dialled_from(next(1'000 + i), false);
      CHECK(answer.refused);
      CHECK(answer.reason == "one host has at most 128 connections without a link");
    }
    CHECK(!peer.dialled_from("10.9.9.9", false).refused);
    CHECK(!peer.dialled_from("[2001:db8:1:3::1]", false).refused);
  }
}

TEST_CASE("many hosts leave room for members of the ring") {
  Driven peer;
  PeerId member;
  member.bytes[0] = 0xee;
  peer.know_member(member);
  std::uint32_t taken = 0;
  for (std::uint32_t i = 0; i < 2'000; ++i) {
    const std::string host = "10.5." + std::to_string(i / 200) + "." + std::to_string(1 + i % 200);
    if (!peer.dialled_from(host, false).refused) ++taken;
  }
  CHECK(taken == limits::kDirectConnections - limits::kDirectForMembers);
  Hello hello;
  hello.network = "oxbow";
  hello.peer = member;
  hello.advertised = *parse_address("10.1.1.2:7400");
  CHECK(!peer.dialled_by(hello, "10.1.1.2").refused);
}

TEST_CASE("what counts as one host") {
  const auto at = [](const char* text) { return *parse_address(text); };
  CHECK(same_source(at("10.0.0.1:1"), at("10.0.0.1:2")));
  CHECK(!same_source(at("10.0.0.1:1"), at("10.0.0.2:1")));
  CHECK(same_source(at("[2001:db8::1]:1"), at("[2001:db8::ffff:2]:1")));
  CHECK(!same_source(at("[2001:db8::1]:1"), at("[2001:db8:0:1::1]:1")));
  CHECK(!same_source(at("10.0.0.1:1"), at("[::1]:1")));
}

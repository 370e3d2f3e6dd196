// The account of the live comparison: what is counted for each way, and what stays unknown.
#include "cli/comparison.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/scripted_network.h"

using namespace oxbow;
using namespace oxbow::cli;
using namespace oxbow::test;

namespace {

using Json = nlohmann::json;

/// The figures of one way, for one key asked `rounds` times.
ComparedWay compared(const Network& network, const std::string& way, std::uint32_t rounds = 1) {
  FakePeer peer = peer_of(network);
  auto client = Client::connect(peer.address());
  REQUIRE(client.ok());
  ComparisonPlan plan;
  plan.keys = {"key"};
  plan.ways = {way};
  plan.rounds = rounds;
  const auto ways = compare_ways(*client, plan, [](auto, auto) {});
  REQUIRE(ways.ok());
  REQUIRE(ways->size() == 1);
  return ways->front();
}

using Values = std::vector<double>;

}  // namespace

TEST_CASE("auto is the messages of the ring's get and of the whole flood") {
  Network network;
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  network.find = [](const auto& request) {
    // To its end, as a flood is otherwise: the figures are exact.
    return request.first ? FindAnswer{} : flood({hit(3), hit(2)});
  };
  const ComparedWay way = compared(network, "auto");
  CHECK(way.found == 1);
  CHECK(way.query_messages.values() == Values{3 + 7});  // handed over, and two members asked
  CHECK(way.duplicates.values() == Values{3});
  CHECK(way.hit_messages.values() == Values{2 + 2});  // one member, and the coordinator, answered
  CHECK(way.done_messages.values() == Values{7});
  CHECK(way.peers_reached.values() == Values{5});
  CHECK(way.hops.values() == Values{2});  // the nearest
  REQUIRE(way.first_ms.values().size() == 1);
  CHECK(way.first_ms.values()[0] >= 1.5);
  CHECK(way.over_ms.values()[0] - way.first_ms.values()[0] == doctest::Approx(2.5));
  CHECK(way.bytes.values().size() == 1);
  CHECK(way.partial == 0);
}

TEST_CASE("auto that the ring answers floods nothing") {
  Network network;
  network.get = [](const auto&) { return stored(); };
  const ComparedWay way = compared(network, "auto");
  CHECK(way.found == 1);
  CHECK(way.query_messages.values() == Values{3});
  CHECK(way.duplicates.values() == Values{0});
  CHECK(way.hit_messages.values() == Values{2});
  CHECK(way.peers_reached.values() == Values{3});  // the asked peer, the coordinator and one more
  CHECK(way.hops.values() == Values{2});
  CHECK(way.partial == 0);
}

TEST_CASE("bytes of auto grow with the values that the ring hands on") {
  Network network;
  network.get = [](const auto&) { return stored(); };
  const double few = compared(network, "auto").bytes.mean();
  network.get = [](const auto&) {
    GetAnswer answer = stored();
    answer.values.front().value.append(100, 'x');
    return answer;
  };
  CHECK(compared(network, "auto").bytes.mean() == few + 2 * 100);  // two answers carry it
}

TEST_CASE("auto asked of the key's only member that is needed costs no message") {
  Network network;
  network.get = [](const auto&) {
    GetAnswer answer = stored();
    answer.quorum.r = 1;
    answer.quorum.coordinator_id = kOwn;
    answer.quorum.members = {member(kOwn, "answered", true)};
    return answer;
  };
  const ComparedWay way = compared(network, "auto");
  CHECK(way.query_messages.values() == Values{0});
  CHECK(way.hit_messages.values() == Values{0});
  CHECK(way.bytes.values() == Values{0});
  CHECK(way.peers_reached.values() == Values{1});
  CHECK(way.hops.values() == Values{0});
}

TEST_CASE("auto without a ring is the flood alone") {
  Network network;
  network.find = [](const auto&) { return flood({hit(1)}); };
  const ComparedWay way = compared(network, "auto");
  CHECK(way.query_messages.values() == Values{7});
  CHECK(way.bytes.values() == compared(network, "flood").bytes.values());
  CHECK(way.partial == 0);
}

TEST_CASE("what a search does not tell stays unknown") {
  Network network;
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  network.find = [](const auto&) {
    FindAnswer answer = flood({hit(1)});
    answer.search.query_messages = answer.search.duplicates = std::nullopt;
    answer.search.hit_messages = answer.search.done_messages = std::nullopt;
    answer.search.peers_reached = std::nullopt;
    answer.search.first_hit_ms = std::nullopt;
    answer.search.stopped = Stopped::timeout;
    return answer;
  };
  for (const char* name : {"flood", "auto"}) {
    INFO(name);
    const ComparedWay way = compared(network, name);
    CHECK(way.found == 1);
    CHECK(way.partial == 1);
    for (const Samples* unknown :
         {&way.query_messages, &way.duplicates, &way.hit_messages, &way.done_messages, &way.bytes,
          &way.peers_reached, &way.first_ms}) {
      CHECK(unknown->empty());
    }
  }
  FakePeer peer = peer_of(network);
  const Json row = Json::parse(ask(peer, {"key", "--via=auto", "--json"}).out)["rows"][0];
  CHECK(row["query_messages"] == nullptr);
  CHECK(row["duplicates"] == nullptr);
  CHECK(row["bytes"] == nullptr);
  CHECK(row["partial"] == 5);
}

TEST_CASE("auto is partial where the flood is, or too few members answered") {
  Network network;
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  network.find = [](const auto&) {
    FindAnswer answer = flood({});
    answer.search.stopped = Stopped::partial;
    return answer;
  };
  CHECK(compared(network, "auto", 3).partial == 3);

  network.find = [](const auto&) { return flood({}); };
  CHECK(compared(network, "auto", 3).partial == 0);
  network.get = [](const auto&) {
    GetAnswer answer = ring_answer("never-heard");
    answer.quorum.primaries = 1;  // the other answer is a fallback's
    answer.quorum.fallbacks = 1;
    return answer;
  };
  CHECK(compared(network, "auto", 3).partial == 3);

  network.get = [](const auto&) {
    return Error{"quorum-not-met", "too few members answered", "2", "1"};
  };
  const ComparedWay way = compared(network, "auto", 3);
  CHECK(way.partial == 3);
  CHECK(way.found == 0);
  CHECK(way.query_messages.empty());  // what the ring did is not told
  CHECK(way.duplicates.empty());
  CHECK(way.over_ms.values().size() == 3);
}

TEST_CASE("members that are away have not been asked") {
  Network network;
  network.get = [](const auto&) {
    GetAnswer answer = stored();
    answer.quorum.members = {member("b1", "answered", true), member("b2", "unreachable"),
                             member("b3", "timeout"), member("b4", "answered")};
    return answer;
  };
  const ComparedWay way = compared(network, "auto");
  CHECK(way.query_messages.values() == Values{3});
  CHECK(way.hit_messages.values() == Values{2});
  CHECK(way.peers_reached.values() == Values{3});
}

TEST_CASE("where nothing was found there are no hops and no first hit") {
  Network network;
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  for (const char* name : {"flood", "expanding", "walk", "finger", "one-hop", "auto"}) {
    INFO(name);
    const ComparedWay way = compared(network, name);
    CHECK(way.found == 0);
    CHECK(way.hops.empty());
    CHECK(way.first_ms.empty());
    CHECK(way.over_ms.values().size() == 1);
    CHECK(way.partial == 0);
  }
}

TEST_CASE("a deleted key is not found, and not searched for") {
  Network network;
  network.get = [](const auto&) {
    GetAnswer answer = ring_answer("answered");
    answer.deleted = true;
    return answer;
  };
  network.find = [](const auto&) { return flood({hit(1)}); };
  for (const char* name : {"finger", "auto"}) {
    INFO(name);
    const ComparedWay way = compared(network, name);
    CHECK(way.found == 0);
    CHECK(way.hops.empty());
    CHECK(way.first_ms.empty());
    CHECK(way.query_messages.mean() == (way.way == "auto" ? 3 : 2));
  }
}

TEST_CASE("a ring lookup is an answer where the ring has the key, else a report, as simulated") {
  Network network;
  network.get = [](const auto&) { return stored(); };
  ComparedWay way = compared(network, "finger");
  CHECK(way.hops.values() == Values{2});
  CHECK(way.first_ms.values() == Values{0.5});
  CHECK(way.hit_messages.values() == Values{1});
  CHECK(way.done_messages.values() == Values{0});
  CHECK(way.peers_reached.values() == Values{3});
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  way = compared(network, "finger");
  CHECK(way.query_messages.values() == Values{2});
  CHECK(way.hit_messages.values() == Values{0});
  CHECK(way.done_messages.values() == Values{1});
  network.looks_up = false;
  way = compared(network, "finger");
  CHECK(way.partial == 1);
  CHECK(way.bytes.empty());
}

TEST_CASE("a ring lookup whose members cannot say what they have is partial") {
  Network network;
  network.get = [](const auto&) {
    return Error{"quorum-not-met", "too few members answered", "2", "1"};
  };
  const ComparedWay way = compared(network, "one-hop", 2);
  CHECK(way.partial == 2);
  CHECK(way.found == 0);
  CHECK(way.hops.empty());
}

TEST_CASE("a file larger than a value may be is located like any other") {
  Network network;
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  network.find = [](const auto&) { return flood({hit(1, 5'000'000)}); };
  const ComparedWay way = compared(network, "auto");
  CHECK(way.found == 1);
  CHECK(way.query_messages.values() == Values{10});
  CHECK(way.hops.values() == Values{1});
}

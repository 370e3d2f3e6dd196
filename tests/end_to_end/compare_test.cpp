// `oxbow compare` on real networks, and beside the simulator where both are exact.
#include <signal.h>

#include <fstream>
#include <map>
#include <set>

#include "end_to_end/ring_of_three.h"
#include "sim/ring_search.h"
#include "sim/workload.h"
#include "support/source_tree.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {

std::map<std::string, Json> rows_of(const Ran& ran) {
  INFO(ran.out << ran.err);
  std::map<std::string, Json> rows;
  const Json document = ran.json();
  for (const Json& row : document["rows"]) rows[row["via"]] = row;
  return rows;
}

/// The links of peers/demo-20 as a file for oxbow-sim, and the peers' numbers in it.
struct DemoLinks {
  std::map<std::string, int> numbers;
  std::string links;
};
DemoLinks demo_links() {
  namespace fs = std::filesystem;
  std::map<std::string, std::string> name_of;  // by address
  std::map<std::string, std::set<std::string>> neighbors;
  for (const auto& entry : fs::directory_iterator(source_root() / "peers" / "demo-20")) {
    std::ifstream file(entry.path());
    const std::string name = entry.path().stem();
    for (std::string line; std::getline(file, line);) {
      if (line.starts_with("listen = ")) name_of[line.substr(9)] = name;
      if (line.starts_with("neighbor = ")) neighbors[name].insert(line.substr(11));
    }
  }
  DemoLinks demo;
  for (const auto& [address, name] : name_of) {
    demo.numbers.emplace(name, static_cast<int>(demo.numbers.size()));
  }
  std::set<std::pair<int, int>> links;
  for (const auto& [name, others] : neighbors) {
    for (const std::string& address : others) {
      links.insert(std::minmax(demo.numbers.at(name), demo.numbers.at(name_of.at(address))));
    }
  }
  for (const auto& [a, b] : links) {
    demo.links += std::to_string(a) + ' ' + std::to_string(b) + '\n';
  }
  return demo;
}

}  // namespace

TEST_CASE("compare without a ring has the floods' exact figures, those of the simulator") {
  const LocalPeers peers("ring-6", {"--set", "static=yes"});
  const Ran ran =
      peers.ask("amber", {"compare", "nobody has this", "--ttl", "15", "--rounds", "3", "--json"});
  CHECK(ran.code == 1);  // nothing was found
  const auto rows = rows_of(ran);
  CHECK(rows.size() == 4);  // flood, expanding, walk, auto
  const Json& flood = rows.at("flood");
  CHECK(flood["found"] == 0);
  CHECK(flood["existing"] == 0);
  CHECK(flood["peers_reached"] == 6);
  CHECK(flood["duplicates"] == 2);
  const Ran simulated = run_program("oxbow-sim", peers.runtime(),
                                    {"lookup", "--topology", "ring:6", "--via", "flood", "--origin",
                                     "0", "--ttl", "15", "--all", "-o", "json"});
  const Json row = simulated.json()["rows"][0];
  CHECK(flood["query_messages"] == row["query_messages"]);
  CHECK(flood["duplicates"] == row["duplicates"]);
  CHECK(flood["peers_reached"] == row["peers_reached"]);
}

TEST_CASE("compare on a ring shows what both ways find, and writes a page") {
  const LocalPeers peers("ring-5");
  const TemporaryFolder folder;
  const std::string asked = "basil";
  for (const char* name : {"basil", "chive", "dill", "fennel", "mint"}) {
    wait_for_members(peers, name, 5);
  }
  REQUIRE(peers.ask(asked, {"put", "stored", "value"}).code == 0);
  REQUIRE(peers.ask(asked, {"publish", "published", "value"}).code == 0);
  const Ran ran = peers.ask(asked, {"compare", "stored", "published", "--rounds", "2", "--report",
                                    folder.path() + "/page.html", "--json"});
  CHECK(ran.code == 0);
  const auto rows = rows_of(ran);
  REQUIRE(rows.size() == 7);
  for (const char* way : {"flood", "expanding", "auto"}) {
    INFO(way);
    CHECK(rows.at(way)["found"] == 4);
    CHECK(rows.at(way)["existing"] == 4);
  }
  for (const char* way : {"successor", "finger", "one-hop"}) {
    INFO(way);
    CHECK(rows.at(way)["found"] == 2);  // the ring has one of the two
    CHECK(rows.at(way)["pattern"] == false);
  }
  CHECK(rows.at("one-hop")["query_messages"] <= 1);
  CHECK(rows.at("auto")["duplicates"] <= rows.at("auto")["query_messages"]);
  const std::string page = read_file(folder.path() + "/page.html");
  CHECK(page.starts_with("<!DOCTYPE html>"));
  CHECK(page.find("\"watch\":{") != std::string::npos);
}

TEST_CASE("ring lookups of real peers go the way that the simulator's do") {
  const LocalPeers peers("ring-5");
  const std::vector<std::string> names{"basil", "chive", "dill", "fennel", "mint"};
  for (const std::string& name : names) wait_for_members(peers, name, names.size());
  std::vector<RingMember> members;
  const Result<RingAnswer> ring = peers.client("basil").ring();
  REQUIRE(ring.ok());
  for (const std::string& name : names) {
    for (const MemberInfo& member : ring->members) {
      if (member.name == name) {
        members.push_back({*parse_peer_id(member.id), member.zone, member.tokens});
      }
    }
  }
  REQUIRE(members.size() == names.size());
  const sim::Graph graph(5, {});
  const sim::LatencyModel latency = *sim::parse_latency("unit", 1);
  sim::SearchNetwork network{graph, latency, sim::frame_sizes(), Random(1)};
  const sim::RingSearch simulated(network, members);
  std::size_t farthest = 0;
  for (PeerNumber origin = 0; origin < names.size(); ++origin) {
    Client client = peers.client(names[origin]);
    for (sim::ObjectNumber object = 0; object < 20; ++object) {
      const std::string key = sim::key_of(object);
      for (const RingWay way : {RingWay::one_hop, RingWay::finger, RingWay::successor}) {
        const auto live = client.lookup({key, way, 0});
        REQUIRE(live.ok());
        std::vector<std::string> live_path, simulated_path;
        for (const LookupPeer& peer : live->path) live_path.push_back(peer.name);
        for (const PeerNumber peer : simulated.path(way, {origin, position_of(key)})) {
          simulated_path.push_back(names[peer]);
        }
        CHECK(live_path == simulated_path);
        CHECK(live->forwards == simulated_path.size() - 1);
        farthest = std::max<std::size_t>(farthest, live->forwards);
      }
    }
  }
  CHECK(farthest == 4);  // clockwise from the one behind the owner, past all others
}

TEST_CASE("twenty peers: floods cost what the simulator says, and auto a flood beside the ring") {
  // Not below the number of peers: then the textbook rule reaches everybody, whichever copy is the
  // first.
  const LocalPeers peers("demo-20", {"--set", "static=yes", "--set", "ttl-cap=60"});
  wait_for_members(peers, "acacia", 6);
  const DemoLinks demo = demo_links();
  REQUIRE(demo.numbers.size() == 20);
  const std::string links = peers.runtime() + "/links";
  std::ofstream(links) << demo.links;
  for (const char* name : {"acacia", "holly", "yew"}) {
    for (const char* ttl : {"20", "31", "60"}) {
      INFO(name << ", TTL " << ttl);
      const auto live =
          rows_of(peers.ask(name, {"compare", "nobody has this", "--via", "flood,auto", "--ttl",
                                   ttl, "--rounds", "2", "--json"}));
      const Json simulated =
          run_program("oxbow-sim", peers.runtime(),
                      {"lookup", "--topology", links, "--via", "flood", "--origin",
                       std::to_string(demo.numbers.at(name)), "--ttl", ttl, "--all", "-o", "json"})
              .json()["rows"][0];
      for (const char* figure : {"query_messages", "duplicates", "peers_reached"}) {
        CHECK(live.at("flood")[figure] == simulated[figure]);
      }
      const Json& flood = live.at("flood");
      const Json& whole = live.at("auto");
      CHECK(whole["duplicates"] == flood["duplicates"]);
      CHECK(whole["peers_reached"] == flood["peers_reached"]);
      // Besides, the ring asks two members, or three where one takes its time; by way of a
      // coordinator where the asked peer is no primary.
      const double by_ring =
          whole["query_messages"].get<double>() - flood["query_messages"].get<double>();
      CHECK(by_ring >= 1);
      CHECK(by_ring <= 4);
      CHECK(whole["bytes"].get<double>() > flood["bytes"].get<double>());
      CHECK(whole["hops_first_hit"].is_null());
      CHECK(whole["first_hit_ms_p50"].is_null());
      CHECK(whole["found"] == 0);
    }
  }
}

TEST_CASE("expanding costs what the simulator says, wave by wave") {
  const LocalPeers peers("line-4", {"--set", "static=yes"});
  const auto live = rows_of(peers.ask(
      "ash", {"compare", "nobody has this", "--via", "flood,expanding", "--ttl", "7", "--json"}));
  const Json simulated =
      run_program("oxbow-sim", peers.runtime(),
                  {"lookup", "--topology", "grid:1:4", "--via", "flood,expanding", "--origin", "0",
                   "--ttl", "7", "-o", "json"})
          .json()["rows"];
  for (const Json& row : simulated) {
    const Json& same = live.at(row["via"]);
    CHECK(same["query_messages"] == row["query_messages"]);
    CHECK(same["duplicates"] == row["duplicates"]);
  }
}

TEST_CASE(
    "three of five members are dead: what they would know is partial, for every way by ring") {
  const LocalPeers peers("ring-5");
  const TemporaryFolder folder;
  for (const char* name : {"basil", "chive", "dill", "fennel", "mint"}) {
    wait_for_members(peers, name, 5);
  }
  for (const char* name : {"dill", "fennel", "mint"}) peers.kill(name);
  const Ran ran =
      peers.ask("basil", {"compare", "nobody has this", "nor this", "--via", "auto,one-hop",
                          "--rounds", "1", "--report", folder.path() + "/page.html", "--json"});
  CHECK(ran.code == 1);
  const auto rows = rows_of(ran);
  CHECK(rows.at("auto")["found"] == 0);
  CHECK(rows.at("auto")["partial"] == 2);
  CHECK(rows.at("auto")["hops_first_hit"].is_null());
  CHECK(std::filesystem::file_size(folder.path() + "/page.html") > 1000);
}

TEST_CASE("a peer that has stopped makes auto's flood partial, and the wait shows in the p99") {
  for (const std::string way : {"flood", "auto"}) {
    INFO(way);
    const LocalPeers peers("line-4");  // anew: a neighbor that was silent is waited for less
    peers.pause("beech");
    const auto rows = rows_of(peers.ask("ash", {"compare", "nobody has this", "--via", way, "--ttl",
                                                "2", "--rounds", "1", "--json"}));
    peers.resume("beech");
    CHECK(rows.at(way)["partial"] == 1);
    CHECK(rows.at(way)["over_ms_p99"] >= 500);
  }
}

TEST_CASE("a report is written where the peer's ttl-cap is below the usual TTL") {
  const LocalPeers peers("line-4", {"--set", "ttl=3", "--set", "ttl-cap=3"});
  const TemporaryFolder folder;
  REQUIRE(peers.ask("ash", {"publish", "key", "value"}).code == 0);
  const std::string page = folder.path() + "/page.html";
  CHECK(peers.ask("cedar", {"compare", "key", "--rounds", "1", "--report", page}).code == 0);
  CHECK(std::filesystem::file_size(page) > 1000);
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
}

TEST_CASE("the flood that is watched is of a key that both ways find, the load of all keys") {
  const LocalPeers peers("ring-5", {"--set", "ttl-cap=15"});
  const TemporaryFolder folder;
  for (const char* name : {"basil", "chive", "dill", "fennel", "mint"}) {
    wait_for_members(peers, name, 5);
  }
  // One that the asked peer does not keep itself: a flood goes out for it.
  std::string stored;
  for (int i = 0; stored.empty(); ++i) {
    REQUIRE(i < 100);
    const std::string key = "stored/" + std::to_string(i);
    const Json owner = peers.ask("basil", {"ring", "owner", key, "--json"}).json();
    const Json& primaries = owner["primaries"];
    if (std::none_of(primaries.begin(), primaries.end(),
                     [](const Json& member) { return member["name"] == "basil"; })) {
      stored = key;
    }
  }
  REQUIRE(peers.ask("basil", {"put", stored, "value"}).code == 0);
  const std::string page = folder.path() + "/page.html";
  REQUIRE(peers
              .ask("basil", {"compare", "nobody has this", stored, "nor this", "--ttl", "15",
                             "--via", "flood,finger", "--rounds", "1", "--report", page})
              .code == 0);
  const std::string text = read_file(page);
  const auto from = text.find("id=\"data\">") + 10;
  const Json data = Json::parse(text.substr(from, text.find("</script>", from) - from));
  CHECK(data["watch"]["key"] == stored);
  CHECK(data["watch"]["ring"]["holds"] == "value");
  // Of the one key that is there.
  CHECK(data["recall"][0]["points"].back()[1] == 1.0);
  // Over the floods of all three keys.
  CHECK(data["load"][0]["via"] == "flood");
  double messages = 0;
  for (const Json& point : data["load"][0]["quantiles"]) messages += point[1].get<double>();
  CHECK(messages > 4);
}

// `oxbow compare` on real networks, and beside the simulator where both are exact.
#include <map>

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
    CHECK(rows.at(way)["pattern"] == "no");
  }
  CHECK(rows.at("one-hop")["query_messages"] <= 1);
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

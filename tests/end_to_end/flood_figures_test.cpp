// Floods over real processes cost what theory says, to the message: on a connected graph of N peers
// and E links, 2E − N + 1 query messages when the TTL does not end it.
#include "end_to_end/local_peers.h"

using namespace oxbow::test;

namespace {

Json search_from(const LocalPeers& peers, const std::string& origin, const Words& options) {
  Words words{"find", "nobody-has-this", "--json"};
  words.insert(words.end(), options.begin(), options.end());
  const Ran ran = peers.ask(origin, words);
  CHECK(ran.code == 1);
  CHECK(ran.err == "");
  const Json answer = ran.json();
  CHECK(answer["found"] == false);
  CHECK(answer["hits"].empty());
  const Json& search = answer["search"];
  CHECK(search["stopped"] == "complete");
  CHECK(search["refused"] == 0);
  CHECK(search["lost"] == 0);
  CHECK(search["hit_messages"] == 0);
  CHECK(search["done_messages"] == search["query_messages"]);
  return search;
}

}  // namespace

TEST_CASE("a line of four, from each of its peers") {
  const LocalPeers peers("line-4");
  for (const auto& expected : {std::pair("ash", 3), std::pair("beech", 2), std::pair("cedar", 2),
                               std::pair("damson", 3)}) {
    INFO(expected.first);
    const Json search = search_from(peers, expected.first, {"--ttl", "7"});
    CHECK(search["query_messages"] == 3);
    CHECK(search["duplicates"] == 0);
    CHECK(search["peers_reached"] == 4);
    CHECK(search["max_hops"] == expected.second);
  }
  for (const int ttl : {1, 2, 3}) {
    INFO(ttl);
    const Json search = search_from(peers, "ash", {"--ttl", std::to_string(ttl)});
    CHECK(search["query_messages"] == ttl);
    CHECK(search["peers_reached"] == ttl + 1);
    CHECK(search["max_hops"] == ttl);
  }
  const Json waves = search_from(peers, "ash", {"--ttl", "7", "--via", "expanding"});
  CHECK(waves["waves"] == 4);
  CHECK(waves["query_messages"] == 1 + 2 + 3 + 3);
}

TEST_CASE("a ring of six") {
  const LocalPeers peers("ring-6");
  for (int round = 0; round < 20; ++round) {
    const Json far = search_from(peers, "amber", {"--ttl", "7"});
    CHECK(far["query_messages"] == 7);
    CHECK(far["duplicates"] == 2);
    CHECK(far["peers_reached"] == 6);
    const Json near = search_from(peers, "amber", {"--ttl", "3"});
    CHECK(near["query_messages"] == 6);
    CHECK(near["duplicates"] == 1);
    CHECK(near["peers_reached"] == 6);
    CHECK(near["max_hops"] == 3);
  }
}

TEST_CASE("twenty peers and forty links, exactly the links of the files") {
  const LocalPeers peers("demo-20", {"--set", "static=yes"});
  for (const char* origin : {"acacia", "holly", "yew"}) {
    INFO(origin);
    const Json search = search_from(peers, origin, {"--ttl", "15"});
    CHECK(search["query_messages"] == 2 * 40 - 20 + 1);
    CHECK(search["duplicates"] == 61 - 19);
    CHECK(search["peers_reached"] == 20);
  }
}

TEST_CASE("the horizon knows every peer and link") {
  const LocalPeers peers("ring-6");
  const Ran ran = peers.ask("coral", {"horizon", "--rounds", "20", "--json"});
  CHECK(ran.code == 0);
  const Json horizon = ran.json();
  CHECK(horizon["type"] == "horizon");
  CHECK(horizon["complete"] == true);
  CHECK(horizon["peers"] == 6);
  CHECK(horizon["links"] == 6);
  REQUIRE(horizon["hops"].size() == 4);
  const std::vector<int> per_hop{1, 2, 2, 1};
  for (std::size_t hop = 0; hop < 4; ++hop) {
    CHECK(horizon["hops"][hop]["peers"] == per_hop[hop]);
    CHECK(horizon["hops"][hop]["links"] == 2 * per_hop[hop]);
  }
}

// Peers that die in the middle of things.
#include "base/ids.h"
#include "base/sha256.h"
#include "end_to_end/local_peers.h"
#include "support/source_tree.h"

using namespace oxbow;
using namespace oxbow::test;

TEST_CASE("a download moves on when its holder is killed in the middle") {
  const TemporaryFolder folder;
  std::string content(16 * 1024 * 1024, '\0');
  for (std::size_t i = 0; i < content.size(); i += 64) content[i] = static_cast<char>(i >> 6);
  folder.write("one/big", content);
  folder.write("two/big", content);
  const LocalPeers peers("ring-6", {"--share", "coral=" + folder.path() + "/one", "--share",
                                    "emerald=" + folder.path() + "/two"});
  Client client = peers.client("amber");
  FindRequest request;
  request.key = "big";
  request.all = true;
  const auto answer = client.find(request);
  REQUIRE(answer.ok());
  REQUIRE(answer->hits.size() == 2);

  std::string killed;
  const auto summary =
      client.fetch(answer->hits, {folder.path() + "/copy"}, [&](const FetchProgress& now) {
        if (now.done < 1024 * 1024 || !killed.empty()) return;
        killed = now.holder;
        peers.kill(peers.name_of(killed));
      });
  REQUIRE(summary.ok());
  CHECK_FALSE(killed.empty());
  REQUIRE(summary->failed.size() == 1);
  CHECK(summary->failed[0].holder == killed);
  CHECK(summary->holder != killed);
  CHECK(to_string(sha256(read_file(folder.path() + "/copy"))) == to_string(sha256(content)));
}

TEST_CASE("an interrupted download goes on from where it was") {
  const TemporaryFolder folder;
  const std::string content(4 * 1024 * 1024, 'z');
  folder.write("one/big", content);
  const LocalPeers peers("line-4", {"--share", "beech=" + folder.path() + "/one"});
  folder.write("copy.oxbow-part", content.substr(0, 1024 * 1024));
  const Ran ran = peers.ask("ash", {"fetch", "big", "--to", folder.path() + "/copy", "--json"});
  CHECK(ran.code == 0);
  CHECK(ran.json()["resumed"] == 1024 * 1024);
  CHECK(read_file(folder.path() + "/copy") == content);
}

TEST_CASE("a search finds another way when a peer is dead") {
  const LocalPeers peers("ring-6");
  REQUIRE(peers.ask("coral", {"publish", "k", "v"}).code == 0);
  peers.kill("beryl");
  // Some copies may be lost with the link to the dead peer; the hit comes round the other way.
  const Ran first = peers.ask("amber", {"find", "k", "--json"});
  CHECK(first.code == 0);
  CHECK(first.json()["found"] == true);
  const Json hit = first.json()["hits"][0];
  CHECK(hit["holder_name"] == "coral");
  CHECK(hit["hops"] == 4);

  const Json absent = peers.ask("amber", {"find", "nobody-has-this", "--json"}).json();
  CHECK(absent["search"]["peers_reached"] == 5);
  CHECK(absent["search"]["query_messages"] == 4);  // a line of five by now
  CHECK(absent["search"]["stopped"] == "complete");
}

TEST_CASE("a dead peer is not reached, and said so") {
  const LocalPeers peers("line-4");
  peers.kill("ash");
  const Ran ran = peers.ask("ash", {"find", "k", "--json"});
  CHECK(ran.code == 3);
  CHECK(ran.json()["error"] == "unreachable");
}

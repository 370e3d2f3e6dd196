// What a user does, from the command line to the wire and back: publish, find, fetch, unpublish.
#include <sys/stat.h>
#include <sys/wait.h>

#include <cstdlib>

#include "base/ids.h"
#include "base/sha256.h"
#include "end_to_end/local_peers.h"
#include "support/source_tree.h"

using namespace oxbow;
using namespace oxbow::test;

TEST_CASE("a published value is found from the other end, fetched, and gone when unpublished") {
  const LocalPeers peers("line-4");
  const TemporaryFolder folder;
  const std::string target = folder.path() + "/greeting";
  const std::string digest = to_string(sha256("hello"));

  const Ran published = peers.ask("damson", {"publish", "greeting", "hello", "--json"});
  CHECK(published.code == 0);
  CHECK(published.json() == Json{{"v", 1},
                                 {"type", "publish"},
                                 {"key", "greeting"},
                                 {"size", 5},
                                 {"sha256", digest},
                                 {"replaced", false}});

  const Ran found = peers.ask("ash", {"find", "greeting", "--json"});
  CHECK(found.code == 0);
  const Json answer = found.json();
  CHECK(answer["v"] == 1);
  CHECK(answer["type"] == "find");
  CHECK(answer["key"] == "greeting");
  CHECK(answer["found"] == true);
  REQUIRE(answer["hits"].size() == 1);
  const Json& hit = answer["hits"][0];
  CHECK(hit["key"] == "greeting");
  CHECK(hit["holder"] == peers.address("damson"));
  CHECK(hit["holder_name"] == "damson");
  CHECK(hit["holder_id"].get<std::string>().size() == 32);
  CHECK(hit["hops"] == 3);
  CHECK(hit["size"] == 5);
  CHECK(hit["sha256"] == digest);
  CHECK(answer["search"]["hit_messages"] == 3);
  CHECK(answer["search"]["first_hit_ms"].is_number());

  const Ran fetched = peers.ask("ash", {"fetch", "greeting", "--to", target, "--json"});
  CHECK(fetched.code == 0);
  CHECK(fetched.json()["sha256"] == digest);
  CHECK(fetched.json()["holder"] == peers.address("damson"));
  CHECK(read_file(target) == "hello");
  const Ran again = peers.ask("ash", {"fetch", "greeting", "--to", target});
  CHECK(again.code == 2);
  CHECK(again.err == "oxbow: " + target + " exists already (replace it with --force)\n");
  CHECK(peers.ask("ash", {"fetch", "greeting", "--to", target, "--force"}).code == 0);

  CHECK(peers.ask("damson", {"unpublish", "greeting"}).code == 0);
  CHECK(peers.ask("damson", {"unpublish", "greeting"}).code == 1);
  CHECK(peers.ask("ash", {"find", "greeting"}).code == 1);
  CHECK(peers.ask("ash", {"fetch", "greeting", "--to", folder.path() + "/new"}).code == 1);
}

TEST_CASE("a download that found nobody says whether everybody was asked") {
  const LocalPeers peers("line-4");
  const TemporaryFolder folder;
  REQUIRE(peers.ask("damson", {"publish", "greeting", "hello"}).code == 0);
  peers.pause("beech");
  const Ran unsure = peers.ask("ash", {"fetch", "greeting", "--to", folder.path() + "/new"});
  peers.resume("beech");
  INFO(unsure.err);
  CHECK(unsure.code == 4);
  CHECK(unsure.err.starts_with(
      "oxbow: no holder of greeting was found, but not everybody within reach was asked"));
  CHECK(unsure.err.find("\nPartial: ") != std::string::npos);
}

TEST_CASE("a download to - is printed, and nothing else is") {
  const LocalPeers peers("line-4");
  REQUIRE(peers.ask("damson", {"publish", "greeting", "hello\n"}).code == 0);
  const Ran shown = peers.ask("ash", {"fetch", "greeting", "--to", "-"});
  CHECK(shown.code == 0);
  CHECK(shown.out == "hello\n");
  CHECK(shown.err.starts_with("greeting  6 B  from damson"));
  REQUIRE(peers.ask("damson", {"publish", "empty", ""}).code == 0);
  CHECK(peers.ask("ash", {"fetch", "empty", "--to", "-"})
            .err.starts_with("empty  0 B  there is nothing in it\n"));
  const Ran nowhere = peers.ask("ash", {"fetch", "greeting", "--to", "/no/such/folder/x"});
  CHECK(nowhere.code == 2);
  CHECK(nowhere.err ==
        "oxbow: cannot write /no/such/folder/x.oxbow-part: No such file or directory\n");
}

TEST_CASE("a download to - leaves nothing behind, also where its reader has had enough") {
  const TemporaryFolder shared;
  shared.write("large", std::string(1024 * 1024, 'x'));
  const LocalPeers peers("line-4", {"--share", "damson=" + shared.path()});
  const TemporaryFolder temporary;
  const TemporaryFolder result;
  const std::string command = "TMPDIR=" + temporary.path() + " " + program("oxbow") +
                              " fetch large --quiet --to - --peer " + peers.address("ash") +
                              " | head -c 3 >" + result.path() + "/start";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(read_file(result.path() + "/start") == "xxx");
  CHECK(std::filesystem::is_empty(temporary.path()));
}

TEST_CASE("a closed or full standard output harms neither the peer nor the truth") {
  const LocalPeers peers("line-4");
  REQUIRE(peers.ask("damson", {"publish", "greeting", "hello"}).code == 0);
  const auto find_with = [&](const std::string& redirection) {
    const std::string command =
        program("oxbow") + " find greeting --peer " + peers.address("ash") + " " + redirection;
    return WEXITSTATUS(std::system(command.c_str()));
  };
  CHECK(find_with(">/dev/full 2>&-") == 4);
  CHECK(find_with(">&-") == 0);
  CHECK(find_with("<&- >&- 2>&-") == 0);
  CHECK(peers.ask("ash", {"wait", "ready"}).code == 0);
  const std::string log = read_file(peers.runtime() + "/oxbow/line-4/ash.log");
  CHECK(log.find("listening on") != std::string::npos);
  CHECK(log.find("not MessagePack-RPC") == std::string::npos);
}

TEST_CASE("files of shared folders are found by key, glob and words, and downloaded whole") {
  const TemporaryFolder folder;
  std::string large(3 * 1024 * 1024 + 7, 'x');
  for (std::size_t i = 0; i < large.size(); i += 101) large[i] = static_cast<char>(i / 101);
  folder.write("north/docs/Large File.bin", large);
  folder.write("north/docs/readme.txt", "read me");
  folder.write("south/notes/readme.txt", "me too");
  const LocalPeers peers("ring-6", {"--share", "coral=" + folder.path() + "/north", "--share",
                                    "emerald=" + folder.path() + "/south"});

  const Json glob = peers.ask("amber", {"find", "--glob", "*/readme.txt", "--json"}).json();
  REQUIRE(glob["hits"].size() == 2);
  const Json words = peers.ask("amber", {"find", "--words", "file LARGE", "--json"}).json();
  REQUIRE(words["hits"].size() == 1);
  CHECK(words["hits"][0]["key"] == "docs/Large File.bin");

  const Ran lines = peers.ask("amber", {"find", "--glob", "*/readme.txt", "-o", "ndjson"});
  const auto first_line = Json::parse(lines.out.substr(0, lines.out.find('\n')));
  CHECK(first_line["type"] == "hit");
  const auto last_line =
      Json::parse(lines.out.substr(lines.out.rfind('\n', lines.out.size() - 2) + 1));
  CHECK(last_line["type"] == "search");
  CHECK(last_line["stopped"] == "complete");

  const std::string target = folder.path() + "/copy";
  const Ran fetched =
      peers.ask("amber", {"fetch", "docs/Large File.bin", "--to", target, "-o", "plain"});
  CHECK(fetched.code == 0);
  CHECK(fetched.out == target + "\t" + std::to_string(large.size()) + "\t" +
                           to_string(sha256(large)) + "\t" + peers.address("coral") + "\n");
  CHECK(read_file(target) == large);
}

TEST_CASE("keys that are no text are keys all the same") {
  const LocalPeers peers("line-4");
  const std::string key = "\xff\x1b[1m\n";
  CHECK(peers.ask("beech", {"publish", key, "v"}).code == 0);
  const Json answer = peers.ask("ash", {"find", key, "--json"}).json();
  CHECK(answer["key_b64"] == "/xtbMW0K");
  CHECK(answer["hits"][0]["key_b64"] == "/xtbMW0K");
  const Ran text = peers.ask("ash", {"find", key});
  CHECK(text.out.find("\\xff\\x1b[1m\\n\n") != std::string::npos);
  CHECK(text.out.find('\x1b') == std::string::npos);
  const Ran fetched = peers.ask("ash", {"fetch", key});
  CHECK(fetched.code == 2);
  CHECK(fetched.err ==
        "oxbow: the key does not end in a plain file name: say where to with --to FILE\n");
}

TEST_CASE("a trace tells what each peer did with a query") {
  const LocalPeers peers("line-4");
  REQUIRE(peers.ask("cedar", {"publish", "k", "v"}).code == 0);
  const Json answer = peers.ask("ash", {"find", "k", "--json"}).json();
  const std::string id = answer["search"]["request_id"];
  const Ran ran = peers.ask("ash", {"trace", id, "--json"});
  CHECK(ran.code == 0);
  const Json trace = ran.json();
  CHECK(trace["type"] == "trace");
  CHECK(trace["request_id"] == id);
  std::map<std::string, std::string> told;
  for (const Json& peer : trace["peers"]) {
    for (const Json& step : peer["steps"]) {
      told[peer["name"]] += step["what"].get<std::string>() + " ";
    }
  }
  CHECK(told.size() == 3);
  CHECK(told["ash"].find("started forwarded ") == 0);
  CHECK(told["beech"].find("received forwarded ") == 0);
  CHECK(told["cedar"].find("received answered ") == 0);

  const Ran unknown = peers.ask("ash", {"trace", std::string(32, '0'), "--json"});
  CHECK(unknown.code == 1);
  CHECK(unknown.json()["found"] == false);
}

TEST_CASE("neighbors come and go by command") {
  const LocalPeers peers("line-4");
  const Json before = peers.ask("ash", {"peer", "list", "--json"}).json();
  REQUIRE(before["neighbors"].size() == 1);
  CHECK(before["neighbors"][0]["name"] == "beech");
  CHECK(before["neighbors"][0]["state"] == "linked");

  CHECK(peers.ask("ash", {"peer", "add", peers.address("damson")}).code == 0);
  CHECK(peers.ask("ash", {"wait", "ready"}).code == 0);
  const Json round = peers.ask("ash", {"find", "nobody-has-this", "--json"}).json();
  CHECK(round["search"]["query_messages"] == 2 * 4 - 4 + 1);  // a ring of four by now

  CHECK(peers.ask("ash", {"peer", "rm", peers.address("damson")}).code == 0);
  CHECK(peers.ask("ash", {"peer", "rm", peers.address("damson")}).code == 1);
  CHECK(peers.ask("ash", {"peer", "add", "nonsense"}).code == 2);
}

TEST_CASE("what a search says ends up in its exit code") {
  const LocalPeers peers("line-4");
  CHECK(peers.ask("ash", {"find", "absent"}).code == 1);
  // Without reports nobody knows that the flood has ended.
  const Ran unknown =
      peers.ask("ash", {"find", "absent", "--reports=no", "--timeout", "50ms", "--json"});
  CHECK(unknown.code == 4);
  CHECK(unknown.json()["search"]["stopped"] == "timeout");
  CHECK(unknown.json()["search"]["query_messages"].is_null());
  const Ran refused = peers.ask("ash", {"find", "absent", "--ttl", "16", "--json"});
  CHECK(refused.code == 2);
  CHECK(refused.json()["error"] == "bad-ttl");
  CHECK(peers.ask("ash", {"status"}).code == 0);
  CHECK(peers.ask("ash", {"status", "--json"}).json()["name"] == "ash");
}

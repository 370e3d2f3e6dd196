// `oxbow compare` as a command: what it prints in each format, and the report that it leaves.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/scripted_network.h"

using namespace oxbow;
using namespace oxbow::test;

namespace {

using Json = nlohmann::json;

struct Folder {
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "oxbow-compare-XXXXXX").string();
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path = name;
  }
  ~Folder() { std::filesystem::remove_all(path); }
  bool empty() const { return std::filesystem::is_empty(path); }
  std::string path;
};

Json data_of(const std::string& page) {
  std::ifstream file(page);
  const std::string text(std::istreambuf_iterator<char>(file), {});
  const auto from = text.find("id=\"data\">") + 10;
  return Json::parse(text.substr(from, text.find("</script>", from) - from));
}

}  // namespace

TEST_CASE("a key that is named twice is asked for once") {
  Network network;
  network.find = [](const auto&) { return flood({hit(1)}); };
  FakePeer peer = peer_of(network);
  const Ran ran = ask(peer, {"key", "key", "--via=flood", "--rounds=2", "--json"});
  const Json row = Json::parse(ran.out)["rows"][0];
  CHECK(row["found"] == 2);
  CHECK(row["existing"] == 2);
  CHECK(ran.code == 0);
}

TEST_CASE("the table has a line for people below it") {
  Network network;
  network.find = [](const auto&) { return flood({hit(1)}); };
  FakePeer peer = peer_of(network);
  CHECK(ask(peer, {"key", "--via=flood", "--rounds=1"}).out ==
        "WAY    TTL  FOUND  OF  MESSAGES  DUPLICATES  BYTES  PEERS  HOPS  FIRST HIT p50      p99  "
        "OVER p50      p99  PARTIAL  PATTERNS\n"
        "flood    7      1   1         7           3  718 B      5     1        1.50 ms  1.50 ms  "
        " 4.00 ms  4.00 ms        0  yes\n"
        "\n1 key, 1 time each by every way. Messages are means for one question; HOPS and FIRST "
        "HIT, of those that found something.\n");
}

TEST_CASE("ndjson has a document for each way, plain a line, with the same figures") {
  Network network;
  network.get = [](const auto&) { return ring_answer("never-heard"); };
  network.find = [](const auto&) { return flood({hit(1)}); };
  FakePeer peer = peer_of(network);
  const Ran rows = ask(peer, {"key", "--via=flood,one-hop", "--rounds=1", "-o", "ndjson"});
  const Json flood_row = Json::parse(rows.out.substr(0, rows.out.find('\n')));
  CHECK(flood_row["type"] == "row");
  CHECK(flood_row["via"] == "flood");
  CHECK(flood_row["pattern"] == true);
  CHECK(flood_row["over_ms_p99"] == 4.0);
  CHECK(flood_row["hit_messages"] == 2.0);
  CHECK(flood_row["done_messages"] == 7.0);
  const Json ring_row = Json::parse(rows.out.substr(rows.out.find('\n') + 1));
  CHECK(ring_row["via"] == "one-hop");
  CHECK(ring_row["pattern"] == false);
  CHECK(ring_row["hops_first_hit"] == nullptr);
  CHECK(ask(peer, {"key", "--via=flood", "--rounds=1", "-o", "plain"}).out ==
        "flood\t7\t1\t1\t7\t3\t2\t7\t718\t5\t1\t1.5\t1.5\t4\t4\t0\tyes\n");
}

TEST_CASE("only ways of a ring, and no ring: an error in the format that was asked for") {
  FakePeer peer = peer_of(Network{});
  const Ran ran = ask(peer, {"key", "--via=finger,one-hop", "--json"});
  const Json error = Json::parse(ran.out);
  CHECK(error["type"] == "error");
  CHECK(error["error"] == "no-ring");
  CHECK(error["needed"] == "a member: a peer with `member = yes`");
  CHECK(error["got"] == "none");
  CHECK(ran.code == 4);
  // Some are left: those are asked, and it is said that others are not.
  const Ran rest = ask(peer, {"key", "--via=finger,flood", "--json"});
  CHECK(Json::parse(rest.out)["rows"].size() == 1);
  CHECK(rest.err.starts_with("There is no ring here"));
}

TEST_CASE("an unknown way is named, and the ways that there are") {
  const Json error = Json::parse(run_words({"compare", "--via=central", "--json"}).out);
  CHECK(error["needed"] == "flood, expanding, walk, successor, finger, one-hop, auto");
  CHECK(error["got"] == "central");
}

TEST_CASE("a comparison that fails leaves no report") {
  const Folder folder;
  const std::string page = folder.path + "/page.html";
  FakePeer nothing = peer_of(Network{});
  CHECK(ask(nothing, {"--report", page}).code == 1);  // nobody has any key
  CHECK(folder.empty());
  CHECK(ask(nothing, {"key", "--via=finger", "--report", page}).code == 4);
  CHECK(folder.empty());
  // One that is there stays.
  std::ofstream(page) << "before";
  CHECK(ask(nothing, {"--report", page}).code == 1);
  std::ifstream file(page);
  CHECK(std::string(std::istreambuf_iterator<char>(file), {}) == "before");
}

TEST_CASE("a report that cannot be written is refused before anything is asked") {
  const Folder folder;
  const std::string page = folder.path + "/none/page.html";
  const Ran ran = run_words({"compare", "key", "--report", page, "--json"});
  const Json error = Json::parse(ran.out);
  CHECK(error["error"] == "unwritable");
  CHECK(error["message"] ==
        "cannot write " + page + ": No such file or directory (give another --report FILE)");
  CHECK(error["needed"] == "another --report FILE");
  CHECK(error["got"] == page);
  CHECK(ran.code == 4);
}

TEST_CASE("recall goes up to the TTL that was asked for, or the peer's own, and no farther") {
  const Folder folder;
  const std::string page = folder.path + "/page.html";
  std::uint32_t own = 3;
  Network network;
  network.find = [&own](const FindRequest& request) {
    FindAnswer answer = flood({hit(1)});
    answer.search.ttl = request.ttl.value_or(own);
    answer.search.query_messages = 10 * answer.search.ttl;  // ever more
    return answer;
  };
  FakePeer peer = peer_of(network);
  const auto points = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--rounds=1", "--report", page});
    const Ran ran = ask(peer, words);
    INFO(ran.out << ran.err);
    REQUIRE(ran.code == 0);
    const Json data = data_of(page);
    std::string all;
    for (const Json& curve : data["recall"]) {
      all += curve["via"].get<std::string>() + ' ' + std::to_string(curve["points"].size()) + ' ';
    }
    return all;
  };
  CHECK(points({"key", "--via=flood,expanding,walk"}) == "flood 3 expanding 3 ");
  CHECK(points({"key", "--via=flood", "--ttl=2"}) == "flood 3 ");
  CHECK(points({"key", "--via=flood", "--ttl=15"}) == "flood 15 ");
  CHECK(points({"key", "--via=auto"}).empty());
}

TEST_CASE("the ring to watch says what it has under the key, as far as it is known") {
  const Folder folder;
  const std::string page = folder.path + "/page.html";
  Network network;
  network.find = [](const auto&) { return flood({hit(1)}); };
  network.trace.peers.emplace_back().address = "10.0.0.1:7400";
  const auto ring = [&](const Result<GetAnswer>& answer) {
    network.get = [&answer](const auto&) { return answer; };
    const FakePeer peer = peer_of(network);
    const Ran ran = ask(peer, {"key", "--via=finger", "--rounds=1", "--report", page, "--json"});
    INFO(ran.out << ran.err);
    const Json row = Json::parse(ran.out)["rows"][0];
    const Json has = data_of(page)["watch"]["ring"].value("holds", Json("not said"));
    return has.get<std::string>() + ", found " + row["found"].dump() + ", partial " +
           row["partial"].dump();
  };
  GetAnswer deleted = ring_answer("answered");
  deleted.deleted = true;
  CHECK(ring(stored()) == "value, found 1, partial 0");
  CHECK(ring(deleted) == "tombstone, found 0, partial 0");
  CHECK(ring(ring_answer("never-heard")) == "nothing, found 0, partial 0");
  CHECK(ring(Error{"quorum-not-met", "1 answer of 2 needed", "", ""}) ==
        "not said, found 0, partial 1");
}

TEST_CASE("a key that is no UTF-8 is compared and reported like any other") {
  const Folder folder;
  const std::string page = folder.path + "/page.html";
  std::string asked;
  Network network;
  network.find = [&asked](const FindRequest& request) {
    asked = request.key;
    return flood({hit(1)});
  };
  FakePeer peer = peer_of(network);
  const Ran ran = ask(peer, {"\xff\xfe", "--via=flood", "--rounds=1", "--report", page, "--json"});
  CHECK(ran.code == 0);
  CHECK(asked == "\xff\xfe");
  CHECK(Json::parse(ran.out)["rows"][0]["found"] == 1);
  CHECK(std::filesystem::file_size(page) > 1000);
}

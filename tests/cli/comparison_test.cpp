// The live comparison against a peer that answers by a script: what is counted, what stays unknown,
// and how it is told.
#include "cli/comparison.h"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "cli/ran.h"
#include "client/fake_peer.h"

using namespace oxbow;
using namespace oxbow::cli;
using oxbow::test::FakePeer;
using oxbow::test::Ran;
using oxbow::test::run_words;

namespace {

using Json = nlohmann::json;

const std::string kOwn = "a0";  // the asked peer's id

QuorumMember member(const std::string& id, const std::string& outcome, bool coordinator = false) {
  QuorumMember one;
  one.id = id;
  one.role = "primary";
  one.outcome = outcome;
  one.coordinator = coordinator;
  return one;
}

/// Of a get that `b1` coordinated for the asked peer, with R = 2.
GetAnswer ring_answer(const std::string& outcome) {
  GetAnswer answer;
  answer.quorum.n = 3;
  answer.quorum.r = 2;
  answer.quorum.primaries = 2;
  answer.quorum.coordinator_id = "b1";
  answer.quorum.members = {member("b1", outcome, true), member("b2", outcome),
                           member("b3", "asked")};
  return answer;
}

GetAnswer stored() {
  GetAnswer answer = ring_answer("answered");
  answer.found = true;
  answer.values = {{"value", "", 0}};
  return answer;
}

SearchHit hit(std::uint32_t hops, std::uint64_t size = 5) {
  return {"key", "10.0.0.9:7400", "c9", "", hops, size, ""};
}

/// 5 peers reached by 7 copies, 3 of them duplicates.
FindAnswer flood(std::vector<SearchHit> hits) {
  FindAnswer answer;
  answer.found = !hits.empty();
  answer.hits = std::move(hits);
  answer.search.ttl = 7;
  answer.search.query_messages = 7;
  answer.search.duplicates = 3;
  answer.search.hit_messages = answer.found ? 2 : 0;
  answer.search.done_messages = 7;
  answer.search.peers_reached = 5;
  if (answer.found) answer.search.first_hit_ms = 1.5;
  answer.search.elapsed_ms = 4;
  return answer;
}

LookupAnswer lookup(RingWay via) {
  LookupAnswer answer;
  answer.found = true;
  answer.via = via;
  answer.position = "8000000000000000";
  answer.owner = {"10.0.0.3:7400", "b2", "b2"};
  answer.path = {{"10.0.0.1:7400", kOwn, ""}, {"10.0.0.2:7400", "b1", "b1"}, answer.owner};
  answer.forwards = 2;
  answer.elapsed_ms = 0.5;
  return answer;
}

/// What a scripted network answers; without a get, there is no ring.
struct Network {
  std::function<FindAnswer(const FindRequest&)> find = [](const auto&) { return flood({}); };
  std::function<Result<GetAnswer>(const GetRequest&)> get;
  bool looks_up = true;  // else every lookup is lost on its way

  void answer(std::uint32_t id, const ClientRequest& request, std::string& out) const {
    if (std::holds_alternative<StatusRequest>(request)) {
      StatusAnswer status;
      status.id = kOwn;
      status.name = "asked";
      append_answer(id, status, out);
    } else if (const auto* found = std::get_if<FindRequest>(&request)) {
      append_answer(id, find(*found), out);
    } else if (const auto* got = std::get_if<GetRequest>(&request)) {
      const Result<GetAnswer> answer =
          get ? get(*got) : Error{"no-ring", "this peer knows of no ring", "", ""};
      if (answer.ok()) {
        append_answer(id, *answer, out);
      } else {
        append_error(id, answer.error(), out);
      }
    } else if (const auto* asked = std::get_if<LookupRequest>(&request)) {
      LookupAnswer found_owner = lookup(asked->via);
      found_owner.found = looks_up;
      append_answer(id, found_owner, out);
    } else if (std::holds_alternative<RingRequest>(request)) {
      RingAnswer ring;
      MemberInfo joined;
      joined.state = "joined";
      if (get) ring.members = {joined};
      append_answer(id, ring, out);
    } else if (std::holds_alternative<TraceRequest>(request)) {
      append_answer(id, TraceAnswer{}, out);
    } else {
      append_error(id, {"unexpected", "no such request in this script", "", ""}, out);
    }
  }
};

FakePeer peer_of(const Network& network) {
  return FakePeer([network](std::uint32_t id, const ClientRequest& request, std::string& out) {
    network.answer(id, request, out);
    return true;
  });
}

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

Ran ask(const FakePeer& peer, std::vector<std::string> words) {
  words.insert(words.begin(), {"--peer", peer.address(), "compare"});
  return run_words(words);
}

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
    answer.search.ttl = request.ttl == 0 ? own : request.ttl;
    answer.search.query_messages = 10 * answer.search.ttl;  // ever more
    return answer;
  };
  FakePeer peer = peer_of(network);
  const auto points = [&](std::vector<std::string> words) {
    words.insert(words.end(), {"--rounds=1", "--report", page});
    const Ran ran = ask(peer, words);
    INFO(ran.out << ran.err);
    REQUIRE(ran.code == 0);
    std::ifstream file(page);
    const std::string text(std::istreambuf_iterator<char>(file), {});
    const auto from = text.find("id=\"data\">") + 10;
    const Json data = Json::parse(text.substr(from, text.find("</script>", from) - from));
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

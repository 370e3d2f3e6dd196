// get, put and del against a peer that answers by a script: what is asked, what is printed, and how
// it ends. `AQID` is the context of the bytes 1, 2, 3.
#include <doctest/doctest.h>
#include <oxbow/versions.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <thread>

#include "cli/ran.h"
#include "client/fake_peer.h"

using namespace oxbow;
using oxbow::test::FakePeer;
using oxbow::test::Ran;
using oxbow::test::run_words;

namespace {

QuorumReport report(bool writes) {
  QuorumReport quorum;
  quorum.bucket = "default";
  quorum.n = 3;
  (writes ? quorum.w : quorum.r) = 2;
  quorum.acknowledged = 2;
  quorum.primaries = 2;
  quorum.coordinator = "10.0.0.1:7401";
  quorum.clock = "{3f2a90c1/07be#1:2}";
  quorum.elapsed_ms = 1.5;
  QuorumMember ash{"10.0.0.1:7401", "a1", "ash", "east", "primary", "",
                   "answered",      true, false, 0.25};
  QuorumMember elm{"10.0.0.2:7401", "a2",     "elm", "",   "fallback",
                   "10.0.0.1:7401", "hinted", false, true, std::nullopt};
  quorum.members = {ash, elm};
  return quorum;
}

GetAnswer got(const std::vector<GetValue>& values) {
  GetAnswer answer;
  answer.found = !values.empty();
  answer.values = values;
  answer.context = "\x01\x02\x03";
  answer.quorum = report(false);
  return answer;
}

const GetValue kMilk{"milk\neggs", "3f2a90c1/07be#1:1", 1714564803000};
const GetValue kBread{"bread", "77aa0000/0001#1:1", 0};

/// A peer that answers every get with this.
FakePeer getting(GetAnswer answer) {
  return FakePeer([answer](std::uint32_t id, const ClientRequest&, std::string& out) {
    append_answer(id, answer, out);
    return true;
  });
}

Ran ask(const FakePeer& peer, std::vector<std::string> words) {
  words.insert(words.begin(), {"--peer", peer.address()});
  return run_words(words);
}

}  // namespace

TEST_CASE("get prints the value, where it came from, and how to replace it") {
  FakePeer peer = getting(got({kMilk}));
  const Ran ran = ask(peer, {"get", "cart/7"});
  CHECK(ran.code == 0);
  CHECK(ran.err == "");
  CHECK(ran.out ==
        "milk\neggs\n"
        "\n"
        "From the ring: 2 answers of 2 needed, N 3; coordinated by ash (10.0.0.1:7401); 1.50 ms\n"
        "To replace this value:\n"
        "  oxbow --peer " +
            peer.address() + " put cart/7 VALUE --context AQID\n");
}

TEST_CASE("plain output is the value's bytes alone") {
  const std::string value("\x00\xff\x1b[2J", 6);
  FakePeer peer = getting(got({{value, "d", 1}}));
  const Ran ran = ask(peer, {"get", "k", "-o", "plain"});
  CHECK(ran.code == 0);
  CHECK(ran.out == value);
  CHECK(ran.err == "");
  CHECK(ask(peer, {"get", "k", "-q"}).out.find('\x1b') == std::string::npos);
}

TEST_CASE("siblings stand side by side, with what to type to resolve them") {
  FakePeer peer = getting(got({kMilk, kBread}));
  const Ran ran = ask(peer, {"get", "my cart"});
  CHECK(ran.code == 0);
  CHECK(ran.out ==
        "my cart has 2 siblings, written without knowledge of each other:\n"
        "\n"
        "1: 2024-05-01 12:00:03Z  2: adopted\n"
        "   3f2a90c1/07be#1:1        77aa0000/0001#1:1\n"
        "   milk                     bread\n"
        "   eggs\n"
        "\n"
        "From the ring: 2 answers of 2 needed, N 3; coordinated by ash (10.0.0.1:7401); 1.50 ms\n"
        "To resolve the conflict, write one value over all of them:\n"
        "  oxbow --peer " +
            peer.address() + " put 'my cart' VALUE --context AQID\n");
}

TEST_CASE("one value asked for, siblings there: 5, in every format") {
  FakePeer peer = getting(got({kMilk, kBread}));
  const Ran text = ask(peer, {"get", "k", "--one"});
  CHECK(text.code == 5);
  CHECK(text.out == "");
  CHECK(text.err ==
        "oxbow: k has 2 siblings where one value was asked for; they are shown by "
        "oxbow --peer " +
            peer.address() + " get k\n");
  CHECK(ask(peer, {"get", "k", "--one", "-o", "plain"}).code == 5);
  CHECK(ask(peer, {"get", "k", "--one", "-o", "plain"}).out == "");
  const Ran json = ask(peer, {"get", "k", "--one", "--json"});
  CHECK(json.code == 5);
  CHECK(nlohmann::json::parse(json.out)["values"].size() == 2);

  const Ran plain = ask(peer, {"get", "k", "-o", "plain"});
  CHECK(plain.code == 0);
  CHECK(plain.out == "milk\neggs\nbread\n");
  CHECK(plain.err == "k has 2 siblings: --one makes that an error, --json tells them apart\n");
}

TEST_CASE("a get as JSON has the design's names") {
  GetAnswer answer = got({kMilk, {"\xff", "d", 7}});
  FakePeer peer = getting(answer);
  const auto json = nlohmann::json::parse(ask(peer, {"get", "cart/7", "--json"}).out);
  CHECK(json["v"] == 1);
  CHECK(json["type"] == "get");
  CHECK(json["key"] == "cart/7");
  CHECK(json["found"] == true);
  CHECK(json["deleted"] == false);
  CHECK(json["values"][0]["value"] == "milk\neggs");
  CHECK(json["values"][1]["value_b64"] == "/w==");
  CHECK(json["context"] == "AQID");
  CHECK(json["source"] == "ring");
  CHECK(json["quorum"]["n"] == 3);
  CHECK(json["quorum"]["r"] == 2);
  CHECK(json["quorum"]["w"].is_null());
  CHECK(json["quorum"]["acknowledged"] == 2);
  CHECK(json["quorum"]["members"][1]["stands_for"] == "10.0.0.1:7401");
  CHECK_FALSE(json.contains("search"));
}

TEST_CASE("what a search found is said to be from there") {
  GetAnswer answer = got({{"text", "", 0}});
  answer.context.clear();
  answer.source = Source::flood;
  answer.flood_ttl = 7;
  answer.hits.resize(1);
  answer.hits[0].holder = "10.0.0.9:7400";
  answer.hits[0].holder_name = "far";
  FakePeer peer = getting(answer);
  const Ran ran = ask(peer, {"get", "k"});
  CHECK(ran.code == 0);
  CHECK(ran.out ==
        "text\n\nFrom far (10.0.0.9:7400), found by a search: the ring has never heard of it "
        "(--adopt makes it keep a copy)\n");
  const auto json = nlohmann::json::parse(ask(peer, {"get", "k", "--json"}).out);
  CHECK(json["source"] == "flood");
  CHECK(json["hits"][0]["holder"] == "10.0.0.9:7400");
  CHECK(json["search"]["stopped"] == "complete");

  answer.adopted = true;
  answer.adoption = report(true);
  FakePeer adopting = getting(answer);
  CHECK(ask(adopting, {"get", "k", "--adopt"}).out ==
        "text\n\nFrom far (10.0.0.9:7400), found by a search: the ring had never heard of it, and "
        "keeps it from now on: 2 copies of 2 needed, N 3; coordinated by ash (10.0.0.1:7401); "
        "1.50 ms\n");
  const auto adopted = nlohmann::json::parse(ask(adopting, {"get", "k", "--json"}).out);
  CHECK(adopted["adoption"]["w"] == 2);
  CHECK(adopted["adoption"]["members"].size() == 2);
}

TEST_CASE("deleted and never heard of end with 1, a search that was cut short with 4") {
  GetAnswer deleted = got({});
  deleted.deleted = true;
  FakePeer one = getting(deleted);
  const Ran was = ask(one, {"get", "k"});
  CHECK(was.code == 1);
  CHECK(was.out.starts_with("k was deleted. From the ring: 2 answers of 2 needed"));
  CHECK(ask(one, {"get", "k", "-o", "plain"}).out == "");

  GetAnswer unknown = got({});
  FakePeer two = getting(unknown);
  const Ran no_search = ask(two, {"get", "k", "--search=no"});
  CHECK(no_search.code == 1);
  CHECK(no_search.out.ends_with("No search was made.\n"));

  unknown.flood_ttl = 7;
  unknown.search.stopped = Stopped::timeout;
  FakePeer three = getting(unknown);
  CHECK(ask(three, {"get", "k"}).code == 4);
  unknown.search.stopped = Stopped::complete;
  FakePeer four = getting(unknown);
  CHECK(ask(four, {"get", "k"}).code == 1);
}

TEST_CASE("--explain says who did what") {
  FakePeer peer = getting(got({kBread}));
  const std::string out = ask(peer, {"get", "k", "--explain"}).out;
  const std::string explained =
      "\nbucket default: N 3, R 2\n"
      "2 answers by 2 primaries and 0 fallbacks; 0 hints, 0 repairs\n"
      "clock {3f2a90c1/07be#1:2}\n"
      "MEMBER               ZONE  ROLE      OUTCOME      TIME  REMARK\n"
      "ash (10.0.0.1:7401)  east  primary   answered  0.25 ms  coordinator\n"
      "elm (10.0.0.2:7401)  -     fallback  hinted          -  stands in for ash (10.0.0.1:7401); "
      "was behind: is sent the newest\n";
  INFO(out);
  CHECK(out.find(explained) != std::string::npos);
}

TEST_CASE("what get was told reaches the peer") {
  GetRequest asked;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    asked = std::get<GetRequest>(request);
    append_answer(id, got({kBread}), out);
    return true;
  });
  CHECK(ask(peer, {"get", "k", "--r", "all", "--strict", "--search=no", "--adopt=no", "--ttl", "3",
                   "--timeout", "250ms"})
            .code == 0);
  CHECK(asked.key == "k");
  CHECK(asked.r == "all");
  CHECK(asked.strict);
  CHECK_FALSE(asked.search);
  CHECK(asked.adopt == std::optional<bool>(false));
  CHECK(asked.ttl == 3);
  CHECK(asked.timeout_ms == 250);
  CHECK(ask(peer, {"get", "k", "--r", "02"}).code == 0);
  CHECK(asked.r == "2");
  CHECK(asked.search);
  CHECK_FALSE(asked.adopt.has_value());
}

TEST_CASE("R and W are a number, quorum or all") {
  for (const char* wrong : {"0", "65", "-1", "two", "1.5", "QUORUM"}) {
    INFO(wrong);
    const Ran ran = run_words({"get", "k", std::string("--r=") + wrong});
    CHECK(ran.code == 2);
    CHECK(ran.err ==
          std::string("oxbow: --r=") + wrong + ": give a number from 1 to 64, quorum or all\n");
    CHECK(run_words({"put", "k", "v", std::string("--w=") + wrong}).code == 2);
    CHECK(run_words({"del", "k", std::string("--w=") + wrong}).code == 2);
  }
}

TEST_CASE("put writes with its context and prints the next one") {
  PutRequest asked;
  PutAnswer answer;
  answer.context = "\x01\x02\x03";
  answer.quorum = report(true);
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    asked = std::get<PutRequest>(request);
    append_answer(id, answer, out);
    return true;
  });
  const Ran ran =
      ask(peer, {"put", "cart/7", "milk", "--context", "_-8", "--w", "quorum", "--strict"});
  CHECK(ran.code == 0);
  CHECK(asked.key == "cart/7");
  CHECK(asked.value == "milk");
  CHECK(asked.context == "\xff\xef");
  CHECK(asked.w == "quorum");
  CHECK(asked.strict);
  CHECK(ran.out ==
        "Stored cart/7 (4 B): 2 copies of 2 needed, N 3; coordinated by ash (10.0.0.1:7401); 1.50 "
        "ms\n"
        "To replace what you wrote:\n"
        "  oxbow --peer " +
            peer.address() + " put cart/7 VALUE --context AQID\n");
  CHECK(ask(peer, {"put", "k", "v", "-o", "plain", "-q"}).out == "AQID\n");
  const auto json = nlohmann::json::parse(ask(peer, {"put", "k", "v", "--json"}).out);
  CHECK(json["type"] == "put");
  CHECK(json["key"] == "k");
  CHECK(json["context"] == "AQID");
  for (const char* name :
       {"n", "w", "acknowledged", "primaries", "fallbacks", "hints", "coordinator"}) {
    INFO(name);
    CHECK(json["quorum"].contains(name));
  }

  answer.siblings = 2;
  answer.warning = "26 siblings\x1b";
  const Ran two = ask(peer, {"put", "k", "v"});
  CHECK(two.out.find("k has 2 siblings now: see them with\n  oxbow --peer " + peer.address() +
                     " get k\n") != std::string::npos);
  CHECK(two.err == "warning: 26 siblings\\x1b\n");
}

TEST_CASE("values and contexts may come from files") {
  const auto folder =
      std::filesystem::temp_directory_path() / ("oxbow-put-test-" + std::to_string(::getpid()));
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "value", std::ios::binary) << "from a file\n";
  std::ofstream(folder / "context") << "AQID\n";
  PutRequest asked;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    asked = std::get<PutRequest>(request);
    append_answer(id, PutAnswer{}, out);
    return true;
  });
  CHECK(ask(peer, {"put", "k", "@" + (folder / "value").string(), "--context",
                   "@" + (folder / "context").string()})
            .code == 0);
  CHECK(asked.value == "from a file\n");
  CHECK(asked.context == "\x01\x02\x03");
  std::filesystem::remove_all(folder);

  CHECK(run_words({"put", "k", "@/no/such/file"}).err ==
        "oxbow: cannot read /no/such/file: No such file or directory\n");
  const Ran bad = run_words({"put", "k", "v", "--context", "A!"});
  CHECK(bad.code == 2);
  CHECK(bad.err == "oxbow: no context: give the whole text that get or put printed (base64url)\n");
  CHECK(run_words({"put", "k", std::string(1024 * 1024 + 1, 'x')}).code == 2);
}

TEST_CASE("del without a context deletes what it has seen, and says so") {
  std::string asked;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (const auto* get = std::get_if<GetRequest>(&request)) {
      asked += get->search ? "get and search " : "get ";
      append_answer(id, got({kMilk, kBread}), out);
    } else {
      const auto& remove = std::get<DeleteRequest>(request);
      asked += "delete " + remove.key + " " + context_text(remove.context);
      DeleteAnswer answer;
      answer.siblings = 1;
      answer.quorum = report(true);
      append_answer(id, answer, out);
    }
    return true;
  });
  const Ran ran = ask(peer, {"del", "k"});
  CHECK(ran.code == 0);
  CHECK(asked == "get delete k AQID");
  CHECK(ran.out ==
        "No --context: deleting what there is now, 2 values.\n"
        "Deleted k: 2 copies of 2 needed, N 3; coordinated by ash (10.0.0.1:7401); 1.50 ms\n"
        "1 value is left: the context does not cover what was written since. See it with\n"
        "  oxbow --peer " +
            peer.address() + " get k\n");
  asked.clear();
  CHECK(ask(peer, {"del", "k", "--context", "_-8"}).code == 0);
  CHECK(asked == "delete k _-8");
}

TEST_CASE("del of what is not there ends with 1") {
  FakePeer never = getting(got({}));
  const Ran ran = ask(never, {"del", "k\x1b"});
  CHECK(ran.code == 1);
  CHECK(
      ran.err.starts_with("oxbow: the ring has never heard of k\\x1b: there is nothing to delete"));
  GetAnswer deleted = got({});
  deleted.deleted = true;
  FakePeer before = getting(deleted);
  CHECK(ask(before, {"del", "k"}).err.starts_with("oxbow: k was deleted before"));
}

TEST_CASE("where the ring did not answer, get does not say that it has never heard of the key") {
  GetAnswer answer = got({kMilk});
  answer.source = Source::flood;
  answer.flood_ttl = 7;
  answer.warning = "the ring did not answer";
  SearchHit hit;
  hit.holder = "10.0.0.1:7401";
  hit.holder_name = "ash";
  answer.hits = {hit};
  answer.context.clear();
  FakePeer found = getting(answer);
  const Ran ran = ask(found, {"get", "k"});
  CHECK(ran.code == 0);
  CHECK(ran.out.ends_with("\nFrom ash (10.0.0.1:7401), found by a search\n"));
  CHECK(ran.err == "warning: the ring did not answer\n");

  answer.found = false;
  answer.values.clear();
  FakePeer nothing = getting(answer);
  CHECK(ask(nothing, {"get", "k"}).out.starts_with("k: not found.\nFound nothing: "));
}

TEST_CASE("what is not asked for as a table is said without the empty lines of tables") {
  FakePeer peer = getting(got({}));
  const Ran ran = ask(peer, {"get", "k", "-o", "plain", "--explain"});
  CHECK(ran.code == 1);
  CHECK(ran.out.empty());
  CHECK_FALSE(ran.err.starts_with("\n"));
  CHECK(ran.err.find("\n\n") == std::string::npos);
}

TEST_CASE("a quorum that was not met ends with 4, and says what was needed") {
  FakePeer peer([](std::uint32_t id, const ClientRequest&, std::string& out) {
    append_error(id, {"quorum", "not enough copies in time: it may be stored", "2 copies", "1"},
                 out);
    return true;
  });
  const Ran ran = ask(peer, {"put", "k", "v"});
  CHECK(ran.code == 4);
  CHECK(ran.err ==
        "oxbow: not enough copies in time: it may be stored (needed: 2 copies; got: 1)\n");
  const auto json = nlohmann::json::parse(ask(peer, {"get", "k", "--json"}).out);
  CHECK(json["error"] == "quorum");
  CHECK(json["needed"] == "2 copies");
  CHECK(json["got"] == "1");
  FakePeer unknown([](std::uint32_t id, const ClientRequest&, std::string& out) {
    append_error(id, {"unknown", "whether it was stored is unknown", "", ""}, out);
    return true;
  });
  CHECK(ask(unknown, {"put", "k", "v"}).code == 4);
}

TEST_CASE("with an error goes who did what: in JSON, and with --explain as a table") {
  FakePeer peer([](std::uint32_t id, const ClientRequest& request, std::string& out) {
    Error error{"quorum-not-met", "too few", "2 copies", "1 copy"};
    const bool writes = !std::holds_alternative<GetRequest>(request);
    error.quorum = std::make_shared<const QuorumReport>(report(writes));
    append_error(id, error, out);
    return true;
  });
  for (const std::vector<std::string>& words : {std::vector<std::string>{"get", "k"},
                                                {"put", "k", "v"},
                                                {"del", "k", "--context", "AQID"}}) {
    CAPTURE(words[0]);
    const auto with = [&](const char* option) {
      std::vector<std::string> all = words;
      all.emplace_back(option);
      return ask(peer, all);
    };
    const Ran json = with("--json");
    CHECK(json.code == 4);
    const auto error = nlohmann::json::parse(json.out);
    CHECK(error["type"] == "error");
    CHECK(error["error"] == "quorum-not-met");
    CHECK(error["quorum"]["n"] == 3);
    CHECK(error["quorum"]["members"][1]["outcome"] == "hinted");
    const Ran explained = with("--explain");
    CHECK(explained.code == 4);
    CHECK(explained.err == "oxbow: too few (needed: 2 copies; got: 1 copy)\n");
    CHECK(explained.out.find("ash (10.0.0.1:7401)") != std::string::npos);
    CHECK(ask(peer, words).out.empty());
  }
}

TEST_CASE("a value that begins with @ is given with two, and an empty context is none") {
  PutRequest put;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    put = std::get<PutRequest>(request);
    append_answer(id, PutAnswer{}, out);
    return true;
  });
  CHECK(ask(peer, {"put", "k", "@@home"}).code == 0);
  CHECK(put.value == "@home");
  CHECK(ask(peer, {"put", "k", "@@"}).code == 0);
  CHECK(put.value == "@");
  CHECK(ask(peer, {"put", "k", "@/does/not/exist"}).code == 2);
  CHECK(ask(peer, {"put", "k", "v", "--context", ""}).code == 0);
  CHECK(put.context.empty());
  CHECK(ask(peer, {"put", "k", "v", "--context="}).code == 0);
  CHECK(put.context.empty());
}

TEST_CASE("del without a context gives its second request what the first has left of the time") {
  std::uint32_t second = 0;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    if (std::holds_alternative<GetRequest>(request)) {
      CHECK(std::get<GetRequest>(request).timeout_ms == 10'000);
      const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(20);
      while (std::chrono::steady_clock::now() < until) std::this_thread::yield();
      append_answer(id, got({kMilk}), out);
    } else {
      second = std::get<DeleteRequest>(request).timeout_ms;
      append_answer(id, DeleteAnswer{}, out);
    }
    return true;
  });
  CHECK(ask(peer, {"del", "k", "--timeout", "10s"}).code == 0);
  CHECK(second > 0);
  CHECK(second <= 9'980);
}

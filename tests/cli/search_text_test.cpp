#include "cli/search_text.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/answer_json.h"
#include "cli/trace_text.h"

using namespace oxbow;
using namespace oxbow::cli;

namespace {

FindAnswer ring_answer() {
  FindAnswer answer;
  answer.search.request_id = "00112233445566778899aabbccddeeff";
  answer.search.ttl = 7;
  answer.search.query_messages = 7;
  answer.search.duplicates = 2;
  answer.search.refused = 0;
  answer.search.lost = 0;
  answer.search.peers_reached = 6;
  answer.search.max_hops = 3;
  answer.search.elapsed_ms = 2.5;
  return answer;
}

SearchHit hit(const std::string& key, const std::string& holder) {
  SearchHit one;
  one.key = key;
  one.holder = holder;
  one.holder_id = holder;
  one.holder_name = "north";
  one.hops = 2;
  one.size = 1536;
  one.sha256 = "ab";
  return one;
}

std::string printed(Format format, const std::vector<SearchHit>& hits) {
  std::string text;
  Console console;
  console.out = [&](std::string_view part) { text += part; };
  console.err = [](std::string_view) {};
  const Output output(console, format, false);
  HitPrinter printer(output);
  printer.print_missing(hits);
  return text;
}

}  // namespace

TEST_CASE("the summary gives the figures of a search in one sentence") {
  FindAnswer answer = ring_answer();
  CHECK(search_summary(answer) ==
        "Found nothing: reached 6 peers, 3 hops away at the most, with 7 query messages (2 "
        "duplicates); ended after 2.50 ms.");
  answer.found = true;
  answer.hits = {hit("a", "h1"), hit("b", "h1"), hit("a", "h2")};
  answer.search.first_hit_ms = 1;
  CHECK(
      search_summary(answer) ==
      "Found 2 keys at 2 holders: reached 6 peers, 3 hops away at the most, with 7 query messages "
      "(2 duplicates); first hit after 1.00 ms, ended after 2.50 ms.");
}

TEST_CASE("what is unknown is said to be unknown") {
  FindAnswer answer;
  answer.search.ttl = 4;
  answer.search.stopped = Stopped::first_hit;
  CHECK(search_summary(answer) ==
        "Found nothing: a flood of TTL 4 whose reach and cost are unknown; ended after 0.00 ms.");
  CHECK(stopped_text(answer.search) ==
        "Stopped at the first hit, as asked: what the flood went on to do is unknown.");
}

TEST_CASE("a partial search says what was missing and why") {
  SearchReport search = ring_answer().search;
  search.stopped = Stopped::partial;
  search.lost = 1;
  search.refused = 2;
  search.marks = {"link lost", "rate"};
  CHECK(
      stopped_text(search) ==
      "Partial: it ended, but not every copy of the query was answered for. 2 copies were refused. "
      "1 copy was lost.\n"
      "  - a link broke before its copies were answered for\n"
      "  - a peer refused copies: its neighbor sends more queries than it may");
}

TEST_CASE("a TTL that was used up is pointed out") {
  SearchReport search = ring_answer().search;
  search.ttl = 3;
  CHECK(
      stopped_text(search) ==
      "Complete: every copy of the query was answered for; nothing more can come. The TTL of 3 was "
      "used up: farther peers may not have been reached.");
}

TEST_CASE("hits are lines in each format, and keys cannot steer a terminal") {
  const std::vector<SearchHit> hits{hit("k\x1b[1m", "10.0.0.1:7")};
  CHECK(printed(Format::table, hits) ==
        "HOPS  HOLDER                               SIZE  KEY\n"
        "   2  north (10.0.0.1:7)                1.5 KiB  k\\x1b[1m\n");
  CHECK(printed(Format::plain, hits) == "k\\x1b[1m\t1536\t2\t10.0.0.1:7\tnorth\tab\n");
  CHECK(printed(Format::ndjson, hits) ==
        R"({"v":1,"type":"hit","key":"k\u001b[1m","holder":"10.0.0.1:7","holder_id":"10.0.0.1:7",)"
        R"("holder_name":"north","hops":2,"size":1536,"sha256":"ab","clock":""})"
        "\n");
  CHECK(printed(Format::json, hits) == "");
}

TEST_CASE("an answer becomes JSON with the design's names") {
  FindAnswer answer = ring_answer();
  answer.hits = {hit("\xff", "h")};
  const auto json = nlohmann::json::parse(document("find", answer).text());
  CHECK(json["v"] == 1);
  CHECK(json["type"] == "find");
  CHECK(json["hits"][0]["key_b64"] == "/w==");
  for (const char* name : {"request_id", "via", "ttl", "query_messages", "duplicates", "refused",
                           "lost", "hit_messages", "done_messages", "peers_reached", "max_hops",
                           "first_hit_ms", "elapsed_ms", "stopped"}) {
    INFO(name);
    CHECK(json["search"].contains(name));
  }
  CHECK(json["search"]["via"] == "flood");
  CHECK(json["search"]["stopped"] == "complete");
  CHECK(json["search"]["hit_messages"].is_null());
}

TEST_CASE("a trace is a tree along the first copies") {
  TraceAnswer answer;
  answer.found = true;
  answer.peers = {
      {"1:1", "", "ash", 0, {{"started", "", 7, 0, 0}, {"forwarded", "1:2", 7, 0, 0.5}}},
      {"1:3", "", "", 2, {{"received", "1:2", 6, 1, 0}, {"answered", "", 0, 0, 0}}},
      {"1:2", "", "beech", 1, {{"received", "1:1", 7, 0, 0}, {"forwarded", "1:3", 6, 0, 0.25}}}};
  CHECK(trace_tree(answer, {}) ==
        "ash (1:1)\n"
        "│      0.00 ms  asked by its client: TTL 7\n"
        "│      0.50 ms  forwarded to beech with TTL 7\n"
        "└─ beech (1:2)\n"
        "   │      0.00 ms  received from ash: TTL 7, hops 0\n"
        "   │      0.25 ms  forwarded to 1:3 with TTL 6\n"
        "   └─ 1:3\n"
        "             0.00 ms  received from beech: TTL 6, hops 1\n"
        "             0.00 ms  answered: holds the key\n");
}

TEST_CASE("a trace that goes round in circles still ends") {
  TraceAnswer answer;
  answer.peers = {{"1:1", "", "", 0, {{"received", "1:2", 1, 0, 0}}},
                  {"1:2", "", "", 0, {{"received", "1:1", 1, 0, 0}}}};
  const std::string text = trace_tree(answer, {});
  CHECK(text.starts_with("1:1\n"));
  CHECK(text.find("└─ 1:2") != std::string::npos);
}

// lookup and the ring commands against a peer that answers by a script.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "cli/ran.h"
#include "client/fake_peer.h"

using namespace oxbow;
using oxbow::test::FakePeer;
using oxbow::test::Ran;
using oxbow::test::run_words;

namespace {

Ran ask(const FakePeer& peer, std::vector<std::string> words) {
  words.insert(words.begin(), {"--peer", peer.address()});
  return run_words(words);
}

template <class Answer>
FakePeer answering(Answer answer) {
  return FakePeer([answer](std::uint32_t id, const ClientRequest&, std::string& out) {
    append_answer(id, answer, out);
    return true;
  });
}

bool answer_lookup(std::uint32_t id, const ClientRequest& request, std::string& out) {
  const auto& asked = std::get<LookupRequest>(request);
  LookupAnswer answer;
  answer.via = asked.via;
  answer.found = asked.via != RingWay::successor;
  answer.position = "00000000deadbeef";
  answer.owner = {"10.0.0.3:7403", "c3", "cedar"};
  answer.path = {{"10.0.0.1:7401", "a1", "ash"}, {"10.0.0.2:7402", "b2", ""}};
  if (answer.found) answer.path.push_back(answer.owner);
  answer.forwards = 2;
  answer.elapsed_ms = 0.5;
  if (!answer.found) answer.lost_after = "10.0.0.2:7402 is not reached";
  append_answer(id, answer, out);
  return true;
}

MemberInfo member(const std::string& name, double share) {
  MemberInfo info;
  info.address = "10.0.0.1:7401";
  info.id = "a1";
  info.name = name;
  info.zone = "east";
  info.state = "joined";
  info.tokens = 128;
  info.share = share;
  return info;
}

}  // namespace

TEST_CASE("lookup asks in each way and puts them below each other") {
  FakePeer peer(answer_lookup);
  const Ran ran = ask(peer, {"lookup", "cart/7", "--via", "one-hop,finger"});
  CHECK(ran.code == 0);
  CHECK(ran.out ==
        "WAY      FORWARDS     TIME  OWNER                  PATH\n"
        "one-hop         2  0.50 ms  cedar (10.0.0.3:7403)  ash > 10.0.0.2:7402 > cedar\n"
        "finger          2  0.50 ms  cedar (10.0.0.3:7403)  ash > 10.0.0.2:7402 > cedar\n"
        "\ncart/7 is at position 00000000deadbeef of the ring. Its N members: oxbow --peer " +
            peer.address() + " ring owner cart/7\n");
}

TEST_CASE("a lookup that was lost says where, and ends with 4") {
  FakePeer peer(answer_lookup);
  const Ran ran = ask(peer, {"lookup", "k", "--via", "successor", "-o", "plain"});
  CHECK(ran.code == 4);
  CHECK(ran.out == "successor\t2\t0.5\tlost: 10.0.0.2:7402 is not reached\tash > 10.0.0.2:7402\n");
  const Ran all = ask(peer, {"lookup", "k", "--json"});
  CHECK(all.code == 4);
  const auto json = nlohmann::json::parse(all.out);
  CHECK(json["type"] == "lookup");
  CHECK(json["key"] == "k");
  CHECK(json["position"] == "00000000deadbeef");
  REQUIRE(json["lookups"].size() == 3);
  CHECK(json["lookups"][0]["via"] == "one-hop");
  CHECK(json["lookups"][2]["via"] == "successor");
  CHECK(json["lookups"][0]["path"][2]["name"] == "cedar");
}

TEST_CASE("ways of a lookup are checked") {
  for (const char* wrong : {"", "ring", "one-hop,", "finger,,successor"}) {
    INFO(wrong);
    CHECK(run_words({"lookup", "k", std::string("--via=") + wrong}).code == 2);
  }
  CHECK(run_words({"lookup", "k", "--via=ring"}).err ==
        "oxbow: --via=ring: give some of one-hop, finger, successor, with commas\n");
}

TEST_CASE("ring show lists members and buckets") {
  RingAnswer answer;
  answer.version = 5;
  answer.digest = "0011";
  answer.member = true;
  answer.members = {member("ash", 0.25), member("elm", 0.75)};
  answer.members[0].self = true;
  answer.members[1].reachable = false;
  answer.members[1].hints = 2;
  answer.members[1].hint_bytes = 2048;
  answer.buckets = {{"default", 3, 2, 2, "siblings", true}};
  answer.objects = 7;
  FakePeer peer = answering(answer);
  CHECK(ask(peer, {"ring", "show"}).out ==
        "ADDRESS        NAME  ZONE  STATE   TOKENS    OWNS  REMARK\n"
        "10.0.0.1:7401  ash   east  joined     128  25.0 %  the asked peer\n"
        "10.0.0.1:7401  elm   east  joined     128  75.0 %  not reached; 2 hints (2.0 KiB) kept "
        "for it here\n"
        "\n"
        "bucket default: N 3, R 2, W 2, conflicts siblings, synced\n"
        "ring version 5, digest 0011; the asked peer keeps 7 objects\n");
  const auto json = nlohmann::json::parse(ask(peer, {"ring", "show", "--json"}).out);
  CHECK(json["type"] == "ring");
  CHECK(json["members"][1]["hints"] == 2);
  CHECK(json["buckets"][0]["conflict"] == "siblings");

  FakePeer nobody = answering(RingAnswer{});
  CHECK(ask(nobody, {"ring", "show"}).out ==
        "No members yet: make this peer one with oxbow --peer " + nobody.address() +
            " ring join\n");
}

TEST_CASE("ring owner lists the members that a key belongs to") {
  OwnerAnswer answer;
  answer.position = "00000000deadbeef";
  answer.bucket = {"carts", 2, 1, 2, "lww", false};
  answer.primaries = {member("ash", 0), member("elm", 0)};
  answer.fallbacks = {member("fir", 0)};
  FakePeer peer = answering(answer);
  CHECK(ask(peer, {"ring", "owner", "carts/7"}).out ==
        "ROLE      ADDRESS        NAME  ZONE  REMARK\n"
        "primary   10.0.0.1:7401  ash   east  -\n"
        "primary   10.0.0.1:7401  elm   east  -\n"
        "fallback  10.0.0.1:7401  fir   east  -\n"
        "\n"
        "carts/7 is at position 00000000deadbeef of the ring; bucket carts: N 2, R 1, W 2, "
        "conflicts lww, not synced\n");
  const auto json = nlohmann::json::parse(ask(peer, {"ring", "owner", "k", "--json"}).out);
  CHECK(json["key"] == "k");
  CHECK(json["primaries"].size() == 2);
}

TEST_CASE("joining and leaving say what changed") {
  RingJoinRequest joined;
  FakePeer join([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    joined = std::get<RingJoinRequest>(request);
    append_answer(id, RingJoinAnswer{joined.zone.has_value(), 3}, out);
    return true;
  });
  CHECK(ask(join, {"ring", "join", "--zone", "west", "--weight", "0.5"}).out ==
        "Joined the ring; the ring has 3 members\n");
  CHECK(joined.zone == std::optional<std::string>("west"));
  CHECK(joined.weight == std::optional<double>(0.5));
  CHECK(ask(join, {"ring", "join"}).out == "It was a member before; the ring has 3 members\n");
  CHECK_FALSE(joined.weight.has_value());
  for (const char* wrong : {"0", "-1", "much", "1x", "nan", "inf", "0.009", "8.1", "1000000"}) {
    INFO(wrong);
    CHECK(run_words({"ring", "join", std::string("--weight=") + wrong}).code == 2);
  }
  CHECK(run_words({"ring", "join", "--weight=9"}).err ==
        "oxbow: --weight=9: give a number from 0.01 to 8\n");
  CHECK(ask(answering(RingJoinAnswer{true, 3, false}), {"ring", "join", "--zone", "west"}).out ==
        "Joined the ring; the ring has 3 members\n"
        "That holds for as long as this peer runs, as it keeps nothing on disk: set member, zone "
        "and weight in its configuration.\n");

  bool forced = false;
  FakePeer leave([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    forced = std::get<RingLeaveRequest>(request).force;
    append_answer(id, RingLeaveAnswer{true, 1}, out);
    return true;
  });
  CHECK(ask(leave, {"ring", "leave"}).out == "Left the ring; the ring has 1 member\n");
  CHECK_FALSE(forced);
  CHECK(ask(leave, {"ring", "leave", "--force", "--json"}).out ==
        R"({"v":1,"type":"ring-leave","changed":true,"members":1,"moving":false,"objects":0,)"
        R"("hints":0,"left_before":false})"
        "\n");
  CHECK(forced);
}

TEST_CASE("ring leave once more says that the peer has left before, and may be stopped") {
  CHECK(ask(answering(RingLeaveAnswer{false, 4, false, 0, 0, true}), {"ring", "leave"}).out ==
        "Left before; nothing is left to be handed on: this peer may be stopped; the ring has 4 "
        "members\n");
  const Ran moving = ask(answering(RingLeaveAnswer{false, 4, true, 2, 0, true}),
                         {"ring", "leave", "--timeout", "1ms"});
  CHECK(moving.code == 4);
  CHECK(moving.out.starts_with("Left before; the ring has 4 members\n2 objects and 0 hints are"));
  CHECK(ask(answering(RingLeaveAnswer{false, 4}), {"ring", "leave"}).out ==
        "It was no member; the ring has 4 members\n");
}

TEST_CASE("ring bucket shows what a bucket promises, and changes what is said") {
  RingBucketRequest asked;
  FakePeer peer([&](std::uint32_t id, const ClientRequest& request, std::string& out) {
    asked = std::get<RingBucketRequest>(request);
    const bool changes = asked.n || asked.w || asked.conflict || asked.sync;
    append_answer(
        id, RingBucketAnswer{changes, false, {"carts", 5, 3, 3, "lww", false}, changes + 1U}, out);
    return true;
  });
  CHECK(ask(peer, {"ring", "bucket", "carts"}).out ==
        "bucket carts: N 5, R 3, W 3, conflicts lww, not synced; version 1\n");
  CHECK(asked.name == "carts");
  CHECK_FALSE(asked.n.has_value());
  CHECK_FALSE(asked.sync.has_value());
  CHECK(ask(peer, {"ring", "bucket", "carts", "--n", "5", "--w=3", "--conflict=lww", "--sync=no"})
            .out ==
        "bucket carts: N 5, R 3, W 3, conflicts lww, not synced; version 2\n"
        "Changed; that spreads to all peers.\n");
  CHECK(asked.n == 5U);
  CHECK_FALSE(asked.r.has_value());
  CHECK(asked.w == 3U);
  CHECK(asked.conflict == "lww");
  CHECK(asked.sync == false);
  CHECK(ask(peer, {"ring", "bucket", "carts", "-o", "plain"}).out ==
        "carts\t5\t3\t3\tlww\tno\t1\n");
  CHECK(
      ask(peer, {"ring", "bucket", "carts", "--json"}).out ==
      R"({"v":1,"type":"ring-bucket","changed":false,"made":false,"bucket":{"name":"carts","n":5,)"
      R"("r":3,"w":3,"conflict":"lww","sync":false},"version":1})"
      "\n");
  CHECK(run_words({"ring", "bucket", "carts", "--n", "0"}).code == 2);
  CHECK(run_words({"ring", "bucket", "carts", "--conflict", "first"}).code == 2);
  CHECK(run_words({"ring", "bucket"}).code == 2);
}

TEST_CASE("ring leave waits until nothing is left to be handed on, and says if something is") {
  std::uint64_t objects = 3;
  FakePeer peer([&](std::uint32_t id, const ClientRequest&, std::string& out) {
    --objects;
    append_answer(id, RingLeaveAnswer{objects == 2, 4, objects > 0, objects, 0}, out);
    return true;
  });
  const Ran waited = ask(peer, {"ring", "leave"});
  CHECK(waited.out == "Left the ring; the ring has 4 members\n");
  CHECK(waited.code == 0);
  CHECK(objects == 0);

  FakePeer stuck([](std::uint32_t id, const ClientRequest&, std::string& out) {
    append_answer(id, RingLeaveAnswer{true, 4, true, 7, 0}, out);
    return true;
  });
  const Ran impatient = ask(stuck, {"ring", "leave", "--timeout", "1ms"});
  CHECK(impatient.out.find("7 objects and 0 hints are still to be handed on") != std::string::npos);
  CHECK(impatient.code == 4);
}

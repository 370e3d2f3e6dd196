// Gets, puts and deletes on a ring of real processes, through the command line: what is printed,
// and with which exit code, while members are stopped, killed and started again.
#include <fmt/format.h>

#include <chrono>
#include <functional>
#include <optional>
#include <set>

#include "end_to_end/ring_of_three.h"

using namespace oxbow::test;

namespace {

using std::chrono::steady_clock;

/// Waits for something that takes a few rounds of gossip or delivery. To ask is to run a program to
/// its end, so this takes no core from the peers between two looks.
void wait_until(const std::function<bool()>& holds) {
  const auto deadline = steady_clock::now() + std::chrono::seconds(30);
  while (!holds()) {
    REQUIRE(steady_clock::now() < deadline);
  }
}

/// Members p0, p1, …, each with its data folder; also one of them alone.
struct DiskRing {
  explicit DiskRing(int members) : count(members) {
    for (int i = 0; i < count; ++i) write("all", i, "");
    start();
  }
  static std::string name(int i) { return fmt::format("p{}", i); }
  void write(const std::string& network, int i, const std::string& more, bool alone = false) {
    std::string file =
        fmt::format("member = yes\nid = {:032}\nlisten = 127.0.0.1:{}\ndata = {}/data-{}\n{}",
                    i + 1, 7490 + i, folder.path(), i, more);
    if (i > 0 && !alone) file += "neighbor = 127.0.0.1:7490\n";
    folder.write(fmt::format("{}/{}.conf", network, name(i)), file);
  }
  void start() {
    peers.reset();
    peers.emplace(folder.path() + "/all");
    for (int i = 0; i < count; ++i) {
      wait_for_members(*peers, name(i), static_cast<std::size_t>(count));
    }
  }
  /// Ends all, and starts that one again.
  void start_alone(const std::string& who) {
    peers.reset();
    write("alone", who[1] - '0', "", true);
    peers.emplace(folder.path() + "/alone");
  }
  /// The members that the key belongs to, then the others, in the order of the preference list.
  std::vector<std::string> list(const std::string& key) const {
    const Json owner = peers->ask("p0", {"ring", "owner", key, "--json"}).json();
    std::vector<std::string> names;
    for (const char* part : {"primaries", "fallbacks"}) {
      for (const Json& member : owner[part]) names.push_back(member["name"]);
    }
    return names;
  }

  int count;
  TemporaryFolder folder;
  std::optional<LocalPeers> peers;
};

std::set<std::string> values_of(const Ran& ran) {
  INFO(ran.out << ran.err);
  std::set<std::string> values;
  const Json document = ran.json();
  for (const Json& value : document["values"]) values.insert(value["value"]);
  return values;
}

}  // namespace

TEST_CASE(
    "a member that missed an acknowledged write does not show its old copy, whatever is asked") {
  DiskRing ring(5);
  const std::vector<std::string> list = ring.list("k1");
  const Ran first = ring.peers->ask(list[0], {"put", "k1", "v2", "--w", "3", "--json"});
  REQUIRE(first.code == 0);
  const std::string context = first.json()["context"];
  REQUIRE(ring.peers->ask(list[2], {"ring", "join"}).code ==
          0);  // puts on its disk who else there is
  ring.peers->kill(list[2]);
  const Ran second =
      ring.peers->ask(list[0], {"put", "k1", "v3", "--strict", "--context", context, "--json"});
  INFO(second.out << second.err);
  REQUIRE(second.code == 0);
  CHECK(second.json()["quorum"]["acknowledged"] == 2);
  for (const std::string& name : list) {
    if (name != list[2]) ring.peers->kill(name);
  }
  ring.start_alone(list[2]);
  for (const Words& options :
       {Words{"--strict", "--r", "2"}, Words{"--strict"}, Words{"--r", "2"}, Words{"--one"}, {}}) {
    Words words{"get", "k1", "--json"};
    words.insert(words.end(), options.begin(), options.end());
    const Ran got = ring.peers->ask(list[2], words);
    INFO(got.out << got.err);
    CHECK(got.code == 4);
    const Json error = got.json();
    CHECK(error["error"] == "quorum-not-met");
    CHECK(error["quorum"]["r"] == 2);
    std::set<std::string> missing;
    for (const Json& member : error["quorum"]["members"]) {
      if (member["role"] == "primary" && member["outcome"] == "unreachable") {
        missing.insert(member["name"]);
      }
    }
    CHECK(missing == std::set<std::string>{list[0], list[1]});
  }
  const Ran explained = ring.peers->ask(list[2], {"get", "k1", "--strict", "--explain"});
  CHECK(explained.code == 4);
  CHECK(explained.out.find("unreachable") != std::string::npos);
}

TEST_CASE("siblings are all shown or none") {
  DiskRing ring(4);
  const std::vector<std::string> list = ring.list("sb");
  for (const char* value : {"a", "b", "c"}) {
    REQUIRE(ring.peers->ask(list[0], {"put", "sb", value, "--w", "3"}).code == 0);
  }
  for (std::size_t i = 1; i < list.size(); ++i) ring.peers->pause(list[i]);
  for (const Words& words : {Words{"get", "sb", "--one", "-o", "plain", "--timeout", "2s"},
                             Words{"del", "sb", "--timeout", "2s"}}) {
    const Ran ran = ring.peers->ask(list[0], words);
    INFO(ran.out << ran.err);
    CHECK(ran.code == 4);
    CHECK(ran.out.empty());
  }
  for (std::size_t i = 1; i < list.size(); ++i) ring.peers->resume(list[i]);
  wait_until([&] { return ring.peers->ask(list[0], {"get", "sb", "--r", "3"}).code == 0; });
  CHECK(values_of(ring.peers->ask(list[0], {"get", "sb", "--json"})) ==
        std::set<std::string>{"a", "b", "c"});
}

TEST_CASE("a hint is delivered though who keeps it was killed and started again") {
  DiskRing ring(4);
  const std::vector<std::string> list = ring.list("k");
  ring.peers->kill(list[0]);
  const Ran put = ring.peers->ask(list[1], {"put", "k", "v", "--w", "3", "--json"});
  INFO(put.out << put.err);
  REQUIRE(put.code == 0);
  CHECK(put.json()["quorum"]["hints"] == 1);
  const auto hints_at_fallback = [&] {
    const Json shown = ring.peers->ask(list[3], {"ring", "show", "--json"}).json();
    std::uint64_t hints = 0;
    for (const Json& member : shown["members"]) hints += member["hints"].get<std::uint64_t>();
    return hints;
  };
  CHECK(hints_at_fallback() == 1);
  ring.peers->kill(list[3]);
  ring.start();
  wait_until([&] { return hints_at_fallback() == 0; });
  // Its own copy is all that R = 1 asks for.
  const Ran own = ring.peers->ask(list[0], {"get", "k", "--r", "1", "--search=no", "--json"});
  CHECK(values_of(own) == std::set<std::string>{"v"});
  CHECK(own.json()["quorum"]["coordinator"] == ring.peers->address(list[0]));
}

TEST_CASE("a put whose coordinator hangs is taken by the next one, and is one value") {
  DiskRing ring(4);
  const std::vector<std::string> list = ring.list("rt");
  const Ran before = ring.peers->ask(list[3], {"put", "rt", "v0", "--w", "3", "--json"});
  REQUIRE(before.code == 0);
  const std::string context = before.json()["context"];
  ring.peers->pause(list[0]);
  std::this_thread::sleep_for(std::chrono::milliseconds(50));  // it has not answered just now
  const Ran put = ring.peers->ask(
      list[3], {"put", "rt", "v1", "--context", context, "--timeout", "3s", "--json"});
  INFO(put.out << put.err);
  CHECK(put.code == 0);
  CHECK(put.json()["quorum"]["coordinator"] == ring.peers->address(list[1]));
  ring.peers->resume(list[0]);
  wait_until([&] { return ring.peers->ask(list[3], {"get", "rt", "--r", "3"}).code == 0; });
  const Ran got = ring.peers->ask(list[3], {"get", "rt", "--json"});
  REQUIRE(got.json()["values"].size() == 1);
  CHECK(values_of(got) == std::set<std::string>{"v1"});
}

TEST_CASE("a strict put without enough primaries says so, and who is missing") {
  DiskRing ring(4);
  const std::vector<std::string> list = ring.list("k");
  ring.peers->kill(list[0]);
  ring.peers->kill(list[1]);
  Ran refused;
  wait_until([&] {
    refused = ring.peers->ask(list[3], {"put", "k", "v", "--strict", "--json"});
    return refused.code == 4 && refused.json()["error"] == "quorum-not-met";
  });
  CHECK(refused.json()["message"] ==
        "too few of the key's primaries can be reached (start members: oxbow ring show; or ask for "
        "fewer with --w, or without --strict)");
  CHECK(refused.json()["got"] == "1 primary reachable");
  std::set<std::string> missing;
  const Json error = refused.json();
  for (const Json& member : error["quorum"]["members"]) missing.insert(member["name"]);
  CHECK(missing == std::set<std::string>{list[0], list[1]});
  CHECK(ring.peers->ask(list[3], {"put", "k", "v"}).code == 0);  // sloppy: fallbacks stand in
}

TEST_CASE("a joined zone and weight survive a restart; who has left stays away") {
  DiskRing ring(4);
  const Ran joined =
      ring.peers->ask("p1", {"ring", "join", "--zone", "west", "--weight", "2", "--json"});
  REQUIRE(joined.code == 0);
  CHECK(joined.json()["kept"] == true);
  CHECK(ring.peers->ask("p1", {"ring", "join", "--weight", "1000000"}).code == 2);
  CHECK(ring.peers->ask("p3", {"ring", "leave"}).out == "Left the ring; the ring has 3 members\n");
  CHECK(ring.peers->ask("p3", {"ring", "leave"}).out ==
        "Left before; nothing is left to be handed on: this peer may be stopped; the ring has 3 "
        "members\n");
  ring.start();
  const Json shown = ring.peers->ask("p0", {"ring", "show", "--json"}).json();
  REQUIRE(shown["members"].size() == 4);
  CHECK(shown["members"][1]["zone"] == "west");
  CHECK(shown["members"][1]["tokens"] == 256);
  CHECK(shown["members"][1]["state"] == "joined");
  CHECK(shown["members"][3]["state"] == "left");
}

TEST_CASE("a bucket is changed on the running ring, and stays so after a restart") {
  DiskRing ring(4);
  wait_until([&] {  // two members have found that both hold it
    return ring.peers->ask("p0", {"ring", "bucket", "default"}).out ==
           "bucket default: N 3, R 2, W 2, conflicts siblings, synced; version 2\n";
  });
  const Ran changed = ring.peers->ask("p0", {"ring", "bucket", "default", "--n", "4", "--json"});
  INFO(changed.out << changed.err);
  REQUIRE(changed.code == 0);
  CHECK(changed.json()["bucket"]["w"] == 3);
  CHECK(changed.json()["version"] == 3);
  wait_until([&] {
    return ring.peers->ask("p3", {"ring", "bucket", "default", "--json"}).json()["version"] == 3;
  });
  ring.start();
  CHECK(ring.peers->ask("p2", {"ring", "bucket", "default", "-o", "plain"}).out ==
        "default\t4\t3\t3\tsiblings\tyes\t3\n");
  const Ran put = ring.peers->ask("p2", {"put", "k", "v", "--w", "4", "--json"});
  CHECK(put.json()["quorum"]["primaries"] == 4);
  CHECK(ring.peers->ask("p0", {"ring", "bucket", "default", "--w", "5"}).code == 2);
  CHECK(ring.peers->ask("p0", {"ring", "bucket", "carts"}).code == 1);
}

TEST_CASE("what was deleted is not adopted again, nor is what is too large for a value") {
  DiskRing ring(3);
  const LocalPeers& peers = *ring.peers;
  REQUIRE(peers.ask("p0", {"publish", "doc", "text"}).code == 0);
  const Ran adopted = peers.ask("p1", {"get", "doc", "--adopt", "--json"});
  REQUIRE(adopted.code == 0);
  CHECK(adopted.json()["adopted"] == true);
  CHECK(adopted.json()["adoption"]["acknowledged"].get<int>() >= 2);
  REQUIRE(peers.ask("p2", {"del", "doc"}).code == 0);
  const Ran gone = peers.ask("p1", {"get", "doc", "--adopt", "--json"});
  CHECK(gone.code == 1);
  CHECK(gone.json()["deleted"] == true);
  CHECK(gone.json()["adopted"] == false);

  const std::string large = ring.folder.write("shared/film", std::string(1024 * 1024 + 1, 'x'));
  ring.write("all", 0, fmt::format("share = {}/shared\n", ring.folder.path()));
  ring.start();
  const Ran refused = ring.peers->ask("p1", {"get", "film", "--adopt", "--json"});
  INFO(refused.out << refused.err);
  CHECK(refused.code == 4);
  CHECK(refused.json()["error"] == "found-too-large");
  const Ran none = ring.peers->ask("p1", {"get", "film", "--search=no", "--json"});
  CHECK(none.code == 1);
  CHECK(none.json()["deleted"] == false);
}

TEST_CASE("copies are spread over zones, whatever the key") {
  const LocalPeers peers("ring-5");  // two zones
  for (const char* name : {"basil", "chive", "dill", "fennel", "mint"}) {
    wait_for_members(peers, name, 5);
  }
  for (int i = 0; i < 20; ++i) {
    const Json owner =
        peers.ask("basil", {"ring", "owner", fmt::format("key-{}", i), "--json"}).json();
    REQUIRE(owner["primaries"].size() == 3);
    std::set<std::string> zones;
    for (const Json& member : owner["primaries"]) zones.insert(member["zone"]);
    CHECK(zones == std::set<std::string>{"east", "west"});
  }
}

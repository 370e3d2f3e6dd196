// Figure 3 of the Dynamo paper (DeCandia et al. 2007, section 4.4), step by step, on real processes
// and through the command line: the evolution of one object's versions from D1 to D5.
#include <set>

#include "end_to_end/ring_of_three.h"

using namespace oxbow::test;

namespace {

std::string context_of(const Ran& ran) {
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  return ran.json()["context"];
}

std::set<std::string> values_of(const Ran& ran) {
  INFO(ran.out << ran.err);
  REQUIRE(ran.code == 0);
  std::set<std::string> values;
  const Json document = ran.json();
  for (const Json& value : document["values"]) values.insert(value["value"]);
  return values;
}

/// The clock or dot as the paper writes it, without which run of a member it was: `sx:2, sy:1`.
std::string plain(const std::string& text) {
  std::string kept;
  bool in_run = false;  // from `/` to `:`
  for (const char each : text) {
    if (each == '/') in_run = true;
    if (each == ':') in_run = false;
    if (!in_run && each != '{' && each != '}') kept += each;
  }
  return kept;
}

std::string clock_of(const Ran& ran) { return plain(ran.json()["quorum"]["clock"]); }

std::set<std::string> dots_of(const Ran& ran) {
  std::set<std::string> dots;
  const Json document = ran.json();
  for (const Json& value : document["values"]) dots.insert(plain(value["dot"]));
  return dots;
}

}  // namespace

TEST_CASE("Dynamo's figure 3: D1 and D2 by Sx, D3 by Sy, D4 by Sz, reconciled as D5") {
  using Values = std::set<std::string>;
  const RingOfThree ring;
  const LocalPeers& peers = *ring.peers;
  const auto get = [&](const char* peer) {
    return peers.ask(peer, {"get", "cart", "--r", "3", "--json"});
  };
  const auto put = [&](const char* peer, const char* value, const std::string& context) {
    Words words{"put", "cart", value, "--w", "3", "--json"};
    if (!context.empty()) words.insert(words.end(), {"--context", context});
    return peers.ask(peer, words);
  };

  // A client writes a new object; Sx handles the write: D1 [Sx, 1].
  const Ran first = put("sx", "D1", "");
  const std::string d1 = context_of(first);
  CHECK(clock_of(first) == "sx:1");
  CHECK(values_of(get("sz")) == Values{"D1"});
  CHECK(clock_of(get("sz")) == "sx:1");
  // The client updates it; the same server handles it: D2 [Sx, 2] descends from D1.
  const Ran second = put("sx", "D2", d1);
  const std::string d2 = context_of(second);
  CHECK(clock_of(second) == "sx:2");
  CHECK(values_of(get("sz")) == Values{"D2"});
  CHECK(dots_of(get("sz")) == Values{"sx:2"});
  // A client that has read D2 updates it, and Sy handles the write: D3 [Sx, 2], [Sy, 1].
  const std::string read_d2 = context_of(get("sy"));
  const Ran third = put("sy", "D3", read_d2);
  CHECK(third.code == 0);
  CHECK(clock_of(third) == "sx:2, sy:1");
  CHECK(values_of(get("sx")) == Values{"D3"});
  CHECK(clock_of(get("sx")) == "sx:2, sy:1");
  // A different client has read D2 too, and Sz handles its write: D4 [Sx, 2], [Sz, 1].
  const Ran fourth = put("sz", "D4", d2);
  CHECK(fourth.code == 0);
  CHECK(fourth.json()["siblings"] == 2);
  // Neither D3 nor D4 descends from the other: both are kept, everywhere, and shown to the client.
  for (const char* peer : {"sx", "sy", "sz"}) {
    CHECK(values_of(get(peer)) == Values{"D3", "D4"});
    CHECK(dots_of(get(peer)) == Values{"sy:1", "sz:1"});
    CHECK(clock_of(get(peer)) == "sx:2, sy:1, sz:1");
  }
  const Ran one = peers.ask("sx", {"get", "cart", "--one"});
  CHECK(one.code == 5);
  // The client reconciles what it has read, and Sx handles the write: D5 descends from both.
  const std::string both = context_of(get("sx"));
  const Ran fifth = put("sx", "D5", both);
  CHECK(fifth.code == 0);
  CHECK(clock_of(fifth) == "sx:3, sy:1, sz:1");
  for (const char* peer : {"sx", "sy", "sz"}) {
    CHECK(values_of(get(peer)) == Values{"D5"});
    CHECK(dots_of(get(peer)) == Values{"sx:3"});
    CHECK(clock_of(get(peer)) == "sx:3, sy:1, sz:1");
  }
  CHECK(peers.ask("sx", {"get", "cart", "--one"}).code == 0);
  // A late write by one who has seen D2 only replaces nothing of this.
  const Ran late = put("sy", "late", d2);
  CHECK(late.code == 0);
  CHECK(clock_of(late) == "sx:3, sy:2, sz:1");
  CHECK(values_of(get("sx")) == Values{"D5", "late"});
  CHECK(dots_of(get("sx")) == Values{"sx:3", "sy:2"});
}

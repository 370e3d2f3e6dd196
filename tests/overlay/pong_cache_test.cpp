#include "overlay/pong_cache.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

constexpr LinkNumber kFirst{1}, kSecond{2};
const Instant kStart = Instant{} + 1h;

Address address(std::string_view text) { return parse_address(text).value(); }

PeerId peer(std::uint8_t number) {
  PeerId id;
  id.bytes[15] = number;
  return id;
}

PongEntry known(std::uint8_t number) {
  return {peer(number), address("10.0.0." + std::to_string(number) + ":7400")};
}

const Address kRemote = address("10.9.9.9:1234");
const Address kLoopback = address("127.0.0.1:1234");

PongCache cache_of(std::size_t capacity = 256, std::size_t per_source = 32) {
  return PongCache(peer(0), address("10.0.0.200:7400"), capacity, per_source);
}

/// The last bytes of the ids that are passed on.
std::set<int> selected(const PongCache& cache, Instant now, std::size_t most = 10,
                       PeerId receiver = peer(99), Address remote = kRemote) {
  Random random(1);
  std::vector<PongEntry> chosen;
  cache.select(now, most, receiver, remote, random, chosen);
  std::set<int> numbers;
  for (const PongEntry& entry : chosen) numbers.insert(entry.peer.bytes[15]);
  CHECK(numbers.size() == chosen.size());
  return numbers;
}

/// All that candidate() ever gives.
std::set<int> candidates(const PongCache& cache, Instant now, std::set<int> skipped = {}) {
  Random random(1);
  std::set<int> numbers;
  for (int i = 0; i < 500; ++i) {
    const auto entry = cache.candidate(
        now, random, [&](const PongEntry& skip) { return skipped.count(skip.peer.bytes[15]) > 0; });
    if (entry) numbers.insert(entry->peer.bytes[15]);
  }
  return numbers;
}

}  // namespace

TEST_CASE("an address is passed on only once a dial has reached it") {
  PongCache cache = cache_of();
  cache.learn(kStart, kFirst, kRemote, known(1));
  CHECK(cache.size() == 1);
  CHECK(selected(cache, kStart).empty());
  cache.verified(kStart, known(1));
  CHECK(cache.size() == 1);
  CHECK(selected(cache, kStart) == std::set<int>{1});
}

TEST_CASE("an address is passed on for ten minutes after it was last reached") {
  PongCache cache = cache_of();
  cache.verified(kStart, known(1));
  cache.verified(kStart, known(2));
  cache.verified(kStart + 5min, known(2));
  CHECK(selected(cache, kStart + 10min - 1us) == std::set<int>{1, 2});
  CHECK(selected(cache, kStart + 10min) == std::set<int>{2});
  CHECK(selected(cache, kStart + 15min).empty());
}

TEST_CASE("a pong names at most as many as asked for, at random, and never its receiver") {
  PongCache cache = cache_of();
  for (std::uint8_t i = 1; i <= 20; ++i) cache.verified(kStart, known(i));
  CHECK(selected(cache, kStart, 10).size() == 10);
  CHECK(selected(cache, kStart, 30, peer(7)).size() == 19);
  CHECK(selected(cache, kStart, 30, peer(7)).count(7) == 0);
  CHECK(selected(cache, kStart, 0).empty());

  Random random(3);
  std::set<int> met;
  for (int i = 0; i < 200; ++i) {
    std::vector<PongEntry> chosen{known(77)};
    cache.select(kStart, 2, peer(99), kRemote, random, chosen);
    REQUIRE(chosen.size() == 3);
    CHECK(chosen[0].peer == peer(77));
    met.insert(chosen[1].peer.bytes[15]);
  }
  CHECK(met.size() == 20);
}

TEST_CASE("loopback addresses stay on their host, unspecified ones go nowhere") {
  struct Row {
    std::string_view address;
    Address remote;
    bool shared;
  };
  const Row rows[] = {
      {"10.0.0.1:7400", kRemote, true},   {"10.0.0.1:7400", kLoopback, true},
      {"127.0.0.1:7400", kRemote, false}, {"127.0.0.1:7400", kLoopback, true},
      {"127.1.2.3:7400", kRemote, false}, {"[::1]:7400", kRemote, false},
      {"[::1]:7400", kLoopback, true},    {"0.0.0.0:7400", kLoopback, false},
      {"[::]:7400", kLoopback, false},    {"10.0.0.1:0", kRemote, false},
  };
  for (const Row& row : rows) {
    CAPTURE(row.address);
    CHECK(may_be_shared(address(row.address), row.remote) == row.shared);
    const PongEntry entry{peer(1), address(row.address)};
    PongCache told = cache_of();
    told.learn(kStart, kFirst, row.remote, entry);
    CHECK((told.size() == 1) == row.shared);
    PongCache reached = cache_of();
    reached.verified(kStart, entry);
    CHECK((selected(reached, kStart, 10, peer(99), row.remote).size() == 1) == row.shared);
  }
}

TEST_CASE("this peer itself is never taken in, by id or by address") {
  PongCache cache = cache_of();
  cache.learn(kStart, kFirst, kRemote, {peer(0), address("10.0.0.1:7400")});
  cache.learn(kStart, kFirst, kRemote, {peer(1), address("10.0.0.200:7400")});
  cache.verified(kStart, {peer(0), address("10.0.0.1:7400")});
  CHECK(cache.size() == 0);
}

TEST_CASE("hearsay does not change what a dial has shown") {
  PongCache cache = cache_of();
  cache.verified(kStart, known(1));
  cache.learn(kStart + 1s, kFirst, kRemote, {peer(66), known(1).address});
  CHECK(selected(cache, kStart + 1s) == std::set<int>{1});
  cache.learn(kStart, kFirst, kRemote, {peer(66), known(2).address});
  cache.verified(kStart, known(2));
  CHECK(selected(cache, kStart) == std::set<int>{1, 2});
}

TEST_CASE("a failed address is neither passed on nor dialled for a minute, whatever is told") {
  PongCache cache = cache_of();
  cache.verified(kStart, known(1));
  cache.failed(kStart, known(1).address);
  cache.learn(kStart + 1s, kFirst, kRemote, known(1));
  CHECK(selected(cache, kStart + 1s).empty());
  CHECK(candidates(cache, kStart + 60s - 1us).empty());
  CHECK(candidates(cache, kStart + 60s) == std::set<int>{1});
  cache.verified(kStart + 61s, known(1));
  CHECK(selected(cache, kStart + 61s) == std::set<int>{1});
  cache.failed(kStart, address("10.0.0.77:1"));  // unknown: nothing happens
  CHECK(cache.size() == 1);
}

TEST_CASE("the pause doubles with each dial in vain, up to five minutes, until there is a link") {
  PongCache cache = cache_of();
  cache.verified(kStart, known(1));
  Instant now = kStart;
  for (const Duration pause :
       {Duration(60s), Duration(120s), Duration(240s), Duration(300s), Duration(300s)}) {
    cache.failed(now, known(1).address);
    CHECK(candidates(cache, now + pause - 1us).empty());
    CHECK(candidates(cache, now + pause) == std::set<int>{1});
    now += pause;
  }
  cache.verified(now, known(1));
  cache.linked(peer(1));
  cache.failed(now, known(1).address);
  CHECK(candidates(cache, now + 60s) == std::set<int>{1});
}

TEST_CASE("a peer without room is passed on, and left alone for a while") {
  PongCache cache = cache_of();
  cache.verified(kStart, known(1));
  cache.has_no_room(kStart, known(1).address);
  CHECK(selected(cache, kStart + 1s) == std::set<int>{1});
  CHECK(candidates(cache, kStart + 59s).empty());
  cache.verified(kStart + 59s, known(1));  // it dialled, say; that is no room
  CHECK(candidates(cache, kStart + 59s).empty());
  CHECK(candidates(cache, kStart + 60s) == std::set<int>{1});
}

TEST_CASE("addresses of groups and of everybody are never taken in") {
  PongCache cache = cache_of();
  for (const char* text :
       {"224.0.0.1:7400", "255.255.255.255:7400", "0.1.2.3:7400", "[ff02::1]:7400"}) {
    cache.learn(kStart, kFirst, kRemote, {peer(1), address(text)});
  }
  CHECK(cache.size() == 0);
}

TEST_CASE("candidates are verified ones, then unproven ones, never skipped ones") {
  PongCache cache = cache_of();
  CHECK(candidates(cache, kStart).empty());
  for (std::uint8_t i = 1; i <= 3; ++i) cache.learn(kStart, kFirst, kRemote, known(i));
  CHECK(candidates(cache, kStart) == std::set<int>{1, 2, 3});
  cache.verified(kStart, known(4));
  cache.verified(kStart, known(5));
  CHECK(candidates(cache, kStart) == std::set<int>{4, 5});
  CHECK(candidates(cache, kStart + 1h, {4}) == std::set<int>{5});
  CHECK(candidates(cache, kStart, {4, 5, 1}) == std::set<int>{2, 3});
  CHECK(candidates(cache, kStart, {1, 2, 3, 4, 5}).empty());
}

TEST_CASE("one neighbor's addresses displace its own oldest ones, not those of others") {
  PongCache cache = cache_of(100, 4);
  cache.learn(kStart, kFirst, kRemote, known(1));
  for (std::uint8_t i = 10; i < 60; ++i) {
    cache.learn(kStart + std::chrono::seconds(i), kSecond, kRemote, known(i));
  }
  CHECK(candidates(cache, kStart + 60s) == std::set<int>{1, 56, 57, 58, 59});
  cache.verified(kStart + 60s, known(56));  // no longer hearsay: there is room for one more
  cache.learn(kStart + 60s, kSecond, kRemote, known(60));
  CHECK(cache.size() == 6);
}

TEST_CASE("a full cache drops the oldest unproven address, then the one reached longest ago") {
  PongCache cache = cache_of(3, 3);
  cache.verified(kStart, known(1));
  cache.learn(kStart + 1s, kFirst, kRemote, known(2));
  cache.learn(kStart + 2s, kSecond, kRemote, known(3));
  cache.verified(kStart + 3s, known(4));
  CHECK(candidates(cache, kStart + 3s, {1, 4}) == std::set<int>{3});
  cache.verified(kStart + 4s, known(5));
  CHECK(selected(cache, kStart + 4s) == std::set<int>{1, 4, 5});
  cache.verified(kStart + 5s, known(6));
  CHECK(selected(cache, kStart + 5s) == std::set<int>{4, 5, 6});
  CHECK(cache.size() == 3);
}

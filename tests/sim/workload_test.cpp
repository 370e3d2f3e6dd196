#include "sim/workload.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

using namespace oxbow;
using namespace oxbow::sim;

namespace {

std::uint64_t sum(const std::vector<std::uint32_t>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

}  // namespace

TEST_CASE("keys have 16 bytes") {
  CHECK(key_of(0) == "object 000000000");
  CHECK(key_of(999'999'999).size() == 16);
}

TEST_CASE("objects are asked for by Zipf's law") {
  const Popularity popularity(3, 1);  // 1, 1/2, 1/3 of 11/6
  CHECK(popularity.share(0) == doctest::Approx(6.0 / 11));
  CHECK(popularity.share(2) == doctest::Approx(2.0 / 11));
  Random random(1);
  std::vector<int> drawn(3);
  for (int i = 0; i < 11'000; ++i) ++drawn[popularity.draw(random)];
  CHECK(drawn[0] == doctest::Approx(6000).epsilon(0.05));
  CHECK(drawn[1] == doctest::Approx(3000).epsilon(0.05));
  const Popularity alike(4, 0);
  CHECK(alike.share(3) == doctest::Approx(0.25));
}

TEST_CASE("copies are allotted by the rule, and their sum stays the same") {
  const Popularity popularity(4, 2);  // 1, 1/4, 1/9, 1/16: 144 : 36 : 16 : 9 of 205
  CHECK(allocate_copies(popularity, Placement::uniform, 1000, 0.01) ==
        std::vector<std::uint32_t>{10, 10, 10, 10});
  CHECK(allocate_copies(popularity, Placement::proportional, 1000, 0.205) ==
        std::vector<std::uint32_t>{576, 144, 64, 36});
  CHECK(allocate_copies(popularity, Placement::square_root, 1000, 0.025) ==
        std::vector<std::uint32_t>{48, 24, 16, 12});
  const Popularity many(1000, 1.2);
  for (const double fraction : {0.00125, 0.01, 0.5}) {
    const auto uniform = sum(allocate_copies(many, Placement::uniform, 5000, fraction));
    CHECK(sum(allocate_copies(many, Placement::proportional, 5000, fraction)) == uniform);
    CHECK(sum(allocate_copies(many, Placement::square_root, 5000, fraction)) == uniform);
  }
}

TEST_CASE("an object has at least one copy, and at most one a peer") {
  const Popularity popularity(50, 3);
  for (const double fraction : {1e-9, 0.02, 0.9, 1.0}) {
    const auto copies = allocate_copies(popularity, Placement::proportional, 20, fraction);
    CHECK(*std::min_element(copies.begin(), copies.end()) >= 1);
    CHECK(*std::max_element(copies.begin(), copies.end()) <= 20);
  }
}

TEST_CASE("copies are placed on different peers") {
  Random random(1);
  const std::vector<std::uint32_t> numbers{1, 5, 60, 100};
  const Copies copies(numbers, 100, random);
  CHECK(copies.size() == 166);
  for (ObjectNumber object = 0; object < numbers.size(); ++object) {
    const auto holders = copies.holders(object);
    const std::set<PeerNumber> different(holders.begin(), holders.end());
    CHECK(different.size() == numbers[object]);
    CHECK(*different.rbegin() < 100);
  }
}

TEST_CASE("a new copy takes the place of another, and first copies stay") {
  Random random(2);
  const std::vector<std::uint32_t> numbers{3, 1, 4};
  Copies copies(numbers, 1000, random);
  std::vector<PeerNumber> first;
  for (ObjectNumber object = 0; object < 3; ++object) first.push_back(copies.holders(object)[0]);
  for (int i = 0; i < 2000; ++i) {
    const auto object = static_cast<ObjectNumber>(random.below(3));
    const auto holders = copies.holders(object);
    const auto peer = static_cast<PeerNumber>(random.below(1000));
    if (std::find(holders.begin(), holders.end(), peer) != holders.end()) continue;
    copies.add(object, peer, random);
    std::size_t total = 0;
    for (ObjectNumber each = 0; each < 3; ++each) {
      const auto now = copies.holders(each);
      total += now.size();
      CHECK(now[0] == first[each]);
      CHECK(std::set<PeerNumber>(now.begin(), now.end()).size() == now.size());
    }
    CHECK(total == 8);
    CHECK(copies.holders(object).back() == peer);
  }
}

TEST_CASE("where every object has but one copy nothing is replaced") {
  Random random(3);
  const std::vector<std::uint32_t> numbers{1, 1};
  Copies copies(numbers, 10, random);
  copies.add(0, 9, random);
  CHECK(copies.holders(0).size() == 1);
}

TEST_CASE("with room at each peer copies accumulate, and a full peer drops one of its own") {
  Random random(4);
  constexpr std::uint32_t kObjects = 8, kPeers = 30, kRoom = 3;
  const std::vector<std::uint32_t> numbers(kObjects, 2);
  Copies copies(numbers, kPeers, random, kRoom);
  std::vector<PeerNumber> first;
  for (ObjectNumber object = 0; object < kObjects; ++object) {
    first.push_back(copies.holders(object)[0]);
  }
  std::uint64_t before = copies.size();
  CHECK(before == 16);
  for (int i = 0; i < 3000; ++i) {
    const auto object = static_cast<ObjectNumber>(random.below(kObjects));
    const auto peer = static_cast<PeerNumber>(random.below(kPeers));
    const auto holders = copies.holders(object);
    if (std::find(holders.begin(), holders.end(), peer) != holders.end()) continue;
    copies.add(object, peer, random);
    CHECK(copies.size() >= before);  // what goes makes room for what comes
    before = copies.size();
    std::vector<std::uint32_t> stored(kPeers);
    std::uint64_t total = 0;
    for (ObjectNumber each = 0; each < kObjects; ++each) {
      const auto now = copies.holders(each);
      CHECK(now[0] == first[each]);
      CHECK(std::set<PeerNumber>(now.begin(), now.end()).size() == now.size());
      for (const PeerNumber holder : now) ++stored[holder];
      total += now.size();
    }
    CHECK(total == copies.size());
    CHECK(*std::max_element(stored.begin(), stored.end()) <= kRoom);
  }
  CHECK(copies.size() == kPeers * kRoom);
}

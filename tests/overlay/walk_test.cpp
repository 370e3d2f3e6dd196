#include "overlay/walk.h"

#include <doctest/doctest.h>

#include <array>
#include <optional>
#include <set>
#include <vector>

#include "overlay/expanding.h"

using namespace oxbow;

namespace {

LinkNumber link(std::uint32_t number) { return LinkNumber{number}; }

/// Links numbered 10, 11, …, of which some cannot be used.
struct Peer {
  std::size_t links = 0;
  std::set<std::size_t> unusable;
  WalkVisit visit;
  Random random{1};
  std::vector<LinkNumber> choices{};

  LinkNumber choose(LinkNumber from) {
    const auto number_of = [](std::size_t i) { return link(static_cast<std::uint32_t>(10 + i)); };
    const auto is_usable = [&](std::size_t i) { return !unusable.contains(i); };
    const auto came_by = [&](std::size_t i) { return number_of(i) == from; };
    return choose_link(visit, links, number_of, came_by, is_usable, random, choices);
  }
};

}  // namespace

TEST_CASE("a walker ends, asks every fourth step, and stops where it finds something") {
  CHECK(route_walker({1, 9}, false, false) == WalkAction::step);
  CHECK(route_walker({4, 6}, false, false) == WalkAction::ask);
  CHECK(route_walker({5, 5}, false, false) == WalkAction::step);
  CHECK(route_walker({8, 2}, false, false) == WalkAction::ask);
  CHECK(route_walker({8, 0}, false, false) == WalkAction::end);
  CHECK(route_walker({3, 7}, true, false) == WalkAction::answer);
  CHECK(route_walker({3, 7}, true, true) == WalkAction::step);
  CHECK(route_walker({4, 6}, true, true) == WalkAction::ask);
  CHECK(route_walker({10, 0}, true, true) == WalkAction::end);
}

TEST_CASE("a step is taken from those that are left") {
  const WalkerSteps first = stepped(at_origin(1024));
  CHECK(first.taken == 1);
  CHECK(first.left == 1023);
}

TEST_CASE("a walker that asks goes on until something is found, or if all holders are wanted") {
  CHECK(walker_goes_on(false, false));
  CHECK_FALSE(walker_goes_on(true, false));
  CHECK(walker_goes_on(true, true));
}

TEST_CASE("walkers take the links not yet taken first, but not back, and each once") {
  Peer peer{.links = 5, .unusable = {}, .visit = {}};
  std::set<LinkNumber> taken;
  for (int i = 0; i < 4; ++i) taken.insert(peer.choose(link(12)));
  CHECK(taken == std::set{link(10), link(11), link(13), link(14)});
  // Then any, the way back among them.
  std::set<LinkNumber> later;
  for (int i = 0; i < 100; ++i) later.insert(peer.choose(link(12)));
  CHECK(later == std::set{link(10), link(11), link(12), link(13), link(14)});
}

TEST_CASE("a dead end leads back, and a peer without a usable link nowhere") {
  Peer end{.links = 1, .unusable = {}, .visit = {}};
  CHECK(end.choose(link(10)) == link(10));
  Peer alone{.links = 2, .unusable = {0, 1}, .visit = {}};
  CHECK(alone.choose(kNoLink) == kNoLink);
  CHECK(alone.visit.sent == 0);
}

TEST_CASE("a link that cannot be used is left out, and can be taken later") {
  Peer peer{.links = 2, .unusable = {1}, .visit = {}};
  CHECK(peer.choose(kNoLink) == link(10));
  CHECK(peer.choose(kNoLink) == link(10));
  peer.unusable.clear();
  CHECK(peer.choose(kNoLink) == link(11));
}

TEST_CASE("of many links each is as likely as any other") {
  std::array<int, 4> counts{};
  std::vector<LinkNumber> choices;
  Random random(7);
  for (int i = 0; i < 4000; ++i) {
    WalkVisit visit;
    const auto number_of = [](std::size_t at) { return link(static_cast<std::uint32_t>(at)); };
    const auto is_usable = [](std::size_t) { return true; };
    const auto came_by = [](std::size_t) { return false; };
    ++counts[slot_of(choose_link(visit, 4, number_of, came_by, is_usable, random, choices))];
  }
  for (const int count : counts) {
    CHECK(count > 900);
    CHECK(count < 1100);
  }
}

TEST_CASE("waves double their TTL up to the asked one, and stop when something was found") {
  const auto waves = [](std::uint8_t asked) {
    std::vector<int> ttls;
    for (std::optional<std::uint8_t> ttl = std::uint8_t{1}; ttl;
         ttl = next_wave(*ttl, asked, false)) {
      ttls.push_back(*ttl);
    }
    return ttls;
  };
  CHECK(waves(1) == std::vector<int>{1});
  CHECK(waves(7) == std::vector<int>{1, 2, 4, 7});
  CHECK(waves(8) == std::vector<int>{1, 2, 4, 8});
  CHECK(waves(255) == std::vector<int>{1, 2, 4, 8, 16, 32, 64, 128, 255});
  CHECK_FALSE(next_wave(std::uint8_t{2}, 7, true));
  CHECK(next_wave(std::uint16_t{32768}, 65535, false) == 65535);
}

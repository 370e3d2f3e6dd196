#include "net/held_bytes.h"

#include <doctest/doctest.h>

#include <vector>

#include "base/limits.h"

using namespace oxbow;
using namespace oxbow::net;

namespace {

Holding holding(std::uint32_t id, const char* remote, std::size_t bytes, bool stalled = false) {
  return {ConnectionId{id}, parse_address(remote).value(), bytes, stalled};
}

}  // namespace

TEST_CASE("who holds most gives way, first of those that make no progress") {
  std::vector<Holding> all{holding(1, "10.0.0.1:1", 500), holding(2, "10.0.0.2:1", 400, true),
                           holding(3, "10.0.0.3:1", 300, true)};
  CHECK(who_gives_way(all) == ConnectionId{2});
  all[1].bytes = 0;
  CHECK(who_gives_way(all) == ConnectionId{3});
  all[2].is_stalled = false;
  CHECK(who_gives_way(all) == ConnectionId{1});
  for (Holding& each : all) each.bytes = 0;
  CHECK_FALSE(who_gives_way(all));
  CHECK_FALSE(who_gives_way({}));
}

TEST_CASE("many connections of one host count together") {
  const std::vector<Holding> all{holding(1, "10.0.0.1:1", 500), holding(2, "10.0.0.2:1", 300),
                                 holding(3, "10.0.0.2:2", 301)};
  CHECK(who_gives_way(all) == ConnectionId{3});
}

TEST_CASE("on loopback each connection counts for itself") {
  const std::vector<Holding> all{holding(1, "127.0.0.1:1", 500), holding(2, "127.0.0.1:2", 300),
                                 holding(3, "127.0.0.1:3", 301)};
  CHECK(who_gives_way(all) == ConnectionId{1});
}

TEST_CASE("a slow line is given its time, one who drips bytes is not") {
  const Instant begun{std::chrono::seconds(100)};
  const Duration patience = std::chrono::seconds(30);
  CHECK(has_to_be_whole_by(begun, patience, 1) == begun + std::chrono::seconds(30));
  CHECK(has_to_be_whole_by(begun, patience, 1024 * 1024) == begun + std::chrono::seconds(30 + 64));
}

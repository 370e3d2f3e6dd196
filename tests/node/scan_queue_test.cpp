#include "node/scan_queue.h"

#include <doctest/doctest.h>

#include <map>
#include <string>

#include "base/limits.h"

using namespace oxbow;

namespace {

Scan scan_of(std::uint32_t from, std::string text = "x") {
  Scan scan(Pattern::compile(Match::words, text).value());
  scan.text = text;
  scan.from = LinkNumber{from};
  return scan;
}
Scan own_scan() {
  Scan scan = scan_of(0, "own");
  scan.from = kNoLink;
  return scan;
}

}  // namespace

TEST_CASE("every second slice is our own clients', the others go round the neighbors") {
  ScanQueue queue;
  CHECK(!queue.take().has_value());
  queue.add(own_scan());
  for (int i = 0; i < 50; ++i) queue.add(scan_of(1));
  queue.add(scan_of(2));
  queue.add(scan_of(3));
  std::map<LinkNumber, int> slices;
  for (int i = 0; i < 60; ++i) {
    auto scan = queue.take();
    REQUIRE(scan.has_value());
    ++slices[scan->from];
    queue.add(std::move(*scan));
  }
  CHECK(slices[kNoLink] == 30);
  CHECK(slices[LinkNumber{1}] == 10);
  CHECK(slices[LinkNumber{2}] == 10);
  CHECK(slices[LinkNumber{3}] == 10);
  CHECK(queue.size() == 53);
}

TEST_CASE("without neighbors' scans all slices are our own, and the other way round") {
  ScanQueue queue;
  queue.add(own_scan());
  for (int i = 0; i < 4; ++i) {
    auto scan = queue.take();
    REQUIRE(scan.has_value());
    CHECK(scan->from == kNoLink);
    queue.add(std::move(*scan));
  }
  CHECK(queue.take().has_value());
  CHECK(queue.empty());
  queue.add(scan_of(7));
  queue.add(scan_of(9));
  CHECK(queue.take()->from == LinkNumber{7});
  CHECK(queue.take()->from == LinkNumber{9});
  CHECK(queue.empty());
}

TEST_CASE("within one source the scans take turns") {
  ScanQueue queue;
  queue.add(scan_of(1, "a"));
  queue.add(scan_of(1, "b"));
  std::string order;
  for (int i = 0; i < 4; ++i) {
    auto scan = queue.take();
    order += scan->text;
    queue.add(std::move(*scan));
  }
  CHECK(order == "abab");
}

TEST_CASE("each neighbor has a share of its own, and our own clients have theirs") {
  ScanQueue queue;
  constexpr std::size_t kLinks = 12;
  constexpr std::size_t kShare = limits::kScans / kLinks;
  for (std::uint32_t link = 1; link <= kLinks; ++link) {
    for (std::size_t i = 0; i < kShare; ++i) {
      CHECK(queue.has_room(LinkNumber{link}, kLinks));
      queue.add(scan_of(link));
    }
    CHECK(!queue.has_room(LinkNumber{link}, kLinks));
  }
  CHECK(queue.size() <= limits::kScans);
  CHECK(queue.has_room(kNoLink, kLinks));
  for (std::size_t i = 0; i < limits::kOwnScans; ++i) queue.add(own_scan());
  CHECK(!queue.has_room(kNoLink, kLinks));
  CHECK(queue.has_room(LinkNumber{99}, 1000));  // so many links have two each
}

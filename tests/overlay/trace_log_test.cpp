#include "overlay/trace_log.h"

#include <doctest/doctest.h>

using namespace oxbow;

namespace {
Instant at(int us) { return Instant(Duration(us)); }
}  // namespace

TEST_CASE("a trace is what was done with one query, in order, timed from its first step") {
  TraceLog log(10);
  log.add(at(100), {1, 1}, TraceKind::received, {}, 7, 0);
  log.add(at(150), {2, 2}, TraceKind::received, {});
  log.add(at(180), {1, 1}, TraceKind::forwarded, {}, 6, 1);
  std::vector<TraceEntry> entries;
  log.collect({1, 1}, entries);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].kind == TraceKind::received);
  CHECK(entries[0].at_us == 0);
  CHECK(entries[1].kind == TraceKind::forwarded);
  CHECK(entries[1].at_us == 80);
  CHECK(entries[1].ttl == 6);
}

TEST_CASE("a full log forgets its oldest steps") {
  TraceLog log(3);
  for (std::uint64_t i = 1; i <= 5; ++i)
    log.add(at(static_cast<int>(i)), {i, 0}, TraceKind::received, {});
  std::vector<TraceEntry> entries;
  log.collect({2, 0}, entries);
  CHECK(entries.empty());
  log.collect({3, 0}, entries);
  CHECK(entries.size() == 1);
  CHECK(log.size() == 3);
}

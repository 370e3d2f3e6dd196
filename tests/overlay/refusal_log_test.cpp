#include "overlay/refusal_log.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;
using namespace std::chrono_literals;

namespace {

const Instant kStart = Instant{} + 1h;

}  // namespace

TEST_CASE("a standing refusal is told once, for as long as it is met now and then") {
  RefusalLog log;
  CHECK(log.is_news(kStart, "host", "host:1", "other-network"));
  for (int i = 1; i <= 1000; ++i) {
    CHECK(!log.is_news(kStart + i * 5min, "host", "host:1", "other-network"));
  }
}

TEST_CASE(
    "a refusal is told again for another reason, and when it returns after a quarter of an hour") {
  RefusalLog log;
  CHECK(log.is_news(kStart, "host", "host:1", "other-network"));
  CHECK(log.is_news(kStart + 1s, "host", "host:1", "full"));
  CHECK(!log.is_news(kStart + 2s, "host", "host:1", "other-network"));
  CHECK(!log.is_news(kStart + 2s + 15min - 1us, "host", "host:1", "other-network"));
  CHECK(log.is_news(kStart + 2s + 30min, "host", "host:1", "other-network"));
}

TEST_CASE("after one that was not refused, the next refusal is told") {
  RefusalLog log;
  CHECK(log.is_news(kStart, "host", "host:1", "full"));
  log.forget("host:1");
  CHECK(log.is_news(kStart + 1s, "host", "host:1", "full"));
}

TEST_CASE("one host's many names fill neither the memory nor the log") {
  RefusalLog log(80);
  int told = 0;
  for (int i = 0; i < 1000; ++i) {
    if (log.is_news(kStart, "host", "host:" + std::to_string(i), "other-network")) ++told;
  }
  CHECK(told == 10);
  CHECK(log.size() == 10);
  CHECK(log.is_news(kStart, "another", "another:1", "other-network"));
  for (int host = 0; host < 1000; ++host) {
    const std::string name = std::to_string(host);
    CHECK(log.is_news(kStart + 1s, name, name, "other-network"));
  }
  CHECK(log.size() == 80);
}

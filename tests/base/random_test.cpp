#include "base/random.h"

#include <doctest/doctest.h>

#include <vector>

using namespace oxbow;

TEST_CASE("one seed gives one sequence, another seed another") {
  Random a(1), b(1), c(2);
  const auto first = a.next();
  CHECK(first == b.next());
  CHECK(first != c.next());
}

TEST_CASE("below() stays below its bound and meets every value") {
  Random random(7);
  std::vector<int> met(6);
  for (int i = 0; i < 6000; ++i) ++met[random.below(6)];
  for (const int count : met) CHECK(count > 800);
}

TEST_CASE("unit() lies in [0, 1)") {
  Random random(7);
  for (int i = 0; i < 1000; ++i) {
    const double value = random.unit();
    CHECK(value >= 0);
    CHECK(value < 1);
  }
}

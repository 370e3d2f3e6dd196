#include "sim/balance.h"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

using namespace oxbow::sim;

TEST_CASE("shares of load add up to all of it, whatever the strategy") {
  const BalancePlan plan{7, 20, 3, 0, 1, 1};
  for (const int strategy : {1, 2, 3}) {
    const auto shares = shares_of_load(plan, strategy, 9);
    CHECK(shares.size() == 7);
    CHECK(std::accumulate(shares.begin(), shares.end(), 0.0) == doctest::Approx(1));
  }
}

TEST_CASE("partitions that are dealt evenly give everybody the same, if each key has one copy") {
  const Balance balance = measure_balance({10, 16, 1, 0, 5, 1}, 3);
  CHECK(balance.partitions == 160);
  CHECK(balance.worst == doctest::Approx(1));
}

TEST_CASE("where every member stores everything all strategies are balanced") {
  for (const int strategy : {1, 2, 3}) {
    CHECK(measure_balance({3, 4, 3, 0, 2, 1}, strategy).worst == doctest::Approx(1));
  }
}

TEST_CASE("equal partitions that are fine enough come to what the tokens cut") {
  const BalancePlan plan{30, 8, 3, 200'000, 1, 4};
  CHECK(measure_balance(plan, 2).efficiency ==
        doctest::Approx(measure_balance(plan, 1).efficiency).epsilon(0.01));
}

TEST_CASE("more tokens balance better, and dealt partitions best") {
  const auto efficiency = [](int strategy, std::uint32_t tokens) {
    return measure_balance({30, tokens, 3, 0, 10, 1}, strategy).efficiency;
  };
  CHECK(efficiency(1, 64) > efficiency(1, 4) + 0.1);
  CHECK(efficiency(3, 64) > efficiency(1, 64));
}

TEST_CASE("many keys that are asked for alike load members as endlessly many do") {
  BalancePlan plan;
  plan.members = 10;
  plan.tokens = 4;
  BalancePlan with_keys = plan;
  with_keys.keys = 200'000;
  for (const int strategy : {1, 2, 3}) {
    CAPTURE(strategy);
    const std::vector<double> even = shares_of_load(plan, strategy, 9);
    const std::vector<double> sampled = shares_of_load(with_keys, strategy, 9);
    for (std::size_t member = 0; member < even.size(); ++member) {
      CHECK(std::abs(sampled[member] - even[member]) < 0.005);
    }
  }
}

TEST_CASE("what everybody asks for loads its own members, however the ring is cut") {
  BalancePlan plan;
  plan.keys = 1000;
  plan.zipf = 3;
  for (const int strategy : {1, 2, 3}) {
    const Balance skewed = measure_balance(plan, strategy);
    // Of the requests 83 % are for one key, on three of the thirty members.
    CHECK(skewed.efficiency < 0.13);
    CHECK(skewed.efficiency > 0.10);
  }
}

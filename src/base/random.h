// A small seeded generator (xoshiro256++, Blackman and Vigna 2019): the core draws all its
// randomness from one of these, given at construction, so that one seed gives one run. The
// standard library's distributions differ between implementations; these do not.
#pragma once

#include <array>
#include <cstdint>

namespace oxbow {

class Random {
 public:
  using result_type = std::uint64_t;

  explicit Random(std::uint64_t seed);

  std::uint64_t next();
  std::uint64_t operator()() { return next(); }
  static constexpr std::uint64_t min() { return 0; }
  static constexpr std::uint64_t max() { return ~std::uint64_t{0}; }

  /// Uniform in [0, bound); bound > 0 (Lemire 2019, without the last bit of bias removed: the
  /// bias is below bound / 2^64).
  std::uint64_t below(std::uint64_t bound);

  /// Uniform in [0, 1).
  double unit();

 private:
  std::array<std::uint64_t, 4> state_;
};

}  // namespace oxbow

// The clock that benchmarks measure with.
#pragma once

#include <chrono>

namespace oxbow::bench {

/// Seconds since some moment.
inline double seconds() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

}  // namespace oxbow::bench

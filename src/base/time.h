// Time as the core knows it: two timelines that it is handed and never reads. Deadlines use the
// steady one; only wall time is stored, sent or compared between peers.
#pragma once

#include <chrono>
#include <cstdint>

namespace oxbow {

using Duration = std::chrono::microseconds;

/// Timelines without a now(): time points on them come from the driver (or the simulator).
struct SteadyTimeline {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SteadyTimeline>;
  static constexpr bool is_steady = true;
};
struct WallTimeline {
  using duration = Duration;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<WallTimeline>;
  static constexpr bool is_steady = false;
};

using Instant = SteadyTimeline::time_point;  ///< µs since an arbitrary start; never goes back
using WallTime = WallTimeline::time_point;   ///< µs since 1970-01-01 UTC; may jump

inline constexpr Instant kNever = Instant::max();

struct Now {
  Instant steady;
  WallTime wall;
};

inline double to_ms(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

}  // namespace oxbow

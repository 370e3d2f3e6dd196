// Which records of what was written lately a store keeps. With each commit goes a record of the
// keys that it wrote, so that a member that stopped without warning can tell, when it starts again,
// which objects its other primaries may lack (node/offers.cpp); and records of long ago go.
//
// Only policy: numbers and sizes. The records themselves are the store's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "base/limits.h"
#include "base/time.h"

namespace oxbow {

class RecentWrites {
 public:
  struct Limits {
    Duration life = limits::kRecentWrites;
    /// What one commit adds to the age of those before it, at most. A member that hung, or whose
    /// disk did, first does what is overdue (it keeps hints for who did not answer); until then
    /// nothing may go.
    Duration step = limits::kRecentWritesStep;
    std::size_t records = limits::kRecentCommits;
    std::size_t bytes = limits::kRecentBytes;
  };

  /// Records are numbered from `first` on.
  explicit RecentWrites(std::uint64_t first) : RecentWrites(first, Limits{}) {}
  RecentWrites(std::uint64_t first, Limits limits) : limits_(limits), first_(first) {}

  /// A commit writes a record of so many bytes. Returns its number; appends to `gone` those that go
  /// with this commit. `now` never goes back.
  std::uint64_t add(Instant now, std::size_t bytes, std::vector<std::uint64_t>& gone);
  /// All of them go: their numbers.
  std::vector<std::uint64_t> take_all();

  std::size_t records() const { return kept_.size(); }
  std::size_t bytes() const { return bytes_; }

 private:
  struct Record {
    Duration at{};
    std::size_t bytes = 0;
  };
  void drop_first(std::vector<std::uint64_t>& gone);

  Limits limits_;
  std::uint64_t first_;  // of kept_
  std::deque<Record> kept_;
  std::size_t bytes_ = 0;
  Instant last_{};
  Duration clock_{};
};

}  // namespace oxbow

// Finds the sums of all slices anew, from what a store really holds: after it was opened, and now
// and then, to find bit rot. Goes through the objects in the order of (hash, key), some at a time,
// while writes go on: a slice's sum is replaced once all of the slice was met, and writes to the
// part of it that was met already are added to what was found.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "store/slice_sums.h"
#include "version/object.h"

namespace oxbow {

class SumsRebuild {
 public:
  bool is_running() const { return running_; }
  /// Objects up to the one met last, and those of them that were deleted.
  std::uint64_t objects() const { return objects_; }
  std::uint64_t tombstones() const { return tombstones_; }

  void begin();
  /// The next object of the store; those of the slices before its own have all been met.
  void meet(std::string_view key, const Object& object, SliceSums& sums);
  /// There are no more.
  void end(SliceSums& sums);

  /// A write, at any time.
  void change(std::string_view key, const Object& before, const Object& after);

 private:
  void finish_slices_before(std::uint32_t slice, SliceSums& sums);

  bool running_ = false;
  std::uint64_t objects_ = 0;
  std::uint64_t tombstones_ = 0;
  std::uint32_t slice_ = 0;  // being gone through
  std::uint64_t sum_ = 0;    // of what was met of it
  bool met_any_ = false;
  std::uint64_t last_hash_ = 0;  // of the object met last
  std::string last_key_;
};

}  // namespace oxbow

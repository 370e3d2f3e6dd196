// The sums that anti-entropy compares: for each of 2^16 slices of the hash space, the sum (modulo
// 2^64) of the hashes of the objects that lie in it. A sum does not depend on the order of writes,
// and is kept up to date by subtracting what was and adding what is; so a change of the ring, which
// merely cuts the slices into other ranges, needs no rebuild.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "version/object.h"

namespace oxbow {

/// XXH3 of the key, the clock and the siblings' dots: equal copies have equal hashes, and values
/// need not be read, as a dot names one value for ever. 0 for an empty object.
std::uint64_t object_hash(std::string_view key, const Object& object);

class SliceSums {
 public:
  static constexpr std::uint32_t kSlices = 1U << 16;

  static constexpr std::uint32_t slice_of(std::uint64_t hash) {
    return static_cast<std::uint32_t>(hash >> 48);
  }

  /// The key's object was `before` and is `after`; either may be empty.
  void change(std::string_view key, const Object& before, const Object& after);

  /// What a rebuild found.
  void set(std::uint32_t slice, std::uint64_t sum);

  std::uint64_t operator[](std::uint32_t slice) const { return sums_.empty() ? 0 : sums_[slice]; }

 private:
  std::vector<std::uint64_t> sums_;  // empty before the first change
};

}  // namespace oxbow

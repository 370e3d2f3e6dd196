#include "store/sums_rebuild.h"

#include <tuple>

#include "base/assert.h"
#include "base/hash.h"

namespace oxbow {

void SumsRebuild::begin() {
  *this = SumsRebuild();
  running_ = true;
}

void SumsRebuild::meet(std::string_view key, const Object& object, SliceSums& sums) {
  OXBOW_ASSERT(running_, "an object for a rebuild that has not begun");
  last_hash_ = hash64(key);
  last_key_ = key;
  finish_slices_before(SliceSums::slice_of(last_hash_), sums);
  sum_ += object_hash(key, object);
  ++objects_;
  if (object.deleted()) ++tombstones_;
  met_any_ = true;
}

void SumsRebuild::end(SliceSums& sums) {
  finish_slices_before(SliceSums::kSlices, sums);
  running_ = false;
}

void SumsRebuild::change(std::string_view key, const Object& before, const Object& after) {
  if (!running_ || !met_any_) return;
  const std::uint64_t hash = hash64(key);
  if (std::tie(hash, key) > std::tuple(last_hash_, std::string_view(last_key_))) return;
  if (before.empty() && !after.empty()) ++objects_;
  if (!before.empty() && after.empty()) --objects_;
  if (!before.deleted() && after.deleted()) ++tombstones_;
  if (before.deleted() && !after.deleted()) --tombstones_;
  if (SliceSums::slice_of(hash) == slice_) {
    sum_ += object_hash(key, after) - object_hash(key, before);
  }
}

void SumsRebuild::finish_slices_before(std::uint32_t slice, SliceSums& sums) {
  for (; slice_ < slice; ++slice_) {
    sums.set(slice_, sum_);
    sum_ = 0;
  }
}

}  // namespace oxbow

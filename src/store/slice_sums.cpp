#include "store/slice_sums.h"

#include "base/hash.h"
#include "version/canonical_bytes.h"

namespace oxbow {

namespace {

void append(CanonicalWriter& bytes, const Dot& dot) {
  bytes.raw(dot.actor.peer.view());
  bytes.u64(dot.actor.run);
  bytes.u64(dot.actor.number);
  bytes.u64(dot.counter);
}

}  // namespace

std::uint64_t object_hash(std::string_view key, const Object& object) {
  if (object.empty()) return 0;
  constexpr std::size_t kDot = PeerId::kSize + 3 * 8;
  CanonicalWriter bytes;
  bytes.reserve(2 * 8 + key.size() + (object.clock().size() + object.siblings().size()) * kDot);
  bytes.u64(key.size());
  bytes.raw(key);
  bytes.u64(object.clock().size());
  for (const Dot& dot : object.clock().entries()) append(bytes, dot);
  for (const Sibling& sibling : object.siblings()) append(bytes, sibling.dot);
  return hash64(bytes.bytes());
}

void SliceSums::change(std::string_view key, const Object& before, const Object& after) {
  if (sums_.empty()) sums_.resize(kSlices);
  sums_[slice_of(hash64(key))] += object_hash(key, after) - object_hash(key, before);
}

void SliceSums::set(std::uint32_t slice, std::uint64_t sum) {
  if (sums_.empty()) {
    if (sum == 0) return;
    sums_.resize(kSlices);
  }
  sums_[slice] = sum;
}

}  // namespace oxbow

#include "store/store.h"

#include "base/assert.h"

namespace oxbow {

Result<WriteSequence> Store::write(std::string_view key, const Object& before, const Object& after,
                                   Sync sync) {
  OXBOW_ASSERT(!after.empty(), "an object that was never written is not stored");
  auto written = put(key, after, sync);
  if (written.ok()) changed(key, before, after);
  return written;
}

Result<WriteSequence> Store::erase(std::string_view key, const Object& before) {
  auto erased = remove(key);
  if (erased.ok()) changed(key, before, Object());
  return erased;
}

void Store::changed(std::string_view key, const Object& before, const Object& after) {
  sums_.change(key, before, after);
  rebuild_.change(key, before, after);
  if (before.empty() && !after.empty()) ++count_;
  if (!before.empty() && after.empty() && count_ > 0) --count_;
  if (!before.deleted() && after.deleted()) ++tombstones_;
  if (before.deleted() && !after.deleted() && tombstones_ > 0) --tombstones_;
}

Result<bool> Store::rebuild_sums(std::size_t most, std::size_t most_bytes) {
  if (!rebuild_.is_running()) {
    rebuild_.begin();
    rebuild_cursor_ = {};
  }
  std::vector<ScannedObject> page;
  const auto more = scan(rebuild_cursor_, ~std::uint64_t{0}, most, most_bytes, page);
  if (!more) return more.error();
  for (const ScannedObject& each : page) {
    if (!each.object.empty()) rebuild_.meet(each.key, each.object, sums_);
  }
  if (!*more) {
    rebuild_.end(sums_);
    sums_known_ = true;
    count_ = rebuild_.objects();
    tombstones_ = rebuild_.tombstones();
  }
  return *more;
}

}  // namespace oxbow

#include "store/store.h"

#include "base/assert.h"

namespace oxbow {

Result<WriteSequence> Store::write(std::string_view key, const Object& before, const Object& after,
                                   Sync sync) {
  OXBOW_ASSERT(!after.empty(), "an object that was never written is not stored");
  auto written = put(key, after, sync);
  if (written.ok()) sums_.change(key, before, after);
  return written;
}

Result<WriteSequence> Store::erase(std::string_view key, const Object& before) {
  auto erased = remove(key);
  if (erased.ok()) sums_.change(key, before, Object());
  return erased;
}

}  // namespace oxbow

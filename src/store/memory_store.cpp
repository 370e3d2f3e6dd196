#include "store/memory_store.h"

#include "base/hash.h"

namespace oxbow {

Result<StoredObject> MemoryStore::read(std::string_view key) {
  const auto found = objects_.find(HashedView(hash64(key), key));
  return found == objects_.end() ? StoredObject{} : StoredObject{found->second, kNothingPending};
}

Result<WriteSequence> MemoryStore::put(std::string_view key, const Object& object, Sync) {
  const std::uint64_t hash = hash64(key);
  if (const auto found = objects_.find(HashedView(hash, key)); found != objects_.end()) {
    found->second = object;
  } else {
    objects_.emplace(HashedKey(hash, key), object);
  }
  return kNothingPending;
}

Result<WriteSequence> MemoryStore::remove(std::string_view key) {
  const auto found = objects_.find(HashedView(hash64(key), key));
  if (found != objects_.end()) objects_.erase(found);
  return kNothingPending;
}

Result<bool> MemoryStore::scan(Cursor& cursor, std::uint64_t last, std::size_t most,
                               std::size_t most_bytes, std::vector<ScannedObject>& page) {
  const HashedView from(cursor.hash, cursor.key);
  auto next = cursor.key.empty() ? objects_.lower_bound(from) : objects_.upper_bound(from);
  std::size_t bytes = 0;
  for (std::size_t taken = 0; next != objects_.end() && next->first.first <= last; ++next) {
    if (taken > 0 && (taken >= most || bytes >= most_bytes)) return true;
    page.push_back({next->first.second, next->second});
    cursor.hash = next->first.first;
    cursor.key = next->first.second;
    bytes += next->first.second.size() + next->second.byte_size();
    ++taken;
  }
  return false;
}

Result<StoredObject> MemoryStore::read_hints(std::string_view key, Conflicts conflicts) {
  StoredObject all;
  for (const auto& [destination, hints] : hints_) {
    const auto found = hints.find(key);
    if (found != hints.end()) all.object.merge(found->second.object, conflicts);
  }
  return all;
}

const Hint* MemoryStore::find_hint(const PeerId& destination, std::string_view key) const {
  const auto hints = hints_.find(destination);
  if (hints == hints_.end()) return nullptr;
  const auto found = hints->second.find(key);
  return found == hints->second.end() ? nullptr : &found->second;
}

std::optional<Hint> MemoryStore::read_hint(const PeerId& destination, std::string_view key) {
  const Hint* const found = find_hint(destination, key);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

Result<WriteSequence> MemoryStore::write_hint(const Hint& hint, Sync) {
  if (const Hint* const before = find_hint(hint.destination, hint.key)) {
    totals_.take(hint.destination, size_of(*before));
  }
  totals_.add(hint.destination, size_of(hint));
  hints_[hint.destination].insert_or_assign(hint.key, hint);
  return kNothingPending;
}

void MemoryStore::erase_hint(const PeerId& destination, std::string_view key) {
  const auto hints = hints_.find(destination);
  if (hints == hints_.end()) return;
  const auto found = hints->second.find(key);
  if (found == hints->second.end()) return;
  totals_.take(destination, size_of(found->second));
  hints->second.erase(found);
  if (hints->second.empty()) hints_.erase(hints);
}

void MemoryStore::scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                             std::size_t most_bytes, std::vector<Hint>& page) {
  const auto hints = hints_.find(destination);
  if (hints == hints_.end()) return;
  std::size_t bytes = 0;
  std::size_t taken = 0;
  for (auto next = hints->second.upper_bound(after); next != hints->second.end(); ++next) {
    if (taken > 0 && (taken >= most || bytes >= most_bytes)) return;
    page.push_back(next->second);
    bytes += size_of(next->second);
    ++taken;
  }
}

Result<std::optional<std::string>> MemoryStore::read_record(std::string_view name) {
  const auto found = records_.find(name);
  if (found == records_.end()) return std::optional<std::string>();
  return std::optional(found->second);
}

Result<WriteSequence> MemoryStore::write_record(std::string_view name, std::string_view bytes) {
  records_.insert_or_assign(std::string(name), std::string(bytes));
  return kNothingPending;
}

}  // namespace oxbow

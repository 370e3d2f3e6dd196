#include "store/memory_store.h"

#include "base/hash.h"

namespace oxbow {

namespace {

std::size_t size_of(const Hint& hint) { return hint.key.size() + hint.object.byte_size(); }

}  // namespace

Result<StoredObject> MemoryStore::read(std::string_view key) {
  const auto found = objects_.find(std::pair(hash64(key), std::string(key)));
  return found == objects_.end() ? StoredObject{} : StoredObject{found->second, kNothingPending};
}

Result<WriteSequence> MemoryStore::put(std::string_view key, const Object& object, Sync) {
  objects_.insert_or_assign({hash64(key), std::string(key)}, object);
  return kNothingPending;
}

Result<WriteSequence> MemoryStore::remove(std::string_view key) {
  objects_.erase({hash64(key), std::string(key)});
  return kNothingPending;
}

Result<bool> MemoryStore::scan(Cursor& cursor, std::uint64_t last, std::size_t most,
                               std::size_t most_bytes, std::vector<ScannedObject>& page) {
  const HashedKey from{cursor.hash, cursor.key};
  auto next = cursor.key.empty() ? objects_.lower_bound(from) : objects_.upper_bound(from);
  std::size_t bytes = 0;
  for (std::size_t taken = 0; next != objects_.end() && next->first.first <= last; ++next) {
    if (taken > 0 && (taken >= most || bytes >= most_bytes)) return true;
    page.push_back({next->first.second, next->second});
    cursor = {next->first.first, next->first.second};
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

std::optional<Hint> MemoryStore::read_hint(const PeerId& destination, std::string_view key) {
  const auto hints = hints_.find(destination);
  if (hints == hints_.end()) return std::nullopt;
  const auto found = hints->second.find(key);
  return found == hints->second.end() ? std::nullopt : std::optional(found->second);
}

Result<WriteSequence> MemoryStore::write_hint(const Hint& hint, Sync) {
  hints_[hint.destination].insert_or_assign(hint.key, hint);
  return kNothingPending;
}

void MemoryStore::erase_hint(const PeerId& destination, std::string_view key) {
  const auto hints = hints_.find(destination);
  if (hints == hints_.end()) return;
  hints->second.erase(std::string(key));
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

std::vector<PeerId> MemoryStore::hint_destinations() const {
  std::vector<PeerId> destinations;
  for (const auto& [destination, hints] : hints_) destinations.push_back(destination);
  return destinations;
}

HintTotals MemoryStore::hints_for(const PeerId& destination) const {
  HintTotals totals;
  const auto hints = hints_.find(destination);
  if (hints == hints_.end()) return totals;
  for (const auto& [key, hint] : hints->second) totals.bytes += size_of(hint);
  totals.hints = hints->second.size();
  return totals;
}

HintTotals MemoryStore::all_hints() const {
  HintTotals all;
  for (const auto& [destination, hints] : hints_) {
    const HintTotals totals = hints_for(destination);
    all.hints += totals.hints;
    all.bytes += totals.bytes;
  }
  return all;
}

std::optional<std::string> MemoryStore::read_record(std::string_view name) {
  const auto found = records_.find(name);
  return found == records_.end() ? std::nullopt : std::optional(found->second);
}

Result<WriteSequence> MemoryStore::write_record(std::string_view name, std::string_view bytes) {
  records_.insert_or_assign(std::string(name), std::string(bytes));
  return kNothingPending;
}

}  // namespace oxbow

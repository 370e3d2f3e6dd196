// Scans: what is on disk and what is pending, as one order.
#include "storage/damaged_part.h"
#include "storage/database.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "storage/rocks_store.h"
#include "version/object_bytes.h"

namespace oxbow {

using namespace storage;

namespace {

/// Damaged parts that one page leaves out: to find the end of one takes a millisecond or two.
constexpr int kPartsLeftOut = 4;

}  // namespace

/// Visits the records in [from, end) in order: `visit(stored_key, write, bytes)`, where `write` is
/// the pending one (then `bytes` is empty) or null; until it returns false.
template <class Visit>
Status RocksStore::walk(const std::string& from, const std::string& end, Visit visit) {
  Database::Range stored(*database_, from, end);
  const auto& by_key = pending_.by_key();
  auto write = by_key.lower_bound(from);
  const auto writes_end = by_key.lower_bound(end);
  for (;;) {
    const bool is_stored = stored.valid();
    if (!is_stored) {
      if (Status status = stored.status(); !status) return status;
    }
    const bool is_pending = write != writes_end;
    if (!is_stored && !is_pending) return Done{};
    const int order = !is_pending ? -1 : !is_stored ? 1 : stored.key().compare(write->first);
    bool go_on = true;
    if (order < 0) {
      go_on = visit(stored.key(), static_cast<const PendingWrite*>(nullptr), stored.value());
    } else if (!write->second->erased) {
      go_on = visit(write->first, write->second.get(), std::string_view());
    }
    if (!go_on) return Done{};
    if (order <= 0) stored.next();
    if (order >= 0) ++write;
  }
}

Result<bool> RocksStore::scan(Cursor& cursor, std::uint64_t last, std::size_t most,
                              std::size_t most_bytes, std::vector<ScannedObject>& page) {
  const std::string end = last == ~std::uint64_t{0} ? objects_end() : objects_from(last + 1);
  std::size_t taken = 0;
  std::size_t bytes = 0;
  bool more = false;
  const auto visit = [&](std::string_view stored_key, const PendingWrite* write,
                         std::string_view record) {
    if (taken > 0 && (taken >= most || bytes >= most_bytes)) {
      more = true;
      return false;
    }
    const std::string_view key = key_of_object(stored_key);
    Object object;
    if (write != nullptr) {
      object = write->object;
    } else if (auto parsed = parse_object(record, key)) {
      object = std::move(parsed).value();
    } else {
      ++damaged_;
    }
    ++taken;
    bytes += key.size() + object.byte_size();
    cursor.hash = hash_of_object(stored_key);
    cursor.key = key;
    page.push_back({cursor.key, std::move(object)});
    return true;
  };

  for (int left_out = 0; left_out < kPartsLeftOut; ++left_out) {
    std::string from = objects_from(cursor.hash);
    if (!cursor.key.empty()) from = behind(from += cursor.key);
    if (from >= end) return false;
    const Status walked = walk(from, end, visit);
    if (walked) return more;
    if (walked.error().code != "damaged") return walked.error();
    // A whole block cannot be read: on with what comes behind it, until it can be again.
    ++damaged_;
    const auto can_read = [&](std::uint64_t hash) {
      const std::string at = objects_from(hash);
      if (at >= end) return true;
      const Database::Range behind_it(*database_, at, end);
      return behind_it.valid() || behind_it.status().ok();
    };
    const auto next = end_of_damage(cursor.hash, can_read);
    ++cursor.left_out;
    if (!next || *next > last) return false;
    cursor.hash = *next;
    cursor.key.clear();
  }
  return true;
}

void RocksStore::scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                            std::size_t most_bytes, std::vector<Hint>& page) {
  if (hints_.of(destination).hints == 0) return;
  HintRecount& recount = recounts_[destination];
  recount.begin(after);
  std::string from = hint_key(destination, after);
  if (!after.empty()) from = behind(std::move(from));
  std::size_t taken = 0;
  std::size_t bytes = 0;
  bool more = false;
  std::vector<std::string> damaged;
  const auto visit = [&](std::string_view stored_key, const PendingWrite* write,
                         std::string_view record) {
    if (taken > 0 && (taken >= most || bytes >= most_bytes)) {
      more = true;
      return false;
    }
    from = behind(std::string(stored_key));
    const std::string_view key = key_of_hint(stored_key);
    if (write != nullptr) {
      page.push_back({destination, std::string(key), write->object, write->written});
    } else if (auto parsed = parse_hint(destination, key, record)) {
      page.push_back(std::move(parsed).value());
    } else {
      damaged.emplace_back(key);
      return true;
    }
    recount.meet(key, size_of(page.back()));
    ++taken;
    bytes += size_of(page.back());
    return true;
  };
  const std::string end = hints_end(destination);
  Status walked = walk(from, end, visit);
  while (!walked && walked.error().code == "damaged") {
    // A whole block cannot be read: on with what is behind it.
    ++damaged_;
    auto next = first_readable(*database_, from, end);
    if (!next) break;
    from = *std::move(next);
    walked = walk(from, end, visit);
  }
  // Nobody can be given them any more; what counts them says so.
  damaged_hints_ += damaged.size();
  for (const std::string& key : damaged) erase_hint(destination, key);
  const bool at_end = !more && (walked || walked.error().code == "damaged");
  if (at_end) hints_recounted(destination);
}

}  // namespace oxbow

#include "sim/sim_store.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "base/assert.h"
#include "base/limits.h"

namespace oxbow {

namespace {

constexpr std::uint64_t kLastHash = std::numeric_limits<std::uint64_t>::max();
constexpr std::size_t kAll = std::numeric_limits<std::size_t>::max();

// The sums of the images are not looked at: those of the SimStore itself are kept.
void put_into(SimStore::Image& image, const std::string& key, const Object& object) {
  const auto written = image.content.write(key, Object(), object, Sync::no);
  OXBOW_ASSERT(written.ok(), "memory refuses a write");
  image.damaged.erase(key);
}

void remove_from(SimStore::Image& image, const std::string& key) {
  const auto erased = image.content.erase(key, Object());
  OXBOW_ASSERT(erased.ok(), "memory refuses a write");
  image.damaged.erase(key);
}

template <class Table>
WriteSequence pending_of(const Table& pending, std::string_view key) {
  const auto found = pending.find(key);
  return found == pending.end() ? kNothingPending : found->second;
}

}  // namespace

// -- objects ------------------------------------------------------------------------------------

Result<StoredObject> SimStore::read(std::string_view key) {
  if (shown_.damaged.contains(key)) {
    return Error{"damaged", "the stored object's checksum is wrong", "", ""};
  }
  auto copy = shown_.content.read(key);
  if (copy.ok()) copy->pending = pending_of(pending_keys_, key);
  return copy;
}

Result<bool> SimStore::scan(Cursor& cursor, std::uint64_t last, std::size_t most,
                            std::size_t most_bytes, std::vector<ScannedObject>& page) {
  const std::size_t before = page.size();
  const auto more = shown_.content.scan(cursor, last, most, most_bytes, page);
  for (std::size_t i = before; i < page.size(); ++i) {
    if (shown_.damaged.contains(page[i].key)) page[i].object = Object();
  }
  return more;
}

Result<WriteSequence> SimStore::put(std::string_view key, const Object& object, Sync sync) {
  if (const std::string why = refusing(); !why.empty()) return Error{"no-room", why, "", ""};
  const WriteSequence written = change(
      key.size() + object.byte_size(),
      [key = std::string(key), object](Image& image) { put_into(image, key, object); }, key);
  if (sync == Sync::no) return kNothingPending;
  pending_keys_.insert_or_assign(std::string(key), written);
  return written;
}

Result<WriteSequence> SimStore::remove(std::string_view key) {
  if (const std::string why = refusing(); !why.empty()) return Error{"no-room", why, "", ""};
  const WriteSequence erased =
      change(key.size(), [key = std::string(key)](Image& image) { remove_from(image, key); });
  pending_keys_.insert_or_assign(std::string(key), erased);
  return erased;
}

// -- hints --------------------------------------------------------------------------------------

Result<StoredObject> SimStore::read_hints(std::string_view key, Conflicts conflicts) {
  auto all = shown_.content.read_hints(key, conflicts);
  if (all.ok()) all->pending = pending_of(pending_hints_, key);
  return all;
}

std::optional<Hint> SimStore::read_hint(const PeerId& destination, std::string_view key) {
  return shown_.content.read_hint(destination, key);
}

Result<WriteSequence> SimStore::write_hint(const Hint& hint, Sync sync) {
  if (const std::string why = refusing(); !why.empty()) return Error{"no-room", why, "", ""};
  const WriteSequence written = change(
      hint.key.size() + hint.object.byte_size(),
      [hint](Image& image) {
        const auto kept = image.content.write_hint(hint, Sync::no);
        OXBOW_ASSERT(kept.ok(), "memory refuses a hint");
      },
      hint.key);
  if (sync == Sync::no) return kNothingPending;
  pending_hints_.insert_or_assign(hint.key, written);
  return written;
}

void SimStore::erase_hint(const PeerId& destination, std::string_view key) {
  change(key.size(), [destination, key = std::string(key)](Image& image) {
    image.content.erase_hint(destination, key);
  });
}

void SimStore::scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                          std::size_t most_bytes, std::vector<Hint>& page) {
  shown_.content.scan_hints(destination, after, most, most_bytes, page);
}

std::vector<PeerId> SimStore::hint_destinations() const {
  return shown_.content.hint_destinations();
}

HintTotals SimStore::hints_for(const PeerId& destination) const {
  return shown_.content.hints_for(destination);
}

// -- small records ------------------------------------------------------------------------------

Result<std::optional<std::string>> SimStore::read_record(std::string_view name) {
  return shown_.content.read_record(name);
}

Result<WriteSequence> SimStore::write_record(std::string_view name, std::string_view bytes) {
  if (const std::string why = refusing(); !why.empty()) return Error{"no-room", why, "", ""};
  return change(name.size() + bytes.size(),
                [name = std::string(name), bytes = std::string(bytes)](Image& image) {
                  const auto kept = image.content.write_record(name, bytes);
                  OXBOW_ASSERT(kept.ok(), "memory refuses a record");
                });
}

// -- pending, and on the disk -------------------------------------------------------------------

std::string SimStore::refusing() const {
  if (full_) return "the disk is full";
  if (pending_bytes_ > limits::kPendingBytes) return "too many writes wait for the disk";
  return {};
}

WriteSequence SimStore::change(std::size_t bytes, std::function<void(Image&)> apply,
                               std::string_view written) {
  if (!written.empty()) settled_ = false;
  last_ = WriteSequence{static_cast<std::uint64_t>(last_) + 1};
  apply(shown_);
  pending_.push_back({last_, bytes, std::move(apply), std::string(written)});
  pending_bytes_ += bytes;
  return last_;
}

bool SimStore::begin_sync() {
  if (syncing_ || pending_.empty()) return false;
  syncing_ = true;
  batch_end_ = last_;
  return true;
}

WriteSequence SimStore::finish_sync(Instant now) {
  OXBOW_ASSERT(syncing_, "no sync is under way");
  syncing_ = false;
  std::vector<std::string> keys;
  for (; !pending_.empty() && pending_.front().sequence <= batch_end_; pending_.pop_front()) {
    pending_.front().apply(disk_);
    pending_bytes_ -= pending_.front().bytes;
    if (!pending_.front().written.empty()) keys.push_back(std::move(pending_.front().written));
  }
  note_recent(now, std::move(keys));
  const auto is_durable = [&](const auto& entry) { return entry.second <= batch_end_; };
  std::erase_if(pending_keys_, is_durable);
  std::erase_if(pending_hints_, is_durable);
  return batch_end_;
}

void SimStore::lose_power(bool sync_made_it) {
  if (syncing_ && sync_made_it) finish_sync();
  restore(Image(disk_));
}

void SimStore::close(Instant now) {
  if (syncing_) finish_sync(now);
  if (begin_sync()) finish_sync(now);
  if (settled_) {
    for (const std::uint64_t number : recent_.take_all()) disk_.recent.erase(number);
  }
  restore(Image(disk_));
}

// -- what was written last ----------------------------------------------------------------------

void SimStore::note_recent(Instant now, std::vector<std::string> keys) {
  if (keys.empty()) return;
  std::size_t bytes = 0;
  for (const std::string& key : keys) bytes += key.size();
  std::vector<std::uint64_t> gone;
  disk_.recent[recent_.add(now, bytes, gone)] = std::move(keys);
  for (const std::uint64_t number : gone) disk_.recent.erase(number);
}

std::optional<RecentWritesRecord> SimStore::recent_writes(std::uint64_t after) {
  const auto next = shown_.recent.upper_bound(after);
  if (next == shown_.recent.end() || next->first >= recent_end_) return std::nullopt;
  return RecentWritesRecord{next->first, next->second};
}

void SimStore::forget_recent_writes(std::uint64_t number) {
  change(0, [number](Image& image) { image.recent.erase(number); });
}

void SimStore::restore(const Image& image) {
  disk_ = image;
  shown_ = image;
  syncing_ = false;
  settled_ = false;
  recent_end_ = image.recent.empty() ? 1 : image.recent.rbegin()->first + 1;
  recent_ = RecentWrites(recent_end_);
  pending_.clear();
  pending_bytes_ = 0;
  pending_keys_.clear();
  pending_hints_.clear();
  find_sums();
}

void SimStore::damage(std::string_view key) {
  for (Image* image : {&shown_, &disk_}) image->damaged.insert(std::string(key));
}

void SimStore::find_sums() {
  sums_ = SliceSums();
  for (int pass = 0; pass < 2; ++pass) {  // the first may end one that was under way
    const auto more = rebuild_sums(kAll, kAll);
    OXBOW_ASSERT(more.ok() && !*more, "a scan of everything has an end");
  }
}

// -- for checkers -------------------------------------------------------------------------------

std::vector<ScannedObject> SimStore::all_objects() {
  std::vector<ScannedObject> all;
  Cursor cursor;
  const auto more = scan(cursor, kLastHash, kAll, kAll, all);
  OXBOW_ASSERT(more.ok() && !*more, "a scan of everything has an end");
  std::erase_if(all, [](const ScannedObject& met) { return met.object.empty(); });
  return all;
}

std::vector<Hint> SimStore::every_hint() {
  std::vector<Hint> all;
  for (const PeerId& destination : hint_destinations()) {
    scan_hints(destination, {}, kAll, kAll, all);
  }
  return all;
}

}  // namespace oxbow

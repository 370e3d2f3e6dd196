#include "storage/rocks_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"
#include "storage/database.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "storage/store_opening.h"
#include "version/object_bytes.h"

namespace oxbow {

using namespace storage;

namespace {

/// Of the cache: a part like this remembers keys that are not stored, whoever may ask for them.
constexpr std::size_t kOfAbsentKeys = 8;

constexpr std::size_t kWriteOverhead = 200;  // of a pending write: nodes, strings, vectors

std::size_t size_of(const PendingWrite& write) {
  return kWriteOverhead + write.stored_key.size() + write.bytes.size() + write.object.byte_size();
}

}  // namespace

// -- opening and closing --------------------------------------------------------------------------

Result<std::unique_ptr<RocksStore>> RocksStore::open(StorageOptions options) {
  auto directory = DataDirectory::open(options.directory, options.peer);
  if (!directory) return directory.error();
  const OnLoss on_loss = options.accept_loss ? OnLoss::accept : OnLoss::refuse;
  auto opened = open_database(*directory, on_loss);
  if (!opened) return opened.error();
  const auto recent = find_recent(*opened->database);
  if (!recent) return recent.error();
  std::unique_ptr<RocksStore> store(new RocksStore(std::move(options), std::move(directory).value(),
                                                   std::move(opened).value(), *recent));
  if (const Status loaded = store->load_hint_totals(); !loaded) return loaded.error();
  if (const Status counted = store->count_objects(); !counted) return counted.error();
  return store;
}

RocksStore::RocksStore(StorageOptions options, DataDirectory directory, OpenedDatabase opened,
                       const RecentHeld& recent)
    : options_(std::move(options)),
      directory_(std::move(directory)),
      database_(std::move(opened.database)),
      missing_(std::move(opened.missing)),
      complete_(directory_.marker().marker().complete),
      cache_(options_.cache_bytes - options_.cache_bytes / kOfAbsentKeys),
      absent_(options_.cache_bytes / kOfAbsentKeys),
      recent_(recent),
      commit_(std::make_unique<GroupCommit>(
          *database_,
          CommitSettings{options_.directory, options_.disk_reserve, options_.gather_delay,
                         recent.end, [this] { directory_.marker().note(database_->synced()); },
                         options_.on_durable, options_.on_fatal})) {
  damaged_ += recent.damaged;
  for (const std::uint64_t number : recent.dropped) forget_recent_writes(number);
}

RocksStore::~RocksStore() {
  // Who wants to know has called close().
  [[maybe_unused]] const Status closed = close();
}

Status RocksStore::close() {
  if (commit_ == nullptr) return Done{};
  submit();
  const std::size_t lost = commit_->stop();
  const bool has_failed = commit_->health() == GroupCommit::Health::failed;
  Status closed = Done{};
  if (!has_failed && lost == 0) closed = forget_settled();
  commit_.reset();
  if (!has_failed && closed) closed = close_database();
  database_.reset();
  if (lost == 0) return closed;
  return Error{has_failed ? "disk" : "no-room",
               fmt::format("{} writes could not be stored in {}", lost, options_.directory),
               {},
               {}};
}

Status RocksStore::close_database() {
  const auto flushed = database_->flush_and_close();
  if (!flushed) return flushed.error();
  if (!*flushed) return Done{};
  StoreMarker marker = directory_.marker().marker();
  marker.state = StoreMarker::State::clean;
  marker.synced = **flushed;
  marker.objects = count_;
  marker.tombstones = tombstones_;
  return directory_.marker().keep(marker);
}

bool RocksStore::was_stopped_cleanly() const { return directory_.marker().was_clean(); }

void RocksStore::set_complete() {
  if (complete_) return;
  StoreMarker marker = directory_.marker().marker();
  marker.complete = true;
  complete_ = directory_.marker().keep(marker).ok();
}

/// A small store is gone through at once; of a large one the sums have to be found later.
Status RocksStore::count_objects() {
  if (database_->bytes() <= limits::kCountedAtOpen) {
    for (bool more = true; more;) {
      const auto page = rebuild_sums(1024, limits::kCountedAtOpen);
      if (!page) return page.error();
      more = *page;
    }
    return Done{};
  }
  sums_known_ = false;
  const StoreMarker last = directory_.marker().marker();
  if (was_stopped_cleanly() && missing_.empty()) {
    count_ = last.objects;
    tombstones_ = last.tombstones;
    return Done{};
  }
  const std::uint64_t keys = database_->keys();
  count_ = keys - std::min(keys, hints_.all().hints + (recent_.end - recent_.first));
  tombstones_ = std::min(count_, last.tombstones);
  return Done{};
}

// -- objects --------------------------------------------------------------------------------------

Result<StoredObject> RocksStore::read(std::string_view key) {
  if (const ObjectCache::Entry* const cached = cache_.find(key)) {
    return StoredObject{cached->object, shown(cached->shown_after)};
  }
  if (absent_.find(key) != nullptr) return StoredObject{};
  const std::string stored_key = object_key(key);
  if (const PendingWrite* const write = pending_.find(stored_key)) {
    if (!write->erased) cache_.put(key, write->object, write->shown_after);
    return StoredObject{write->object, shown(write->shown_after)};
  }
  const auto record = read_disk(stored_key);
  if (!record) return record.error();
  if (!*record) {
    absent_.put(key, Object(), 0);
    return StoredObject{};
  }
  auto object = parse_object(**record, key);
  if (!object) {
    ++damaged_;
    return Error{"damaged", "the copy of a key is damaged on disk", object.error().needed,
                 object.error().got};
  }
  cache_.put(key, *object, 0);
  return StoredObject{std::move(object).value(), kNothingPending};
}

Result<WriteSequence> RocksStore::put(std::string_view key, const Object& object, Sync sync) {
  if (const Status room = check_room(); !room) return room.error();
  PendingWrite write;
  write.stored_key = object_key(key);
  write.object = object;
  write.sync = sync;
  const auto added = add(std::move(write));
  absent_.erase(key);
  cache_.put(key, object, added->shown_after);
  return sync != Sync::no ? WriteSequence{added->sequence} : kNothingPending;
}

Result<WriteSequence> RocksStore::remove(std::string_view key) {
  // Nobody waits for it: lost, it is done again. And it makes room, so it is never refused.
  PendingWrite write;
  write.stored_key = object_key(key);
  write.erased = true;
  add(std::move(write));
  cache_.erase(key);
  return kNothingPending;
}

// -- hints ----------------------------------------------------------------------------------------

struct RocksStore::HintFound {
  Hint hint;
  std::uint64_t shown_after = 0;
};

Result<std::optional<RocksStore::HintFound>> RocksStore::find_hint(const PeerId& destination,
                                                                   std::string_view key) {
  const std::string stored_key = hint_key(destination, key);
  if (const PendingWrite* const write = pending_.find(stored_key)) {
    if (write->erased) return std::optional<HintFound>();
    return std::optional(HintFound{{destination, std::string(key), write->object, write->written},
                                   write->shown_after});
  }
  const auto record = read_disk(stored_key);
  if (!record) return record.error();
  if (!*record) return std::optional<HintFound>();
  auto hint = parse_hint(destination, key, **record);
  if (!hint) {
    ++damaged_;
    return Error{"damaged", "a hint is damaged on disk", hint.error().needed, hint.error().got};
  }
  return std::optional(HintFound{std::move(hint).value(), 0});
}

Result<StoredObject> RocksStore::read_hints(std::string_view key, Conflicts conflicts) {
  StoredObject all;
  for (const auto& entry : hints_.by_destination()) {
    const auto found = find_hint(entry.first, key);
    if (!found) all.state = CopyState::damaged;
    if (!found || !*found) continue;
    all.object.merge((*found)->hint.object, conflicts);
    all.pending = std::max(all.pending, shown((*found)->shown_after));
  }
  return all;
}

std::optional<Hint> RocksStore::read_hint(const PeerId& destination, std::string_view key) {
  if (hints_.of(destination).hints == 0) return std::nullopt;
  auto found = find_hint(destination, key);
  if (!found || !*found) return std::nullopt;
  return std::move((*found)->hint);
}

Result<WriteSequence> RocksStore::write_hint(const Hint& hint, Sync sync) {
  if (const Status room = check_room(); !room) return room.error();
  const auto before = find_hint(hint.destination, hint.key);
  const bool replaces = !before || *before;  // perhaps one that cannot be read
  const std::size_t size_before = before && *before ? oxbow::size_of((*before)->hint) : 0;
  if (replaces) hints_.take(hint.destination, size_before);
  hints_.add(hint.destination, oxbow::size_of(hint));
  recounts_[hint.destination].change(hint.key, size_before, oxbow::size_of(hint));
  PendingWrite write;
  write.stored_key = hint_key(hint.destination, hint.key);
  write.object = hint.object;
  write.written = hint.written;
  write.totals = hints_.of(hint.destination);
  write.sync = sync;
  const auto added = add(std::move(write));
  return sync != Sync::no ? WriteSequence{added->sequence} : kNothingPending;
}

void RocksStore::erase_hint(const PeerId& destination, std::string_view key) {
  if (hints_.of(destination).hints == 0) return;
  const auto before = find_hint(destination, key);
  if (before && !*before) return;
  const std::size_t size_before = before ? oxbow::size_of((*before)->hint) : 0;
  hints_.take(destination, size_before);
  if (hints_.of(destination).hints == 0) {
    recounts_.erase(destination);
  } else if (const auto recount = recounts_.find(destination); recount != recounts_.end()) {
    recount->second.change(key, size_before, 0);
  }
  PendingWrite write;
  write.stored_key = hint_key(destination, key);
  write.erased = true;
  write.totals = hints_.of(destination);
  add(std::move(write));
}

// -- small records --------------------------------------------------------------------------------

Result<std::optional<std::string>> RocksStore::read_record(std::string_view name) {
  const std::string stored_key = record_key(name);
  if (const PendingWrite* const write = pending_.find(stored_key)) {
    return std::optional(write->bytes);
  }
  const auto record = read_disk(stored_key);
  if (!record) return record.error();
  if (!*record) return std::optional<std::string>();
  auto bytes = parse_checked(name, **record);
  if (bytes) return bytes;
  ++damaged_;
  return Error{"damaged", fmt::format("the record '{}' is damaged on disk", name), {}, {}};
}

Result<WriteSequence> RocksStore::write_record(std::string_view name, std::string_view bytes) {
  if (const Status room = check_room(); !room) return room.error();
  PendingWrite write;
  write.stored_key = record_key(name);
  write.bytes = bytes;
  write.sync = Sync::yes;
  return WriteSequence{add(std::move(write))->sequence};
}

// -- pending writes -------------------------------------------------------------------------------

PendingWritePointer RocksStore::add(PendingWrite write) {
  OXBOW_ASSERT(commit_ != nullptr, "a write to a store that was closed");
  take_durable();
  const Space space = space_of(write.stored_key);
  if (!write.erased && (space == Space::objects || space == Space::hints)) settled_ = false;
  write.size = size_of(write);
  unsubmitted_bytes_ += write.size;
  auto added = pending_.add(std::move(write));
  unsubmitted_.push_back(added);
  if (unsubmitted_bytes_ >= limits::kSubmitBytes) submit();
  return added;
}

void RocksStore::submit() {
  if (!pending_.empty()) take_durable();
  if (unsubmitted_.empty()) return;
  unsubmitted_bytes_ = 0;
  commit_->submit(unsubmitted_);
}

WriteSequence RocksStore::take_durable() {
  const std::uint64_t committed = commit_->committed();
  pending_.drop(committed);
  return WriteSequence{committed};
}

WriteSequence RocksStore::shown(std::uint64_t shown_after) const {
  return shown_after > commit_->committed() ? WriteSequence{shown_after} : kNothingPending;
}

Status RocksStore::check_room() {
  take_durable();
  if (commit_->health() != GroupCommit::Health::good) {
    const bool is_full = commit_->health() == GroupCommit::Health::full;
    return Error{is_full ? "no-room" : "disk", refusing(),
                 is_full ? fmt::format("{} bytes free", options_.disk_reserve) : std::string(),
                 is_full ? fmt::format("{} bytes free", commit_->free_bytes()) : std::string()};
  }
  if (pending_.bytes() < options_.pending_bytes) return Done{};
  return Error{"no-room", "too many writes wait for the disk: try again",
               fmt::format("at most {} bytes", options_.pending_bytes),
               fmt::format("{} bytes", pending_.bytes())};
}

std::string RocksStore::refusing() const {
  switch (commit_->health()) {
    case GroupCommit::Health::good:
      break;
    case GroupCommit::Health::full:
      return fmt::format("the disk of {} is full: free some space", options_.directory);
    case GroupCommit::Health::failed:
      return fmt::format("the store in {} has failed", options_.directory);
  }
  return {};
}

Result<std::optional<std::string>> RocksStore::read_disk(const std::string& stored_key) {
  auto record = database_->get(stored_key);
  if (!record && record.error().code == "damaged") ++damaged_;
  return record;
}

RocksStore::Figures RocksStore::figures() const {
  return {damaged_,      commit_->commits(), commit_->syncs(),
          cache_.size(), absent_.size(),     cache_.bytes() + absent_.bytes()};
}

}  // namespace oxbow

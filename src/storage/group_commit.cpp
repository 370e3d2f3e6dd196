#include "storage/group_commit.h"

#include <pthread.h>
#include <rocksdb/write_batch.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/limits.h"
#include "storage/database.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "storage/signal_mask.h"

namespace oxbow::storage {

namespace {

/// Bytes free for the database to be opened: what was in its log goes into files.
constexpr std::uint64_t kToOpenAnew = 2 * limits::kWriteBuffer;

/// A batch keeps its memory for the next one, unless it was a large one.
constexpr std::size_t kBatchKept = 2 * limits::kSubmitBytes;

}  // namespace

GroupCommit::GroupCommit(Database& database, CommitSettings settings)
    : database_(database),
      settings_(std::move(settings)),
      records_(std::make_unique<rocksdb::WriteBatch>()),
      recent_(settings_.first_recent) {
  look_at_disk();
  const SignalMask no_signals;  // they are for the loop
  thread_ = std::thread([this] { run(); });
  pthread_setname_np(thread_.native_handle(), "oxbow-store");
}

GroupCommit::~GroupCommit() { stop(); }

void GroupCommit::submit(std::vector<PendingWritePointer>& writes) {
  if (writes.empty()) return;
  bool wake = false;
  {
    const std::scoped_lock lock(mutex_);
    for (PendingWritePointer& write : writes) {
      queued_bytes_ += write->size;
      if (write->sync == Sync::yes) ++queued_syncs_;
      queue_.push_back(std::move(write));
    }
    wake = asleep_ && (!gathering_ || has_gathered());
    if (wake) asleep_ = false;
  }
  writes.clear();
  if (wake) changed_.notify_one();
}

std::size_t GroupCommit::stop() {
  if (!thread_.joinable()) return lost_;
  {
    const std::scoped_lock lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
  lost_ = batch_.size() + queue_.size();
  return lost_;
}

void GroupCommit::run() {
  Lock lock(mutex_);
  for (;;) {
    wait_for_work(lock);
    if (queue_.empty() && stopping_) return;
    take_batch();
    lock.unlock();
    if (batch_.empty()) look_at_disk();  // that is what it woke for
    if (!batch_.empty() && !commit_batch()) return;
    batch_.clear();  // without the lock: values may go with it
    lock.lock();
  }
}

/// Until there is a batch to commit, a full disk to look at, or nothing more to come.
void GroupCommit::wait_for_work(Lock& lock) {
  if (queue_.empty()) {
    const auto has_work = [this] { return stopping_ || !queue_.empty(); };
    asleep_ = true;
    if (health() == Health::full) {
      changed_.wait_until(lock, next_look_, has_work);
    } else {
      changed_.wait(lock, has_work);
    }
    asleep_ = false;
  }
  if (!queue_.empty()) gather(lock);
}

bool GroupCommit::has_gathered() const {
  return stopping_ || queued_syncs_ > 0 || queued_bytes_ >= limits::kSubmitBytes;
}

/// What nobody waits for shares a commit with what comes after it.
void GroupCommit::gather(Lock& lock) {
  if (has_gathered()) return;
  asleep_ = gathering_ = true;
  changed_.wait_until(lock, Clock::now() + settings_.gather_delay,
                      [this] { return has_gathered(); });
  asleep_ = gathering_ = false;
}

void GroupCommit::take_batch() {
  std::size_t bytes = 0;
  while (!queue_.empty() && (batch_.empty() || bytes < limits::kCommitBytes)) {
    bytes += queue_.front()->size;
    if (queue_.front()->sync == Sync::yes) --queued_syncs_;
    batch_.push_back(std::move(queue_.front()));
    queue_.pop_front();
  }
  queued_bytes_ -= bytes;
}

/// False: this is the end, and the batch has not been committed.
bool GroupCommit::commit_batch() {
  const bool synced = std::any_of(batch_.begin(), batch_.end(),
                                  [](const auto& write) { return write->sync != Sync::no; });
  fill(*records_);
  for (;;) {
    const Status written = try_write(*records_, synced);
    if (written) break;
    if (written.error().code != "no-room") {
      fail(written.error());
      return false;
    }
    health_.store(Health::full, std::memory_order_release);
    if (!retry_later()) return false;
  }
  if (records_->GetDataSize() > kBatchKept) *records_ = rocksdb::WriteBatch();
  records_->Clear();
  const std::uint64_t last = batch_.back()->sequence;
  committed_.store(last, std::memory_order_release);
  commits_.fetch_add(1, std::memory_order_relaxed);
  if (synced) {
    syncs_.fetch_add(1, std::memory_order_relaxed);
    if (settings_.on_synced) settings_.on_synced();
    if (settings_.on_durable) settings_.on_durable(WriteSequence{last});
  }
  return true;
}

Status GroupCommit::try_write(rocksdb::WriteBatch& batch, bool sync) {
  look_at_disk();
  const std::uint64_t needed =
      std::max(settings_.disk_reserve / 4, broken_ ? kToOpenAnew : std::uint64_t{0});
  if (free_bytes() < needed) return Error{"no-room", "", {}, {}};
  if (broken_) {
    if (Status reopened = database_.reopen(); !reopened) return reopened;
    broken_ = false;
  }
  Status written = database_.write(batch, sync);
  broken_ = !written && written.error().code == "no-room";
  return written;
}

/// Sleeps until there may be space again; false: the store is being closed.
bool GroupCommit::retry_later() {
  Lock lock(mutex_);
  changed_.wait_for(lock, limits::kDiskCheckEvery, [this] { return stopping_; });
  return !stopping_;
}

void GroupCommit::look_at_disk() {
  next_look_ = Clock::now() + limits::kDiskCheckEvery;
  struct statvfs status {};
  if (::statvfs(settings_.directory.c_str(), &status) != 0) return;
  const std::uint64_t free = std::uint64_t{status.f_bavail} * status.f_frsize;
  free_bytes_.store(free, std::memory_order_relaxed);
  health_.store(free < settings_.disk_reserve || broken_ ? Health::full : Health::good,
                std::memory_order_release);
}

void GroupCommit::fail(const Error& error) {
  health_.store(Health::failed, std::memory_order_release);
  if (settings_.on_fatal) settings_.on_fatal(error);
}

void GroupCommit::fill(rocksdb::WriteBatch& out) {
  std::map<PeerId, HintTotals> totals;  // the last of the batch
  // In the order of the keys, where each finds its place near the one before it; of one key only
  // the newest.
  std::vector<const PendingWrite*> sorted;
  sorted.reserve(batch_.size());
  for (const PendingWritePointer& write : batch_) sorted.push_back(write.get());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto* left, const auto* right) {
    return left->stored_key < right->stored_key;
  });
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const PendingWrite* const write = sorted[i];
    if (i + 1 < sorted.size() && sorted[i + 1]->stored_key == write->stored_key) continue;
    if (write->erased) {
      out.Delete(write->stored_key);
    } else {
      out.Put(write->stored_key, record_bytes(*write));
    }
  }
  note_recent(out, sorted);
  for (const PendingWritePointer& write : batch_) {
    if (write->totals) totals[destination_of(write->stored_key)] = *write->totals;
  }
  for (const auto& [destination, of_it] : totals) {
    if (of_it.hints == 0) {
      out.Delete(totals_key(destination));
    } else {
      out.Put(totals_key(destination), totals_bytes(destination, of_it));
    }
  }
}

void GroupCommit::note_recent(rocksdb::WriteBatch& out,
                              const std::vector<const PendingWrite*>& sorted) {
  RecentKeys keys;
  std::string_view last;
  for (const PendingWrite* const write : sorted) {
    const std::string_view stored = write->stored_key;
    if (write->erased || stored == last) continue;
    last = stored;
    if (space_of(stored) == Space::objects) keys.add(key_of_object(stored));
    if (space_of(stored) == Space::hints) keys.add(key_of_hint(stored));
  }
  if (keys.empty()) return;
  std::vector<std::uint64_t> gone;
  const Instant now(std::chrono::duration_cast<Duration>(Clock::now().time_since_epoch()));
  const std::uint64_t number = recent_.add(now, keys.size(), gone);
  out.Put(recent_key(number), keys.bytes(number));
  for (const std::uint64_t old : gone) out.Delete(recent_key(old));
}

}  // namespace oxbow::storage

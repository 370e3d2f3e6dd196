// The storage thread: takes all that is pending, writes it as one batch with one sync, says so, and
// goes on with what has come in meanwhile. It sleeps while there is nothing to do.
//
//            submit                              written (and synced)
//   asleep ──────────▶ gathering ──▶ committing ───────────────────────────▶ asleep, or gathering
//                               no space ▼    ▲ space again: opened anew if need be, and retried
//                                       waiting                 any other error
//                                                              ───────────────▶ failed: on_fatal,
//                                                                               once
//
// It gathers until a write comes whose sync somebody waits for (Sync::yes), there is much to write,
// or CommitSettings::gather_delay has passed.
//
// With each batch goes a record of the keys that it writes (store/recent_writes.h).
//
// The sync is that of the write call itself: a concurrent SyncWAL was seen to stall writers for up
// to 19 ms. A batch of which no write needs a sync gets none; Sync::soon needs one. After a failed
// sync nothing is known of what is on disk, and to sync again proves nothing (Rebello et al. 2020,
// "Can Applications Recover from fsync Failures?"): so that is the end of the store.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/ids.h"
#include "storage/pending_writes.h"
#include "store/recent_writes.h"

namespace rocksdb {
class WriteBatch;
}  // namespace rocksdb

namespace oxbow::storage {

class Database;

struct CommitSettings {
  std::string directory;
  /// Bytes free: below it the disk counts as full, so that nothing more is taken on; below a
  /// quarter of it, which is RocksDB's own for its files, commits wait too.
  std::uint64_t disk_reserve = 0;
  Duration gather_delay{};         ///< of writes that nobody waits for
  std::uint64_t first_recent = 1;  ///< number of the first record of what was written last
  /// On the storage thread: the database was synced; before on_durable.
  std::function<void()> on_synced;
  /// On the storage thread: all up to this sequence is durable. Not called for a batch without a
  /// sync.
  std::function<void(WriteSequence)> on_durable;
  /// On the storage thread, at most once: nothing will be durable from now on.
  std::function<void(const Error&)> on_fatal;
};

class GroupCommit {
 public:
  enum class Health : std::uint8_t {
    good,
    full,    ///< little space is left, or none: what is pending waits for more
    failed,  ///< see on_fatal
  };

  /// `database` must outlive it. The thread begins at once.
  GroupCommit(Database& database, CommitSettings settings);
  ~GroupCommit();
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  /// Takes the writes, which follow those submitted before, and leaves the list empty.
  void submit(std::vector<PendingWritePointer>& writes);

  /// Commits all that was submitted, with one try if the disk is full, and ends the thread. What
  /// could not be committed is counted.
  std::size_t stop();
  /// Once it has stopped: records of what was written last that it has left in the database.
  std::vector<std::uint64_t> take_recent() { return recent_.take_all(); }

  // Thread-safe.
  /// All up to it is on disk, synced as far as it needs to be.
  std::uint64_t committed() const { return committed_.load(std::memory_order_acquire); }
  Health health() const { return health_.load(std::memory_order_acquire); }
  /// Bytes of the file system, as last looked at.
  std::uint64_t free_bytes() const { return free_bytes_.load(std::memory_order_relaxed); }
  /// Commits so far, and those of them with a sync.
  std::uint64_t commits() const { return commits_.load(std::memory_order_relaxed); }
  std::uint64_t syncs() const { return syncs_.load(std::memory_order_relaxed); }

 private:
  using Clock = std::chrono::steady_clock;
  using Lock = std::unique_lock<std::mutex>;

  void run();
  void wait_for_work(Lock& lock);
  void gather(Lock& lock);
  bool has_gathered() const;
  void take_batch();
  bool commit_batch();
  bool retry_later();
  void look_at_disk();
  Status try_write(rocksdb::WriteBatch& batch, bool sync);
  void fail(const Error& error);
  void fill(rocksdb::WriteBatch& out);
  void note_recent(rocksdb::WriteBatch& out, const std::vector<const PendingWrite*>& sorted);

  Database& database_;
  const CommitSettings settings_;

  std::mutex mutex_;
  std::condition_variable changed_;
  // Under mutex_:
  std::deque<PendingWritePointer> queue_;
  std::size_t queued_bytes_ = 0;
  std::size_t queued_syncs_ = 0;  // writes in queue_ whose sync is waited for
  bool asleep_ = false;           // the thread waits, and a wake-up is due for:
  bool gathering_ = false;        // what ends the gathering; otherwise for anything
  bool stopping_ = false;

  // Of the storage thread:
  std::vector<PendingWritePointer> batch_;
  std::unique_ptr<rocksdb::WriteBatch> records_;  // of batch_, as the database takes them
  RecentWrites recent_;
  Clock::time_point next_look_{};
  bool broken_ = false;  // a write found no space: the database has to be opened anew

  std::atomic<std::uint64_t> committed_{0};
  std::atomic<Health> health_{Health::good};
  std::atomic<std::uint64_t> free_bytes_{0};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<std::uint64_t> syncs_{0};
  std::size_t lost_ = 0;  // read once the thread has ended
  std::thread thread_;
};

}  // namespace oxbow::storage

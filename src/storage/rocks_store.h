// The store of a peer with a data directory: RocksDB. Writes enter a table in memory and are
// committed by the storage thread, all that have gathered as one batch with one sync (see
// group_commit.h); reads look into a cache of decoded objects, then into that table, then on disk.
//
// The driver's duty: submit() at the end of each turn of its loop, Node::durable() when on_durable
// was called, and to stop the peer when on_fatal was.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/limits.h"
#include "storage/data_directory.h"
#include "storage/group_commit.h"
#include "storage/object_cache.h"
#include "storage/pending_writes.h"
#include "store/hint_ledger.h"
#include "store/hint_recount.h"
#include "store/store.h"

namespace oxbow {

namespace storage {
class Database;
struct OpenedDatabase;
}  // namespace storage

struct StorageOptions {
  std::string directory;  ///< made if it is not there; its parent must be
  PeerId peer;            ///< whom the directory belongs to
  /// All writes up to this sequence are durable. Called on the storage thread, until the
  /// destructor returns; it may call nothing of the store.
  std::function<void(WriteSequence)> on_durable;
  /// The store can keep no promise any more, such as after a sync that failed: once, on the
  /// storage thread. Reads may go on; the peer should not.
  std::function<void(const Error&)> on_fatal;

  bool accept_loss = false;  ///< go on where less is found than was synced, instead of refusing
  std::size_t cache_bytes = limits::kObjectCache;     ///< of objects and absences; 0: none
  std::size_t pending_bytes = limits::kPendingBytes;  ///< then writes are refused
  std::uint64_t disk_reserve = limits::kDiskReserve;  ///< bytes free; below it likewise
  Duration gather_delay = limits::kGatherDelay;       ///< of writes that nobody waits for
};

class RocksStore final : public Store {
 public:
  /// Errors, with nothing changed on disk: "bad-data" (see data_directory.h), "lost-data" (there is
  /// less than was synced), "no-room"; also "damaged", "disk".
  static Result<std::unique_ptr<RocksStore>> open(StorageOptions options);
  /// As close(), for better or worse.
  ~RocksStore() override;

  /// Commits all that is pending and flushes it into files, so that the next start has nothing to
  /// do. Only the destructor may follow. Errors: "no-room", "disk": writes are lost, though none
  /// that on_durable was called for.
  Status close();

  Result<StoredObject> read(std::string_view key) override;
  Result<bool> scan(Cursor& cursor, std::uint64_t last, std::size_t most, std::size_t most_bytes,
                    std::vector<ScannedObject>& page) override;
  /// Exact from the start where the store is small or was stopped cleanly, else once rebuild_sums()
  /// has met all.
  std::uint64_t objects() const override { return count_; }

  Result<StoredObject> read_hints(std::string_view key, Conflicts conflicts) override;
  std::optional<Hint> read_hint(const PeerId& destination, std::string_view key) override;
  Result<WriteSequence> write_hint(const Hint& hint, Sync sync) override;
  void erase_hint(const PeerId& destination, std::string_view key) override;
  void scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                  std::size_t most_bytes, std::vector<Hint>& page) override;
  std::vector<PeerId> hint_destinations() const override { return hints_.destinations(); }
  HintTotals hints_for(const PeerId& destination) const override { return hints_.of(destination); }
  HintTotals all_hints() const override { return hints_.all(); }
  std::uint64_t damaged_hints() const override { return damaged_hints_; }

  bool is_complete() const override { return complete_; }
  void set_complete() override;
  bool was_stopped_cleanly() const override;
  /// What was found to be missing as it was opened, and accepted.
  const std::vector<std::string>& missing() const { return missing_; }

  Result<std::optional<std::string>> read_record(std::string_view name) override;
  Result<WriteSequence> write_record(std::string_view name, std::string_view bytes) override;

  std::optional<RecentWritesRecord> recent_writes(std::uint64_t after) override;
  void forget_recent_writes(std::uint64_t number) override;
  void all_is_settled() override { settled_ = true; }

  void submit() override;
  std::size_t pending_bytes() const override { return pending_.bytes(); }
  std::string refusing() const override;

  /// Thread-safe: all up to it is on disk, and synced if it was to be.
  WriteSequence durable() const { return WriteSequence{commit_->committed()}; }
  /// Drops what is on disk from the table of pending writes, and returns durable(). Happens by
  /// itself with the next write or submit(), too.
  WriteSequence take_durable();

  struct Figures {
    std::uint64_t damaged = 0;  ///< records met whose checksum was wrong
    std::uint64_t commits = 0;
    std::uint64_t syncs = 0;  ///< commits that synced
    std::size_t cached_objects = 0;
    std::size_t cached_absences = 0;
    std::size_t cached_bytes = 0;
  };
  Figures figures() const;

 private:
  struct HintFound;

  /// Numbers of the records of what was written last, by runs before this one.
  struct RecentHeld {
    std::uint64_t first = 1;
    std::uint64_t end = 1;
    std::uint64_t damaged = 0;           ///< blocks
    std::vector<std::uint64_t> dropped;  ///< the oldest, where they are too many
  };

  RocksStore(StorageOptions options, DataDirectory directory, storage::OpenedDatabase opened,
             const RecentHeld& recent);

  Result<WriteSequence> put(std::string_view key, const Object& object, Sync sync) override;
  Result<WriteSequence> remove(std::string_view key) override;

  Status close_database();
  static Result<RecentHeld> find_recent(const storage::Database& database);
  Status forget_settled();
  Status load_hint_totals();
  void load_totals_of(const PeerId& destination);
  void hints_recounted(const PeerId& destination);
  Status count_objects();
  Status check_room();
  storage::PendingWritePointer add(storage::PendingWrite write);
  WriteSequence shown(std::uint64_t shown_after) const;
  Result<std::optional<std::string>> read_disk(const std::string& stored_key);
  Result<std::optional<HintFound>> find_hint(const PeerId& destination, std::string_view key);
  template <class Visit>
  Status walk(const std::string& from, const std::string& end, Visit visit);

  const StorageOptions options_;
  const DataDirectory directory_;
  std::unique_ptr<storage::Database> database_;
  const std::vector<std::string> missing_;
  bool complete_;
  storage::ObjectCache cache_;
  storage::ObjectCache absent_;  // keys that are neither pending nor on disk; no objects
  storage::PendingWrites pending_;
  std::vector<storage::PendingWritePointer> unsubmitted_;
  std::size_t unsubmitted_bytes_ = 0;
  HintLedger hints_;
  std::map<PeerId, HintRecount> recounts_;  // of those in hints_, at most
  std::uint64_t damaged_ = 0;
  std::uint64_t damaged_hints_ = 0;
  const RecentHeld recent_;
  bool settled_ = false;                          // nothing was written since all_is_settled()
  std::unique_ptr<storage::GroupCommit> commit_;  // null once closed
};

}  // namespace oxbow

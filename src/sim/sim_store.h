// A store on a simulated disk. Writes are seen by reads at once and pending until a sync has
// committed them: whoever drives it begins a sync and finishes it some time later, which commits
// everything that was pending when it began, as one batch. When the power is lost only what was
// committed is left (and a batch that was under way is there as a whole, or not at all).
//
// The disk outlives the process that uses it; it can be full, wiped, put back to what it was
// earlier, and damaged key by key.
#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "store/memory_store.h"
#include "store/recent_writes.h"

namespace oxbow {

class SimStore final : public Store {
 public:
  // -- as the core sees it --------------------------------------------------------------------
  Result<StoredObject> read(std::string_view key) override;
  Result<bool> scan(Cursor& cursor, std::uint64_t last, std::size_t most, std::size_t most_bytes,
                    std::vector<ScannedObject>& page) override;
  std::uint64_t objects() const override { return shown_.content.objects(); }

  Result<StoredObject> read_hints(std::string_view key, Conflicts conflicts) override;
  std::optional<Hint> read_hint(const PeerId& destination, std::string_view key) override;
  Result<WriteSequence> write_hint(const Hint& hint, Sync sync) override;
  void erase_hint(const PeerId& destination, std::string_view key) override;
  void scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                  std::size_t most_bytes, std::vector<Hint>& page) override;
  std::vector<PeerId> hint_destinations() const override;
  HintTotals hints_for(const PeerId& destination) const override;
  HintTotals all_hints() const override { return shown_.content.all_hints(); }

  Result<std::optional<std::string>> read_record(std::string_view name) override;
  Result<WriteSequence> write_record(std::string_view name, std::string_view bytes) override;

  std::optional<RecentWritesRecord> recent_writes(std::uint64_t after) override;
  void forget_recent_writes(std::uint64_t number) override;
  void all_is_settled() override { settled_ = true; }

  std::size_t pending_bytes() const override { return pending_bytes_; }
  std::string refusing() const override;
  bool is_complete() const override { return shown_.complete; }
  void set_complete() override { shown_.complete = disk_.complete = true; }

  // -- as its driver sees it ------------------------------------------------------------------

  /// Begins to commit all that is pending; false: nothing is, or a sync is under way.
  bool begin_sync();
  /// The sync that is under way is done; everything up to the returned sequence is durable.
  /// `now` tells how long ago what was written last was written.
  WriteSequence finish_sync(Instant now = Instant{});
  bool is_syncing() const { return syncing_; }
  /// Forgets what is not durable. A sync that was under way has made it, or has not.
  void lose_power(bool sync_made_it);
  /// The store is closed in order: all that is pending becomes durable.
  void close(Instant now);

  // -- what can happen to a disk --------------------------------------------------------------

  /// Everything on a disk, as it was when it was copied.
  struct Image {
    MemoryStore content;
    std::set<std::string, std::less<>> damaged;
    bool complete = true;  ///< see Store::is_complete()
    std::map<std::uint64_t, std::vector<std::string>> recent;  ///< keys that each sync wrote
  };
  /// What is durable now.
  const Image& image() const { return disk_; }
  /// Puts an image onto the disk, instead of all that is there; nobody may be using it.
  void restore(const Image& image);
  void wipe() { restore(Image{}); }
  /// Puts back what is left of it, which is not all.
  void restore_incomplete(Image left) {
    left.complete = false;
    restore(left);
  }
  /// Writes are refused from now on; reads go on.
  void set_full(bool full) { full_ = full; }
  /// The stored copy of the key can no longer be read, until it is written again.
  void damage(std::string_view key);

  // -- for checkers ---------------------------------------------------------------------------

  /// All objects, as reads see them, but the damaged ones.
  std::vector<ScannedObject> all_objects();
  /// All hints, by destination and key.
  std::vector<Hint> every_hint();

 private:
  struct Change {
    WriteSequence sequence;
    std::size_t bytes = 0;
    std::function<void(Image&)> apply;
    std::string written;  ///< key of an object or hint; empty: none was
  };

  Result<WriteSequence> put(std::string_view key, const Object& object, Sync sync) override;
  Result<WriteSequence> remove(std::string_view key) override;
  WriteSequence change(std::size_t bytes, std::function<void(Image&)> apply,
                       std::string_view written = {});
  void note_recent(Instant now, std::vector<std::string> keys);
  void find_sums();

  Image shown_;  // what reads see: the disk, and all that is pending
  Image disk_;
  std::deque<Change> pending_;
  std::size_t pending_bytes_ = 0;
  /// The newest write of a key that has to be waited for, while it is pending.
  std::map<std::string, WriteSequence, std::less<>> pending_keys_;
  std::map<std::string, WriteSequence, std::less<>> pending_hints_;
  WriteSequence last_{};
  WriteSequence batch_end_{};  // of the sync under way
  bool syncing_ = false;
  bool full_ = false;
  std::uint64_t recent_end_ = 1;  // behind the records of runs before this one
  RecentWrites recent_{1};
  bool settled_ = false;
};

}  // namespace oxbow

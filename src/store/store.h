// What a member keeps, as the core sees it: the objects, the hints for members that were away, and
// a few small records (such as those of the ring). Three spaces that know nothing of each other.
//
// Writes do not stop the loop. A write enters a table of pending writes, where every read and scan
// looks first, and returns its sequence; the store's own thread (or the simulator's event) commits
// all that is pending as one batch with one sync, and the driver then tells the Node: durable(up to
// this sequence). Whoever acknowledges or shows a write that is pending names its sequence in
// Outbox. Reads are synchronous and bounded: one object, or one page.
//
// Objects are ordered by (hash, key), so that a range of the ring is a contiguous scan. For each of
// 2^16 slices of the hash space the sum of object_hash() of what lies in it is kept with each write
// (see store/slice_sums.h): what anti-entropy compares, whatever the ring looks like. The sums are
// not stored: a store that is opened with objects in it finds them anew, page by page.
//
// Not thread-safe: called by the thread that drives the Node.
#pragma once

#include <oxbow/result.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bucket_policy.h"
#include "base/ids.h"
#include "store/slice_sums.h"
#include "store/sums_rebuild.h"
#include "version/object.h"

namespace oxbow {

/// Whether a copy has all that was ever stored under its key. An error is never an absence: of a
/// copy that is not whole nobody may say "never heard of it", nor count it as an answer.
enum class CopyState : std::uint8_t {
  whole,
  incomplete,  ///< it may lack writes: a part of what the store had is gone
  damaged,     ///< it is there, and cannot be read
};

/// A copy as it was read.
struct StoredObject {
  Object object;  ///< empty: never heard of, if the copy is whole
  /// The newest write that it shows and that is not durable yet.
  WriteSequence pending = kNothingPending;
  CopyState state = CopyState::whole;
};

/// Keys that one commit wrote.
struct RecentWritesRecord {
  std::uint64_t number = 0;
  std::vector<std::string> keys;
};

/// What a scan met.
struct ScannedObject {
  std::string key;
  Object object;  ///< empty: damaged
};

/// An object kept for a member that was away.
struct Hint {
  PeerId destination;
  std::string key;
  Object object;
  Duration written{};  ///< the first time for this key, by the keeper's HintClock: gives its age
};

struct HintTotals {
  std::uint64_t hints = 0;
  std::uint64_t bytes = 0;  ///< as Object::byte_size counts, and keys
};

class Store {
 public:
  virtual ~Store() = default;

  // -- objects --------------------------------------------------------------------------------

  /// The copy of a key. Errors: "damaged" (its checksum is wrong), "disk".
  virtual Result<StoredObject> read(std::string_view key) = 0;
  /// Replaces the copy of a key. `before` is what read() gave (for the sums), `after` is not empty.
  /// With Sync::no the write needs no sync to be acknowledged: kNothingPending is returned, though
  /// it is committed with the next batch; with Sync::soon it may be synced with a later one, before
  /// limits::kGatherDelay is over. Errors: "no-room" (the disk is full, or
  /// limits::kPendingBytes are pending); then nothing was written.
  Result<WriteSequence> write(std::string_view key, const Object& before, const Object& after,
                              Sync sync);
  /// Forgets a key: a tombstone that may go.
  Result<WriteSequence> erase(std::string_view key, const Object& before);

  /// Objects with a hash in [first, last], in the order of (hash, key), pending writes included.
  struct Cursor {
    std::uint64_t hash = 0;  ///< goes on at this hash,
    std::string key;         ///< behind this key; empty: at its beginning
    /// Parts that were left out so far, because a block of the disk cannot be read.
    std::uint32_t left_out = 0;
  };
  /// Appends a page from the cursor on: at most `most` objects and about `most_bytes` bytes, and
  /// at least one; moves the cursor. False: the end has been reached. A damaged one whose key can
  /// be read is met too, and empty; Cursor::left_out counts where not even that is so: of a store
  /// with much damage a page may be empty.
  virtual Result<bool> scan(Cursor& cursor, std::uint64_t last, std::size_t most,
                            std::size_t most_bytes, std::vector<ScannedObject>& page) = 0;
  /// All that are kept, tombstones included. Roughly, where counting would cost too much.
  virtual std::uint64_t objects() const = 0;
  /// Those of them that were deleted: nothing but tombstones.
  std::uint64_t tombstones() const { return tombstones_; }
  /// Those that have a value.
  std::uint64_t live_objects() const { return objects() - std::min(objects(), tombstones_); }

  /// Of the slices; right once sums_known().
  const SliceSums& sums() const { return sums_; }
  bool sums_known() const { return sums_known_; }
  /// Goes on with finding the sums anew by one page as scan() gives it, or begins again with it;
  /// meanwhile writes go on. False: all have been found. For a quiet moment: a large store takes
  /// minutes in pages of a millisecond.
  Result<bool> rebuild_sums(std::size_t most, std::size_t most_bytes);

  // -- hints ----------------------------------------------------------------------------------

  /// All hints for a key, whomever they are for: a fallback's local copy. Where one of them cannot
  /// be read, the others, as a copy that is not whole.
  virtual Result<StoredObject> read_hints(std::string_view key, Conflicts conflicts) = 0;
  /// The hint of one member for one key, if there is one.
  virtual std::optional<Hint> read_hint(const PeerId& destination, std::string_view key) = 0;
  /// Replaces the hint of that member for that key.
  virtual Result<WriteSequence> write_hint(const Hint& hint, Sync sync) = 0;
  virtual void erase_hint(const PeerId& destination, std::string_view key) = 0;
  /// Appends at most `most` hints of one member (about `most_bytes` bytes, at least one), in the
  /// order of their keys, those behind `after`.
  virtual void scan_hints(const PeerId& destination, std::string_view after, std::size_t most,
                          std::size_t most_bytes, std::vector<Hint>& page) = 0;
  /// Members that hints are kept for, by id.
  virtual std::vector<PeerId> hint_destinations() const = 0;
  virtual HintTotals hints_for(const PeerId& destination) const = 0;
  virtual HintTotals all_hints() const = 0;
  /// Hints that were met, since the store was opened, and could not be read: they are gone.
  virtual std::uint64_t damaged_hints() const { return 0; }

  // -- small records ------------------------------------------------------------------------------

  /// Nothing: it was never written. Errors: "damaged", "disk".
  virtual Result<std::optional<std::string>> read_record(std::string_view name) = 0;
  virtual Result<WriteSequence> write_record(std::string_view name, std::string_view bytes) = 0;

  // -- what became of earlier runs ----------------------------------------------------------------

  /// False: a part of what was acknowledged here is lost, and that was accepted. An object that is
  /// there is a copy like any other; of one that is not there, this store knows nothing. So it
  /// stays, over restarts, until set_complete().
  virtual bool is_complete() const { return true; }
  /// What is here now is all that this peer answers for.
  virtual void set_complete() {}
  /// Whether the run before this one ended with close(), and not by a crash.
  virtual bool was_stopped_cleanly() const { return true; }

  // -- what was written last ----------------------------------------------------------------------

  /// The first record behind `after` of what was written shortly before the store was opened; an
  /// object or a hint. Nothing: there are no more. None of them is forgotten before its
  /// forget_recent_writes(), however often the store is opened.
  virtual std::optional<RecentWritesRecord> recent_writes(std::uint64_t /*after*/) {
    return std::nullopt;
  }
  /// What it names is where it belongs, or hints for it were written before this call.
  virtual void forget_recent_writes(std::uint64_t /*number*/) {}
  /// So is all that was written since the store was opened: it is about to be closed, and when it
  /// is opened again recent_writes() knows nothing of it. Another write revokes this.
  virtual void all_is_settled() {}

  /// Whether what is written is there again when the peer starts anew.
  virtual bool survives_restart() const { return true; }

  // -- what is pending ----------------------------------------------------------------------------

  /// Begins to commit what was written. The driver calls it once at the end of each turn, so that
  /// the writes of the turn share a sync.
  virtual void submit() {}
  virtual std::size_t pending_bytes() const = 0;
  /// Why writes are refused at the moment; empty: they are not.
  virtual std::string refusing() const = 0;

 protected:
  virtual Result<WriteSequence> put(std::string_view key, const Object& object, Sync sync) = 0;
  virtual Result<WriteSequence> remove(std::string_view key) = 0;

  SliceSums sums_;
  bool sums_known_ = true;        // false in a store that was opened with objects in it
  std::uint64_t count_ = 0;       // of objects, as far as `before` told
  std::uint64_t tombstones_ = 0;  // of these, those that were deleted

 private:
  void changed(std::string_view key, const Object& before, const Object& after);

  SumsRebuild rebuild_;
  Cursor rebuild_cursor_;
};

}  // namespace oxbow

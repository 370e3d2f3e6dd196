// What is known of the files in the shared folders: which were seen, which wait to be hashed, which
// are findable, and the news of that for the local index. A plain data structure: it reads no disk
// and no clock; the threads of this room use it under one mutex (see files/shares.h).
//
// A file's way:   seen ── queued ── being hashed ── findable
//                            └── changed meanwhile ──┘
// One that changes later is queued again, and listed as it was until it has been hashed; its pieces
// are not read meanwhile.
#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/limits.h"
#include "files/file_state.h"
#include "message/index_update.h"

namespace oxbow {

/// The place of a folder in the list of shared folders. Where two have a file of the same key, the
/// one with the lower number shares it.
using FolderNumber = std::uint32_t;
using Moment = std::chrono::steady_clock::time_point;

/// A file to be hashed. `id` tells this attempt from others for the same key.
struct HashJob {
  std::uint64_t id = 0;
  FolderNumber folder = 0;
  std::string key;
};

enum class HashEnd : std::uint8_t {
  hashed,
  unsettled,  ///< it changed a moment ago: try again at `retry`
  changed,    ///< while it was being hashed
  gone,       ///< no such file, or none that is shared
  unreadable,
};
struct HashOutcome {
  HashEnd end = HashEnd::gone;
  FileState state;  ///< for `hashed`: what the digest belongs to
  Digest digest;
  Moment retry{};
};

class Catalog {
 public:
  /// How a file came to be noticed.
  enum class Notice : std::uint8_t {
    seen,    ///< a file already queued keeps its moment
    closed,  ///< its writer is done: nothing longer is waited for
  };

  static constexpr std::uint64_t kAnySize = ~std::uint64_t{0};

  explicit Catalog(std::size_t most_files = limits::kIndexEntries) : most_files_(most_files) {}

  /// The file is there, with this state. Queued for `when` if its content may be new.
  void notice(FolderNumber folder, const std::string& key, const FileState& state, Moment when,
              Notice how);
  /// The file is not there (any more).
  void gone(FolderNumber folder, const std::string& key);
  /// The file was found changed while a piece of it was read.
  void suspect(const std::string& key, Moment when);

  /// What is noticed from here on has been seen by this scan.
  void begin_scan() { ++scan_; }
  /// Drops files of `folder` below `path` (empty: all) that the scan has not seen, some at a time:
  /// again, with the same `cursor` (empty at first), until it returns false.
  bool sweep(FolderNumber folder, std::string_view path, std::string& cursor,
             std::size_t most = limits::kSweepEntries);
  void set_scanning(bool scanning);

  /// The next file to hash: the smallest of those that are due, then by name. None if that has more
  /// than `most` bytes: so large files leave a thread to the others.
  std::optional<HashJob> next_job(Moment now, std::uint64_t most = kAnySize);
  /// When there will be one, unless something changes.
  std::optional<Moment> next_due(std::uint64_t most = kAnySize) const;
  /// Every job ends with this, once.
  void finish(const HashJob& job, const HashOutcome& outcome, Moment now);

  /// A findable file, as it was when it was hashed.
  struct Findable {
    FolderNumber folder = 0;
    FileState state;
    Digest digest;
    bool current = false;  ///< not known to have changed since
  };
  std::optional<Findable> find(std::string_view key) const;

  /// What has changed since the last update, at most limits::kUpdateFiles keys of it.
  std::optional<IndexUpdate> take_update();
  bool has_update() const { return !news_.empty() || progress_changed_; }

  ShareStatus progress() const;
  std::uint64_t shadowed() const { return shadowed_.size(); }   ///< in a later folder, too
  std::uint64_t beyond_limit() const { return beyond_limit_; }  ///< files not taken up
  /// Files that turned out to be unreadable since the last call, and the last of them.
  std::uint64_t take_unreadable() { return std::exchange(new_unreadable_, 0); }
  const std::string& last_unreadable() const { return last_unreadable_; }

 private:
  struct Entry {
    FileState state;  // as last seen
    Digest digest;    // of what is findable
    std::uint64_t findable_size = 0;
    std::uint64_t pending_size = 0;
    std::uint64_t job = 0;  // being hashed by; 0: not
    Moment due{};           // while queued
    FolderNumber folder = 0;
    std::uint32_t scan = 0;     // the last one that saw it
    std::uint8_t attempts = 0;  // that met a change
    bool queued = false;
    bool again = false;  // changed while being hashed
    bool findable = false;
    bool unreadable = false;
  };
  using Entries = std::map<std::string, Entry, std::less<>>;

  struct Queued {
    Moment due;
    const std::string* key;  // of the entry
    bool operator<(const Queued& other) const {
      return due != other.due ? due < other.due : *key < *other.key;
    }
  };
  struct Ready {
    std::uint64_t size;
    const std::string* key;  // of the entry
    bool operator<(const Ready& other) const {
      return size != other.size ? size < other.size : *key < *other.key;
    }
  };
  struct Shadowed {
    FileState state;
    std::uint32_t scan = 0;
  };
  using ShadowedKey = std::pair<std::string, FolderNumber>;

  void queue(Entries::iterator entry, Moment due);
  void unqueue(Entries::iterator entry);
  void set_pending(Entry& entry, bool pending);
  void make_findable(Entries::iterator entry, const HashOutcome& outcome);
  void make_unfindable(Entries::iterator entry);
  /// Another content (or folder) is behind this key now.
  void replace(Entries::iterator entry, const FileState& state, Moment when);
  /// Its folder has it no more: another folder's takes its place, or the key goes.
  void drop(Entries::iterator entry, Moment when);

  std::size_t most_files_;
  Entries entries_;
  std::map<ShadowedKey, Shadowed> shadowed_;  // same key, later folder
  std::set<Queued> queue_;      // those that are not due yet, or were not looked at since
  std::set<Ready> ready_;       // those that are
  std::set<std::string> news_;  // keys whose findability changed since the last update
  std::uint64_t last_job_ = 0;
  std::uint32_t scan_ = 0;
  ShareStatus progress_;
  bool progress_changed_ = false;
  std::uint64_t new_unreadable_ = 0;
  std::uint64_t beyond_limit_ = 0;
  std::string last_unreadable_;
};

}  // namespace oxbow

// What a data directory knows of its database without opening it: that there is one, and up to
// where it was synced. The file STORE beside it holds that, so that a start that finds less is
// noticed (see store_check.h).
//
//     making ──────▶ open ◀──────▶ clean        making: nothing was ever acknowledged from it
//     the database was made   stopped, started
//
// After each sync it is written in place, without a sync of its own: it speaks only of what is on
// disk already, so that after a power cut it may say too little, never too much. A change of the
// state is synced. Two copies are written in turn, each with a checksum, so that a write that was
// cut short leaves the other.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::storage {

/// How much of a file of RocksDB was synced.
struct FileMark {
  std::uint64_t number = 0;  ///< as in its name
  std::uint64_t bytes = 0;

  friend bool operator==(const FileMark&, const FileMark&) = default;
};

/// Up to where a database is synced.
struct SyncedUpTo {
  std::uint64_t sequence = 0;  ///< RocksDB's, of the newest write
  FileMark manifest;           ///< the one that CURRENT names
  std::vector<FileMark> logs;  ///< those that are still needed, and perhaps others, by number

  friend bool operator==(const SyncedUpTo&, const SyncedUpTo&) = default;
};

struct StoreMarker {
  enum class State : std::uint8_t { making, open, clean };

  State state = State::making;
  /// False: the peer was started with less than it had. An object that is not here may have been.
  bool complete = true;
  SyncedUpTo synced;
  std::uint64_t objects = 0;     ///< kept when it was last stopped cleanly
  std::uint64_t tombstones = 0;  ///< of these

  friend bool operator==(const StoreMarker&, const StoreMarker&) = default;
};

/// At most so many logs are named; of more, the newest.
inline constexpr std::size_t kMarkedLogs = 16;
/// The size of each of the two copies.
inline constexpr std::size_t kMarkerBytes = 512;

/// One copy. `turn` counts the writes, so that the newer copy is known.
std::string marker_bytes(const StoreMarker& marker, std::uint64_t turn);
struct ParsedMarker {
  StoreMarker marker;
  std::uint64_t turn = 0;
};
/// Nothing: damaged.
std::optional<ParsedMarker> parse_marker(std::string_view bytes);

/// The file. The notes of syncs come from the storage thread, all else from the loop's.
class StoreMarkerFile {
 public:
  enum class Found : std::uint8_t { nothing, damaged, marker };

  explicit StoreMarkerFile(std::string folder) : folder_(std::move(folder)) {}
  ~StoreMarkerFile();
  StoreMarkerFile(const StoreMarkerFile&) = delete;
  StoreMarkerFile& operator=(const StoreMarkerFile&) = delete;

  /// Reads what is there; changes nothing. Errors: "bad-data".
  Result<Found> read();
  Found found() const { return found_; }
  /// As read, or as kept since.
  StoreMarker marker() const;
  /// Whether the last run stopped as it should, as read.
  bool was_clean() const { return was_clean_; }

  /// Replaces it, durably; makes the file if need be. Errors: "bad-data".
  Status keep(const StoreMarker& marker);
  /// What was synced by now. Where it cannot be written, the file says too little.
  void note(const SyncedUpTo& synced);

 private:
  Status write(bool durably);

  const std::string folder_;
  mutable std::mutex mutex_;
  int file_ = -1;
  Found found_ = Found::nothing;
  bool was_clean_ = false;
  StoreMarker marker_;
  std::uint64_t turn_ = 0;
};

}  // namespace oxbow::storage

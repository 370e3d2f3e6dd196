// Notes how much of its log and its MANIFEST RocksDB has synced: what a store marker says.
#pragma once

#include <rocksdb/file_system.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "storage/store_marker.h"

namespace oxbow::storage {

/// Thread-safe: RocksDB's own threads remove logs.
class SyncedFiles {
 public:
  void synced(const std::string& path, std::uint64_t bytes);
  void removed(const std::string& path);

  /// Of those that are there, by number.
  std::vector<FileMark> logs() const;
  /// Of the MANIFEST with this number; 0: nothing was seen of it.
  FileMark manifest(std::uint64_t number) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::uint64_t, std::uint64_t> logs_;
  std::map<std::uint64_t, std::uint64_t> manifests_;
};

/// The number in the name of a log, `000012.log`, or of a MANIFEST, `MANIFEST-000005`, whatever
/// folder stands before it; nothing: it is none.
std::optional<std::uint64_t> number_of_log(std::string_view path);
std::optional<std::uint64_t> number_of_manifest(std::string_view path);

/// The system's files, with a note of each sync of those two kinds.
std::shared_ptr<rocksdb::FileSystem> noting_syncs(std::shared_ptr<SyncedFiles> files);

}  // namespace oxbow::storage

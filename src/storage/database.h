// RocksDB as the store uses it: read by the loop thread, written by the storage thread, which also
// closes and opens it again after a write that found no space. (RocksDB 7.8 cannot be written to
// any more then: Resume() keeps the log whose end is broken.)
#pragma once

#include <oxbow/result.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

#include "storage/synced_files.h"

namespace oxbow::storage {

/// What a status that is not OK says, of the database in the folder `path`.
Error error_of(const rocksdb::Status& status, const std::string& path);

class Database {
 public:
  enum class Damage : std::uint8_t {
    refuse,   ///< what cannot be read in the log ends it
    read_on,  ///< it is left out
  };
  /// In the folder `path`, made if it is not there. Errors: "damaged", "no-room", "disk".
  static Result<std::unique_ptr<Database>> open(const std::string& path,
                                                Damage damage = Damage::refuse);
  /// Makes a database of all files in the folder that can be read, whatever it says belongs to it;
  /// those that cannot are kept in its folder `lost`. Takes as long as reading them all. Errors: as
  /// open().
  static Status rebuild(const std::string& path);

  // -- of the loop thread -----------------------------------------------------------------------

  /// Nothing: there is no such key. Errors: "damaged", "disk".
  Result<std::optional<std::string>> get(const std::string& key) const;

  /// Goes through [from, end). While it lives the database is not opened again.
  class Range {
   public:
    Range(const Database& database, const std::string& from, std::string end);
    bool valid() const { return entries_ != nullptr && entries_->Valid(); }
    void next() { entries_->Next(); }
    std::string_view key() const { return entries_->key().ToStringView(); }
    std::string_view value() const { return entries_->value().ToStringView(); }
    /// Once it is not valid(): whether that is the end. Errors: "damaged", "disk".
    Status status() const;

   private:
    const Database& database_;
    std::shared_lock<std::shared_mutex> lock_;
    std::string end_;
    rocksdb::Slice bound_;
    std::unique_ptr<rocksdb::Iterator> entries_;  // null: the database is closed
  };

  /// Roughly.
  std::uint64_t bytes() const;
  std::uint64_t keys() const;

  // -- of the storage thread --------------------------------------------------------------------

  /// Errors: "no-room", after which reopen() has to come; "disk".
  Status write(rocksdb::WriteBatch& batch, bool sync);
  /// Without an error all is as it was. Else reads fail until it has succeeded.
  Status reopen();
  /// After a write with a sync.
  SyncedUpTo synced() const;

  // -- when nobody else uses it any more --------------------------------------------------------

  /// Into files, so that the log is empty; nothing: it stays in the log, for want of space.
  Result<std::optional<SyncedUpTo>> flush_and_close();

 private:
  Database(std::string path, Damage damage);

  Error error_of(const rocksdb::Status& status) const { return storage::error_of(status, path_); }
  std::uint64_t figure(const std::string& property) const;

  const std::string path_;
  const Damage damage_;
  const std::shared_ptr<SyncedFiles> files_;
  const std::unique_ptr<rocksdb::Env> env_;
  std::uint64_t manifest_ = 0;       // its number when it was opened
  mutable std::shared_mutex mutex_;  // held while `opened_` is used, alone while it is replaced
  std::unique_ptr<rocksdb::DB> opened_;
};

/// Where a look that began at `bad`, and found a block that cannot be read, can go on: just behind
/// that block. Nothing: nothing before `end` can be read.
std::optional<std::string> first_readable(const Database& database, const std::string& bad,
                                          const std::string& end);

}  // namespace oxbow::storage

// RocksDB as the store uses it: read by the loop thread, written by the storage thread, which also
// closes and opens it again after a write that found no space. (RocksDB 7.8 cannot be written to
// any more then: Resume() keeps the log whose end is broken.)
#pragma once

#include <oxbow/result.h>
#include <rocksdb/db.h>
#include <rocksdb/write_batch.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>

namespace oxbow::storage {

class Database {
 public:
  /// In the folder `path`, made if it is not there. Errors: "damaged", "no-room", "disk".
  static Result<std::unique_ptr<Database>> open(const std::string& path);

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

  // -- when nobody else uses it any more --------------------------------------------------------

  /// Into files, so that the log is empty.
  Status flush_and_close();

 private:
  explicit Database(std::string path) : path_(std::move(path)) {}

  Error error_of(const rocksdb::Status& status) const;
  std::uint64_t figure(const std::string& property) const;

  const std::string path_;
  mutable std::shared_mutex mutex_;  // held while `opened_` is used, alone while it is replaced
  std::unique_ptr<rocksdb::DB> opened_;
};

/// Where a look that began at `bad`, and found a block that cannot be read, can go on: just behind
/// that block. Nothing: nothing before `end` can be read.
std::optional<std::string> first_readable(const Database& database, const std::string& bad,
                                          const std::string& end);

}  // namespace oxbow::storage

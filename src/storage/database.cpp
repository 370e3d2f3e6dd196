#include "storage/database.h"

#include <fmt/format.h>

#include <mutex>
#include <utility>

#include "storage/rocks_options.h"
#include "storage/signal_mask.h"

namespace oxbow::storage {

Result<std::unique_ptr<Database>> Database::open(const std::string& path) {
  std::unique_ptr<Database> database(new Database(path));
  if (const Status opened = database->reopen(); !opened) return opened.error();
  return database;
}

Result<std::optional<std::string>> Database::get(const std::string& key) const {
  const std::shared_lock lock(mutex_);
  if (opened_ == nullptr) return error_of(rocksdb::Status::NoSpace());
  std::string value;
  const auto status = opened_->Get(rocksdb::ReadOptions(), key, &value);
  if (status.ok()) return std::optional(std::move(value));
  if (status.IsNotFound()) return std::optional<std::string>();
  return error_of(status);
}

Database::Range::Range(const Database& database, const std::string& from, std::string end)
    : database_(database), lock_(database.mutex_), end_(std::move(end)), bound_(end_) {
  if (database.opened_ == nullptr) return;
  rocksdb::ReadOptions options;
  options.iterate_upper_bound = &bound_;
  entries_.reset(database.opened_->NewIterator(options));
  entries_->Seek(from);
}

Status Database::Range::status() const {
  if (entries_ == nullptr) return database_.error_of(rocksdb::Status::NoSpace());
  if (!entries_->status().ok()) return database_.error_of(entries_->status());
  return Done{};
}

std::uint64_t Database::bytes() const {
  return figure(rocksdb::DB::Properties::kEstimateLiveDataSize) +
         figure(rocksdb::DB::Properties::kCurSizeAllMemTables);
}

std::uint64_t Database::keys() const { return figure(rocksdb::DB::Properties::kEstimateNumKeys); }

Status Database::write(rocksdb::WriteBatch& batch, bool sync) {
  // The lock is for whoever replaces what it points to: that is this thread.
  rocksdb::WriteOptions options;
  options.sync = sync;
  const auto status = opened_->Write(options, &batch);
  if (!status.ok()) return error_of(status);
  return Done{};
}

Status Database::reopen() {
  const std::unique_lock lock(mutex_);
  opened_.reset();
  rocksdb::DB* opened = nullptr;
  const SignalMask no_signals;  // for RocksDB's threads
  const auto status = rocksdb::DB::Open(rocks_options(), path_, &opened);
  if (!status.ok()) return error_of(status);
  opened_.reset(opened);
  return Done{};
}

Status Database::flush_and_close() {
  if (opened_ == nullptr) return Done{};
  rocksdb::Status status = opened_->Flush(rocksdb::FlushOptions());
  const rocksdb::Status closed = opened_->Close();
  opened_.reset();
  if (status.ok()) status = closed;
  // What was committed is in the log; on a full disk it stays there.
  if (!status.ok() && !status.IsNoSpace()) return error_of(status);
  return Done{};
}

Error Database::error_of(const rocksdb::Status& status) const {
  if (status.IsNoSpace()) {
    return {"no-room",
            fmt::format("the disk of {} is full: free some space", path_),
            {},
            status.ToString()};
  }
  if (status.IsCorruption()) {
    return {"damaged", fmt::format("the store in {} is damaged", path_), {}, status.ToString()};
  }
  return {"disk", fmt::format("the store in {} failed: {}", path_, status.ToString()), {}, {}};
}

std::uint64_t Database::figure(const std::string& property) const {
  const std::shared_lock lock(mutex_);
  std::uint64_t value = 0;
  if (opened_ != nullptr) opened_->GetIntProperty(property, &value);
  return value;
}

}  // namespace oxbow::storage

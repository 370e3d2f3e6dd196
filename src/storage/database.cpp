#include "storage/database.h"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <mutex>
#include <utility>

#include "storage/rocks_options.h"
#include "storage/signal_mask.h"
#include "storage/store_check.h"

namespace oxbow::storage {

namespace {

bool says(const rocksdb::Status& status, int error) {
  return status.ToString().find(std::strerror(error)) != std::string::npos;
}

}  // namespace

Error error_of(const rocksdb::Status& status, const std::string& path) {
  if (status.IsNoSpace() || says(status, EDQUOT)) {
    return {"no-room",
            fmt::format("the disk of {} is full: free some space", path),
            {},
            status.ToString()};
  }
  if (status.IsCorruption()) {
    return {"damaged",
            fmt::format("the store in {} is damaged: {}", path, status.ToString()),
            {},
            status.ToString()};
  }
  std::string_view remedy;
  if (says(status, EMFILE)) remedy = " (raise the limit: ulimit -n)";
  if (says(status, EACCES)) remedy = " (this user must be able to read and write all of it)";
  return {
      "disk", fmt::format("the store in {} failed: {}{}", path, status.ToString(), remedy), {}, {}};
}

Database::Database(std::string path, Damage damage)
    : path_(std::move(path)),
      damage_(damage),
      files_(std::make_shared<SyncedFiles>()),
      env_(rocksdb::NewCompositeEnv(noting_syncs(files_))) {}

Result<std::unique_ptr<Database>> Database::open(const std::string& path, Damage damage) {
  std::unique_ptr<Database> database(new Database(path, damage));
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
  rocksdb::Options options = rocks_options(env_.get());
  if (damage_ == Damage::read_on) {
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  }
  const auto status = rocksdb::DB::Open(options, path_, &opened);
  if (!status.ok()) return error_of(status);
  opened_.reset(opened);
  const auto manifest = current_manifest(path_);
  if (!manifest) return manifest.error();
  manifest_ = manifest->value_or(0);
  return Done{};
}

Status Database::rebuild(const std::string& path) {
  const SignalMask no_signals;
  const auto env = rocksdb::NewCompositeEnv(noting_syncs(std::make_shared<SyncedFiles>()));
  const auto status = rocksdb::RepairDB(path, rocks_options(env.get()));
  const bool is_empty = status.ToString().find("repair found no files") != std::string::npos;
  if (!status.ok() && !is_empty) return storage::error_of(status, path);
  return Done{};
}

SyncedUpTo Database::synced() const {
  SyncedUpTo synced;
  synced.sequence = opened_->GetLatestSequenceNumber();
  synced.manifest = files_->manifest(manifest_);
  synced.logs = files_->logs();
  return synced;
}

Result<std::optional<SyncedUpTo>> Database::flush_and_close() {
  if (opened_ == nullptr) return std::optional<SyncedUpTo>();
  rocksdb::Status status = opened_->Flush(rocksdb::FlushOptions());
  const bool is_flushed = status.ok();
  const SyncedUpTo last = synced();
  const rocksdb::Status closed = opened_->Close();
  opened_.reset();
  if (status.ok()) status = closed;
  // What was committed is in the log; on a full disk it stays there.
  if (!status.ok() && !status.IsNoSpace()) return error_of(status);
  return is_flushed ? std::optional(last) : std::nullopt;
}

std::uint64_t Database::figure(const std::string& property) const {
  const std::shared_lock lock(mutex_);
  std::uint64_t value = 0;
  if (opened_ != nullptr) opened_->GetIntProperty(property, &value);
  return value;
}

}  // namespace oxbow::storage

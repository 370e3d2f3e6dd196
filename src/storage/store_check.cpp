#include "storage/store_check.h"

#include <fmt/format.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <memory>

#include "storage/database.h"
#include "storage/folder_files.h"
#include "storage/rocks_options.h"
#include "storage/synced_files.h"

namespace oxbow::storage {

namespace {

using Repair = StoreLook::Repair;

/// Refuses all that would change something.
class UnchangedFiles final : public rocksdb::FileSystemWrapper {
 public:
  UnchangedFiles() : FileSystemWrapper(rocksdb::FileSystem::Default()) {}
  const char* Name() const override { return "oxbow, reading"; }

  using Options = rocksdb::IOOptions;
  using Debug = rocksdb::IODebugContext;
  rocksdb::IOStatus NewWritableFile(const std::string&, const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus ReopenWritableFile(const std::string&, const rocksdb::FileOptions&,
                                       std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus ReuseWritableFile(const std::string&, const std::string&,
                                      const rocksdb::FileOptions&,
                                      std::unique_ptr<rocksdb::FSWritableFile>*, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus NewRandomRWFile(const std::string&, const rocksdb::FileOptions&,
                                    std::unique_ptr<rocksdb::FSRandomRWFile>*, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus DeleteFile(const std::string&, const Options&, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus Truncate(const std::string&, size_t, const Options&, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus CreateDir(const std::string&, const Options&, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus CreateDirIfMissing(const std::string&, const Options&, Debug*) override {
    return rocksdb::IOStatus::OK();
  }
  rocksdb::IOStatus DeleteDir(const std::string&, const Options&, Debug*) override {
    return refused();
  }
  rocksdb::IOStatus RenameFile(const std::string&, const std::string&, const Options&,
                               Debug*) override {
    return refused();
  }
  rocksdb::IOStatus LinkFile(const std::string&, const std::string&, const Options&,
                             Debug*) override {
    return refused();
  }
  rocksdb::IOStatus LockFile(const std::string&, const Options&, rocksdb::FileLock**,
                             Debug*) override {
    return refused();
  }

 private:
  static rocksdb::IOStatus refused() { return rocksdb::IOStatus::NotSupported("only looked at"); }
};

class NoLog final : public rocksdb::Logger {
 public:
  using rocksdb::Logger::Logv;
  void Logv(const char*, va_list) override {}
};

/// Follows the writes in the logs, without keeping what they write.
class LogReader final : public rocksdb::WalFilter {
 public:
  const char* Name() const override { return "oxbow.LogReader"; }

  void ColumnFamilyLogNumberMap(const std::map<std::uint32_t, std::uint64_t>& logs,
                                const std::map<std::string, std::uint32_t>&) override {
    for (const auto& entry : logs) first_needed_ = entry.second;  // there is one
  }
  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rocksdb::WriteBatch& batch, rocksdb::WriteBatch*,
                                     bool*) override {
    bytes_ += batch.GetDataSize();
    const std::uint64_t first = sequence_of(batch);
    const std::uint64_t count = batch.Count();
    if (count == 0) return WalProcessingOption::kIgnoreCurrentRecord;
    if (last_ != 0 && first > last_ + 1 && !gap_after_) gap_after_ = last_;
    last_ = std::max(last_, first + count - 1);
    return WalProcessingOption::kIgnoreCurrentRecord;
  }

  /// The first log that holds what is in no file yet.
  std::uint64_t first_needed() const { return first_needed_; }
  /// The sequence of the newest write; 0: there is none.
  std::uint64_t last() const { return last_; }
  /// The newest write before the first one that is missing between others.
  std::optional<std::uint64_t> gap_after() const { return gap_after_; }
  std::uint64_t bytes() const { return bytes_; }

 private:
  /// It stands in front of a batch, little-endian.
  static std::uint64_t sequence_of(const rocksdb::WriteBatch& batch) {
    std::uint64_t sequence = 0;
    if (batch.Data().size() < sizeof sequence) return 0;
    std::memcpy(&sequence, batch.Data().data(), sizeof sequence);
    if constexpr (std::endian::native == std::endian::big) sequence = __builtin_bswap64(sequence);
    return sequence;
  }

  std::uint64_t first_needed_ = 0;
  std::uint64_t last_ = 0;
  std::optional<std::uint64_t> gap_after_;
  std::uint64_t bytes_ = 0;
};

/// Nothing: it is not there.
Result<std::optional<std::uint64_t>> size_of(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::optional<std::uint64_t>();
    return cannot("read", path);
  }
  return std::optional(static_cast<std::uint64_t>(status.st_size));
}

std::string manifest_name(std::uint64_t number) { return fmt::format("MANIFEST-{:06}", number); }
std::string log_name(std::uint64_t number) { return fmt::format("{:06}.log", number); }

class Look {
 public:
  Look(const std::string& path, const std::optional<StoreMarker>& marker)
      : path_(path), marker_(marker) {}

  Result<StoreLook> take() {
    const auto there = check_folder();
    if (!there) return there.error();
    if (!*there) return look_;
    if (const Status checked = check_manifest(); !checked) return checked.error();
    if (!look_.missing.empty()) return look_;
    if (const Status checked = check_content(); !checked) return checked.error();
    return look_;
  }

 private:
  void misses(std::string what, Repair repair) {
    look_.missing.push_back(std::move(what));
    look_.repair = std::max(look_.repair, repair);
  }

  bool is_new() const { return marker_ && marker_->state == StoreMarker::State::making; }

  /// False: there is nothing to look at.
  Result<bool> check_folder() {
    std::error_code error;
    const auto status = std::filesystem::symlink_status(path_, error);
    if (status.type() == std::filesystem::file_type::not_found) {
      if (!is_new()) misses("the folder rocksdb is not there", Repair::none);
      return false;
    }
    if (error) return Error{"bad-data", path_ + ": " + error.message(), {}, {}};
    if (status.type() != std::filesystem::file_type::directory) {
      return Error{"bad-data",
                   path_ +
                       " is no folder (a symbolic link is not followed; move the whole data "
                       "folder instead)",
                   {},
                   {}};
    }
    return check_entries();
  }

  Result<bool> check_entries() {
    std::error_code error;
    bool any = false;
    std::filesystem::directory_iterator entry(path_, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      any = true;
      if (!entry->is_symlink(error)) continue;
      return Error{"bad-data",
                   fmt::format("{} is a symbolic link, which is not followed: put the file there",
                               entry->path().string()),
                   {},
                   {}};
    }
    if (error) return Error{"bad-data", path_ + ": " + error.message(), {}, {}};
    if (!any && !is_new()) misses("the folder rocksdb is empty", Repair::none);
    return any;
  }

  Status check_manifest() {
    const auto number = current_manifest(path_);
    if (!number) {
      if (number.error().code != "damaged") return number.error();
      misses("rocksdb/CURRENT is damaged", Repair::rebuild);
      return Done{};
    }
    if (!*number) {
      if (!is_new()) misses("rocksdb/CURRENT is not there", Repair::rebuild);
      return Done{};
    }
    const auto size = size_of(path_ + "/" + manifest_name(**number));
    if (!size) return size.error();
    if (!*size) {
      misses(fmt::format("rocksdb/{} is not there", manifest_name(**number)), Repair::rebuild);
    } else if (marker_ && **number < marker_->synced.manifest.number) {
      misses(fmt::format("rocksdb/CURRENT names {}, and there was {}", manifest_name(**number),
                         manifest_name(marker_->synced.manifest.number)),
             Repair::rebuild);
    } else if (marker_ && **number == marker_->synced.manifest.number &&
               **size < marker_->synced.manifest.bytes) {
      misses(fmt::format("rocksdb/{} is cut: it has {} bytes of {}", manifest_name(**number),
                         **size, marker_->synced.manifest.bytes),
             Repair::rebuild);
    }
    return Done{};
  }

  Status check_content() {
    if (is_new() && !*current_manifest(path_)) return Done{};
    const auto env = rocksdb::NewCompositeEnv(std::make_shared<UnchangedFiles>());
    LogReader logs;
    rocksdb::Options options = rocks_options(env.get());
    options.create_if_missing = false;
    options.info_log = std::make_shared<NoLog>();
    options.wal_filter = &logs;
    rocksdb::DB* opened = nullptr;
    const auto status = rocksdb::DB::OpenForReadOnly(options, path_, &opened);
    const std::unique_ptr<rocksdb::DB> database(opened);
    if (status.IsCorruption() || status.IsPathNotFound() || status.IsNotFound()) {
      misses(with_file(status.ToString(), options), Repair::rebuild);
      return Done{};
    }
    if (!status.ok()) return error_of(status, path_);
    look_.log_bytes = logs.bytes();
    if (!marker_) return Done{};
    if (const Status checked = check_logs(logs.first_needed()); !checked) return checked;
    const std::uint64_t last = std::max(logs.last(), database->GetLatestSequenceNumber());
    const std::uint64_t synced = marker_->synced.sequence;
    if (logs.gap_after() && *logs.gap_after() < synced) {
      misses(fmt::format("a part of the log is not there, behind write {}", *logs.gap_after()),
             Repair::read_on);
    } else if (last < synced && look_.missing.empty()) {
      misses(
          fmt::format("the log can be read up to write {}, and was synced up to {}", last, synced),
          Repair::read_on);
    }
    return Done{};
  }

  /// RocksDB does not always name the file that it cannot read.
  std::string with_file(std::string what, const rocksdb::Options& options) const {
    // It looks for one that is not there under its name of long ago last.
    if (const auto old = what.find(".ldb"); old != std::string::npos) what.replace(old, 4, ".sst");
    if (what.find(".sst") != std::string::npos) return what;
    std::error_code error;
    std::filesystem::directory_iterator entry(path_, error);
    for (; !error && entry != std::filesystem::directory_iterator(); entry.increment(error)) {
      if (entry->path().extension() != ".sst") continue;
      rocksdb::SstFileReader table(options);
      if (table.Open(entry->path().string()).ok()) continue;
      what += fmt::format(" (rocksdb/{})", entry->path().filename().string());
    }
    return what;
  }

  Status check_logs(std::uint64_t first_needed) {
    for (const FileMark& log : marker_->synced.logs) {
      if (log.number < first_needed || log.bytes == 0) continue;
      const auto size = size_of(path_ + "/" + log_name(log.number));
      if (!size) return size.error();
      if (!*size) {
        misses(fmt::format("rocksdb/{} is not there", log_name(log.number)), Repair::read_on);
      } else if (**size < log.bytes) {
        misses(fmt::format("rocksdb/{} is cut: it has {} bytes of {}", log_name(log.number), **size,
                           log.bytes),
               Repair::read_on);
      }
    }
    return Done{};
  }

  const std::string& path_;
  const std::optional<StoreMarker>& marker_;
  StoreLook look_;
};

}  // namespace

Result<StoreLook> look_at_store(const std::string& path, const std::optional<StoreMarker>& marker) {
  return Look(path, marker).take();
}

Result<std::optional<std::uint64_t>> current_manifest(const std::string& path) {
  const auto text = read_small_file(path + "/CURRENT", 64);
  if (!text) return text.error();
  if (!*text) return std::optional<std::uint64_t>();
  const std::string& name = **text;
  const auto number = name.ends_with('\n')
                          ? number_of_manifest(std::string_view(name).substr(0, name.size() - 1))
                          : std::nullopt;
  if (!number) return Error{"damaged", path + "/CURRENT is damaged", {}, {}};
  return number;
}

}  // namespace oxbow::storage

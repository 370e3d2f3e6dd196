#include "storage/synced_files.h"

#include <charconv>
#include <string_view>
#include <utility>

namespace oxbow::storage {

namespace {

constexpr std::string_view kLog = ".log";
constexpr std::string_view kManifest = "MANIFEST-";

std::string_view name_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::optional<std::uint64_t> number_in(std::string_view digits) {
  std::uint64_t number = 0;
  const char* const end = digits.data() + digits.size();
  const auto [stop, error] = std::from_chars(digits.data(), end, number);
  if (digits.empty() || error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

class NotedFile final : public rocksdb::FSWritableFileOwnerWrapper {
 public:
  NotedFile(std::unique_ptr<rocksdb::FSWritableFile> file, std::string path,
            std::shared_ptr<SyncedFiles> files)
      : FSWritableFileOwnerWrapper(std::move(file)),
        path_(std::move(path)),
        files_(std::move(files)) {}

  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           rocksdb::IODebugContext* debug) override {
    return count(data, FSWritableFileOwnerWrapper::Append(data, options, debug));
  }
  rocksdb::IOStatus Append(const rocksdb::Slice& data, const rocksdb::IOOptions& options,
                           const rocksdb::DataVerificationInfo& verification,
                           rocksdb::IODebugContext* debug) override {
    return count(data, FSWritableFileOwnerWrapper::Append(data, options, verification, debug));
  }
  rocksdb::IOStatus Sync(const rocksdb::IOOptions& options,
                         rocksdb::IODebugContext* debug) override {
    return note(FSWritableFileOwnerWrapper::Sync(options, debug));
  }
  rocksdb::IOStatus Fsync(const rocksdb::IOOptions& options,
                          rocksdb::IODebugContext* debug) override {
    return note(FSWritableFileOwnerWrapper::Fsync(options, debug));
  }

 private:
  rocksdb::IOStatus count(const rocksdb::Slice& data, rocksdb::IOStatus status) {
    if (status.ok()) bytes_ += data.size();
    return status;
  }
  rocksdb::IOStatus note(rocksdb::IOStatus status) {
    if (status.ok()) files_->synced(path_, bytes_);
    return status;
  }

  const std::string path_;
  const std::shared_ptr<SyncedFiles> files_;
  std::uint64_t bytes_ = 0;
};

class NotingFileSystem final : public rocksdb::FileSystemWrapper {
 public:
  explicit NotingFileSystem(std::shared_ptr<SyncedFiles> files)
      : FileSystemWrapper(rocksdb::FileSystem::Default()), files_(std::move(files)) {}
  const char* Name() const override { return "oxbow"; }

  /// Gives a log its whole size beforehand. A sync of one that grows with each write has to wait
  /// for the file system's journal too: a quarter of its time on ext4. What was not written is
  /// zeros, which recovery knows for the end.
  rocksdb::FileOptions OptimizeForLogWrite(const rocksdb::FileOptions& options,
                                           const rocksdb::DBOptions& db) const override {
    rocksdb::FileOptions ours = FileSystemWrapper::OptimizeForLogWrite(options, db);
    ours.fallocate_with_keep_size = false;
    return ours;
  }
  rocksdb::IOStatus NewWritableFile(const std::string& path, const rocksdb::FileOptions& options,
                                    std::unique_ptr<rocksdb::FSWritableFile>* file,
                                    rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus made = FileSystemWrapper::NewWritableFile(path, options, file, debug);
    if (made.ok() && (number_of_log(path) || number_of_manifest(path))) {
      *file = std::make_unique<NotedFile>(std::move(*file), path, files_);
    }
    return made;
  }
  rocksdb::IOStatus DeleteFile(const std::string& path, const rocksdb::IOOptions& options,
                               rocksdb::IODebugContext* debug) override {
    rocksdb::IOStatus deleted = FileSystemWrapper::DeleteFile(path, options, debug);
    if (deleted.ok()) files_->removed(path);
    return deleted;
  }

 private:
  const std::shared_ptr<SyncedFiles> files_;
};

}  // namespace

std::optional<std::uint64_t> number_of_log(std::string_view path) {
  const std::string_view name = name_of(path);
  if (!name.ends_with(kLog)) return std::nullopt;
  return number_in(name.substr(0, name.size() - kLog.size()));
}

std::optional<std::uint64_t> number_of_manifest(std::string_view path) {
  const std::string_view name = name_of(path);
  if (!name.starts_with(kManifest)) return std::nullopt;
  return number_in(name.substr(kManifest.size()));
}

void SyncedFiles::synced(const std::string& path, std::uint64_t bytes) {
  const std::scoped_lock lock(mutex_);
  if (const auto log = number_of_log(path)) logs_[*log] = bytes;
  if (const auto manifest = number_of_manifest(path)) manifests_[*manifest] = bytes;
}

void SyncedFiles::removed(const std::string& path) {
  const std::scoped_lock lock(mutex_);
  if (const auto log = number_of_log(path)) logs_.erase(*log);
  if (const auto manifest = number_of_manifest(path)) manifests_.erase(*manifest);
}

std::vector<FileMark> SyncedFiles::logs() const {
  const std::scoped_lock lock(mutex_);
  std::vector<FileMark> logs;
  for (const auto& [number, bytes] : logs_) logs.push_back({number, bytes});
  return logs;
}

FileMark SyncedFiles::manifest(std::uint64_t number) const {
  const std::scoped_lock lock(mutex_);
  const auto found = manifests_.find(number);
  return {number, found == manifests_.end() ? 0 : found->second};
}

std::shared_ptr<rocksdb::FileSystem> noting_syncs(std::shared_ptr<SyncedFiles> files) {
  return std::make_shared<NotingFileSystem>(std::move(files));
}

}  // namespace oxbow::storage

#include "client/part_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/sha256.h"

namespace oxbow {
namespace {

constexpr std::size_t kReadSize = 256 * 1024;

Error file_error(const std::string& what, const std::string& path) {
  return {"file", "cannot " + what + " " + path + ": " + std::strerror(errno), "",
          std::strerror(errno)};
}

Error exists(const std::string& path) {
  return {"exists", path + " exists already (replace it with --force)", "", path};
}

bool is_same_file(const struct stat& a, const struct stat& b) {
  return a.st_dev == b.st_dev && a.st_ino == b.st_ino;
}

void sync_folder_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "."
                             : slash == 0               ? "/"
                                                        : path.substr(0, slash);
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  ::fsync(descriptor);  // some file systems cannot; the file itself is safe already
  ::close(descriptor);
}

constexpr std::string_view kEnding = ".oxbow-part";
constexpr std::size_t kKeptOfLongName = 200;

}  // namespace

std::string part_path(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::size_t start = slash == std::string::npos ? 0 : slash + 1;
  const std::string name = path.substr(start);
  if (name.size() + kEnding.size() <= kLongestFileName) return path + std::string(kEnding);
  Sha256 hash;
  hash.update(name);
  return path.substr(0, start) + name.substr(0, kKeptOfLongName) + "-" +
         to_hex(hash.finish().view()).substr(0, 16) + std::string(kEnding);
}

Result<PartFile> PartFile::open(const std::string& path, bool overwrite) {
  struct stat target {};
  if (::lstat(path.c_str(), &target) == 0) {
    if (S_ISDIR(target.st_mode)) {
      return Error{"exists", path + " is a folder (name a file in it)", "a file", path};
    }
    if (!overwrite) return exists(path);
  }
  const std::string part = part_path(path);
  const int descriptor =
      ::open(part.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0666);
  if (descriptor < 0) {
    Error error = file_error("write", part);
    error.code = "bad-file";  // the place was named wrongly; later errors are the disk's
    return error;
  }
  PartFile file(descriptor, path, overwrite);
  const Error busy{"in-progress", "another download writes to " + part, "", part};
  if (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) return busy;
  // A download that ended between open and lock has given our file its final name.
  struct stat locked {};
  struct stat named {};
  if (::fstat(descriptor, &locked) != 0 || ::lstat(part.c_str(), &named) != 0 ||
      !is_same_file(locked, named)) {
    return busy;
  }
  if (!S_ISREG(locked.st_mode)) {
    return Error{"file", part + " is not a regular file (remove it)", "a regular file", part};
  }
  file.size_ = static_cast<std::uint64_t>(locked.st_size);
  return file;
}

PartFile::~PartFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
}
PartFile::PartFile(PartFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      path_(std::move(other.path_)),
      overwrite_(other.overwrite_),
      size_(other.size_) {}
PartFile& PartFile::operator=(PartFile&& other) noexcept {
  std::swap(descriptor_, other.descriptor_);
  path_ = std::move(other.path_);
  overwrite_ = other.overwrite_;
  size_ = other.size_;
  return *this;
}

Status PartFile::read(const std::function<void(std::string_view)>& take) const {
  std::vector<char> buffer(kReadSize);
  std::uint64_t offset = 0;
  while (offset < size_) {
    const ssize_t count =
        ::pread(descriptor_, buffer.data(), buffer.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", part_path(path_));
    if (count == 0) {
      return Error{"file", part_path(path_) + " was shortened while it was read", "", ""};
    }
    take({buffer.data(), static_cast<std::size_t>(count)});
    offset += static_cast<std::uint64_t>(count);
  }
  return Done{};
}

Status PartFile::append(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor_, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("write", part_path(path_));
    bytes.remove_prefix(static_cast<std::size_t>(count));
    size_ += static_cast<std::uint64_t>(count);
  }
  return Done{};
}

void PartFile::discard_if_empty() {
  if (size_ == 0) ::unlink(part_path(path_).c_str());
}

Status PartFile::clear() {
  if (::ftruncate(descriptor_, 0) != 0) return file_error("empty", part_path(path_));
  size_ = 0;
  return Done{};
}

Status PartFile::finish() {
  const std::string part = part_path(path_);
  if (::fsync(descriptor_) != 0) return file_error("sync", part);
  if (overwrite_) {
    if (::rename(part.c_str(), path_.c_str()) != 0) return file_error("rename", part);
  } else if (::renameat2(AT_FDCWD, part.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
    if (errno == EEXIST) return exists(path_);
    // Not every file system knows RENAME_NOREPLACE; a hard link does not replace either.
    if (::link(part.c_str(), path_.c_str()) != 0) {
      return errno == EEXIST ? exists(path_) : file_error("rename", part);
    }
    ::unlink(part.c_str());
  }
  sync_folder_of(path_);
  return Done{};
}

}  // namespace oxbow

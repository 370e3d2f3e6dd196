#include "storage/folder_files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace oxbow::storage {

Error cannot(const char* what, const std::string& path) {
  const char* const why = errno == ELOOP ? "it is a symbolic link" : std::strerror(errno);
  return {"bad-data", fmt::format("cannot {} {}: {}", what, path, why), {}, {}};
}

Result<std::optional<int>> open_regular(const std::string& path, int flags) {
  // A pipe must not hold the start.
  const int file = ::open(path.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
  if (file < 0) {
    if (errno == ENOENT) return std::optional<int>();
    return cannot("open", path);
  }
  struct stat status {};
  if (::fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    ::close(file);
    return Error{"bad-data", path + " is no regular file: remove it", {}, {}};
  }
  return std::optional<int>(file);
}

Result<std::optional<std::string>> read_small_file(const std::string& path, std::size_t most) {
  const auto file = open_regular(path, O_RDONLY);
  if (!file) return file.error();
  if (!*file) return std::optional<std::string>();
  std::string bytes(most, '\0');
  const ssize_t got = ::read(**file, bytes.data(), bytes.size());
  const Error error = cannot("read", path);
  ::close(**file);
  if (got < 0) return error;
  bytes.resize(static_cast<std::size_t>(got));
  return std::optional(std::move(bytes));
}

Status sync_folder(const std::string& path) {
  const int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0) return cannot("open", path);
  const bool synced = ::fsync(folder) == 0;
  const Error error = cannot("sync", path);
  ::close(folder);
  if (!synced) return error;
  return Done{};
}

Status write_durably(const std::string& folder, const std::string& name, const std::string& bytes) {
  const std::string path = folder + "/" + name;
  const std::string fresh = path + ".new";
  const auto file = open_regular(fresh, O_WRONLY | O_CREAT | O_TRUNC);
  if (!file) return file.error();
  if (!*file) return cannot("write", fresh);
  const bool written =
      ::write(**file, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()) &&
      ::fsync(**file) == 0;
  const Error error = cannot("write", fresh);
  ::close(**file);
  if (!written) return error;
  if (::rename(fresh.c_str(), path.c_str()) != 0) return cannot("rename", fresh);
  return sync_folder(folder);
}

}  // namespace oxbow::storage

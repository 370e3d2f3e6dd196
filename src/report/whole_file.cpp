#include "report/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>

#include "report/text.h"

namespace oxbow {

namespace fs = std::filesystem;

namespace {

Error unwritable(const std::string& path, int reason) {
  return {"unwritable", "cannot write " + printable(path) + ": " + std::strerror(reason),
          "a file that can be written", path};
}

}  // namespace

Result<WholeFile> WholeFile::begin(const std::string& path) {
  std::error_code ignored;
  // What stands at the end of symbolic links is replaced, not the link.
  const fs::path followed = fs::weakly_canonical(path, ignored);
  const std::string target = ignored || followed.empty() ? path : followed.string();
  const fs::file_status there = fs::status(target, ignored);
  if (fs::is_directory(there)) return unwritable(path, EISDIR);
  if (fs::exists(there) && ::access(target.c_str(), W_OK) != 0) return unwritable(path, errno);
  // A pipe or a device is written to as it is.
  if (fs::exists(there) && !fs::is_regular_file(there)) return WholeFile(target, "");

  std::string temporary = target + ".part-" + std::to_string(::getpid());
  const int file = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (file < 0) return unwritable(path, errno);
  ::close(file);
  return WholeFile(target, std::move(temporary));
}

WholeFile::WholeFile(WholeFile&& other) noexcept
    : path_(std::move(other.path_)), temporary_(std::exchange(other.temporary_, {})) {}

WholeFile::~WholeFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status WholeFile::write(std::string_view content) {
  errno = 0;
  std::ofstream file(temporary_.empty() ? path_ : temporary_, std::ios::binary | std::ios::trunc);
  file << content;
  file.close();
  if (!file) return unwritable(path_, errno);
  if (temporary_.empty()) return Done{};
  if (std::rename(temporary_.c_str(), path_.c_str()) != 0) return unwritable(path_, errno);
  temporary_.clear();
  return Done{};
}

}  // namespace oxbow

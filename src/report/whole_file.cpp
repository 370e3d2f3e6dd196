#include "report/whole_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "report/text.h"

namespace oxbow {

namespace fs = std::filesystem;

Result<WholeFile> WholeFile::begin(std::string path, std::string another) {
  WholeFile file(std::move(path), std::move(another));
  std::error_code ignored;
  const fs::path followed = fs::weakly_canonical(file.path_, ignored);
  file.target_ = ignored || followed.empty() ? file.path_ : followed.string();
  const fs::file_status there = fs::status(file.target_, ignored);
  if (fs::is_directory(there)) return file.unwritable(EISDIR);
  if (fs::exists(there) && ::access(file.target_.c_str(), W_OK) != 0) return file.unwritable(errno);
  if (fs::exists(there) && !fs::is_regular_file(there)) return file;

  file.temporary_ = file.target_ + ".part-" + std::to_string(::getpid());
  const char* const name = file.temporary_.c_str();
  const int tried = ::open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (tried < 0) return file.unwritable(errno);
  ::close(tried);
  ::unlink(name);
  return file;
}

Status WholeFile::write(std::string_view content) const {
  const bool is_replaced = !temporary_.empty();
  std::error_code ignored;
  const fs::file_status before = fs::status(target_, ignored);
  errno = 0;
  std::ofstream file(is_replaced ? temporary_ : target_, std::ios::binary | std::ios::trunc);
  if (!file) return give_up();
  if (is_replaced && fs::is_regular_file(before)) {
    // Before the content: what few may read is never there for all.
    fs::permissions(temporary_, before.permissions(), ignored);
  }
  errno = 0;
  file << content;
  file.close();
  if (!file) return give_up();
  if (is_replaced && std::rename(temporary_.c_str(), target_.c_str()) != 0) return give_up();
  return Done{};
}

Error WholeFile::unwritable(int reason) const {
  return {"unwritable",
          "cannot write " + printable(path_) + ": " + std::strerror(reason) + " (give " + another_ +
              ")",
          another_, path_};
}

Error WholeFile::give_up() const {
  const int reason = errno;
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
  return unwritable(reason);
}

}  // namespace oxbow

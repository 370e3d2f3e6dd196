#include "cli/temporary_download.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>
#include <vector>

#include "cli/process.h"
#include "client/part_file.h"

namespace oxbow::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::array kEndings{SIGINT, SIGTERM, SIGHUP};

// What a signal handler may touch.
struct Names {
  std::string part, whole, folder;
};
Names to_remove;

void remove_names() {
  ::unlink(to_remove.part.c_str());
  ::unlink(to_remove.whole.c_str());
  ::rmdir(to_remove.folder.c_str());
}

void on_signal(int number) {
  remove_names();
  ::signal(number, SIG_DFL);
  ::raise(number);
}

Error file_error(const std::string& what, const std::string& path) {
  return {"file", "cannot " + what + " " + path + ": " + std::strerror(errno), "", path};
}

}  // namespace

Result<TemporaryDownload> TemporaryDownload::make() {
  std::error_code error;
  const fs::path parent = fs::temp_directory_path(error);
  if (error) return Error{"file", "there is no temporary directory (set TMPDIR)", "", ""};
  std::string folder = (parent / "oxbow-fetch-XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return file_error("make", folder);
  return TemporaryDownload(std::move(folder));
}

TemporaryDownload::TemporaryDownload(std::string folder) : folder_(std::move(folder)) {
  to_remove = {part_path(path()), path(), folder_};
  for (const int number : kEndings) {
    // Who ignores them (nohup) goes on doing so.
    if (::signal(number, on_signal) == SIG_IGN) ::signal(number, SIG_IGN);
  }
}

TemporaryDownload::TemporaryDownload(TemporaryDownload&& other) noexcept
    : folder_(std::exchange(other.folder_, {})) {}

TemporaryDownload::~TemporaryDownload() {
  if (folder_.empty()) return;
  remove_names();
  for (const int number : kEndings) {
    if (::signal(number, SIG_DFL) == SIG_IGN) ::signal(number, SIG_IGN);
  }
}

Status TemporaryDownload::take_out(const std::function<void(std::string_view)>& take) {
  const Descriptor file(::open(path().c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) return file_error("read", path());
  remove_names();
  std::vector<char> buffer(256 * 1024);
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return file_error("read", path());
    if (count == 0) return Done{};
    take({buffer.data(), static_cast<std::size_t>(count)});
  }
}

}  // namespace oxbow::cli

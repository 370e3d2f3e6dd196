#include "storage/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

namespace oxbow {

namespace {

constexpr std::string_view kTitle = "oxbow data directory\n";
constexpr const char* kIdentity = "/IDENTITY";
constexpr const char* kNewIdentity = "/IDENTITY.new";
constexpr const char* kLock = "/LOCK";
constexpr std::size_t kMostText = 4096;

Error bad_data(std::string message, std::string needed = {}, std::string got = {}) {
  return {"bad-data", std::move(message), std::move(needed), std::move(got)};
}

Error cannot(const char* what, const std::string& path) {
  return bad_data(fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

Result<std::string> read_text(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return cannot("open", path);
  std::string text(kMostText, '\0');
  const ssize_t got = ::read(file, text.data(), text.size());
  const Error error = cannot("read", path);
  ::close(file);
  if (got < 0) return error;
  text.resize(static_cast<std::size_t>(got));
  return text;
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

/// There as a whole after any crash, or not at all.
Status write_durably(const std::string& folder, const std::string& text) {
  const std::string path = folder + kNewIdentity;
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return cannot("write", path);
  const bool written =
      ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
      ::fsync(file) == 0;
  const Error error = cannot("write", path);
  ::close(file);
  if (!written) return error;
  if (::rename(path.c_str(), (folder + kIdentity).c_str()) != 0) return cannot("rename", path);
  return sync_folder(folder);
}

std::string identity_text(const PeerId& peer) {
  return fmt::format("{}format {}\npeer {}\n", kTitle, kDataFormat, to_string(peer));
}

/// `NAME value\n` off the front of `text`.
std::optional<std::string> take_line(std::string_view& text, std::string_view name) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos || !text.substr(0, end).starts_with(name)) return std::nullopt;
  const std::string value(text.substr(name.size(), end - name.size()));
  text.remove_prefix(end + 1);
  return value;
}

Result<PeerId> parse_identity(const std::string& folder, std::string_view text) {
  const Error damaged = bad_data(
      fmt::format("{}{} is damaged: put it back, or use another folder", folder, kIdentity));
  if (!text.starts_with(kTitle)) return damaged;
  text.remove_prefix(kTitle.size());
  const auto format = take_line(text, "format ");
  if (!format) return damaged;
  if (*format != std::to_string(kDataFormat)) {
    return bad_data(fmt::format("{} has the data format {}, and this oxbowd knows {}: use the "
                                "oxbowd that wrote it, or another folder",
                                folder, *format, kDataFormat),
                    std::to_string(kDataFormat), *format);
  }
  const auto digits = take_line(text, "peer ");
  if (!digits || !text.empty()) return damaged;
  const auto peer = parse_peer_id(*digits);
  if (!peer) return damaged;
  return *peer;
}

/// Whether nothing but what a start that did not get far has left is there.
Result<bool> is_new(const std::string& path) {
  std::error_code error;
  std::filesystem::directory_iterator entries(path, error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const std::string name = "/" + entries->path().filename().string();
    if (name != kLock && name != kNewIdentity && name != "/lost+found") return false;
  }
  if (error) return bad_data(fmt::format("cannot read {}: {}", path, error.message()));
  return true;
}

/// Holds the lock, with this process's pid in it.
Result<int> take_lock(const std::string& folder) {
  const std::string path = folder + kLock;
  const int lock = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (lock < 0) return cannot("write", path);
  if (::flock(lock, LOCK_EX | LOCK_NB) != 0) {
    const bool in_use = errno == EWOULDBLOCK;
    const Error error = cannot("lock", path);
    ::close(lock);
    if (!in_use) return error;
    const auto holder = read_text(path);
    const std::string pid = holder ? holder->substr(0, holder->find('\n')) : std::string();
    return bad_data(fmt::format("{} is in use by process {}: stop that oxbowd, or use another "
                                "folder (--data DIR)",
                                folder, pid.empty() ? "?" : pid),
                    {}, pid);
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(lock, 0) != 0 ||
      ::pwrite(lock, pid.data(), pid.size(), 0) != static_cast<ssize_t>(pid.size())) {
    const Error error = cannot("write", path);
    ::close(lock);
    return error;
  }
  return lock;
}

Status check_identity(const std::string& path, const PeerId& peer) {
  const auto kept = kept_peer_id(path);
  if (!kept) return kept.error();
  if (!*kept) return write_durably(path, identity_text(peer));
  if (**kept == peer) return Done{};
  return bad_data(fmt::format("{} belongs to the peer {}, and this one is {}: use another folder, "
                              "or that id (id = {})",
                              path, abbreviated(**kept), abbreviated(peer), to_string(**kept)),
                  to_string(peer), to_string(**kept));
}

}  // namespace

Result<DataDirectory> DataDirectory::open(const std::string& path, const PeerId& peer) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make the folder", path);
  const auto lock = take_lock(path);
  if (!lock) return lock.error();
  DataDirectory directory(path, *lock);
  if (const Status checked = check_identity(path, peer); !checked) return checked.error();
  return directory;
}

DataDirectory::~DataDirectory() {
  if (lock_ >= 0) ::close(lock_);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)), lock_(std::exchange(other.lock_, -1)) {}

Result<std::optional<PeerId>> kept_peer_id(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::optional<PeerId>();
    return cannot("read", path);
  }
  if (!S_ISDIR(status.st_mode)) return bad_data(path + " is no folder");
  if (::stat((path + kIdentity).c_str(), &status) == 0) {
    const auto text = read_text(path + kIdentity);
    if (!text) return text.error();
    const auto peer = parse_identity(path, *text);
    if (!peer) return peer.error();
    return std::optional<PeerId>(*peer);
  }
  const auto fresh = is_new(path);
  if (!fresh) return fresh.error();
  if (!*fresh) {
    return bad_data(path + " is not empty, and no data directory of oxbow: use another folder");
  }
  return std::optional<PeerId>();
}

}  // namespace oxbow

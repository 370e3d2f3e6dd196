#include "storage/data_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <iterator>
#include <utility>

#include "storage/folder_files.h"

namespace oxbow {

using namespace storage;

namespace {

constexpr std::string_view kTitle = "oxbow data directory\n";
constexpr const char* kIdentity = "/IDENTITY";
constexpr const char* kLock = "/LOCK";
/// What a start that did not get far leaves in a new folder.
constexpr std::string_view kOfNewFolder[] = {"/LOCK", "/IDENTITY.new", "/STORE", "/STORE.new",
                                             "/lost+found"};
constexpr std::size_t kMostText = 4096;

Error bad_data(std::string message, std::string needed = {}, std::string got = {}) {
  return {"bad-data", std::move(message), std::move(needed), std::move(got)};
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
    const auto* const end = std::end(kOfNewFolder);
    if (std::find(std::begin(kOfNewFolder), end, name) == end) return false;
  }
  if (error) return bad_data(fmt::format("cannot read {}: {}", path, error.message()));
  return true;
}

/// Whoever can write there can make this peer read, write or remove what they choose.
Status check_folder(const std::string& path, const struct stat& status) {
  if (!S_ISDIR(status.st_mode)) return bad_data(path + " is no folder");
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return Done{};
  const auto mode = fmt::format("{:04o}", status.st_mode & 07777);
  return bad_data(fmt::format("{} may be written by other users (mode {}): a data folder belongs "
                              "to one peer (chmod go-w {})",
                              path, mode, path),
                  "no permission to write for group and others", mode);
}

/// Of a new folder, the id that it shall have.
Status check_identity(const std::string& path, const PeerId& peer,
                      const std::optional<PeerId>& kept) {
  if (!kept || *kept == peer) return Done{};
  return bad_data(fmt::format("{} belongs to the peer {}, and this one is {}: use another folder, "
                              "or that id (id = {})",
                              path, abbreviated(*kept), abbreviated(peer), to_string(*kept)),
                  to_string(peer), to_string(*kept));
}

/// The process that holds the lock, as far as it is known.
Error in_use(const std::string& folder) {
  const auto holder = read_small_file(folder + kLock, kMostText);
  const bool known = holder && *holder && !(*holder)->empty();
  const std::string pid = known ? (*holder)->substr(0, (*holder)->find('\n')) : std::string();
  return bad_data(fmt::format("{} is in use by process {}: stop that oxbowd, or use another "
                              "folder (--data DIR)",
                              folder, pid.empty() ? "?" : pid),
                  {}, pid);
}

}  // namespace

/// The lock file, made if need be.
Status DataDirectory::lock() {
  const std::string path = path_ + kLock;
  auto file = open_regular(path, O_RDWR);
  if (file && !*file) {
    file = open_regular(path, O_RDWR | O_CREAT | O_EXCL);
    made_lock_ = file.ok();
  }
  if (!file) return file.error();
  if (!*file) return cannot("make", path);
  lock_ = **file;
  if (::flock(lock_, LOCK_EX | LOCK_NB) == 0) return Done{};
  made_lock_ = false;
  if (errno != EWOULDBLOCK) return cannot("lock", path);
  return in_use(path_);
}

Result<DataDirectory> DataDirectory::open(const std::string& path, const PeerId& peer) {
  if (::mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) return cannot("make the folder", path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return cannot("read", path);
  if (const Status checked = check_folder(path, status); !checked) return checked.error();
  // Nothing is put into a folder that is not this peer's, not even the lock.
  if (const auto kept = kept_peer_id(path); !kept) return kept.error();
  DataDirectory directory(path);
  if (const Status locked = directory.lock(); !locked) return locked.error();
  const auto kept = kept_peer_id(path);  // another start may have made it meanwhile
  if (!kept) return kept.error();
  if (const Status checked = check_identity(path, peer, *kept); !checked) return checked.error();
  if (const auto found = directory.marker_->read(); !found) return found.error();
  if (*kept) return directory;
  const bool had_store = directory.marker_->found() == StoreMarkerFile::Found::damaged ||
                         directory.marker_->marker().state != StoreMarker::State::making;
  if (had_store) {
    return bad_data(
        fmt::format("{}{} is not there, though a store was: put it back, or use another "
                    "folder",
                    path, kIdentity));
  }
  // In this order: a folder with an identity and without a marker is one of before there were any.
  if (const Status kept_marker = directory.marker_->keep({}); !kept_marker) {
    return kept_marker.error();
  }
  const Status made = write_durably(path, kIdentity + 1, identity_text(peer));
  if (!made) return made.error();
  directory.take();
  return directory;
}

DataDirectory::DataDirectory(std::string path)
    : path_(std::move(path)), marker_(std::make_unique<storage::StoreMarkerFile>(path_)) {}

DataDirectory::~DataDirectory() {
  if (lock_ < 0) return;
  if (made_lock_) ::unlink((path_ + kLock).c_str());
  ::close(lock_);
}

DataDirectory::DataDirectory(DataDirectory&& other) noexcept
    : path_(std::move(other.path_)),
      lock_(std::exchange(other.lock_, -1)),
      made_lock_(std::exchange(other.made_lock_, false)),
      marker_(std::move(other.marker_)) {}

void DataDirectory::take() {
  made_lock_ = false;
  const std::string pid = std::to_string(::getpid()) + "\n";
  // For whoever finds the folder in use: where the disk is full, that does without it.
  [[maybe_unused]] const bool told =
      ::ftruncate(lock_, 0) == 0 && ::pwrite(lock_, pid.data(), pid.size(), 0) > 0;
}

Result<std::optional<PeerId>> kept_peer_id(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return std::optional<PeerId>();
    return cannot("read", path);
  }
  if (!S_ISDIR(status.st_mode)) return bad_data(path + " is no folder");
  const auto text = read_small_file(path + kIdentity, kMostText);
  if (!text) return text.error();
  if (*text) {
    const auto peer = parse_identity(path, **text);
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

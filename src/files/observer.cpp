#include "files/observer.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <memory>
#include <utility>

#include "base/limits.h"
#include "base/printable.h"
#include "files/beneath.h"
#include "files/keys.h"

namespace oxbow {

namespace {

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

bool out_of_resources(int error) {
  return error == EMFILE || error == ENFILE || error == ENOMEM || error == EIO;
}

}  // namespace

Observer::Observer(Shares& shares, bool watch, std::chrono::milliseconds rescan_every)
    : shares_(shares),
      watch_(watch),
      rescan_every_(rescan_every),
      stop_event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

Observer::~Observer() {
  const eventfd_t one = 1;
  if (stop_event_.is_open()) ::eventfd_write(stop_event_.get(), one);
  thread_.join();
}

bool Observer::start() {
  return stop_event_.is_open() && thread_.start("shares-watch", [this] { run(); });
}

void Observer::run() {
  if (!watch_) {
    rescanning_ = true;
  } else if (!watches_.usable()) {
    fall_back("no inotify instance is left; raise fs.inotify.max_user_instances");
  }
  scan_everything();
  next_look_ = Clock::now() + rescan_every_;
  while (!shares_.stopping()) {
    wait();
    if (shares_.stopping()) return;
    if (watch_ && watches_.usable()) take_changes();
    if (Clock::now() >= next_look_) look_again();
  }
}

void Observer::look_again() {
  const bool replaced = folders_replaced();
  if (replaced || rescanning_) scan_everything();
  next_look_ = Clock::now() + rescan_every_;
}

bool Observer::folders_replaced() {
  bool replaced = false;
  for (FolderNumber folder = 0; folder < shares_.count(); ++folder) {
    if (!shares_.reopen(folder)) continue;
    replaced = true;
    if (shares_.folder(folder)->is_open()) continue;
    shares_.tell(printable(shares_.path(folder), kShownPath) +
                 " is gone: shared again when it is there again");
  }
  return replaced;
}

void Observer::wait() {
  std::array<struct pollfd, 2> descriptors{};
  descriptors[0] = {stop_event_.get(), POLLIN, 0};
  descriptors[1] = {watches_.descriptor(), POLLIN, 0};  // ignored if negative
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(next_look_ - Clock::now());
  ::poll(descriptors.data(), descriptors.size(),
         static_cast<int>(std::clamp<std::int64_t>(left.count(), 0, INT_MAX)));
}

void Observer::fall_back(const std::string& why) {
  if (std::exchange(rescanning_, true)) return;
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(rescan_every_).count();
  shares_.tell("shared folders are looked through every " + std::to_string(seconds) +
               " s, as not all of them can be watched for changes: " + why);
}

// -- scanning ---------------------------------------------------------------------------------

void Observer::scan_everything() {
  too_long_ = 0;
  closed_folders_ = 0;
  shares_.with_catalog([](Catalog& catalog) { catalog.set_scanning(true); });
  for (FolderNumber folder = 0; folder < shares_.count(); ++folder) {
    scan_tree(folder, "");
  }
  if (shares_.stopping()) return;
  shares_.with_catalog([](Catalog& catalog) { catalog.set_scanning(false); });
  report();
}

void Observer::scan_tree(FolderNumber folder, const std::string& path) {
  const auto root = shares_.folder(folder);
  incomplete_ = false;
  shares_.with_catalog([](Catalog& catalog) { catalog.begin_scan(); });
  std::vector<std::string> ahead{path};
  while (!ahead.empty() && !shares_.stopping()) {
    const std::string next = std::move(ahead.back());
    ahead.pop_back();
    scan_folder(folder, root->get(), next, ahead);
  }
  if (incomplete_) return;
  std::string cursor;
  while (!shares_.stopping() && shares_.with_catalog([&](Catalog& catalog) {
    return catalog.sweep(folder, path, cursor);
  })) {
  }
}

void Observer::scan_folder(FolderNumber folder, int root, const std::string& path,
                           std::vector<std::string>& subfolders) {
  FileDescriptor opened =
      open_beneath(root, path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NONBLOCK);
  if (!opened.is_open()) {
    incomplete_ = incomplete_ || out_of_resources(errno);
    if (!means_absent(errno)) ++closed_folders_;
    return;
  }
  // First watched, then listed: a file that appears in between is noticed twice, not never.
  watch_folder(folder, path, opened.get());
  const std::unique_ptr<DIR, CloseDirectory> directory(::fdopendir(opened.get()));
  if (!directory) {
    incomplete_ = true;
    return;
  }
  const int descriptor = opened.release();
  while (!shares_.stopping()) {
    errno = 0;
    const struct dirent* entry = ::readdir(directory.get());
    if (entry == nullptr) {
      incomplete_ = incomplete_ || out_of_resources(errno);
      return;
    }
    if (is_shared_name(entry->d_name)) {
      scan_entry(folder, descriptor, path, entry->d_name, subfolders);
    }
  }
}

void Observer::scan_entry(FolderNumber folder, int directory, const std::string& path,
                          const char* name, std::vector<std::string>& subfolders) {
  struct stat status {};
  if (::fstatat(directory, name, &status, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) return;
  std::string key = join_path(path, name);
  if (!is_path_below(key)) {
    ++too_long_;
    return;
  }
  if (S_ISDIR(status.st_mode)) {
    subfolders.push_back(std::move(key));
    return;
  }
  // All are due at once, so that they are hashed in the order of their names.
  shares_.with_catalog([&](Catalog& catalog) {
    catalog.notice(folder, key, state_of(status), Moment{}, Catalog::Notice::seen);
  });
}

void Observer::watch_folder(FolderNumber folder, const std::string& path, int directory) {
  if (!watch_ || !watches_.usable()) return;
  const int error = watches_.add(folder, path, directory);
  if (error == 0) return;
  fall_back(error == ENOSPC ? "no inotify watch is left; raise fs.inotify.max_user_watches"
                            : std::strerror(error));
}

// -- watching ---------------------------------------------------------------------------------

void Observer::take_changes() {
  const FolderChanges found = watches_.take();
  const bool replaced = found.root && folders_replaced();
  if (found.overflow || replaced) {
    scan_everything();
    return;
  }
  for (const FolderChange& change : found.changes) {
    if (shares_.stopping()) return;
    look_at(change);
  }
}

void Observer::look_at(const FolderChange& change) {
  if (change.is_folder) {
    if (!change.attributes) watches_.forget(change.folder, change.path);
    scan_tree(change.folder, change.path);
    return;
  }
  const auto root = shares_.folder(change.folder);
  const FileDescriptor file = open_beneath(root->get(), change.path, O_PATH | O_NOFOLLOW);
  struct stat status {};
  if (!file.is_open() && !means_absent(errno)) return;
  if (!file.is_open() || ::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    shares_.with_catalog([&](Catalog& catalog) { catalog.gone(change.folder, change.path); });
    return;
  }
  const bool is_done = change.closed || change.attributes;
  const Moment when = Clock::now() + (is_done ? Clock::duration(limits::kFileSettles)
                                              : Clock::duration(limits::kFileMayBeOpen));
  shares_.with_catalog([&](Catalog& catalog) {
    catalog.notice(change.folder, change.path, state_of(status), when,
                   change.closed ? Catalog::Notice::closed : Catalog::Notice::seen);
  });
}

// -- for people -------------------------------------------------------------------------------

void Observer::report() {
  std::string summary;
  const auto add = [&summary](std::uint64_t count, const char* what) {
    if (count == 0) return;
    if (!summary.empty()) summary += "; ";
    summary += what + (": " + std::to_string(count));
  };
  shares_.with_catalog([&](const Catalog& catalog) {
    add(catalog.shadowed(), "same key in a folder named earlier");
    add(catalog.beyond_limit(), "files beyond what the index holds");
  });
  add(too_long_, "paths of over 1,024 bytes");
  add(closed_folders_, "folders that cannot be looked into (permissions?)");
  if (summary == reported_) return;
  reported_ = summary;
  if (!summary.empty()) shares_.tell("not everything is shared: " + summary);
}

}  // namespace oxbow

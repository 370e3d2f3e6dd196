#include "files/shares.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/printable.h"
#include "files/keys.h"

namespace oxbow {

namespace {

constexpr std::size_t kMessages = 100;  // kept until they are taken

FileDescriptor open_folder(const std::string& path) {
  return FileDescriptor(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

bool same_folder(int a, int b) {
  struct stat status_a {};
  struct stat status_b {};
  return ::fstat(a, &status_a) == 0 && ::fstat(b, &status_b) == 0 &&
         status_a.st_dev == status_b.st_dev && status_a.st_ino == status_b.st_ino;
}

Error cannot_share(const std::string& path, int error) {
  const char* why = error == ENOTDIR  ? "it is no folder"
                    : error == EACCES ? "permission denied"
                                      : std::strerror(error);
  return {"bad-folder", "cannot share " + path + ": " + why, "a folder that can be read", path};
}

}  // namespace

Result<std::unique_ptr<Shares>> Shares::open(const std::vector<std::string>& folders,
                                             std::function<void()> wake) {
  std::unique_ptr<Shares> shares(new Shares(std::move(wake)));
  for (const std::string& path : folders) {
    FileDescriptor folder = open_folder(path);
    if (!folder.is_open()) {
      if (errno != ENOENT) return cannot_share(path, errno);
      shares->messages_.push_back(printable(path, kShownPath) +
                                  " is not there: shared when it is (a disk that is mounted later, "
                                  "or a name that is written wrongly)");
    }
    bool known = false;
    for (const auto& other : shares->folders_) {
      known = known || same_folder(other->get(), folder.get());
    }
    if (known) continue;
    shares->paths_.push_back(path);
    shares->folders_.push_back(std::make_shared<const FileDescriptor>(std::move(folder)));
  }
  return shares;
}

std::shared_ptr<const FileDescriptor> Shares::folder(FolderNumber folder) {
  const std::lock_guard lock(mutex_);
  return folders_[folder];
}

bool Shares::reopen(FolderNumber folder) {
  FileDescriptor now = open_folder(paths_[folder]);
  if (!now.is_open() && errno != ENOENT && errno != ENOTDIR) return false;
  const std::lock_guard lock(mutex_);
  const auto& before = folders_[folder];
  if (!now.is_open() && !before->is_open()) return false;
  if (same_folder(now.get(), before->get())) return false;
  folders_[folder] = std::make_shared<const FileDescriptor>(std::move(now));
  return true;
}

Shares::Session::~Session() {
  const bool wake = !shares_.signalled_ && shares_.catalog_.has_update();
  shares_.signalled_ = shares_.signalled_ || wake;
  lock_.unlock();
  shares_.work_.notify_all();
  if (wake) shares_.wake_();
}

std::optional<HashJob> Shares::wait_for_job(std::uint64_t most) {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (auto job = catalog_.next_job(std::chrono::steady_clock::now(), most)) return job;
    const auto due = catalog_.next_due(most);
    if (due) {
      work_.wait_until(lock, *due);
    } else {
      work_.wait(lock);
    }
  }
  return std::nullopt;
}

std::optional<IndexUpdate> Shares::take_update() {
  const Session session(*this);
  signalled_ = false;
  return catalog_.take_update();
}

void Shares::tell(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    if (messages_.size() >= kMessages) return;
    messages_.push_back(std::move(message));
  }
  wake_();
}

std::optional<std::string> Shares::take_message() {
  const std::lock_guard lock(mutex_);
  if (messages_.empty()) return std::nullopt;
  std::string message = std::move(messages_.front());
  messages_.pop_front();
  return message;
}

void Shares::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  work_.notify_all();
}

}  // namespace oxbow

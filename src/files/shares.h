// What the threads of this room share: the folders, the catalog under its mutex, and how they tell
// each other (and the driver) that something has changed.
#pragma once

#include <oxbow/result.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "files/catalog.h"
#include "files/file_descriptor.h"

namespace oxbow {

class Shares {
 public:
  /// Opens the folders; an error names the first that cannot be shared. One that is not there may
  /// come later: see reopen(). A folder named twice is shared once.
  static Result<std::unique_ptr<Shares>> open(const std::vector<std::string>& folders,
                                              std::function<void()> wake);

  FolderNumber count() const { return static_cast<FolderNumber>(paths_.size()); }
  const std::string& path(FolderNumber folder) const { return paths_[folder]; }
  /// The open folder (not open: it was removed); it stays so as long as the caller keeps this.
  std::shared_ptr<const FileDescriptor> folder(FolderNumber folder);
  /// Opens the folder anew if its path names another one by now, or none. True if it did.
  bool reopen(FolderNumber folder);

  /// Runs `body(catalog)` under the mutex, then wakes whoever has something to do after it.
  template <class Body>
  auto with_catalog(Body body) {
    const Session session(*this);
    return body(catalog_);
  }

  /// Waits for a file of at most `most` bytes that is due to be hashed; nothing: stopping.
  std::optional<HashJob> wait_for_job(std::uint64_t most);
  std::optional<IndexUpdate> take_update();

  /// A line for the log.
  void tell(std::string message);
  std::optional<std::string> take_message();

  void wake() { wake_(); }
  void stop();
  const std::atomic<bool>& stopping() const { return stopping_; }

 private:
  // Holds the mutex; calls out once it has been released, as wake_ may well come back for the news.
  class Session {
   public:
    explicit Session(Shares& shares) : shares_(shares), lock_(shares.mutex_) {}
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    ~Session();

   private:
    Shares& shares_;
    std::unique_lock<std::mutex> lock_;
  };

  explicit Shares(std::function<void()> wake) : wake_(std::move(wake)) {}

  std::vector<std::string> paths_;
  const std::function<void()> wake_;
  std::atomic<bool> stopping_ = false;

  std::mutex mutex_;  // of everything below
  std::condition_variable work_;
  std::vector<std::shared_ptr<const FileDescriptor>> folders_;
  Catalog catalog_;
  std::deque<std::string> messages_;
  bool signalled_ = false;  // wake_ was called and nobody has come since
};

}  // namespace oxbow

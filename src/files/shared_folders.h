// The shared folders of a peer: found, hashed and watched by threads of their own, with the news
// for the local index; and pieces of the files, for downloads. Nothing here waits in the caller's
// thread. Never outside of a shared folder: symbolic links are neither shared nor followed.
//
// Shared are regular files, by their path below the folder. Not shared: what is hidden (a leading
// dot, also of a folder on the way), what ends in ".part" or ".oxbow-part", and paths of over 1
// KiB.
#pragma once

#include <oxbow/result.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/limits.h"
#include "files/finished_read.h"
#include "message/index_update.h"
#include "message/outbox.h"

namespace oxbow {

struct SharedFoldersOptions {
  std::vector<std::string> folders;  ///< where two hold the same key, the first named shares it
  std::size_t hash_threads = 2;  ///< the first for files of any size, the others for smaller ones
  bool watch = true;             ///< by inotify; else scanned again and again
  std::chrono::milliseconds rescan_every = limits::kRescanEvery;  ///< where watching fails
};

class SharedFolders {
 public:
  /// Starts the threads (none without a folder). Error "bad-folder" names the folder that cannot
  /// be shared. `wake` is called from any thread, also from within the calls below, when something
  /// can be taken: once for several things, so take until there is nothing (or return to it later;
  /// for updates `wake` is then called again).
  static Result<std::unique_ptr<SharedFolders>> open(const SharedFoldersOptions& options,
                                                     std::function<void()> wake);
  /// Ends the threads at once, also in the middle of a large file.
  ~SharedFolders();
  SharedFolders(const SharedFolders&) = delete;
  SharedFolders& operator=(const SharedFolders&) = delete;

  /// News for the local index, at most limits::kUpdateFiles keys at a time; what has changed twice
  /// since the last one is told once. `removed` may name keys that were never told.
  std::optional<IndexUpdate> take_update();

  /// Reads a piece; everything needed is copied. Ends in take_read() with the same ticket:
  ///   ok         the bytes are of the content that has the digest asked for
  ///   not_found  no file of this key is findable
  ///   changed    the content has another digest, or has changed since it was hashed (and will be
  ///              hashed again)
  ///   failed     could not be read, begins behind the end of the file, or is over 64 KiB (or 0)
  ///   busy       limits::kDiskReads are under way
  void read(const DiskRead& request);
  std::optional<FinishedRead> take_read();

  /// A line for the log: what is not shared and why.
  std::optional<std::string> take_message();

 private:
  struct Threads;
  explicit SharedFolders(std::unique_ptr<Threads> threads);
  std::unique_ptr<Threads> threads_;
};

}  // namespace oxbow

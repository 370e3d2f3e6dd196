// Watches folders for changes, with inotify: which folders are watched, and what the kernel says
// has changed in them. Not thread-safe.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "files/catalog.h"
#include "files/file_descriptor.h"

namespace oxbow {

/// Something has happened to `name` in a folder; look there what it is now.
struct FolderChange {
  FolderNumber folder = 0;
  std::string path;  ///< below the shared folder; empty: that folder itself
  bool is_folder = false;
  bool appeared = false;    ///< made just now: its writer may not be done
  bool closed = false;      ///< its writer is done, or it was moved here
  bool attributes = false;  ///< permissions or times
};

struct FolderChanges {
  std::vector<FolderChange> changes;
  bool overflow = false;  ///< some were lost: look at everything
  bool root = false;  ///< of a shared folder itself: it may have been moved (while it is open, its
                      ///< removal is not told)
};

class Watches {
 public:
  /// A process may have a limited number of these: not usable(), then.
  Watches();
  bool usable() const { return inotify_.is_open(); }
  /// Readable when take() has something.
  int descriptor() const { return inotify_.get(); }

  /// Watches the open folder `directory`, which is `path` below shared folder `folder`. 0, or the
  /// errno value of why not (ENOSPC: no watch is left).
  int add(FolderNumber folder, const std::string& path, int directory);
  /// No longer watches `path` and what is below it.
  void forget(FolderNumber folder, const std::string& path);

  /// What has happened since the last call; never waits.
  FolderChanges take();

 private:
  using Place = std::pair<FolderNumber, std::string>;

  void release(int watch, const Place& place);

  FileDescriptor inotify_;
  // A directory has one watch, though it may be in two shared folders (one within the other).
  std::map<int, std::vector<Place>> places_;
  std::map<Place, int> watches_;
};

}  // namespace oxbow

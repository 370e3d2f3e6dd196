// Keeps the catalog in step with the disk: one thread that scans the shared folders, then watches
// them for changes. Where they cannot be watched, it scans them again now and then.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "files/file_descriptor.h"
#include "files/shares.h"
#include "files/thread.h"
#include "files/watches.h"

namespace oxbow {

class Observer {
 public:
  /// `watch` false: as if nothing could be watched.
  Observer(Shares& shares, bool watch, std::chrono::milliseconds rescan_every);
  ~Observer();  ///< after Shares::stop()

  bool start();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void wait();
  /// Now and then: are the shared folders still there, and is there news that cannot be watched?
  void look_again();
  /// True if a shared folder is not the one that it was.
  bool folders_replaced();
  void scan_everything();
  /// What is at `path` and below; whatever the catalog had there and is no more goes.
  void scan_tree(FolderNumber folder, const std::string& path);
  void scan_folder(FolderNumber folder, int root, const std::string& path,
                   std::vector<std::string>& subfolders);
  void scan_entry(FolderNumber folder, int directory, const std::string& path, const char* name,
                  std::vector<std::string>& subfolders);
  void watch_folder(FolderNumber folder, const std::string& path, int directory);
  void take_changes();
  void look_at(const FolderChange& change);
  void fall_back(const std::string& why);
  void report();

  Shares& shares_;
  const bool watch_;
  const std::chrono::milliseconds rescan_every_;
  Watches watches_;
  FileDescriptor stop_event_;
  bool rescanning_ = false;  // because not everything is watched
  bool incomplete_ = false;  // this scan lacked descriptors: what it did not see may be there
  Clock::time_point next_look_{};
  std::uint64_t too_long_ = 0;        // keys, in this scan
  std::uint64_t closed_folders_ = 0;  // that could not be looked into, in this scan
  std::string reported_;              // the last summary, so that it is not told again
  Thread thread_;
};

}  // namespace oxbow

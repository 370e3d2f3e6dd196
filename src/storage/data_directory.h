// The folder that a peer keeps what it has: tied to one peer id, to one format, and used by one
// process at a time.
//
//     IDENTITY   text, written durably when the folder is made: what it is, format, peer id
//     LOCK       held (flock) while a process uses the folder; its pid as text
//     STORE      what is known of the store without opening it: see store_marker.h
//     rocksdb/   the store
//
// A folder that other users may write to is refused, and no symbolic link in it is followed.
#pragma once

#include <oxbow/result.h>

#include <memory>
#include <optional>
#include <string>

#include "base/ids.h"
#include "storage/store_marker.h"

namespace oxbow {

/// The format of what is in a data directory; a peer opens no other.
inline constexpr int kDataFormat = 1;

class DataDirectory {
 public:
  /// Makes the folder (not those above it) if it is not there, and locks it for this process until
  /// the object goes. In a folder that was there before nothing is changed, until take().
  /// Errors, all of code "bad-data": it cannot be made or written; it is in use, and by which
  /// process; it is another peer's, of another format, or something else; others may write to it.
  static Result<DataDirectory> open(const std::string& path, const PeerId& peer);

  ~DataDirectory();
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;

  const std::string& path() const { return path_; }
  std::string store_path() const { return path_ + "/rocksdb"; }
  /// Lives as long as this object, wherever that is moved.
  storage::StoreMarkerFile& marker() const { return *marker_; }

  /// This start goes on: whoever finds the folder in use is told this process's pid.
  void take();

 private:
  explicit DataDirectory(std::string path);
  Status lock();

  std::string path_;
  int lock_ = -1;
  bool made_lock_ = false;  // and not yet taken
  std::unique_ptr<storage::StoreMarkerFile> marker_;
};

/// The peer id that a data directory belongs to; nothing: there is no such folder, or it is empty.
/// Errors: "bad-data", as above.
Result<std::optional<PeerId>> kept_peer_id(const std::string& path);

}  // namespace oxbow

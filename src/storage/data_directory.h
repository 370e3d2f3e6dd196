// The folder that a peer keeps what it has: tied to one peer id, to one format, and used by one
// process at a time.
//
//     IDENTITY   text, written durably when the folder is made: what it is, format, peer id
//     LOCK       held (flock) while a process uses the folder; its pid as text
//     rocksdb/   the store
#pragma once

#include <oxbow/result.h>

#include <optional>
#include <string>

#include "base/ids.h"

namespace oxbow {

/// The format of what is in a data directory; a peer opens no other.
inline constexpr int kDataFormat = 1;

class DataDirectory {
 public:
  /// Makes the folder (not those above it) if it is not there, and takes it for this process until
  /// the object goes. Errors, all of code "bad-data": it cannot be made or written; it is in use,
  /// and by which process; it is another peer's, of another format, or something else.
  static Result<DataDirectory> open(const std::string& path, const PeerId& peer);

  ~DataDirectory();
  DataDirectory(DataDirectory&& other) noexcept;
  DataDirectory& operator=(DataDirectory&&) = delete;

  const std::string& path() const { return path_; }
  std::string store_path() const { return path_ + "/rocksdb"; }

 private:
  DataDirectory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}

  std::string path_;
  int lock_;
};

/// The peer id that a data directory belongs to; nothing: there is no such folder, or it is empty.
/// Errors: "bad-data", as above.
Result<std::optional<PeerId>> kept_peer_id(const std::string& path);

}  // namespace oxbow

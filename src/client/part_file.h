// The file that an incomplete download is kept in: `PATH.oxbow-part`, appended to in the order of
// the content, so that its length says how much of it is there. Gets the name PATH only when whole.
// Nobody else's files end so, and such are never shared.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "client/disk_room.h"

namespace oxbow {

/// Bytes of the name of a file: NAME_MAX of the usual file systems.
inline constexpr std::size_t kLongestFileName = 255;

/// Where the beginning of a download to `path` is kept. Of a name that is too long for the ending,
/// it keeps a beginning and a hash.
std::string part_path(const std::string& path);

class PartFile {
 public:
  /// Opens or makes part_path(`path`) and locks it against other downloads. Errors: "exists" (there
  /// is a file at `path`, and `overwrite` is false), "in-progress", "bad-file" (it cannot be made),
  /// "file".
  static Result<PartFile> open(const std::string& path, bool overwrite);
  ~PartFile();
  PartFile(PartFile&& other) noexcept;
  PartFile& operator=(PartFile&& other) noexcept;

  /// Bytes in it.
  std::uint64_t size() const { return size_; }
  /// Everything in it, from the beginning, in parts.
  Status read(const std::function<void(std::string_view)>& take) const;
  Status append(std::string_view bytes);
  /// Of the disk that it is on. Error "file".
  Result<DiskRoom> room() const { return disk_room(descriptor_); }
  /// Removes it, if there is nothing in it. It is not to be used afterwards.
  void discard_if_empty();
  /// Empties it.
  Status clear();
  /// Makes it durable and gives it its name. Error "exists": a file of that name came up meanwhile.
  Status finish();

 private:
  PartFile(int descriptor, std::string path, bool overwrite)
      : descriptor_(descriptor), path_(std::move(path)), overwrite_(overwrite) {}

  int descriptor_ = -1;
  std::string path_;
  bool overwrite_ = false;
  std::uint64_t size_ = 0;
};

}  // namespace oxbow

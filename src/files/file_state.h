// What tells one content of a file from another without reading it.
#pragma once

#include <sys/stat.h>

#include <cstdint>

namespace oxbow {

/// Two equal states of one path: the content is the same, provided that the file had settled (its
/// last change lies further back than the clock of the file system is coarse).
struct FileState {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;        ///< bytes
  std::int64_t modified_ns = 0;  ///< since 1970-01-01 UTC

  friend bool operator==(const FileState&, const FileState&) = default;
};

inline FileState state_of(const struct stat& status) {
  return {static_cast<std::uint64_t>(status.st_dev), static_cast<std::uint64_t>(status.st_ino),
          static_cast<std::uint64_t>(status.st_size),
          std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

}  // namespace oxbow

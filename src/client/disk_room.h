// How much of a disk a download may take: what a stranger announces is no reason to fill it, so
// some room is left for others.
#pragma once

#include <oxbow/result.h>

#include <algorithm>
#include <cstdint>

namespace oxbow {

struct DiskRoom {
  std::uint64_t free = 0;   ///< bytes that this user may still write
  std::uint64_t total = 0;  ///< of the file system

  /// Left alone: a twentieth of the file system, at most a GiB.
  std::uint64_t reserve() const { return std::min(total / 20, kReserveMost); }
  /// Bytes that a download may write.
  std::uint64_t usable() const { return free - std::min(free, reserve()); }

  static constexpr std::uint64_t kReserveMost = std::uint64_t{1} << 30;
};

/// Of the file system of an open file. Error "file".
Result<DiskRoom> disk_room(int descriptor);

}  // namespace oxbow

#include "client/disk_room.h"

#include <sys/statvfs.h>

#include <cerrno>
#include <cstring>

namespace oxbow {

Result<DiskRoom> disk_room(int descriptor) {
  struct statvfs found {};
  if (::fstatvfs(descriptor, &found) != 0) {
    const char* const reason = std::strerror(errno);
    return Error{"file", std::string("cannot tell how full the disk is: ") + reason, "", reason};
  }
  const std::uint64_t block = found.f_frsize;
  return DiskRoom{found.f_bavail * block, found.f_blocks * block};
}

}  // namespace oxbow

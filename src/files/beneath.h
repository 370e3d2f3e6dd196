// Opens what lies strictly beneath a folder, without following any symbolic link on the way: a
// stranger's key, or a link swapped in by somebody, never leads out of a shared folder.
#pragma once

#include <string_view>

#include "files/file_descriptor.h"

namespace oxbow {

enum class Resolve {
  kernel,  ///< openat2 (Linux 5.6), or by steps where there is none
  steps,   ///< component by component, with O_NOFOLLOW
};

/// `path` is_path_below(), or empty for the folder itself; `flags` as for open(2), O_CLOEXEC is
/// added. Not open: errno says why; ELOOP, ENOTDIR and EXDEV mean that there is a link on the way.
FileDescriptor open_beneath(int folder, std::string_view path, int flags,
                            Resolve how = Resolve::kernel);

/// Opens for reading. Anything but a regular file is refused (errno EINVAL); a FIFO does not block.
FileDescriptor open_file_beneath(int folder, std::string_view path, Resolve how = Resolve::kernel);

/// The errno values of open_beneath() and open_file_beneath() that mean: no such file there.
bool means_absent(int error);

}  // namespace oxbow

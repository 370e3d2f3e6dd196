#include "files/beneath.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <cerrno>
#include <string>

#include "files/keys.h"

namespace oxbow {

namespace {

FileDescriptor open_by_kernel(int folder, const std::string& path, int flags) {
  struct open_how how {};
  how.flags = static_cast<unsigned>(flags);
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return FileDescriptor(
      static_cast<int>(::syscall(SYS_openat2, folder, path.c_str(), &how, sizeof how)));
}

FileDescriptor open_by_steps(int folder, const std::string& path, int flags) {
  FileDescriptor parent;
  std::size_t start = 0;
  for (std::size_t end = path.find('/'); end != std::string::npos; end = path.find('/', start)) {
    FileDescriptor next(::openat(parent.is_open() ? parent.get() : folder,
                                 path.substr(start, end - start).c_str(),
                                 O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next.is_open()) return next;
    parent = std::move(next);
    start = end + 1;
  }
  return FileDescriptor(
      ::openat(parent.is_open() ? parent.get() : folder, path.c_str() + start, flags | O_NOFOLLOW));
}

}  // namespace

FileDescriptor open_beneath(int folder, std::string_view path, int flags, Resolve how) {
  if (!path.empty() && !is_path_below(path)) {
    errno = ENOENT;
    return {};
  }
  const std::string name(path.empty() ? std::string_view(".") : path);
  flags |= O_CLOEXEC;
  if (how == Resolve::steps) return open_by_steps(folder, name, flags);
  FileDescriptor file = open_by_kernel(folder, name, flags);
  // Filters of container runtimes answer EPERM to system calls that they do not know.
  if (file.is_open() || (errno != ENOSYS && errno != EPERM)) return file;
  return open_by_steps(folder, name, flags);
}

FileDescriptor open_file_beneath(int folder, std::string_view path, Resolve how) {
  FileDescriptor file = open_beneath(folder, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, how);
  if (!file.is_open()) return file;
  struct stat status {};
  if (::fstat(file.get(), &status) == 0 && S_ISREG(status.st_mode)) return file;
  file = FileDescriptor();
  errno = EINVAL;
  return file;
}

bool means_absent(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
    case ELOOP:
    case EXDEV:
    case EINVAL:  // not a regular file
    case EBADF:   // the shared folder itself is gone
    case ENXIO:   // a socket or a device
    case ENAMETOOLONG:
      return true;
    default:
      return false;
  }
}

}  // namespace oxbow

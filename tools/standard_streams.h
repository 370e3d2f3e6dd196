// Standard streams that whoever started the program has closed (`oxbow find KEY >&-`).
#pragma once

#include <fcntl.h>

#include <cstdlib>

/// Opens what is closed of stdin, stdout and stderr to /dev/null. Otherwise a socket or a download
/// would get the free number, and all that is printed would be written into it.
inline void fill_standard_streams() {
  for (int descriptor = 0; descriptor <= 2; ++descriptor) {
    if (fcntl(descriptor, F_GETFD) >= 0) continue;
    // open() takes the lowest free number: this one, as those below it are open by now.
    if (open("/dev/null", O_RDWR) != descriptor) std::abort();
  }
}

// News from the threads that scan and hash shared folders, for the local index.
#pragma once

#include <oxbow/requests.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/ids.h"

namespace oxbow {

struct SharedFile {
  std::string key;  ///< the path below its shared folder, separated by '/'
  std::uint64_t size = 0;
  Digest sha256;
};

/// Applied in order: first `removed`, then `found` (which replaces what the key named before).
struct IndexUpdate {
  std::vector<std::string> removed;
  std::vector<SharedFile> found;
  ShareStatus progress;  ///< the whole picture after this update
};

}  // namespace oxbow

// The small files of a data directory. No symbolic link is ever followed, and nothing but a regular
// file is opened: whoever can put a name into the folder must not choose what this peer writes to.
#pragma once

#include <oxbow/result.h>

#include <optional>
#include <string>

namespace oxbow::storage {

/// Error "bad-data": `what` could not be done to `path`, and why (errno).
Error cannot(const char* what, const std::string& path);

/// Opens a regular file with these flags of open(2), never through a symbolic link; nothing: there
/// is no such file. Who gets it closes it. Errors: "bad-data".
Result<std::optional<int>> open_regular(const std::string& path, int flags);

/// The first `most` bytes of a file; nothing: there is none. Errors: "bad-data".
Result<std::optional<std::string>> read_small_file(const std::string& path, std::size_t most);

/// Writes `folder`/`name`, mode 0600, so that it is there as a whole after any crash, or as it was
/// before. Errors: "bad-data".
Status write_durably(const std::string& folder, const std::string& name, const std::string& bytes);

/// Makes new, renamed and removed names in it durable. Errors: "bad-data".
Status sync_folder(const std::string& path);

}  // namespace oxbow::storage

// Which names in a shared folder are shared, and the keys that they get: the path below the
// folder, as bytes, separated by '/'.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace oxbow {

/// Of one file or folder: not hidden (leading dot, so not `.` and `..` either) and not a download
/// under way (`.part`, `.oxbow-part`).
bool is_shared_name(std::string_view name);

/// A path that stays below its folder whatever the disk holds: 1 to 1,024 bytes, without NUL, no
/// component empty, `.` or `..`.
bool is_path_below(std::string_view path);

/// `folder` is a path below a shared folder, or empty for that folder itself.
std::string join_path(std::string_view folder, std::string_view name);

inline constexpr std::size_t kShownPath = 200;  ///< bytes of a path in a log line

}  // namespace oxbow

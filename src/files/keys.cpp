#include "files/keys.h"

#include "base/limits.h"

namespace oxbow {

bool is_shared_name(std::string_view name) {
  return !name.empty() && !name.starts_with('.') && !name.ends_with(".part") &&
         !name.ends_with(".oxbow-part");
}

bool is_path_below(std::string_view path) {
  if (path.empty() || path.size() > limits::kKey) return false;
  if (path.find('\0') != std::string_view::npos) return false;
  while (true) {
    const std::size_t end = path.find('/');
    const std::string_view component = path.substr(0, end);
    if (component.empty() || component == "." || component == "..") return false;
    if (end == std::string_view::npos) return true;
    path.remove_prefix(end + 1);
  }
}

std::string join_path(std::string_view folder, std::string_view name) {
  std::string path;
  path.reserve(folder.size() + 1 + name.size());
  path += folder;
  if (!folder.empty()) path += '/';
  path += name;
  return path;
}

}  // namespace oxbow

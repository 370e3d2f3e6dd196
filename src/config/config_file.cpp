// Reads `key = value` lines. Boost's own reader knows neither line numbers nor a '#' within a
// value.
#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "config/sources.h"
#include "config/value_texts.h"

namespace oxbow::config {

namespace {

constexpr std::size_t kMostBytes = 1024 * 1024;  // a list of neighbors is far shorter

Error file_error(std::string message) { return Error{"config", std::move(message), "", ""}; }

Result<std::string> read_whole(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    return file_error(fmt::format("{}: is a folder, not a configuration file", path));
  }
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return file_error(fmt::format("{}: cannot read this configuration file: {}", path,
                                  std::strerror(errno == 0 ? EIO : errno)));
  }
  std::string text(kMostBytes + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kMostBytes) {
    return file_error(fmt::format("{}: larger than 1 MiB; is it a configuration file?", path));
  }
  return text;
}

class FileReader {
 public:
  explicit FileReader(const std::string& path) : path_(path) {
    std::error_code ignored;
    folder_ = std::filesystem::absolute(path, ignored).parent_path();
  }

  Result<Settings> read(std::string_view text) {
    constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";  // some editors put it there
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    for (int number = 1; !text.empty(); ++number) {
      const auto end = std::min(text.find('\n'), text.size());
      const std::string_view line = trimmed(text.substr(0, end));
      const bool is_comment = text.front() == '#';
      text.remove_prefix(std::min(end + 1, text.size()));
      if (line.empty() || is_comment) continue;
      if (Status status = read_line(line, fmt::format("{}:{}", path_, number)); !status) {
        return status.error();
      }
    }
    return std::move(settings_);
  }

 private:
  Status read_line(std::string_view line, const std::string& place) {
    const auto equals = line.find('=');
    const std::string_view key = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || key.empty()) {
      return file_error(
          fmt::format("{}: expected `key = value`, found `{}`", place, line.substr(0, 60)));
    }
    const Binding* const binding = find_binding(key);
    if (binding == nullptr) {
      return file_error(
          fmt::format("{}: unknown key {}{}", place, key.substr(0, 60), suggestion(key, false)));
    }
    if (binding->read == nullptr) {
      return file_error(
          fmt::format("{}: {} belongs on the command line, as --{}", place, key, key));
    }
    const auto [first, is_first] = first_places_.emplace(binding->info.name, place);
    if (!is_first && binding->info.kind != OptionKind::list) {
      return file_error(fmt::format("{}: {} was given before, in {}; keep one of them", place, key,
                                    first->second));
    }
    std::string value(trimmed(line.substr(equals + 1)));
    std::string described = fmt::format("{}: {} = {}", place, key, value);
    const bool is_folder = binding->info.argument == "DIR";
    if (is_folder && !value.empty() && std::filesystem::path(value).is_relative()) {
      value = (folder_ / value).lexically_normal().string();
    }
    settings_.of(*binding).push_back({std::move(value), std::move(described), place});
    return Done{};
  }

  const std::string& path_;
  std::filesystem::path folder_;
  std::map<std::string_view, std::string> first_places_;
  Settings settings_;
};

}  // namespace

Result<Settings> read_file(const std::string& path) {
  const auto text = read_whole(path);
  if (!text) return text.error();
  return FileReader(path).read(*text);
}

}  // namespace oxbow::config

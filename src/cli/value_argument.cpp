#include "cli/value_argument.h"

#include <fmt/format.h>
#include <oxbow/versions.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "base/limits.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

// One byte more than there may be is enough to know that it is too large.
Result<std::string> read_file(const std::string& path, std::size_t most) {
  const bool standard_input = path == "-";
  std::unique_ptr<std::FILE, CloseFile> file(standard_input ? stdin
                                                            : std::fopen(path.c_str(), "rbe"));
  const bool may_be_text = path.find('/') == std::string::npos;
  const std::string hint =
      may_be_text ? " (a text that begins with @ is given as @@" + path + ")" : "";
  const auto failed = [&] {
    return Error{"bad-file", "cannot read " + path + ": " + std::strerror(errno) + hint, "", path};
  };
  if (!file) return failed();
  std::string content(most + 1, '\0');
  content.resize(std::fread(content.data(), 1, content.size(), file.get()));
  if (std::ferror(file.get()) != 0) return failed();
  return content;
}

Result<std::string> read_argument(const std::string& argument, std::size_t most) {
  if (argument.starts_with("@@")) return argument.substr(1);
  if (argument.starts_with("@")) return read_file(argument.substr(1), most);
  return argument;
}

}  // namespace

Result<std::string> value_argument(const std::string& argument) {
  Result<std::string> value =
      argument == "-" ? read_file("-", limits::kValue) : read_argument(argument, limits::kValue);
  if (value && value->size() > limits::kValue) {
    return Error{"too-large",
                 fmt::format("a value has {} at the most (share a folder for larger files: oxbowd "
                             "--share DIR)",
                             human_bytes(limits::kValue)),
                 human_bytes(limits::kValue), "more"};
  }
  return value;
}

Result<std::string> context_argument(const std::string& argument) {
  constexpr std::size_t kMostText = (limits::kContext + 2) / 3 * 4;
  Result<std::string> text = read_argument(argument, kMostText);
  if (!text) return text;
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  if (text->size() > kMostText) {
    return Error{"too-large",
                 fmt::format("a context has {} at the most", human_bytes(limits::kContext)),
                 human_bytes(limits::kContext), "more"};
  }
  return parse_context_text(*text);
}

}  // namespace oxbow::cli

// What was said on a command line, checked against a command's table.
#pragma once

#include <oxbow/result.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/command.h"

namespace oxbow::cli {

inline constexpr std::string_view kTimeNeeded =
    "a time in ms, s, m or h, such as 500ms or 10s, of a day at the most";
/// 500ms, 10s, 2m, 1h; a bare number is seconds. At most a day.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Values of options and arguments. Everything in it has been checked, so that asking cannot fail:
/// an option that was not given has its default, and 0, "" or false where it has none.
class Options {
 public:
  bool has(std::string_view name) const;  ///< said on the command line
  std::string text(std::string_view name) const;
  std::uint32_t number(std::string_view name) const;
  std::chrono::milliseconds duration(std::string_view name) const;
  bool is_set(std::string_view name) const;
  std::vector<std::string> all(std::string_view name) const;  ///< of a repeated option

  const std::vector<std::string>& arguments() const { return arguments_; }
  std::string argument(std::size_t index) const {
    return index < arguments_.size() ? arguments_[index] : std::string();
  }

 private:
  friend Result<Options> parse_options(const Command&, std::span<const std::string>);
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
  std::map<std::string, std::string, std::less<>> fallbacks_;
  std::vector<std::string> arguments_;
};

/// `words` are those of the command line without the command's own name. Errors: "usage".
Result<Options> parse_options(const Command& command, std::span<const std::string> words);

/// The command that a line names, and its other words.
struct CommandWords {
  const Command* command = nullptr;  ///< null: none is named (only global options, or nothing)
  std::vector<std::string> words;
};
/// Errors (code "usage") name the commands that there are, or the nearest one.
Result<CommandWords> split_command(std::span<const std::string> line);

/// The name among `known` that is nearest to `unknown`, if it is near at all.
std::optional<std::string> nearest(std::string_view unknown, const std::vector<std::string>& known);

/// How the command is called: `oxbow find KEY [options]`.
std::string usage_of(const Command& command);

}  // namespace oxbow::cli

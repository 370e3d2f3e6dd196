#include <fmt/format.h>

#include <algorithm>

#include "config/peer_options.h"

namespace oxbow {

namespace {

constexpr std::size_t kColumn = 32;  // where explanations begin
constexpr std::size_t kWidth = 96;

std::string flag_text(const OptionInfo& option) {
  std::string text = option.letter == 0 ? "      --" : fmt::format("  -{}, --", option.letter);
  text += option.name;
  if (option.kind == OptionKind::boolean) return text + "[=no]";
  return option.argument.empty() ? text : fmt::format("{}={}", text, option.argument);
}

std::string explanation(const OptionInfo& option) {
  std::string text(option.help);
  if (option.kind == OptionKind::list) text += " May be given many times.";
  if (const std::string value = default_text(option); !value.empty()) {
    text += fmt::format(" [{}]", value);
  }
  return text;
}

/// `left`, then `right` in a column of its own, broken between words.
std::string two_columns(const std::string& left, std::string_view right) {
  std::string text;
  std::string margin = fmt::format("{:<{}}", left, kColumn);
  if (left.size() + 2 > kColumn) {
    text = left + "\n";
    margin.assign(kColumn, ' ');
  }
  while (!right.empty()) {
    std::size_t length = right.size();
    if (length > kWidth - kColumn) {
      const std::size_t space = right.rfind(' ', kWidth - kColumn);
      if (space != std::string_view::npos && space > 0) length = space;
    }
    text += fmt::format("{}{}\n", margin, right.substr(0, length));
    right.remove_prefix(std::min(length + 1, right.size()));
    margin.assign(kColumn, ' ');
  }
  return text;
}

}  // namespace

std::string peer_help() {
  std::string text =
      "Usage: oxbowd [FILE] [options]\n"
      "Runs one peer until it is told to stop (SIGTERM, or Ctrl-C).\n\n"
      "Each option is also a key of FILE (`key = value` lines; # begins a comment line) and an\n"
      "environment variable (OXBOW_TTL for --ttl; commas between the elements of a list). Flags\n"
      "win over the environment, that over FILE, that over the defaults, which stand in "
      "brackets.\n";
  std::string_view section;
  for (const OptionInfo& option : peer_option_table()) {
    if (option.section != section) {
      section = option.section;
      text += fmt::format("\n{}:\n", section);
    }
    text += two_columns(flag_text(option), explanation(option));
  }
  return text;
}

}  // namespace oxbow

#include "cli/help.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/options.h"

namespace oxbow::cli {
namespace {

constexpr std::size_t kWidth = 96;
constexpr std::size_t kColumn = 26;  // where explanations begin

/// `text` in lines of at most the width, behind `first` and then behind a margin as wide.
std::string wrapped(std::string first, std::size_t column, std::string_view text) {
  std::string out;
  if (first.size() + 2 > column && !first.empty()) {
    out = first + "\n";
    first.clear();
  }
  std::string line = fmt::format("{:<{}}", first, column);
  bool empty = true;
  while (!text.empty()) {
    const std::string_view word = text.substr(0, std::min(text.find(' '), text.size()));
    if (!empty && line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line.assign(column, ' ');
      empty = true;
    }
    if (!empty) line += ' ';
    line += word;
    empty = false;
    text.remove_prefix(std::min(word.size() + 1, text.size()));
  }
  while (!line.empty() && line.back() == ' ') line.pop_back();
  return out + line + "\n";
}

std::string flag_of(const OptionSpec& option) {
  std::string text = option.letter == 0 ? "      --" : fmt::format("  -{}, --", option.letter);
  text += option.name;
  if (option.kind == Kind::boolean) return text + "[=no]";
  return option.argument.empty() ? text : fmt::format("{} {}", text, option.argument);
}

std::string options_text(const std::vector<OptionSpec>& options) {
  std::string text;
  for (const OptionSpec& option : options) {
    std::string help(option.help);
    if (option.repeated) help += " May be given many times.";
    if (!option.fallback.empty()) help += fmt::format(" [{}]", option.fallback);
    text += wrapped(flag_of(option), kColumn, help);
  }
  return text;
}

}  // namespace

std::string general_help() {
  std::string text =
      "Usage: oxbow [--peer ADDR] COMMAND [arguments] [options]\n"
      "Finds any key in a network of peers that has no server, by asking one of them.\n\n"
      "Commands:\n";
  for (const Command& command : commands()) {
    text += wrapped(fmt::format("  {}", command.name), 16, command.summary);
  }
  text += "\nOptions of every command:\n" + options_text(global_options());
  text +=
      "\nExit codes: 0 found or done; 1 ran well, found nothing; 2 wrong usage; 3 the peer was "
      "not\n"
      "reached; 4 time was up, a quorum was not met, the result is partial, or a file could not "
      "be\n"
      "written; 5 siblings where one value was asked for.\n"
      "oxbow help COMMAND tells more about one; a peer is started with oxbowd.\n";
  return text;
}

std::string help_of(const Command& command) {
  std::string text = fmt::format("Usage: {}\n", usage_of(command));
  text += wrapped("", 0,
                  fmt::format("{}{}.", static_cast<char>(std::toupper(command.summary[0])),
                              command.summary.substr(1)));
  for (std::string_view rest = command.details; !rest.empty();) {
    const auto end = std::min(rest.find("\n\n"), rest.size());
    text += "\n" + wrapped("", 0, rest.substr(0, end));
    rest.remove_prefix(std::min(end + 2, rest.size()));
  }
  if (!command.arguments.empty()) text += "\nArguments:\n";
  for (const ArgumentSpec& argument : command.arguments) {
    text += wrapped(fmt::format("  {}", argument.name), kColumn, argument.help);
  }
  if (!command.options.empty()) text += "\nOptions:\n" + options_text(command.options);
  text += "\nOptions of every command:\n" + options_text(global_options());
  if (!command.examples.empty()) text += "\nExamples:\n";
  for (const Example& example : command.examples) {
    text += fmt::format("  {}\n", example.line) + wrapped("", 6, example.meaning);
  }
  return text;
}

}  // namespace oxbow::cli

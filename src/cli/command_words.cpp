// Which command a line names, and what was probably meant where it names none.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "cli/options.h"

namespace oxbow::cli {
namespace {

Error usage(std::string message, std::string needed, std::string got) {
  return {"usage", std::move(message), std::move(needed), std::move(got)};
}

/// Whether `word` is a global option whose value is the next word.
bool hides_next(const std::string& word) {
  return std::any_of(
      global_options().begin(), global_options().end(), [&](const OptionSpec& option) {
        const bool named = word == "--" + std::string(option.name) ||
                           (option.letter != 0 && word == std::string("-") + option.letter);
        return named && !option.argument.empty();
      });
}

Error unknown_command(const std::string& word) {
  std::vector<std::string> names, longer;
  for (const Command& command : commands()) {
    names.emplace_back(command.name);
    if (command.name.starts_with(word + " ")) longer.emplace_back(command.name);
  }
  if (!longer.empty()) {
    const std::string choice = fmt::format("{}", fmt::join(longer, ", "));
    return usage(fmt::format("oxbow {} needs to know what: {}", word, choice), choice, word);
  }
  const auto near = nearest(word, names);
  return usage(fmt::format("oxbow has no command '{}'{} (see oxbow help)", word,
                           near ? "; did you mean " + *near + "?" : ""),
               near.value_or(""), word);
}

}  // namespace

Result<CommandWords> split_command(std::span<const std::string> line) {
  // Global options may stand before the command.
  std::size_t at = 0;
  while (at < line.size() && line[at].size() > 1 && line[at][0] == '-' && line[at] != "--") {
    at += hides_next(line[at]) ? std::size_t{2} : std::size_t{1};
  }
  if (at >= line.size()) return CommandWords{nullptr, {line.begin(), line.end()}};

  std::size_t length = 2;
  const Command* command =
      at + 1 < line.size() ? find_command(line[at] + " " + line[at + 1]) : nullptr;
  if (command == nullptr) {
    length = 1;
    command = find_command(line[at]);
  }
  if (command == nullptr) return unknown_command(line[at]);
  CommandWords split{command, {line.begin(), line.begin() + static_cast<std::ptrdiff_t>(at)}};
  split.words.insert(split.words.end(), line.begin() + static_cast<std::ptrdiff_t>(at + length),
                     line.end());
  return split;
}

std::optional<std::string> nearest(std::string_view unknown,
                                   const std::vector<std::string>& known) {
  // Levenshtein's distance, one row at a time.
  const auto distance = [&](std::string_view other) {
    std::vector<std::size_t> row(other.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 0; i < unknown.size(); ++i) {
      std::size_t diagonal = row[0];
      row[0] = i + 1;
      for (std::size_t j = 0; j < other.size(); ++j) {
        const std::size_t replaced = diagonal + (unknown[i] == other[j] ? 0 : 1);
        diagonal = row[j + 1];
        row[j + 1] = std::min({replaced, row[j] + 1, row[j + 1] + 1});
      }
    }
    return row.back();
  };
  std::optional<std::string> best;
  std::size_t least = 3;  // further than two edits is another word
  for (const std::string& name : known) {
    if (const std::size_t d = distance(name); d < least && d < name.size()) {
      least = d;
      best = name;
    }
  }
  return best;
}

std::string usage_of(const Command& command) {
  std::string text = fmt::format("oxbow {}", command.name);
  for (const ArgumentSpec& argument : command.arguments) {
    const std::string name = fmt::format("{}{}", argument.name, argument.repeated ? "..." : "");
    text += argument.required ? " " + name : " [" + name + "]";
  }
  if (!command.options.empty()) text += " [options]";
  return text;
}

}  // namespace oxbow::cli

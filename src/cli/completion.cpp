// Shell completion as scripts that know all commands and options; they ask nobody at run time.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/help.h"

namespace oxbow::cli {
namespace {

std::vector<std::string> first_words() {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    const std::string word(command.name.substr(0, command.name.find(' ')));
    if (std::find(words.begin(), words.end(), word) == words.end()) words.push_back(word);
  }
  return words;
}

std::vector<std::string> second_words(const std::string& first) {
  std::vector<std::string> words;
  for (const Command& command : commands()) {
    if (command.name.starts_with(first + " ")) {
      words.emplace_back(command.name.substr(first.size() + 1));
    }
  }
  return words;
}

std::vector<std::string> flags_of(const std::vector<OptionSpec>& options) {
  std::vector<std::string> flags;
  for (const OptionSpec& option : options) flags.push_back(fmt::format("--{}", option.name));
  return flags;
}

bool takes_value(const OptionSpec& option) {
  return option.kind != Kind::boolean && option.kind != Kind::action;
}

/// The `case` pattern of an option: --peer, or --output|-o.
std::string pattern_of(const OptionSpec& option) {
  return option.letter == 0 ? fmt::format("--{}", option.name)
                            : fmt::format("--{}|-{}", option.name, option.letter);
}

/// What bash offers for a value.
std::string bash_values(const OptionSpec& option) {
  if (!option.choices.empty()) {
    return fmt::format("COMPREPLY=($(compgen -W '{}' -- \"$cur\"))",
                       fmt::join(option.choices, " "));
  }
  if (option.completes == Completes::file) return "COMPREPLY=($(compgen -f -- \"$cur\"))";
  if (option.completes == Completes::folder) return "COMPREPLY=($(compgen -d -- \"$cur\"))";
  return "COMPREPLY=()";
}

std::string bash_arguments(const Command& command) {
  for (const ArgumentSpec& argument : command.arguments) {
    if (!argument.choices.empty()) {
      return fmt::format(" COMPREPLY+=($(compgen -W '{}' -- \"$cur\"));",
                         fmt::join(argument.choices, " "));
    }
    if (argument.completes == Completes::file) return " COMPREPLY+=($(compgen -f -- \"$cur\"));";
    if (argument.completes == Completes::folder) return " COMPREPLY+=($(compgen -d -- \"$cur\"));";
    if (argument.completes == Completes::command) {
      return fmt::format(" COMPREPLY+=($(compgen -W '{}' -- \"$cur\"));",
                         fmt::join(first_words(), " "));
    }
  }
  return "";
}

/// Text inside single quotes within zsh's [description].
std::string zsh_quoted(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else if (c == '[' || c == ']' || c == ':' || c == '\\') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
  return out;
}

std::string zsh_action(const std::vector<std::string_view>& choices, Completes completes) {
  if (!choices.empty()) return fmt::format("({})", fmt::join(choices, " "));
  switch (completes) {
    case Completes::file:
      return "_files";
    case Completes::folder:
      return "_files -/";
    case Completes::command:
      return fmt::format("({})", fmt::join(first_words(), " "));
    case Completes::nothing:
      break;
  }
  return " ";
}

std::string zsh_option(const OptionSpec& option) {
  const std::string help = zsh_quoted(option.help.substr(0, option.help.find_first_of(":.")));
  if (!takes_value(option)) return fmt::format("'--{}[{}]'", option.name, help);
  const std::string value = fmt::format("[{}]:{}:{}", help, option.argument,
                                        zsh_action(option.choices, option.completes));
  const std::string repeat = option.repeated ? "*" : "";
  std::string text = fmt::format("'{}--{}={}'", repeat, option.name, value);
  if (option.letter != 0) text += fmt::format(" '{}-{}{}'", repeat, option.letter, value);
  return text;
}

}  // namespace

std::string bash_completion() {
  std::string text =
      "# Completion of oxbow for bash.\n"
      "_oxbow() {\n"
      "  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} command='' first='' "
      "i\n"
      "  # To bash = and : are words of their own: --peer = 127.0.0.1 : 7400.\n"
      "  if [ \"$cur\" = = ]; then cur=''\n"
      "  elif [ \"$prev\" = = ]; then prev=${COMP_WORDS[COMP_CWORD-2]}; fi\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    case ${COMP_WORDS[i]} in\n";
  std::vector<std::string> hiding;
  for (const OptionSpec& option : global_options()) {
    if (takes_value(option)) hiding.push_back(pattern_of(option));
  }
  text += fmt::format("      {}) ((i++)); if [ \"${{COMP_WORDS[i]}}\" = = ]; then ((i++)); fi ;;\n",
                      fmt::join(hiding, "|"));
  text +=
      "      =|:) ((i++)) ;;\n"
      "      -*) ;;\n"
      "      *) if [ -z \"$first\" ]; then first=${COMP_WORDS[i]}; command=$first\n"
      "         elif [ \"$command\" = \"$first\" ]; then command=\"$first ${COMP_WORDS[i]}\"; fi "
      ";;\n"
      "    esac\n"
      "  done\n"
      "  COMPREPLY=()\n"
      "  case $prev in\n";
  // By option and by what it offers: --via has other values with other commands.
  std::map<std::string, std::map<std::string, std::vector<std::string>>> offers;
  const auto add_values = [&](const std::vector<OptionSpec>& options, std::string_view command) {
    for (const OptionSpec& option : options) {
      if (!takes_value(option)) continue;
      offers[pattern_of(option)][bash_values(option)].push_back(fmt::format("'{}'*", command));
    }
  };
  add_values(global_options(), "");
  for (const Command& command : commands()) add_values(command.options, command.name);
  for (const auto& [pattern, values] : offers) {
    text += fmt::format("    {})", pattern);
    if (values.size() > 1) {
      text += " case $command in\n";
      for (const auto& [offered, by] : values) {
        text += fmt::format("      {}) {} ;;\n", fmt::join(by, "|"), offered);
      }
      text += "      esac; return ;;\n";
    } else {
      text += fmt::format(" {}; return ;;\n", values.begin()->first);
    }
  }
  text += "  esac\n  case $command in\n";
  text += fmt::format("    '') COMPREPLY=($(compgen -W '{} {}' -- \"$cur\")); return ;;\n",
                      fmt::join(first_words(), " "), fmt::join(flags_of(global_options()), " "));
  for (const std::string& first : first_words()) {
    const auto seconds = second_words(first);
    if (seconds.empty()) continue;
    text += fmt::format("    {}) COMPREPLY=($(compgen -W '{}' -- \"$cur\")); return ;;\n", first,
                        fmt::join(seconds, " "));
  }
  for (const Command& command : commands()) {
    const bool two_words = command.name.find(' ') != std::string_view::npos;
    const std::string pattern =
        two_words ? fmt::format("'{}'", command.name) : fmt::format("{0}|'{0} '*", command.name);
    text +=
        fmt::format("    {}) COMPREPLY=($(compgen -W '{}{}{}' -- \"$cur\"));{} ;;\n", pattern,
                    fmt::join(flags_of(command.options), " "), command.options.empty() ? "" : " ",
                    fmt::join(flags_of(global_options()), " "), bash_arguments(command));
  }
  text += "  esac\n}\ncomplete -o filenames -F _oxbow oxbow\n";
  return text;
}

std::string zsh_completion() {
  std::string text =
      "#compdef oxbow\n"
      "# Completion of oxbow for zsh.\n"
      "_oxbow() {\n"
      "  local -a globals commands\n"
      "  globals=(\n";
  for (const OptionSpec& option : global_options()) text += "    " + zsh_option(option) + "\n";
  text += "  )\n  commands=(\n";
  for (const std::string& first : first_words()) {
    const Command* command = cli::find_command(first);
    const std::string summary = command != nullptr
                                    ? std::string(command->summary)
                                    : fmt::format("{}", fmt::join(second_words(first), ", "));
    text += fmt::format("    '{}:{}'\n", first, zsh_quoted(summary));
  }
  text +=
      "  )\n"
      "  local first='' second='' word skip=0\n"
      "  for word in ${words[2,CURRENT-1]}; do\n"
      "    if ((skip)); then skip=0; continue; fi\n"
      "    case $word in\n";
  std::vector<std::string> hiding;
  for (const OptionSpec& option : global_options()) {
    if (takes_value(option)) hiding.push_back(pattern_of(option));
  }
  text += fmt::format("      {}) skip=1 ;;\n", fmt::join(hiding, "|"));
  text +=
      "      -*) ;;\n"
      "      *) if [[ -z $first ]]; then first=$word; elif [[ -z $second ]]; then second=$word; fi "
      ";;\n"
      "    esac\n"
      "  done\n"
      "  if [[ -z $first ]]; then\n"
      "    if [[ $PREFIX = -* ]]; then _arguments $globals; else _describe command commands; fi\n"
      "    return\n"
      "  fi\n"
      "  case \"$first $second\" in\n";
  for (const Command& command : commands()) {
    const bool two_words = command.name.find(' ') != std::string_view::npos;
    text += two_words ? fmt::format("    '{}') ", command.name)
                      : fmt::format("    '{} '*) ", command.name);
    text += "_arguments $globals";
    for (const OptionSpec& option : command.options) text += " " + zsh_option(option);
    // The words of the command itself; _arguments refuses a position that is given twice.
    text += " '1: : '";
    if (two_words) text += " '2: : '";
    for (const ArgumentSpec& argument : command.arguments) {
      text +=
          fmt::format(" ':{}:{}'", argument.name, zsh_action(argument.choices, argument.completes));
    }
    text += " ;;\n";
  }
  for (const std::string& first : first_words()) {
    const auto seconds = second_words(first);
    if (seconds.empty()) continue;
    text += fmt::format("    '{} '*) compadd {} ;;\n", first, fmt::join(seconds, " "));
  }
  text += "  esac\n}\n_oxbow \"$@\"\n";
  return text;
}

}  // namespace oxbow::cli

// The command line, by Boost.Program_options: it knows the forms (`--key value`, `--key=value`,
// `-h`); what a value means is the table's matter.
#include <fmt/format.h>

#include <boost/program_options.hpp>

#include "config/sources.h"

namespace oxbow::config {

namespace {

namespace po = boost::program_options;

Error usage(std::string message) { return Error{"usage", std::move(message), "", ""}; }

Error needs_value(const Binding& binding) {
  const auto& [name, argument] = std::pair(binding.info.name, binding.info.argument);
  return usage(fmt::format("--{} needs a value: --{}={}", name, name, argument));
}

po::options_description describe() {
  po::options_description all;
  for (const Binding& binding : bindings()) {
    std::string names(binding.info.name);
    if (binding.info.letter != 0) names += std::string(",") + binding.info.letter;
    switch (binding.info.kind) {
      case OptionKind::action:
        all.add_options()(names.c_str(), "");
        break;
      case OptionKind::boolean:
      case OptionKind::value:
      case OptionKind::list:
        all.add_options()(names.c_str(), po::value<std::string>(), "");
        break;
    }
  }
  return all;
}

/// Boost takes no empty value behind '=', and lets a boolean without a value swallow the next word:
/// `--key=` becomes `--key` and an empty word, `--static` becomes `--static=yes`.
std::vector<std::string> words_of(std::span<const char* const> arguments) {
  std::vector<std::string> words;
  for (const char* const argument : arguments) {
    const std::string_view word(argument);
    const auto equals = word.find('=');
    const Binding* const binding =
        word.starts_with("--") ? find_binding(word.substr(2, equals - 2)) : nullptr;
    const OptionKind kind = binding == nullptr ? OptionKind::action : binding->info.kind;
    words.emplace_back(word);
    if (kind == OptionKind::boolean) {
      if (equals == std::string_view::npos) words.back() += "=yes";
    } else if (kind != OptionKind::action && equals == word.size() - 1) {
      words.back().pop_back();
      words.emplace_back();
    }
  }
  return words;
}

std::string bare(const std::string& flag) {
  const auto start = flag.find_first_not_of('-');
  return start == std::string::npos ? "" : flag.substr(start, flag.find('=') - start);
}

Result<po::parsed_options> parse(const std::vector<std::string>& words,
                                 const po::options_description& all) {
  namespace style = po::command_line_style;
  try {
    return po::command_line_parser(words)
        .options(all)
        .style(style::unix_style & ~style::allow_guessing & ~style::allow_sticky)
        .run();
  } catch (const po::unknown_option& unknown) {
    const std::string name = bare(unknown.get_option_name());
    return usage(fmt::format("unknown option {}{}{}", name.size() == 1 ? "-" : "--", name,
                             suggestion(name, true)));
  } catch (const po::invalid_command_line_syntax& wrong) {
    const std::string name = bare(wrong.get_option_name());
    const Binding* const binding = find_binding(name);
    if (binding == nullptr) return usage(fmt::format("--{}: {}", name, wrong.what()));
    if (binding->info.kind == OptionKind::action) {
      return usage(fmt::format("--{} takes no value", name));
    }
    return needs_value(*binding);
  } catch (const po::error& wrong) {
    return usage(fmt::format("{}; see --help", wrong.what()));
  }
}

PeerAction action_of(std::string_view name) {
  if (name == "help") return PeerAction::help;
  if (name == "version") return PeerAction::version;
  return name == "check-config" ? PeerAction::check_config : PeerAction::print_config;
}

}  // namespace

Result<CommandLine> read_command_line(std::span<const char* const> arguments) {
  const auto all = describe();
  const auto parsed = parse(words_of(arguments), all);
  if (!parsed) return parsed.error();

  CommandLine line;
  for (const po::option& option : parsed->options) {
    if (option.string_key.empty()) {
      if (!line.file.empty()) {
        return usage(fmt::format("one configuration file at most, found {} and {}", line.file,
                                 option.value.front()));
      }
      line.file = option.value.front();
      if (line.file.empty()) return usage("the name of the configuration file is empty");
      continue;
    }
    const Binding* const binding = find_binding(option.string_key);
    OXBOW_ASSERT(binding != nullptr, "an option that is not in the table was parsed");
    if (binding->info.kind == OptionKind::action) {
      // --help wins over --version, and both over what needs valid options.
      const PeerAction action = action_of(binding->info.name);
      if (line.action == PeerAction::run || action < line.action) line.action = action;
      continue;
    }
    // `--name --static` is a forgotten value; a value that begins so can be given with '='.
    const bool is_adjacent = option.original_tokens.size() < 2;
    if (!is_adjacent && option.value.front().starts_with("--")) return needs_value(*binding);
    auto& values = line.settings.of(*binding);
    if (!values.empty() && binding->info.kind != OptionKind::list) {
      return usage(fmt::format("--{} is given twice; keep one of them", binding->info.name));
    }
    const std::string& value = option.value.front();
    values.push_back({value, fmt::format("--{}={}", binding->info.name, value)});
  }
  return line;
}

}  // namespace oxbow::config

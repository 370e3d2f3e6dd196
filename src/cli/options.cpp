#include "cli/options.h"

#include <fmt/format.h>

#include <algorithm>
#include <boost/program_options.hpp>
#include <charconv>

#include "base/limits.h"

namespace oxbow::cli {
namespace {

namespace po = boost::program_options;

Error usage(std::string message, std::string needed = {}, std::string got = {}) {
  return {"usage", std::move(message), std::move(needed), std::move(got)};
}

std::vector<const OptionSpec*> options_of(const Command& command) {
  std::vector<const OptionSpec*> all;
  for (const OptionSpec& option : command.options) all.push_back(&option);
  for (const OptionSpec& option : global_options()) all.push_back(&option);
  return all;
}

const OptionSpec* find_option(const Command& command, std::string_view name) {
  for (const OptionSpec* option : options_of(command)) {
    if (option->name == name) return option;
  }
  return nullptr;
}

po::options_description describe(const Command& command) {
  po::options_description description;
  for (const OptionSpec* option : options_of(command)) {
    std::string names(option->name);
    if (option->letter != 0) names += std::string(",") + option->letter;
    if (option->kind == Kind::action) {
      description.add_options()(names.c_str(), "");
    } else if (option->kind == Kind::boolean) {
      description.add_options()(names.c_str(), po::value<std::string>()->implicit_value("yes"), "");
    } else {
      description.add_options()(names.c_str(), po::value<std::string>(), "");
    }
  }
  return description;
}

std::string without_dashes(const std::string& flag) {
  const auto start = flag.find_first_not_of('-');
  return start == std::string::npos ? flag : flag.substr(start, flag.find('=') - start);
}

Error unknown_option(const Command& command, const std::string& flag) {
  const std::string name = without_dashes(flag);
  std::vector<std::string> known;
  for (const OptionSpec* option : options_of(command)) known.emplace_back(option->name);
  const auto near = nearest(name, known);
  const bool is_word = !flag.starts_with("--") && name.size() > 1;
  return usage(
      fmt::format("oxbow {} has no option {}{}{} (see oxbow {} --help)", command.name,
                  flag.substr(0, flag.find('=')), near ? "; did you mean --" + *near + "?" : "",
                  is_word ? "; -- goes before a word that begins with -" : "", command.name),
      near ? "--" + *near : "", name);
}

std::optional<bool> parse_boolean(std::string_view text) {
  if (text == "yes" || text == "true" || text == "on" || text == "1") return true;
  if (text == "no" || text == "false" || text == "off" || text == "0") return false;
  return std::nullopt;
}

std::optional<std::uint64_t> parse_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

Status check(const OptionSpec& option, const std::string& value) {
  const auto wrong = [&](const std::string& needed) {
    return usage(fmt::format("--{}={}: give {}", option.name, value, needed), needed, value);
  };
  switch (option.kind) {
    case Kind::text:
      if (value.empty() && !option.may_be_empty) return wrong(std::string(option.argument));
      break;
    case Kind::action:
      break;
    case Kind::boolean:
      if (!parse_boolean(value)) return wrong("yes or no");
      break;
    case Kind::number: {
      const auto number = parse_number(value);
      if (!number || *number < option.least || *number > option.most) {
        return wrong(fmt::format("a whole number from {} to {}", option.least, option.most));
      }
      break;
    }
    case Kind::duration:
      if (!parse_duration(value)) return wrong(std::string(kTimeNeeded));
      break;
    case Kind::choice:
      if (std::find(option.choices.begin(), option.choices.end(), value) == option.choices.end()) {
        return wrong("one of " + fmt::format("{}", fmt::join(option.choices, ", ")));
      }
      break;
  }
  return Done{};
}

Status check_key(const std::string& key) {
  if (key.empty()) return usage("KEY is empty", "KEY");
  if (key.size() <= limits::kKey) return Done{};
  return usage(fmt::format("KEY has {} bytes: {} is the most", key.size(), limits::kKey),
               std::to_string(limits::kKey), std::to_string(key.size()));
}

Status check_arguments(const Command& command, const std::vector<std::string>& arguments) {
  const auto required = static_cast<std::size_t>(
      std::count_if(command.arguments.begin(), command.arguments.end(),
                    [](const ArgumentSpec& argument) { return argument.required; }));
  if (arguments.size() < required) {
    const std::string_view missing = command.arguments[arguments.size()].name;
    return usage(fmt::format("{} is missing: {}", missing, usage_of(command)),
                 std::string(missing));
  }
  const bool any_number = !command.arguments.empty() && command.arguments.back().repeated;
  if (arguments.size() > command.arguments.size() && !any_number) {
    const std::string& extra = arguments[command.arguments.size()];
    return usage(fmt::format("'{}' is one argument too many: {}", extra, usage_of(command)), "",
                 extra);
  }
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const ArgumentSpec& argument = command.arguments[std::min(i, command.arguments.size() - 1)];
    if (argument.name == "KEY") {
      if (Status fits = check_key(arguments[i]); !fits) return fits;
    }
    const auto& choices = argument.choices;
    if (choices.empty() ||
        std::find(choices.begin(), choices.end(), arguments[i]) != choices.end()) {
      continue;
    }
    const std::string needed = fmt::format("{}", fmt::join(choices, ", "));
    return usage(fmt::format("'{}' is none of {}: {}", arguments[i], needed, usage_of(command)),
                 needed, arguments[i]);
  }
  return Done{};
}

// Boost gives an option whose value may be left out the next word, whatever that is: a boolean
// without `=` is written out before it sees it. Nor does it know an empty value behind `=`.
std::vector<std::string> with_full_options(const Command& command,
                                           std::span<const std::string> words) {
  std::vector<std::string> full;
  bool ended = false;
  for (const std::string& word : words) {
    ended = ended || word == "--";
    full.push_back(word);
    if (ended) continue;
    for (const OptionSpec* option : options_of(command)) {
      const std::string name = "--" + std::string(option->name);
      if (option->may_be_empty && word == name + "=") {
        full.back() = name;
        full.emplace_back();
      }
      if (option->kind != Kind::boolean) continue;
      const bool is_letter = option->letter != 0 && word == std::string("-") + option->letter;
      if (word == name || is_letter) full.back() = name + "=yes";
    }
  }
  return full;
}

// Boost.Program_options tells the forms apart (--x y, --x=y, -x y, --).
Result<po::parsed_options> parse_forms(const Command& command, std::span<const std::string> words) {
  namespace style = po::command_line_style;
  try {
    const po::options_description known = describe(command);
    return po::command_line_parser(with_full_options(command, words))
        .options(known)
        .style(style::unix_style & ~style::allow_guessing & ~style::allow_sticky)
        .run();
  } catch (const po::unknown_option& error) {
    return unknown_option(command, error.get_option_name());
  } catch (const po::invalid_command_line_syntax& error) {
    const std::string name = without_dashes(error.get_option_name());
    const OptionSpec* option = find_option(command, name);
    if (option == nullptr) return unknown_option(command, error.get_option_name());
    if (option->kind == Kind::action) return usage("--" + name + " takes no value");
    return usage(fmt::format("--{} needs a value: --{}={}", name, name, option->argument));
  } catch (const po::error& error) {
    return usage(fmt::format("{} (see oxbow {} --help)", error.what(), command.name));
  }
}

}  // namespace

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view unit = text.substr(digits);
  const auto number = parse_number(text.substr(0, digits));
  const std::uint64_t factor = unit == "ms"                  ? 1
                               : unit.empty() || unit == "s" ? 1000
                               : unit == "m"                 ? 60'000
                               : unit == "h"                 ? 3'600'000
                                                             : 0;
  constexpr std::uint64_t kDay = 86'400'000;
  if (!number || factor == 0 || *number == 0 || *number > kDay / factor) {
    return usage("no time: " + std::string(text), std::string(kTimeNeeded), std::string(text));
  }
  return std::chrono::milliseconds(*number * factor);
}

bool Options::has(std::string_view name) const { return values_.find(name) != values_.end(); }

std::string Options::text(std::string_view name) const {
  if (const auto found = values_.find(name); found != values_.end()) return found->second.back();
  const auto fallback = fallbacks_.find(name);
  return fallback == fallbacks_.end() ? std::string() : fallback->second;
}

std::vector<std::string> Options::all(std::string_view name) const {
  const auto found = values_.find(name);
  return found == values_.end() ? std::vector<std::string>() : found->second;
}

std::uint32_t Options::number(std::string_view name) const {
  return static_cast<std::uint32_t>(parse_number(text(name)).value_or(0));
}

std::chrono::milliseconds Options::duration(std::string_view name) const {
  const auto parsed = parse_duration(text(name));
  return parsed ? *parsed : std::chrono::milliseconds(0);
}

bool Options::is_set(std::string_view name) const {
  return parse_boolean(text(name)).value_or(false);
}

Result<Options> parse_options(const Command& command, std::span<const std::string> words) {
  const auto parsed = parse_forms(command, words);
  if (!parsed) return parsed.error();
  Options options;
  for (const OptionSpec* option : options_of(command)) {
    if (!option->fallback.empty()) options.fallbacks_[std::string(option->name)] = option->fallback;
  }
  for (const po::option& one : parsed->options) {
    if (one.string_key.empty()) {
      options.arguments_.insert(options.arguments_.end(), one.value.begin(), one.value.end());
      continue;
    }
    const OptionSpec* option = find_option(command, one.string_key);
    if (option == nullptr) return unknown_option(command, "--" + one.string_key);
    const std::string value = one.value.empty() ? "yes" : one.value.front();
    if (Status fits = check(*option, value); !fits) return fits.error();
    auto& values = options.values_[one.string_key];
    if (!values.empty() && !option->repeated && option->kind != Kind::action) {
      return usage(fmt::format("--{} is given twice; keep one of them", option->name));
    }
    values.push_back(value);
  }
  // Who asks for help need not get the rest right.
  if (options.has("help")) return options;
  if (Status fits = check_arguments(command, options.arguments_); !fits) return fits.error();
  return options;
}

}  // namespace oxbow::cli

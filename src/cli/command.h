// What a command of `oxbow` is: one table of arguments and options from which parsing, --help, the
// man page and shell completion all follow, and the function that carries it out.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace oxbow::cli {

enum class Kind : std::uint8_t {
  text,
  number,    ///< whole, from `least` to `most`
  duration,  ///< 500ms, 10s, 2m; a bare number is seconds
  boolean,   ///< --x, --x=yes or --x=no
  choice,    ///< one of `choices`
  action,    ///< --x alone
};

/// What a shell offers for a word.
enum class Completes : std::uint8_t { nothing, file, folder, command };

struct OptionSpec {
  std::string_view name;           ///< without dashes
  std::string_view argument = {};  ///< what stands for the value; empty for booleans and actions
  std::string_view help = {};      ///< one sentence, without the default
  Kind kind = Kind::text;
  std::string_view fallback = {};              ///< the default, as one would write it; empty: none
  std::vector<std::string_view> choices = {};  ///< of a choice; of text, what a shell offers
  std::uint64_t least = 0;
  std::uint64_t most = 0xffffffff;
  char letter = 0;
  bool repeated = false;
  Completes completes = Completes::nothing;
  bool may_be_empty = false;  ///< of text: "" is as good as left out, or a value
};

struct ArgumentSpec {
  std::string_view name;  ///< in capitals
  std::string_view help;
  bool required = true;  ///< only the last may be left out
  Completes completes = Completes::nothing;
  std::vector<std::string_view> choices = {};
  bool repeated = false;  ///< the last one may: any number of them
};

struct Example {
  std::string_view line;     ///< a whole command line
  std::string_view meaning;  ///< what it does
};

struct Invocation;

struct Command {
  std::string_view name;     ///< "find"; "peer add": two words
  std::string_view summary;  ///< half a sentence, for lists
  std::string_view details;  ///< paragraphs, separated by empty lines; may be empty
  std::vector<ArgumentSpec> arguments;
  std::vector<OptionSpec> options;
  std::vector<Example> examples;
  int (*run)(Invocation&);  ///< returns an exit code (cli/output.h)
};

/// The options that every command takes.
const std::vector<OptionSpec>& global_options();

/// Every command, in the order in which people should read them.
const std::vector<Command>& commands();

/// null: there is none.
const Command* find_command(std::string_view name);

}  // namespace oxbow::cli

#include "cli/run.h"

#include <algorithm>

#include "cli/help.h"
#include "message/describe.h"

namespace oxbow::cli {
namespace {

/// For `oxbow` with nothing but global options.
const Command& no_command() {
  static const Command none{.name = "help",
                            .summary = "explain a command",
                            .details = "",
                            .arguments = {},
                            .options = {},
                            .examples = {},
                            .run = nullptr};
  return none;
}

Format format_of(const Options& options) {
  const std::string text = options.text("output");
  if (options.is_set("json") || text == "json") return Format::json;
  if (text == "ndjson") return Format::ndjson;
  return text == "plain" ? Format::plain : Format::table;
}

/// Wrong usage is reported in JSON too where JSON was asked for, however wrong the rest is.
Format guessed_format(std::span<const std::string> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string next = i + 1 < words.size() ? words[i + 1] : "";
    const bool names = word == "-o" || word == "--output";
    if (word == "--json" || word == "--output=json" || word == "-ojson") return Format::json;
    if (names && next == "json") return Format::json;
    if (word == "--output=ndjson" || (names && next == "ndjson")) return Format::ndjson;
  }
  return Format::table;
}

}  // namespace

int run(std::span<const std::string> words, const Console& console) {
  const Output early(console, guessed_format(words), false);
  const Result<CommandWords> split = split_command(words);
  if (!split) return early.fail(split.error());
  const Command& command = split->command == nullptr ? no_command() : *split->command;
  const Result<Options> options = parse_options(command, split->words);
  if (!options) return early.fail(options.error());

  if (options->has("version")) {
    console.out("oxbow " OXBOW_VERSION "\n");
    return exit_code::kDone;
  }
  if (split->command == nullptr) {
    if (options->has("help")) {
      console.out(general_help());
      return exit_code::kDone;
    }
    console.err(general_help());
    return exit_code::kUsage;
  }
  if (options->has("help")) {
    console.out(help_of(command));
    return exit_code::kDone;
  }
  if (options->is_set("json") && options->has("output") && options->text("output") != "json") {
    return early.fail(
        {"usage", "--json and --output exclude each other: keep one of them", "", ""});
  }

  Invocation invocation{command, *options, console,
                        Output(console, format_of(*options), options->is_set("quiet")),
                        options->text("peer")};
  const std::string default_peer = invocation.peer;
  if (!options->has("peer")) {
    const auto named = console.environment("OXBOW_PEER");
    if (named && !named->empty()) invocation.peer = *named;
  }
  // Where OXBOW_PEER is set, it is also set for the next command.
  invocation.is_default_peer = !options->has("peer");
  return command.run(invocation);
}

}  // namespace oxbow::cli

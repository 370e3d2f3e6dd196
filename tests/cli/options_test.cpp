#include "cli/options.h"

#include <doctest/doctest.h>

#include <set>

using namespace oxbow;
using namespace oxbow::cli;

namespace {

using Words = std::vector<std::string>;

Result<Options> parsed(const std::string& command, const Words& words) {
  const Command* found = find_command(command);
  REQUIRE(found != nullptr);
  return parse_options(*found, words);
}

std::string complaint(const std::string& command, const Words& words) {
  const auto options = parsed(command, words);
  REQUIRE_FALSE(options.ok());
  CHECK(options.error().code == "usage");
  return options.error().message;
}

std::string split_complaint(const Words& line) {
  const auto split = split_command(line);
  REQUIRE_FALSE(split.ok());
  return split.error().message;
}

}  // namespace

TEST_CASE("options are read in all their forms, and have their defaults") {
  const auto options = parsed("find", {"key", "--ttl=3", "--via", "walk", "--all=no", "-o", "json",
                                       "--timeout", "500ms", "-q"});
  REQUIRE(options.ok());
  CHECK(options->argument(0) == "key");
  CHECK(options->number("ttl") == 3);
  CHECK(options->text("via") == "walk");
  CHECK(options->has("all"));
  CHECK_FALSE(options->is_set("all"));
  CHECK(options->text("output") == "json");
  CHECK(options->duration("timeout") == std::chrono::milliseconds(500));
  CHECK(options->is_set("quiet"));
  CHECK(options->is_set("reports"));
  CHECK(options->text("peer") == "127.0.0.1:7400");
  CHECK(options->number("walkers") == 0);
}

TEST_CASE("a boolean does not swallow the argument behind it") {
  const auto options = parsed("find", {"--glob", "*.txt", "--all"});
  REQUIRE(options.ok());
  CHECK(options->is_set("glob"));
  CHECK(options->is_set("all"));
  CHECK(options->argument(0) == "*.txt");
}

TEST_CASE("behind -- everything is an argument") {
  const auto options = parsed("find", {"--", "--glob"});
  REQUIRE(options.ok());
  CHECK_FALSE(options->is_set("glob"));
  CHECK(options->argument(0) == "--glob");
  CHECK(parsed("publish", {"key", "-"})->argument(1) == "-");
}

TEST_CASE("wrong usage says what would be right") {
  CHECK(complaint("find", {}) == "KEY is missing: oxbow find KEY [options]");
  CHECK(complaint("find", {"a", "b"}) == "'b' is one argument too many: oxbow find KEY [options]");
  CHECK(complaint("find", {"a", "--tll=1"}) ==
        "oxbow find has no option --tll; did you mean --ttl? (see oxbow find --help)");
  CHECK(complaint("find", {"a", "--via=train"}) ==
        "--via=train: give one of flood, expanding, walk");
  CHECK(complaint("find", {"a", "--ttl=256"}) == "--ttl=256: give a whole number from 0 to 255");
  CHECK(complaint("find", {"a", "--ttl=two"}) == "--ttl=two: give a whole number from 0 to 255");
  CHECK(complaint("find", {"a", "--ttl"}) == "--ttl needs a value: --ttl=N");
  CHECK(complaint("find", {"a", "--ttl=1", "--ttl=2"}) == "--ttl is given twice; keep one of them");
  CHECK(complaint("find", {"a", "--timeout=soon"}) ==
        "--timeout=soon: give a time in ms, s, m or h, such as 500ms or 10s, of a day at the most");
  CHECK(complaint("find", {"a", "--timeout=99h"}) ==
        "--timeout=99h: give a time in ms, s, m or h, such as 500ms or 10s, of a day at the most");
  CHECK(complaint("find", {"a", "--first=perhaps"}) == "--first=perhaps: give yes or no");
  CHECK(complaint("completion", {"fish"}) == "'fish' is none of bash, zsh: oxbow completion SHELL");
}

TEST_CASE("abbreviated options are not guessed") {
  CHECK(complaint("find", {"a", "--time=1s"}).starts_with("oxbow find has no option --time"));
}

TEST_CASE("durations have a unit, and an end") {
  CHECK(*parse_duration("250ms") == std::chrono::milliseconds(250));
  CHECK(*parse_duration("3") == std::chrono::seconds(3));
  CHECK(*parse_duration("2m") == std::chrono::minutes(2));
  CHECK(*parse_duration("24h") == std::chrono::hours(24));
  for (const char* wrong : {"", "s", "0", "-1s", "1.5s", "25h", "1d", "99999999999999999999s"}) {
    INFO(wrong);
    CHECK_FALSE(parse_duration(wrong).ok());
  }
}

TEST_CASE("global options may stand before the command") {
  const auto split = split_command(Words{"--peer", "10.0.0.1:7", "-q", "peer", "add", "a:1"});
  REQUIRE(split.ok());
  REQUIRE(split->command != nullptr);
  CHECK(split->command->name == "peer add");
  CHECK(split->words == Words{"--peer", "10.0.0.1:7", "-q", "a:1"});
  CHECK(split_command(Words{"--version"})->command == nullptr);
  CHECK(split_command(Words{})->command == nullptr);
}

TEST_CASE("unknown commands get a hint") {
  CHECK(split_complaint({"fnd"}) ==
        "oxbow has no command 'fnd'; did you mean find? (see oxbow help)");
  CHECK(split_complaint({"frobnicate"}) == "oxbow has no command 'frobnicate' (see oxbow help)");
  CHECK(split_complaint({"net"}) == "oxbow net needs to know what: net up, net down, net list");
  CHECK(split_complaint({"net", "upp"}) ==
        "oxbow net needs to know what: net up, net down, net list");
}

TEST_CASE("every command's table is whole") {
  std::set<std::string_view> names;
  for (const Command& command : commands()) {
    INFO(command.name);
    CHECK(names.insert(command.name).second);
    CHECK((command.run != nullptr));
    CHECK_FALSE(command.summary.empty());
    CHECK_FALSE(command.examples.empty());
    std::set<std::string_view> options;
    for (const OptionSpec& option : global_options()) options.insert(option.name);
    for (const OptionSpec& option : command.options) {
      INFO(option.name);
      CHECK(options.insert(option.name).second);
      CHECK_FALSE(option.help.empty());
      const bool takes_value = option.kind != Kind::boolean && option.kind != Kind::action;
      CHECK(takes_value == !option.argument.empty());
      if (option.kind == Kind::choice) CHECK_FALSE(option.choices.empty());
      if (option.kind != Kind::choice && option.kind != Kind::text) CHECK(option.choices.empty());
    }
  }
}

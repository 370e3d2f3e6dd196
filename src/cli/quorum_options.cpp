#include "cli/quorum_options.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"

namespace oxbow::cli {

OptionSpec r_option() {
  return {.name = "r",
          .argument = "R",
          .help =
              "How many members must answer: a number, quorum (more than half of N) or all; "
              "without it, what the bucket says.",
          .choices = {"quorum", "all"}};
}

OptionSpec w_option() {
  return {.name = "w",
          .argument = "W",
          .help =
              "How many copies must be written: a number, quorum (more than half of N) or all; "
              "without it, what the bucket says.",
          .choices = {"quorum", "all"}};
}

OptionSpec strict_option() {
  return {.name = "strict",
          .help = "Count the key's own N members only: nobody stands in for one that is down.",
          .kind = Kind::boolean};
}

OptionSpec context_option(std::string_view help) {
  // JSON has "" for none.
  return {.name = "context", .argument = "CONTEXT", .help = help, .may_be_empty = true};
}

OptionSpec explain_option() {
  return {.name = "explain",
          .help = "Print who did what: every member that was asked, and what it answered.",
          .kind = Kind::boolean};
}

OptionSpec quorum_timeout_option() {
  return {.name = "timeout",
          .argument = "TIME",
          .help = "How long it may take at the most; without it, 5 s.",
          .kind = Kind::duration};
}

Result<std::string> quorum_need(const Options& options, const std::string& option) {
  const std::string text = options.text(option);
  if (text.empty() || text == "quorum" || text == "all") return text;
  const bool digits = text.size() <= 2 && std::all_of(text.begin(), text.end(),
                                                      [](char c) { return c >= '0' && c <= '9'; });
  const std::size_t number = digits ? std::stoul(text) : 0;
  if (number >= 1 && number <= limits::kCopiesMost) return std::to_string(number);
  const std::string needed =
      fmt::format("a number from 1 to {}, quorum or all", limits::kCopiesMost);
  return Error{"usage", fmt::format("--{}={}: give {}", option, text, needed), needed, text};
}

std::uint32_t timeout_ms(const Options& options) {
  return static_cast<std::uint32_t>(options.duration("timeout").count());
}

}  // namespace oxbow::cli

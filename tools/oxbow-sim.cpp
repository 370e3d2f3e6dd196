// `oxbow-sim`: the cores of a peer in virtual time, seeded. Options and wiring only.
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "report/comparison_page.h"
#include "report/progress.h"
#include "report/text.h"
#include "report/whole_file.h"
#include "sim/lookup.h"
#include "sim_balance.h"
#include "sim_lookup_options.h"
#include "sim_lookup_output.h"
#include "sim_lookup_page.h"
#include "standard_streams.h"

using namespace oxbow;
using namespace oxbow::sim;

namespace {

constexpr int kFound = 0;
constexpr int kNothing = 1;
constexpr int kUsage = 2;
constexpr int kNotWritten = 4;

constexpr std::string_view kHelp =
    "Usage: oxbow-sim COMMAND [options]\n"
    "Runs networks of peers in virtual time, determined by a seed.\n\n"
    "  balance  how evenly a ring shares its load among members\n"
    "  lookup   search strategies and ring lookups on a topology\n\n"
    "oxbow-sim COMMAND --help tells more about one.\n";

int say(std::string_view text, int code) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) return code;
  std::fputs("oxbow-sim: cannot write to standard output\n", stderr);
  return kNotWritten;
}

int complain(const Error& error, LookupFormat format, int code = kUsage) {
  std::fprintf(stderr, "oxbow-sim: %s\n", printable_message(error.message).c_str());
  if (format != LookupFormat::json) return code;
  JsonWriter json;
  json.begin_document("error").field("error", error.code).field("message", error.message);
  json.field("needed", error.needed).field("got", error.got).end_object();
  return say(json.text() + "\n", code);
}

/// Wrong usage is reported in JSON too where JSON was asked for, however wrong the rest is.
LookupFormat asked_format(std::span<const std::string_view> words) {
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (asked_output(words, i) == "json") return LookupFormat::json;
  }
  return LookupFormat::table;
}

LookupProgress percents(Progress& progress) {
  return [&progress, shown_percent = std::uint64_t{101}](LookupVia via, std::uint64_t done,
                                                         std::uint64_t total) mutable {
    const std::uint64_t percent = done * 100 / total;
    if (percent == shown_percent || total == 1) return;
    shown_percent = percent;
    progress.show(fmt::format("{}: {} % of {} queries", name_of(via), percent, total));
  };
}

struct Looked {
  LookupResult result;
  std::string page;  ///< if one was asked for
};

Looked look_up(const NamedGraph& network, const LookupOptions& options,
               std::span<const std::string_view> words) {
  Progress progress(Terminal::of(STDERR_FILENO), "");
  if (options.report.empty() && options.format != LookupFormat::html) {
    return {run_lookups(network.graph, options.plan, percents(progress)), {}};
  }
  const Comparison comparison =
      compare(network.graph, options.topology, options.plan, percents(progress),
              [&](std::string_view what) { progress.show(what); });
  const WatchedFlood watched = watch_flood(network, options.topology, options.plan);
  return {comparison.result, comparison_page(page_data(comparison, watched, options, words))};
}

std::string in_format(const Looked& looked, const LookupOptions& options) {
  const LookupResult& result = looked.result;
  switch (options.format) {
    case LookupFormat::html:
      return looked.page;
    case LookupFormat::json:
      return to_json(result, options.timing);
    case LookupFormat::csv:
      return to_csv(result, options.timing);
    case LookupFormat::table:
      return to_text(result, options.timing, Terminal::of(STDOUT_FILENO));
  }
  return {};
}

int lookup(std::span<const std::string_view> words) {
  auto options = parse_lookup_options(words);
  if (!options) return complain(options.error(), asked_format(words));
  if (options->help) return say(lookup_help(), kFound);
  const auto network = build_topology(options->topology, options->plan.seed);
  if (!network) return complain(network.error(), options->format);
  if (const Status fits = complete_plan(*options, *network); !fits) {
    return complain(fits.error(), options->format);
  }
  if (const Status fits = check(network->graph, options->plan); !fits) {
    return complain(fits.error(), options->format);
  }
  std::optional<WholeFile> report;
  if (!options->report.empty()) {
    // Whoever cannot have the report should not wait for it.
    auto begun = WholeFile::begin(options->report, "another --report FILE");
    if (!begun) return complain(begun.error(), options->format, kNotWritten);
    report.emplace(std::move(begun).value());
  }
  const Looked looked = look_up(*network, *options, words);
  if (report) {
    const Status written = report->write(looked.page);
    if (!written) return complain(written.error(), options->format, kNotWritten);
  }
  bool found = false;
  for (const LookupRow& row : looked.result.rows) found = found || row.found > 0;
  return say(in_format(looked, *options), found ? kFound : kNothing);
}

int balance(std::span<const std::string_view> words) {
  const auto options = parse_balance_options(words);
  if (!options) return complain(options.error(), asked_format(words));
  if (options->help) return say(kBalanceHelp, kFound);
  return say(run_balance(*options, Terminal::of(STDOUT_FILENO)), kFound);
}

}  // namespace

int main(int count, char** words) {
  fill_standard_streams();
  const std::vector<std::string_view> all(words + (count > 0 ? 1 : 0), words + count);
  if (all.empty()) {
    std::fputs(std::string(kHelp).c_str(), stderr);
    return kUsage;
  }
  if (all[0] == "--help" || all[0] == "-h" || all[0] == "help") return say(kHelp, kFound);
  if (all[0] == "--version") return say("oxbow-sim " OXBOW_VERSION "\n", kFound);
  if (all[0] == "lookup") return lookup(std::span(all).subspan(1));
  if (all[0] == "balance") return balance(std::span(all).subspan(1));
  const Error unknown{
      "usage",
      fmt::format("'{}' is no command: there are balance and lookup (see oxbow-sim --help)",
                  all[0]),
      "balance or lookup", std::string(all[0])};
  return complain(unknown, LookupFormat::table);
}

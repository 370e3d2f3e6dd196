// `oxbow-sim`: the cores of a peer in virtual time, seeded. Options and wiring only.
#include <unistd.h>

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

#include "report/progress.h"
#include "report/text.h"
#include "sim/lookup.h"
#include "sim_lookup_options.h"
#include "sim_lookup_output.h"
#include "standard_streams.h"

using namespace oxbow;
using namespace oxbow::sim;

namespace {

constexpr int kFound = 0;
constexpr int kNothing = 1;
constexpr int kUsage = 2;

constexpr std::string_view kHelp =
    "Usage: oxbow-sim COMMAND [options]\n"
    "Runs networks of peers in virtual time, determined by a seed.\n\n"
    "  lookup   search strategies and ring lookups on a topology (oxbow-sim lookup --help)\n";

int say(std::string_view text, int code) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) return code;
  std::fputs("oxbow-sim: cannot write to standard output\n", stderr);
  return 4;
}

int complain(const Error& error, LookupFormat format) {
  std::fprintf(stderr, "oxbow-sim: %s\n", printable(error.message).c_str());
  if (format != LookupFormat::json) return kUsage;
  JsonWriter json;
  json.begin_document("error").field("error", error.code).field("message", error.message);
  json.field("needed", error.needed).field("got", error.got).end_object();
  return say(json.text() + "\n", kUsage);
}

LookupResult run_with_progress(const Graph& graph, const LookupPlan& plan) {
  Progress progress(Terminal::of(STDERR_FILENO), "");
  std::uint64_t shown_percent = 101;
  return run_lookups(graph, plan, [&](LookupVia via, std::uint64_t done, std::uint64_t total) {
    const std::uint64_t percent = done * 100 / total;
    if (percent == shown_percent || total == 1) return;
    shown_percent = percent;
    progress.show(fmt::format("{}: {} % of {} queries", name_of(via), percent, total));
  });
}

std::string in_format(const LookupResult& result, const LookupOptions& options) {
  switch (options.format) {
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
  if (!options) return complain(options.error(), LookupFormat::table);
  if (options->help) return say(lookup_help(), kFound);
  const auto network = build_topology(options->topology, options->plan.seed);
  if (!network) return complain(network.error(), options->format);
  if (const Status fits = complete_plan(*options, *network); !fits) {
    return complain(fits.error(), options->format);
  }
  if (const Status fits = check(network->graph, options->plan); !fits) {
    return complain(fits.error(), options->format);
  }
  const LookupResult result = run_with_progress(network->graph, options->plan);
  bool found = false;
  for (const LookupRow& row : result.rows) found = found || row.found > 0;
  return say(in_format(result, *options), found ? kFound : kNothing);
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
  const Error unknown{
      "usage", fmt::format("'{}' is no command: there is lookup (see oxbow-sim --help)", all[0]),
      "lookup", std::string(all[0])};
  return complain(unknown, LookupFormat::table);
}

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/command_list.h"
#include "cli/comparison.h"
#include "cli/output.h"
#include "report/comparison_page.h"
#include "report/progress.h"
#include "report/text.h"
#include "report/units.h"
#include "report/whole_file.h"

namespace oxbow::cli {
namespace {

constexpr std::size_t kKeys = 10;  // where none are named

Result<std::vector<std::string>> ways_of(const std::string& list) {
  std::vector<std::string> ways;
  for (std::string_view rest = list;;) {
    const auto end = std::min(rest.find(','), rest.size());
    const std::string_view way = rest.substr(0, end);
    if (std::find(kComparedWays.begin(), kComparedWays.end(), way) == kComparedWays.end()) {
      const std::string ways_there_are = fmt::format("{}", fmt::join(kComparedWays, ", "));
      return Error{
          "usage",
          fmt::format("--via={}: give some of {}, with commas", printable(list), ways_there_are),
          ways_there_are, list};
    }
    if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.emplace_back(way);
    if (end == rest.size()) return ways;
    rest.remove_prefix(end + 1);
  }
}

// As often as it is named: once.
std::vector<std::string> without_repeats(const std::vector<std::string>& keys) {
  std::vector<std::string> once;
  for (const std::string& key : keys) {
    if (std::find(once.begin(), once.end(), key) == once.end()) once.push_back(key);
  }
  return once;
}

// Without a ring there is nothing to look up: those ways are left out, and that is said.
Result<bool> has_ring(Client& client) {
  const auto ring = client.ring();
  if (!ring) return ring.error();
  return std::any_of(ring->members.begin(), ring->members.end(),
                     [](const MemberInfo& member) { return member.state == "joined"; });
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Options& options = invocation.options;
  const auto ways = ways_of(options.text("via"));
  if (!ways) return output.fail(ways.error());
  std::optional<WholeFile> report;
  if (options.has("report")) {
    // Whoever cannot have the report should not wait for it.
    auto begun = WholeFile::begin(options.text("report"), "another --report FILE");
    if (!begun) return output.fail(begun.error());
    report.emplace(std::move(begun).value());
  }
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  ComparisonPlan plan;
  plan.ways = *ways;
  plan.ttl = options.number("ttl");
  plan.rounds = options.number("rounds");
  plan.keys = without_repeats(options.arguments());
  if (plan.keys.empty()) {
    const auto keys = keys_to_compare(*client, kKeys);
    if (!keys) return output.fail(keys.error());
    plan.keys = *keys;
  }
  if (plan.keys.empty()) {
    return output.fail({"not-found", "nobody within reach has any key to compare with",
                        "a key: publish, share or put one, or name some", "none"});
  }
  const auto ring = has_ring(*client);
  if (!ring) return output.fail(ring.error());
  if (!*ring) {
    std::erase_if(plan.ways, [](const std::string& way) {
      return way == "one-hop" || way == "finger" || way == "successor";
    });
    if (plan.ways.empty()) {
      return output.fail({"no-ring", "there is no ring here to look anything up on",
                          "a member: a peer with `member = yes`", "none"});
    }
    output.aside(
        "There is no ring here (a peer with `member = yes` would make one): its ways are "
        "left out.");
  }

  Progress progress(output.quiet() ? Terminal() : output.error_terminal(), "");
  const auto compared = compare_ways(*client, plan, [&](std::uint64_t done, std::uint64_t total) {
    progress.show(fmt::format("{} of {} questions", done, total));
  });
  progress.wipe();
  if (!compared) return output.fail(compared.error());
  output.print(comparison_table(*compared), "compare", "rows", "row");
  output.note(
      fmt::format("\n{}, {} each by every way. Messages are means for one question; "
                  "HOPS and FIRST HIT, of those that found something.",
                  counted(plan.keys.size(), "key"), counted(plan.rounds, "time")));
  if (report) {
    const auto data = comparison_page_data(*client, plan, *compared);
    if (!data) return output.fail(data.error());
    const Status written = report->write(comparison_page(*data));
    if (!written) return output.fail(written.error());
    output.note(fmt::format("The report is in {}: any browser opens it.",
                            printable(options.text("report"))));
  }
  const bool found = std::any_of(compared->begin(), compared->end(),
                                 [](const ComparedWay& way) { return way.found > 0; });
  return found ? exit_code::kDone : exit_code::kNothing;
}

}  // namespace

Command compare_command() {
  return {
      .name = "compare",
      .summary = "the same keys by flood and by ring, in one table",
      .details =
          "Asks the running network for each KEY by every way, several times, and puts side by "
          "side "
          "what it cost: found of those that exist, messages, duplicates, bytes, peers reached, "
          "hops and time to the first hit, time until the search was known to be over, in how many "
          "questions somebody who could have known was not heard (partial), and whether "
          "the way can search by pattern. Without a KEY it takes up to ten that a flood for * "
          "finds.\n\n"
          "successor, finger and one-hop look up who owns a key on the ring; found means that the "
          "ring has the key too. auto is how `oxbow get` locates a key: the ring reads it, or else "
          "a "
          "flood finds it, whose figures are those until its end. With "
          "--report a page shows it, with one flood to watch beside the ring lookup of the same "
          "key.",
      .arguments =
          {{.name = "KEY", .help = "keys to ask for", .required = false, .repeated = true}},
      .options = {{.name = "via",
                   .argument = "WAYS",
                   .help = "Some of flood, expanding, walk, successor, finger, one-hop, auto, "
                           "separated by commas.",
                   .fallback = "flood,expanding,walk,successor,finger,one-hop,auto",
                   .choices = {kComparedWays.begin(), kComparedWays.end()}},
                  {.name = "ttl",
                   .argument = "N",
                   .help = "TTL of the floods; without it, the peer's.",
                   .kind = Kind::number,
                   .least = 1,
                   .most = 255},
                  {.name = "rounds",
                   .argument = "N",
                   .help = "How often each way is asked for each key.",
                   .kind = Kind::number,
                   .fallback = "5",
                   .least = 1,
                   .most = 1000},
                  {.name = "report",
                   .argument = "FILE",
                   .help = "Write a page for a browser there.",
                   .completes = Completes::file}},
      .examples = {{"oxbow compare", "ten keys that somebody has"},
                   {"oxbow compare GPL-3 --report report.html", "one key, and a page to look at"}},
      .run = run};
}

}  // namespace oxbow::cli

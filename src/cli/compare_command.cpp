#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>

#include "cli/command_list.h"
#include "cli/comparison.h"
#include "cli/output.h"
#include "report/comparison_page.h"
#include "report/progress.h"
#include "report/text.h"

namespace oxbow::cli {
namespace {

constexpr std::size_t kKeys = 10;  // where none are named

Result<std::vector<std::string>> ways_of(const std::string& list) {
  std::vector<std::string> ways;
  for (std::string_view rest = list;;) {
    const auto end = std::min(rest.find(','), rest.size());
    const std::string_view way = rest.substr(0, end);
    if (std::find(kComparedWays.begin(), kComparedWays.end(), way) == kComparedWays.end()) {
      return Error{"usage",
                   fmt::format("--via={}: give some of {}, with commas", printable(list),
                               fmt::join(kComparedWays, ", ")),
                   "", list};
    }
    if (std::find(ways.begin(), ways.end(), way) == ways.end()) ways.emplace_back(way);
    if (end == rest.size()) return ways;
    rest.remove_prefix(end + 1);
  }
}

Status write_file(const std::string& path, const std::string& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << content;
  file.flush();
  if (file) return Done{};
  return Error{"file", fmt::format("cannot write {}: {}", path, std::strerror(errno)), "", path};
}

// Whoever cannot have the report should not wait for it. What is there stays for now.
Status check_writable(const std::string& path) {
  const std::ofstream file(path, std::ios::binary | std::ios::app);
  if (file) return Done{};
  return Error{
      "bad-file",
      fmt::format("cannot write {}: {} (give another --report FILE)", path, std::strerror(errno)),
      "", path};
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
  if (options.has("report")) {
    if (Status fits = check_writable(options.text("report")); !fits) {
      return output.fail(fits.error());
    }
  }
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  ComparisonPlan plan;
  plan.ways = *ways;
  plan.ttl = options.number("ttl");
  plan.rounds = options.number("rounds");
  plan.keys = options.arguments();
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
    output.aside(
        "There is no ring here (a peer with `member = yes` would make one): its ways are "
        "left out.");
    if (plan.ways.empty()) return exit_code::kNothing;
  }

  Progress progress(output.quiet() ? Terminal() : output.error_terminal(), "");
  const auto compared = compare_ways(*client, plan, [&](std::uint64_t done, std::uint64_t total) {
    progress.show(fmt::format("{} of {} questions", done, total));
  });
  progress.wipe();
  if (!compared) return output.fail(compared.error());
  output.print(comparison_table(*compared), "compare", "rows", "row");
  output.note(fmt::format(
      "\n{}, {} times each by every way. Messages are means for one question; "
      "HOPS and FIRST HIT, of those that found something.",
      plan.keys.size() == 1 ? "1 key" : fmt::format("{} keys", plan.keys.size()), plan.rounds));
  if (options.has("report")) {
    const std::string path = options.text("report");
    const auto data = comparison_page_data(*client, plan, *compared);
    if (!data) return output.fail(data.error());
    if (Status written = write_file(path, comparison_page(*data)); !written) {
      return output.fail(written.error());
    }
    output.note(fmt::format("The report is in {}: any browser opens it.", printable(path)));
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
          "hops and time to the first hit, time until the search was known to be over, and whether "
          "the way can search by pattern. Without a KEY it takes ten that a flood for * finds.\n\n"
          "successor, finger and one-hop look up who owns a key on the ring; found means that the "
          "ring has the key too. auto is what `oxbow get` does: the ring, then a flood. With "
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
                   .help = "TTL of the floods; without it, the peer's default.",
                   .kind = Kind::number,
                   .fallback = "0",
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

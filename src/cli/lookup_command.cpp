#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/quorum_options.h"
#include "cli/search_text.h"
#include "cli/sibling_text.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

Result<std::vector<RingWay>> ways_of(const std::string& list) {
  std::vector<RingWay> ways;
  for (std::string_view rest = list;;) {
    const auto end = std::min(rest.find(','), rest.size());
    const auto way = enum_value<RingWay>(rest.substr(0, end));
    if (!way) {
      return Error{
          "usage",
          fmt::format("--via={}: give some of one-hop, finger, successor, with commas", list),
          "one-hop, finger, successor", list};
    }
    if (std::find(ways.begin(), ways.end(), *way) == ways.end()) ways.push_back(*way);
    if (end == rest.size()) return ways;
    rest.remove_prefix(end + 1);
  }
}

// Names where peers have them: a path is read, not dialled.
std::string path_text(const LookupAnswer& answer) {
  std::string text;
  for (const LookupPeer& peer : answer.path) {
    text += (text.empty() ? "" : " > ") + printable(peer.name.empty() ? peer.address : peer.name);
  }
  return text;
}

Table ways_table(const std::vector<LookupAnswer>& answers) {
  Table table;
  table.columns = {{"via", "WAY"},
                   {"forwards", "FORWARDS", Align::right},
                   {"elapsed_ms", "TIME", Align::right},
                   {"owner", "OWNER", Align::left, true},
                   {"path", "PATH", Align::left, true}};
  for (const LookupAnswer& answer : answers) {
    const std::string owner =
        answer.found
            ? peer_text(answer.owner.name, answer.owner.address)
            : fmt::format("lost: {}", answer.lost_after.empty() ? "the time was up"
                                                                : printable(answer.lost_after));
    table.add({enum_name(answer.via), answer.forwards,
               Cell(answer.elapsed_ms, human_ms(answer.elapsed_ms)), owner, path_text(answer)});
  }
  return table;
}

void print_json(const Output& output, const std::string& key,
                const std::vector<LookupAnswer>& answers) {
  JsonWriter json;
  json.begin_document("lookup").bytes("key", key);
  FieldWriter field(json);
  field("position", answers.front().position);
  field("lookups", answers);
  json.end_object();
  output.print(json);
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const std::string key = invocation.options.argument(0);
  const Result<std::vector<RingWay>> ways = ways_of(invocation.options.text("via"));
  if (!ways) return output.fail(ways.error());
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  std::vector<LookupAnswer> answers;
  for (const RingWay way : *ways) {
    Result<LookupAnswer> answer = client->lookup({key, way, timeout_ms(invocation.options)});
    if (!answer) return output.fail(answer.error());
    answers.push_back(std::move(*answer));
  }
  if (output.format() == Format::json) {
    print_json(output, key, answers);
  } else if (output.format() == Format::ndjson) {
    for (const LookupAnswer& answer : answers) output.print(document("lookup", answer));
  } else {
    output.print(ways_table(answers), "lookup", "lookups", "lookup");
    output.note(fmt::format("\n{} is at position {} of the ring. Its N members: {} ring owner {}",
                            printable(key), answers.front().position, invocation.oxbow(),
                            shell_word(key)));
  }
  const bool all_found = std::all_of(answers.begin(), answers.end(),
                                     [](const LookupAnswer& answer) { return answer.found; });
  return all_found ? exit_code::kDone : exit_code::kIncomplete;
}

}  // namespace

Command lookup_command() {
  return {
      .name = "lookup",
      .summary = "ask the ring who owns a key, hop by hop",
      .details =
          "Real messages between peers, to compare the ways: one-hop (every member knows the whole "
          "ring), finger (a member knows a few, ever farther away: O(log n) forwards) and "
          "successor (a member knows the next one, and the lookup walks the ring). The path begins "
          "with the asked peer and ends with the owner.\n\n"
          "Exit code 4: a lookup was lost on its way, or its time was up.",
      .arguments = {{"KEY", "the key"}},
      .options = {{.name = "via",
                   .argument = "WAYS",
                   .help = "Some of one-hop, finger, successor, separated by commas.",
                   .fallback = "one-hop,finger,successor",
                   .choices = {"one-hop", "finger", "successor"}},
                  {.name = "timeout",
                   .argument = "TIME",
                   .help = "How long each way may take at the most; without it, 5 s.",
                   .kind = Kind::duration}},
      .examples = {{"oxbow lookup cart/7", "the three ways below each other"},
                   {"oxbow lookup cart/7 --via finger --json", "one of them, for a program"}},
      .run = run};
}

}  // namespace oxbow::cli

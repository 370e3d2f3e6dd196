#include <fmt/format.h>

#include "base/printable.h"
#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/find_options.h"
#include "cli/search_text.h"

namespace oxbow::cli {
namespace {

Error usage(std::string message) { return {"usage", std::move(message), "", ""}; }

Result<FindRequest> request_of(const Options& options) {
  FindRequest request = search_request(options.argument(0), options);
  const bool glob = options.is_set("glob");
  const bool words = options.is_set("words");
  if (glob && words) return usage("--glob and --words exclude each other: keep one of them");
  const bool walks = request.via == Via::walk;
  if (!walks && (options.has("walkers") || options.has("steps"))) {
    return usage("--walkers and --steps are for walks: add --via walk, or leave them out");
  }
  if (walks && options.has("ttl")) {
    return usage("walks go by steps, not by TTL: give --steps instead of --ttl");
  }
  request.match = glob ? Match::glob : words ? Match::words : Match::exact;
  if (options.has("all")) request.all = options.is_set("all");
  request.first = options.is_set("first");
  request.report = options.is_set("reports");
  request.max_hits = options.number("max-hits");
  return request;
}

void print_json(const Output& output, const FindRequest& request, const FindAnswer& answer) {
  JsonWriter json;
  json.begin_document("find").bytes("key", request.key);
  write_fields(json, answer);
  json.end_object();
  output.print(json);
}

int exit_code(const FindAnswer& answer) {
  if (answer.found) return exit_code::kDone;
  const bool known_absent = answer.search.stopped == Stopped::complete;
  return known_absent ? exit_code::kNothing : exit_code::kIncomplete;
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Result<FindRequest> request = request_of(invocation.options);
  if (!request) return output.fail(request.error());
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  HitPrinter printer(output);
  Result<FindAnswer> answer =
      client->find(*request, [&](const SearchHit& hit) { printer.print(hit); });
  if (!answer) return output.fail(answer.error());
  printer.print_missing(answer->hits);

  if (output.format() == Format::json) {
    print_json(output, *request, *answer);
  } else if (output.format() == Format::ndjson) {
    output.print(document("search", answer->search));
  } else {
    if (answer->found) output.note("");
    output.note(search_summary(*answer));
    output.note(stopped_text(answer->search));
    if (!answer->search.request_id.empty() && answer->search.query_messages != 0U) {
      output.note(fmt::format("What each peer did: {} trace {}", invocation.oxbow(),
                              printable(answer->search.request_id)));
    }
  }
  return exit_code(*answer);
}

}  // namespace

Command find_command() {
  Command command{
      .name = "find",
      .summary = "look for a key in the whole network",
      .details =
          "The query hops from neighbor to neighbor until its time to live runs out, and every hit "
          "hops back along the way the query came. Hits are printed as they come; at the end "
          "stands "
          "how many peers the search reached, what it cost, and why it stopped.\n\n"
          "With --glob or --words KEY is a pattern: what a lookup in a ring cannot do.",
      .arguments = {{"KEY", "the key, or the pattern, to look for"}},
      .options =
          {{.name = "glob",
            .help = "KEY is a glob: * stands for any run of characters, ? for one, [a-z] for "
                    "one of a range; all of a key must match.",
            .kind = Kind::boolean},
           {.name = "words",
            .help = "KEY is words, separated by spaces, that must all occur in a key; letter "
                    "case is ignored.",
            .kind = Kind::boolean},
           {.name = "all",
            .help = "Holders route the query on too, so that every holder within reach is "
                    "found; the default for patterns.",
            .kind = Kind::boolean},
           {.name = "first", .help = "End at the first hit.", .kind = Kind::boolean},
           {.name = "max-hits",
            .argument = "N",
            .help = "Ask each holder for this many results at the most.",
            .kind = Kind::number,
            .least = 1,
            .most = 65'535},
           {.name = "reports",
            .help = "Have every copy of the query answered for, so that the figures are exact "
                    "and the end is known; without, the search ends with its time.",
            .kind = Kind::boolean,
            .fallback = "yes"}},
      .examples = {{"oxbow find GPL-3", "the nearest holders of the key GPL-3"},
                   {"oxbow find --words 'readme python'", "keys in which both words occur"},
                   {"oxbow find --glob '*.txt' --ttl 2 --json", "within two hops, for a program"}},
      .run = run};
  const std::vector<OptionSpec> shared = search_options();
  command.options.insert(command.options.begin(), shared.begin(), shared.end());
  return command;
}

}  // namespace oxbow::cli

#include <fmt/format.h>

#include "base/ids.h"
#include "cli/answer_json.h"
#include "cli/command_list.h"
#include "cli/output.h"
#include "cli/search_text.h"
#include "cli/trace_text.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

Table steps_table(const TraceAnswer& answer) {
  Table table;
  table.columns = {{"address", "PEER"},  {"name", "NAME"}, {"at_ms", "AT"}, {"what", "WHAT"},
                   {"peer", "NEIGHBOR"}, {"ttl", "TTL"},   {"hops", "HOPS"}};
  for (const TracedPeer& peer : answer.peers) {
    for (const TraceStep& step : peer.steps) {
      table.add({peer.address, peer.name, step.at_ms, step.what, step.peer, step.ttl, step.hops});
    }
  }
  return table;
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Options& options = invocation.options;
  const std::string id = options.argument(0);
  if (const auto parsed = parse_request_id(id); !parsed) {
    return output.fail({"usage",
                        fmt::format("'{}' is no request id: give the 32 digits that oxbow find "
                                    "prints",
                                    id),
                        "32 digits", id});
  }
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());
  TraceRequest request;
  request.request_id = id;
  if (options.has("ttl")) request.ttl = options.number("ttl");
  request.timeout_ms = static_cast<std::uint32_t>(options.duration("timeout").count());
  Result<TraceAnswer> answer = client->trace(request);
  if (!answer) return output.fail(answer.error());

  if (output.format() == Format::json) {
    JsonWriter json;
    json.begin_document("trace").field("request_id", id);
    write_fields(json, *answer);
    json.end_object();
    output.print(json);
  } else if (output.format() == Format::ndjson) {
    for (const TracedPeer& peer : answer->peers) output.print(document("traced-peer", peer));
  } else if (output.format() == Format::plain) {
    output.print(to_plain(steps_table(*answer)));
  } else {
    output.print(trace_tree(*answer, output.terminal()));
    if (answer->found) {
      output.note(
          fmt::format("\n{} had to do with it (times count from a peer's own first sight of "
                      "the query).",
                      counted(answer->peers.size(), "peer")));
    } else {
      output.note(
          "Nobody within reach remembers that query: it was sent without trace, or long ago.");
    }
  }
  if (answer->found) return exit_code::kDone;
  return answer->search.stopped == Stopped::complete ? exit_code::kNothing : exit_code::kIncomplete;
}

}  // namespace

Command trace_command() {
  return {.name = "trace",
          .summary = "show what each peer did with a query",
          .details =
              "Asks every peer within reach what it did with the query: whom it came from, "
              "whom it was forwarded to, what was dropped and why. A peer remembers its last "
              "few thousand steps.",
          .arguments = {{"REQUEST-ID", "32 digits, as find prints them"}},
          .options = {{.name = "ttl",
                       .argument = "N",
                       .help = "How many hops the question goes, 0: nowhere else; without it, what "
                               "the peer is configured for.",
                       .kind = Kind::number,
                       .most = 255},
                      {.name = "timeout",
                       .argument = "TIME",
                       .help = "How long to wait for the answers at the most.",
                       .kind = Kind::duration}},
          .examples = {{"oxbow trace 8f14e45fceea167a5a36dedd4bea2543", "the story of one search"}},
          .run = run};
}

}  // namespace oxbow::cli

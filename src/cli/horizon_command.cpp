#include <fmt/format.h>

#include <array>
#include <random>

#include "base/ids.h"
#include "base/limits.h"
#include "cli/command_list.h"
#include "cli/horizon.h"
#include "cli/output.h"
#include "cli/search_text.h"
#include "report/progress.h"
#include "report/text.h"
#include "report/units.h"

namespace oxbow::cli {
namespace {

// Nobody has ever published it.
std::string absent_key() {
  std::random_device device;
  std::array<char, 16> bytes{};
  for (char& byte : bytes) byte = static_cast<char>(device());
  return "oxbow-horizon-" + to_hex({bytes.data(), bytes.size()});
}

Table table_of(const Horizon& horizon, bool with_hits) {
  Table table;
  table.columns = {{"hop", "HOP", Align::right},
                   {"peers", "PEERS", Align::right},
                   {"links", "LINKS", Align::right},
                   {"query_messages", "QUERY MESSAGES", Align::right}};
  if (with_hits) table.columns.push_back({"hits", "HITS", Align::right});
  for (const Hop& hop : horizon.hops) {
    std::vector<Cell> row{hop.hop, hop.peers, hop.links, hop.query_messages};
    if (with_hits) row.emplace_back(hop.hits);
    table.add(std::move(row));
  }
  return table;
}

void print(const Output& output, const Horizon& horizon, const std::optional<std::string>& key) {
  const Table table = table_of(horizon, key.has_value());
  if (output.format() != Format::json) {
    output.print(table, "horizon", "hops", "hop");
  } else {
    JsonWriter json;
    json.begin_document("horizon");
    if (key) json.bytes("key", *key);
    json.field("complete", horizon.complete).field("peers", horizon.peers);
    json.field("links", horizon.links).name("hops");
    write_rows(json, table);
    json.end_object();
    output.print(json);
  }
  output.note("");
  if (!horizon.complete) {
    output.note(fmt::format("{} within {}; there may be more beyond (try a larger --ttl).",
                            counted(horizon.peers, "peer"),
                            counted(horizon.hops.back().hop, "hop")));
  } else {
    output.note(fmt::format("{}{}: all that can be reached from here, {} away at the most.",
                            counted(horizon.peers, "peer"),
                            horizon.links ? " and " + counted(*horizon.links, "link") : "",
                            counted(horizon.hops.back().hop, "hop")));
  }
}

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Options& options = invocation.options;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  std::optional<std::string> key;
  if (!options.arguments().empty()) key = options.argument(0);
  FindRequest request;
  request.key = key ? *key : absent_key();
  request.all = true;

  const std::uint32_t farthest = options.has("ttl") ? options.number("ttl") : limits::kTtlCap;
  std::vector<SearchReport> floods;
  std::vector<SearchHit> hits;
  bool partial = false;
  Progress progress(output.quiet() ? Terminal() : output.error_terminal(), "");
  for (request.ttl = 1; request.ttl <= farthest; ++request.ttl) {
    progress.show(fmt::format("flood of TTL {}", request.ttl));
    Result<FindAnswer> answer = client->find(request);
    progress.wipe();
    if (!answer) {
      // The peer's cap on TTL is lower than ours; what is known so far stands.
      if (answer.error().code == "bad-ttl" && !floods.empty() && !options.has("ttl")) break;
      return output.fail(answer.error());
    }
    if (!answer->search.peers_reached || !answer->search.query_messages) {
      return output.fail({"timeout", fmt::format("the flood of TTL {} did not end in time",
                                                 request.ttl),
                          "", "timeout"});
    }
    partial = partial || answer->search.stopped != Stopped::complete;
    const std::uint64_t before = floods.empty() ? 1 : floods.back().peers_reached.value_or(1);
    const bool grew = *answer->search.peers_reached > before;
    floods.push_back(answer->search);
    hits = std::move(answer->hits);
    if (!grew) break;
  }
  print(output, horizon_of(floods, hits), key);
  if (partial) output.aside("Some copies were refused or lost: the figures are lower bounds.");
  return partial ? exit_code::kIncomplete : exit_code::kDone;
}

}  // namespace

Command horizon_command() {
  return {.name = "horizon",
          .summary = "count peers, links and hits by their distance",
          .details =
              "Floods of TTL 1, 2, 3 and so on, until one reaches nobody new, for a key that nobody "
              "has, or for KEY. What each costs more than the one before tells the links of the "
              "peers at each hop: query messages go over every link of a peer but the one that the "
              "query came by.",
          .arguments = {{"KEY", "a key to count the holders of", false}},
          .options = {{.name = "ttl",
                       .argument = "N",
                       .help = "The farthest hop; without it, as far as there are peers.",
                       .kind = Kind::number,
                       .least = 1,
                       .most = limits::kTtlCap}},
          .examples = {{"oxbow horizon", "how large is the network, and how far does a flood go?"},
                       {"oxbow horizon GPL-3", "how many hops away are the copies of a file?"}},
          .run = run};
}

}  // namespace oxbow::cli

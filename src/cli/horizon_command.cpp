#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
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
  } else if (horizon.peers <= 1) {
    output.note("1 peer, this one alone: it has no neighbor (oxbow peer list says why).");
  } else {
    output.note(fmt::format("{}{}: all that can be reached from here, {} away at the most.",
                            counted(horizon.peers, "peer"),
                            horizon.links ? " and " + counted(*horizon.links, "link") : "",
                            counted(horizon.hops.back().hop, "hop")));
  }
}

/// Floods of one TTL after the other, and what they found together.
class Survey {
 public:
  Survey(Client& client, std::string key, std::uint32_t rounds) : client_(client), rounds_(rounds) {
    request_.key = std::move(key);
    request_.all = true;
  }

  /// True: the flood reached somebody whom that of the TTL before did not.
  Result<bool> flood(std::uint32_t ttl) {
    const std::uint64_t before = floods_.empty() ? 1 : floods_.back().peers_reached.value_or(1);
    request_.ttl = ttl;
    SearchReport most;
    for (std::uint32_t round = 0; round < rounds_; ++round) {
      Result<FindAnswer> answer = client_.find(request_);
      if (!answer) return answer.error();
      const SearchReport& search = answer->search;
      if (!search.peers_reached || !search.query_messages) {
        return Error{"timeout", fmt::format("the flood of TTL {} did not end in time", ttl), "",
                     ""};
      }
      partial_ = partial_ || search.stopped != Stopped::complete;
      most.peers_reached = std::max(most.peers_reached, search.peers_reached);
      most.query_messages = std::max(most.query_messages, search.query_messages);
      for (SearchHit& hit : answer->hits) keep(std::move(hit));
    }
    floods_.push_back(most);
    return *most.peers_reached > before;
  }

  /// One flood whose TTL does not end it: its cost, 2 × links − peers + 1, does not depend on which
  /// copy comes first, as that of the others does.
  Status flood_all() {
    request_.ttl = limits::kTtlCap;
    Result<FindAnswer> answer = client_.find(request_);
    if (!answer) {
      if (answer.error().code == "bad-ttl") return Done{};  // the peer's cap is lower
      return answer.error();
    }
    const SearchReport& search = answer->search;
    const bool ended_by_ttl = search.max_hops.value_or(limits::kTtlCap) >= limits::kTtlCap;
    if (search.stopped != Stopped::complete || ended_by_ttl) return Done{};
    SearchReport& last = floods_.back();
    last.peers_reached = std::max(last.peers_reached, search.peers_reached);
    last.query_messages = std::max(last.query_messages, search.query_messages);
    return Done{};
  }

  bool is_partial() const { return partial_; }
  Horizon horizon() const {
    std::vector<SearchHit> hits;
    for (const auto& [place, hit] : nearest_) hits.push_back(hit);
    return horizon_of(floods_, hits);
  }

 private:
  // A hit says how far its copy of the query had come; the shortest way counts.
  void keep(SearchHit hit) {
    const auto [known, is_new] = nearest_.try_emplace({hit.holder_id, hit.key}, hit);
    if (!is_new) known->second.hops = std::min(known->second.hops, hit.hops);
  }

  Client& client_;
  std::uint32_t rounds_;
  FindRequest request_;
  std::vector<SearchReport> floods_;
  std::map<std::pair<std::string, std::string>, SearchHit> nearest_;
  bool partial_ = false;
};

int run(Invocation& invocation) {
  const Output& output = invocation.output;
  const Options& options = invocation.options;
  Result<Client> client = invocation.connect();
  if (!client) return output.fail(client.error());

  std::optional<std::string> key;
  if (!options.arguments().empty()) key = options.argument(0);
  Survey survey(*client, key ? *key : absent_key(), options.number("rounds"));
  const std::uint32_t farthest = options.has("ttl") ? options.number("ttl") : limits::kTtlCap;
  Progress progress(output.quiet() ? Terminal() : output.error_terminal(), "");
  for (std::uint32_t ttl = 1; ttl <= farthest; ++ttl) {
    progress.show(fmt::format("floods of TTL {}", ttl));
    const Result<bool> grew = survey.flood(ttl);
    progress.wipe();
    if (!grew) {
      // The peer's cap on TTL is lower than ours; what is known so far stands.
      if (grew.error().code == "bad-ttl" && ttl > 1 && !options.has("ttl")) break;
      return output.fail(grew.error());
    }
    if (*grew) continue;
    if (Status all = survey.flood_all(); !all) return output.fail(all.error());
    break;
  }
  print(output, survey.horizon(), key);
  if (survey.is_partial()) {
    output.aside("Some copies were refused or lost: the figures are lower bounds.");
  }
  return survey.is_partial() ? exit_code::kIncomplete : exit_code::kDone;
}

}  // namespace

Command horizon_command() {
  return {
      .name = "horizon",
      .summary = "count peers, links and hits by their distance",
      .details =
          "Floods of TTL 1, 2, 3 and so on, until one reaches nobody new, for a key that nobody "
          "has, or for KEY. What each costs more than the one before tells the links of the "
          "peers at each hop: query messages go over every link of a peer but the one that the "
          "query came by.\n\n"
          "A copy of a query that overtakes another one with a higher TTL shortens a flood's "
          "reach, "
          "never lengthens it. So every flood is repeated, and the largest figures count; under "
          "load a hop's links may "
          "still be too few, and those of the next hop too many.",
      .arguments = {{"KEY", "a key to count the holders of", false}},
      .options = {{.name = "ttl",
                   .argument = "N",
                   .help = "The farthest hop; without it, as far as there are peers.",
                   .kind = Kind::number,
                   .least = 1,
                   .most = limits::kTtlCap},
                  {.name = "rounds",
                   .argument = "N",
                   .help = "How many floods of each TTL.",
                   .kind = Kind::number,
                   .fallback = "5",
                   .least = 1,
                   .most = 100}},
      .examples = {{"oxbow horizon", "how large is the network, and how far does a flood go?"},
                   {"oxbow horizon GPL-3", "how many hops away are the copies of a file?"}},
      .run = run};
}

}  // namespace oxbow::cli

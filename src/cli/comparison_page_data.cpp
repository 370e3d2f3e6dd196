// The live comparison as data for the page: the table, the distribution of hops, recall by TTL;
// what there is to watch is in comparison_watch.cpp.
#include <fmt/format.h>

#include <algorithm>

#include "cli/comparison_watch.h"
#include "message/describe.h"
#include "report/units.h"

namespace oxbow::cli {

namespace {

constexpr std::string_view kNotes[] = {
    "Asked of one running peer; every figure is its answer, or that of the peers it asked.",
    "Messages: copies of the query put on a link; for walks their steps, for ring lookups their "
    "forwards. Found, for ring lookups: the owner was named, and the ring has the key.",
    "Bytes are computed: what the codec makes of such messages.",
    "The flood to watch is drawn in hops: peers have no common clock. Who forwarded to whom, and "
    "which copies were duplicates, is what they remember of that one query. The copy that a peer "
    "saw first need not be the one with the fewest hops: on one machine it often took a detour.",
    "Load: the queries and hits that came to each peer in one flood for each key (for the first "
    "ten, where there are more), and those of one ring lookup; reports are not counted.",
    "There is no growth with the network's size: it is of one size only (oxbow-sim lookup --report "
    "shows it).",
    "auto is how oxbow get locates a key: the ring first, which reads it, then a flood, to its "
    "end. "
    "Peers reached are those of the flood where there was one."};

void write(JsonWriter& json, std::string_view name, const Samples& samples) {
  json.name(name);
  if (samples.empty()) {
    json.null();
    return;
  }
  json.begin_object().field("mean", samples.mean()).field("p50", samples.quantile(0.5));
  json.field("p99", samples.quantile(0.99)).end_object();
}

void write_rows(JsonWriter& json, const std::vector<ComparedWay>& ways) {
  json.name("rows").begin_array();
  for (const ComparedWay& way : ways) {
    json.begin_object().field("via", way.way).name("ttl");
    if (way.ttl == 0) {
      json.null();
    } else {
      json.value(way.ttl);
    }
    json.field("queries", way.questions).field("found", way.found);
    json.field("existing", way.existing).field("pattern", finds_patterns(way.way));
    write(json, "query_messages", way.query_messages);
    write(json, "duplicates", way.duplicates);
    write(json, "hit_messages", way.hit_messages);
    write(json, "done_messages", way.done_messages);
    write(json, "bytes", way.bytes);
    write(json, "peers_reached", way.peers_reached);
    write(json, "hops_first_hit", way.hops);
    write(json, "latency_first_hit_ms", way.first_ms);
    write(json, "latency_over_ms", way.over_ms);
    json.end_object();
  }
  json.end_array();
}

void write_hops(JsonWriter& json, const std::vector<ComparedWay>& ways) {
  json.name("hops").begin_array();
  for (const ComparedWay& way : ways) {
    if (way.hops.empty() || way.way == "auto") continue;
    std::vector<std::uint64_t> counts;
    for (const double hops : way.hops.values()) {
      const auto place = static_cast<std::size_t>(hops);
      if (counts.size() <= place) counts.resize(place + 1);
      ++counts[place];
    }
    json.begin_object().field("via", way.way).name("counts").begin_array();
    for (const std::uint64_t count : counts) json.value(count);
    json.end_array().end_object();
  }
  json.end_array();
}

/// The TTL of the plan, or the peer's own where that is higher: never above the peer's cap.
Result<std::uint32_t> highest_ttl(Client& client, const ComparisonPlan& plan) {
  FindRequest request;
  request.key = plan.keys.front();
  const auto answer = client.find(request);
  if (!answer) return answer.error();
  return std::max(plan.ttl, answer->search.ttl);
}

/// With TTL 1, 2, 3, … for all keys, until as much is found as there is and that costs no more than
/// with the TTL before.
Status write_recall(JsonWriter& json, Client& client, const ComparisonPlan& plan, Via via,
                    std::uint32_t most, std::uint64_t existing) {
  json.begin_object().field("via", enum_name(via)).name("points").begin_array();
  double messages_before = -1;
  for (std::uint32_t ttl = 1; ttl <= most && existing > 0; ++ttl) {
    std::uint64_t found = 0;
    Samples messages;
    for (const std::string& key : plan.keys) {
      FindRequest request;
      request.key = key;
      request.via = via;
      request.ttl = ttl;
      const auto answer = client.find(request);
      if (!answer) return answer.error();
      if (answer->found) ++found;
      messages.add(answer->search.query_messages);
    }
    json.begin_array().value(ttl);
    json.value(static_cast<double>(found) / static_cast<double>(existing));
    json.value(messages.mean()).end_array();
    if (found >= existing && messages.mean() <= messages_before) break;
    messages_before = messages.mean();
  }
  json.end_array().end_object();
  return Done{};
}

Status write_recalls(JsonWriter& json, Client& client, const ComparisonPlan& plan,
                     std::uint64_t existing) {
  const auto most = highest_ttl(client, plan);
  if (!most) return most.error();
  json.name("recall").begin_array();
  for (const std::string& way : plan.ways) {
    const auto via = enum_value<Via>(way);
    if (!via || *via == Via::walk) continue;
    if (Status recall = write_recall(json, client, plan, *via, *most, existing); !recall) {
      return recall;
    }
  }
  json.end_array();
  return Done{};
}

}  // namespace

Result<std::string> comparison_page_data(Client& client, const ComparisonPlan& plan,
                                         const std::vector<ComparedWay>& ways) {
  const auto status = client.status();
  if (!status) return status.error();
  std::uint64_t existing = 0;
  for (const ComparedWay& way : ways) existing = std::max(existing, way.existing / plan.rounds);

  JsonWriter json;
  json.begin_object().field("title", "Flood against ring, on a running network");
  json.field("subtitle", fmt::format("Asked of {} ({}): {}, each {} by every way", status->name,
                                     status->address, counted(plan.keys.size(), "key"),
                                     counted(plan.rounds, "time")));
  json.field("footer", fmt::format("Made by oxbow compare, version {}.", OXBOW_VERSION));
  write_rows(json, ways);
  write_hops(json, ways);
  if (Status recall = write_recalls(json, client, plan, existing); !recall) return recall.error();
  if (Status watch = write_watch(json, client, plan); !watch) return watch.error();
  json.name("notes").begin_array();
  for (const std::string_view note : kNotes) json.value(note);
  json.end_array().end_object();
  return json.text();
}

}  // namespace oxbow::cli

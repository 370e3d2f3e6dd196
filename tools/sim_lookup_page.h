// The data of the page that `oxbow-sim lookup --report` writes: report/comparison_page.h says which
// fields there are.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/json.h"
#include "report/text.h"
#include "report/units.h"
#include "sim/comparison.h"
#include "sim/watched_flood.h"
#include "sim_lookup_options.h"
#include "sim_lookup_output.h"

namespace oxbow::sim {

namespace page_detail {

/// Hops beyond which a bar for each is more than a chart can show.
inline constexpr std::uint32_t kMostBars = 24;

/// Six significant digits are more than any picture shows, and keep the page small.
inline double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return value;
  const double scale = std::pow(10, 6 - std::ceil(std::log10(std::fabs(value))));
  return std::round(value * scale) / scale;
}

/// The command again, but for where its output goes.
inline std::string command_of(std::span<const std::string_view> words) {
  std::string command = "oxbow-sim lookup";
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    if (asked_output(words, i)) continue;
    if (word == "--report") ++i;  // its value
    // The whole name: --reports is another option, and changes the figures.
    const std::string_view name = word.substr(0, word.find('='));
    if (name == "--report" || name == "--timing") continue;
    command += fmt::format(" {}", word);
  }
  return command;
}

inline std::string subtitle_of(const LookupResult& result, const LookupOptions& options) {
  const Workload& work = options.plan.workload;
  std::string text =
      fmt::format("{} with {}, in virtual time; ", options.topology, counted(result.links, "link"));
  if (result.is_single) {
    text += fmt::format("one search by peer {}, held by {}", *options.origin,
                        counted(options.holders.size(), "peer"));
  } else {
    constexpr std::string_view kPlacements[] = {
        "equally often", "as often as they are asked for",
        "by the square root of how often they are asked for"};
    constexpr std::string_view kReplications[] = {"", ", owner replication", ", path replication",
                                                  ", random replication"};
    text += fmt::format("{} for {} (Zipf {}), held {}, {} % of the peers each on average{}",
                        counted(work.queries, "query", "queries"), counted(work.objects, "object"),
                        work.zipf, kPlacements[static_cast<std::size_t>(work.placement)],
                        rounded(work.copies * 100),
                        kReplications[static_cast<std::size_t>(work.replication)]);
    if (work.capacity > 0) text += fmt::format(" with room for {} objects a peer", work.capacity);
  }
  const auto& vias = options.plan.vias;
  if (std::find(vias.begin(), vias.end(), LookupVia::automatic) != vias.end()) {
    const double stored = options.plan.stored;
    text += !result.is_single
                ? fmt::format("; {} % of the objects are on the ring", rounded(stored * 100))
            : stored < 1 ? "; not on the ring"
                         : "; on the ring as well";
  }
  text += fmt::format("; latency {}", options.latency);
  if (options.plan.loss > 0) text += fmt::format(", loss {} %", rounded(options.plan.loss * 100));
  if (options.plan.churn > 0) text += fmt::format(", churn {} a second", options.plan.churn);
  return text + fmt::format(", seed {}.", options.plan.seed);
}

inline std::vector<std::string> notes_of(const Comparison& comparison, const WatchedFlood& watched,
                                         const LookupOptions& options) {
  const LookupPlan& plan = options.plan;
  const auto runs = [&](LookupVia via) {
    return std::find(plan.vias.begin(), plan.vias.end(), via) != plan.vias.end();
  };
  std::vector<std::string> notes{
      "Messages are copies of the query put on a link; of a walk they are its steps, of a ring "
      "lookup its forwards. Hits and all other messages are counted apart; bytes are those of the "
      "frames that real peers would send.",
      plan.flood.all ? "Holders answer and route on."
                     : "A holder answers and does not route on, so that a flood costs a little "
                       "less than theory says.",
  };
  if (runs(LookupVia::successor)) {
    notes.push_back(
        "A ring lookup carries the list of the members that it has come to, so that its bytes grow "
        "with the square of its forwards; real peers give up at 1,024 of them.");
  }
  if (!plan.flood.reports && runs(LookupVia::flood)) {
    notes.push_back(
        "Nothing tells the originator of a flood here that it is over; with --reports every copy "
        "is answered, and it knows. The floods of expanding are always reported.");
  }
  if (comparison.recall_queries > 0 && !plan.single) {
    notes.push_back(fmt::format("Recall against TTL: the first {} of the workload at each TTL.",
                                counted(comparison.recall_queries, "query", "queries")));
  }
  if (comparison.growth.empty()) {
    notes.push_back("There is no growth with the network's size: it is of one size only.");
  } else {
    notes.push_back(
        "Growth: networks of the same kind, from the same seed, with a workload like this one; at "
        "most 200 queries each, fewer where they are dear. Theory is for floods whose TTL covers "
        "the network and whose holders route on, and for rings of one token a member. For "
        "expanding "
        "it adds up what each wave costs where all latencies are alike, times the chance that no "
        "wave before it has come to a copy; for k walkers it takes each step as a peer drawn from "
        "all, of which a fraction f has a copy.");
  }
  notes.push_back(
      "Load: messages of all kinds that come to a peer, in a run of its own; what a peer sends is "
      "not counted. With central, the last of them all is the directory.");
  if (!watched.network.empty()) {
    notes.push_back(fmt::format("The flood to watch is on a smaller network: {}, seed {}.",
                                watched.network, plan.seed));
  }
  if (plan.loss > 0 || plan.churn > 0) {
    notes.push_back("In the flood to watch nothing is lost and nobody leaves.");
  }
  return notes;
}

inline void write_pair(JsonWriter& json, double a, double b) {
  json.begin_array().value(rounded(a)).value(rounded(b)).end_array();
}

inline void write_rows(JsonWriter& json, const Comparison& comparison,
                       const LookupOptions& options) {
  const LookupResult& result = comparison.result;
  json.name("rows").begin_array();
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const LookupRow& row = result.rows[i];
    json.begin_object();
    json.field("via", name_of(row.via)).field("ttl", row.ttl).field("queries", row.queries);
    json.field("found", row.found);
    json.field("existing", result.is_single && options.holders.empty() ? 0 : row.queries);
    for (const NamedFigure& each : kLookupFigures) {
      json.name(each.name);
      write_figure(json, row.*each.figure, result.is_single);
    }
    json.name("latency_over_ms");
    write_figure(json, comparison.latency_over_ms[i], result.is_single);
    json.end_object();
  }
  json.end_array();
}

inline void write_hops(JsonWriter& json, const std::vector<HopsCurve>& curves) {
  std::uint32_t farthest = 0;
  for (const HopsCurve& curve : curves) {
    if (!curve.hops.empty()) farthest = std::max(farthest, curve.hops.back());
  }
  json.name("hops").begin_array();
  for (const HopsCurve& curve : curves) {
    if (curve.hops.empty()) continue;
    json.begin_object().field("via", name_of(curve.via));
    if (farthest <= kMostBars) {
      std::vector<std::uint64_t> counts(curve.hops.back() + std::size_t{1});
      for (const std::uint32_t hops : curve.hops) ++counts[hops];
      json.name("counts").begin_array();
      for (const std::uint64_t count : counts) json.value(count);
    } else {
      json.name("within").begin_array();
      const auto all = static_cast<double>(curve.hops.size());
      double written = -1;
      for (std::size_t i = 0; i < curve.hops.size(); ++i) {
        const bool is_last = i + 1 == curve.hops.size();
        if (!is_last && curve.hops[i + 1] == curve.hops[i]) continue;
        const double share = static_cast<double>(i + 1) / all;
        if (!is_last && share - written < 0.01) continue;
        write_pair(json, curve.hops[i], share);
        written = share;
      }
    }
    json.end_array().end_object();
  }
  json.end_array();
}

inline void write_curves(JsonWriter& json, const Comparison& comparison) {
  json.name("recall").begin_array();
  for (const RecallCurve& curve : comparison.recall) {
    json.begin_object().field("via", name_of(curve.via)).name("points").begin_array();
    for (const RecallPoint& point : curve.points) {
      json.begin_array().value(point.ttl).value(rounded(point.found));
      json.value(rounded(point.messages)).end_array();
    }
    json.end_array().end_object();
  }
  json.end_array().name("growth").begin_array();
  for (const GrowthCurve& curve : comparison.growth) {
    json.begin_object().field("via", name_of(curve.via)).name("points").begin_array();
    for (const GrowthPoint& point : curve.points) write_pair(json, point.peers, point.messages);
    json.end_array();
    if (!curve.theory.empty()) {
      json.field("law", curve.law).name("theory").begin_array();
      for (const GrowthPoint& point : curve.theory) write_pair(json, point.peers, point.messages);
      json.end_array();
    }
    json.end_object();
  }
  json.end_array();
  // Of one search the table says it all.
  if (!comparison.result.is_single) write_hops(json, comparison.hops);
  json.name("load").begin_array();
  for (const LoadCurve& curve : comparison.load) {
    json.begin_object().field("via", name_of(curve.via)).name("quantiles").begin_array();
    for (const auto& [share, messages] : curve.quantiles) write_pair(json, share, messages);
    json.end_array().end_object();
  }
  json.end_array();
}

inline double turn_of(Position position) {
  return std::ldexp(static_cast<double>(static_cast<std::uint64_t>(position)), -64);
}

/// Members in the order of their first tokens, so that neighbors on the ring are neighbors in the
/// picture.
inline void write_ring(JsonWriter& json, const WatchedFlood& watched) {
  std::vector<PeerNumber> order(watched.tokens.size());
  for (PeerNumber peer = 0; peer < order.size(); ++peer) order[peer] = peer;
  std::sort(order.begin(), order.end(), [&](PeerNumber a, PeerNumber b) {
    return watched.tokens[a].front() < watched.tokens[b].front();
  });
  std::vector<std::size_t> place(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  json.name("ring").begin_object().name("members").begin_array();
  for (const PeerNumber peer : order) {
    json.begin_object().field("label", std::to_string(watched.names[peer]));
    json.name("tokens").begin_array();
    for (const Position token : watched.tokens[peer]) json.value(rounded(turn_of(token)));
    json.end_array().end_object();
  }
  json.end_array().field("key", rounded(turn_of(watched.target)));
  json.field("owner", place[watched.owner]).name("ways").begin_array();
  for (const WatchedWay& way : watched.ways) {
    json.begin_object().field("via", name_of(way.via)).name("path").begin_array();
    for (const PeerNumber peer : way.path) json.value(place[peer]);
    json.end_array().name("arrives").begin_array();
    for (const double ms : way.arrived_ms) json.value(rounded(ms));
    json.end_array();
    json.field("answered",
               way.answered_ms ? std::optional(rounded(*way.answered_ms)) : std::nullopt);
    json.end_object();
  }
  json.end_array().end_object();
}

inline void write_watch(JsonWriter& json, const WatchedFlood& watched, const LookupPlan& plan) {
  json.name("watch").begin_object().field("key", watched.key).field("ttl", plan.ttl);
  json.field("origin", watched.origin).name("holders").begin_array();
  for (const PeerNumber holder : watched.holders) json.value(holder);
  json.end_array().name("peers").begin_array();
  for (const std::uint64_t name : watched.names) {
    json.begin_object().field("label", std::to_string(name)).end_object();
  }
  json.end_array().name("links").begin_array();
  for (const auto& [a, b] : watched.links) json.begin_array().value(a).value(b).end_array();
  json.end_array().field("unit", "ms").name("events").begin_array();
  for (const FloodStep& step : watched.steps) {
    if (step.kind == FloodStep::Kind::done) continue;
    const bool is_hit = step.kind == FloodStep::Kind::hit;
    const bool is_first = step.kind == FloodStep::Kind::first_copy;
    json.begin_object();
    json.field("kind", is_hit ? "hit" : is_first ? "query" : "duplicate");
    json.field("from", step.from).field("to", step.to);
    json.field("sent", rounded(step.sent_ms)).field("arrives", rounded(step.arrived_ms));
    json.field("hops", step.hops).end_object();
  }
  json.end_array();
  write_ring(json, watched);
  json.end_object();
}

}  // namespace page_detail

/// `words`: the command's, after `lookup`. Nothing that the clock measured is in it.
inline std::string page_data(const Comparison& comparison, const WatchedFlood& watched,
                             const LookupOptions& options,
                             std::span<const std::string_view> words) {
  using namespace page_detail;
  JsonWriter json;
  json.begin_object();
  json.field("title",
             fmt::format("Flood against ring: {}", counted(comparison.result.peers, "peer")));
  json.field("subtitle", subtitle_of(comparison.result, options));
  write_rows(json, comparison, options);
  write_curves(json, comparison);
  write_watch(json, watched, options.plan);
  json.name("notes").begin_array();
  for (const std::string& note : notes_of(comparison, watched, options)) json.value(note);
  json.end_array();
  json.field("footer", fmt::format("Made by Oxbow {} with: {}", OXBOW_VERSION, command_of(words)));
  json.end_object();
  return json.text();
}

}  // namespace oxbow::sim

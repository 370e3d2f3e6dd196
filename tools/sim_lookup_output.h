// The results of `oxbow-sim lookup` as JSON (the design's section 11), as CSV, and as a table.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "report/json.h"
#include "report/table.h"
#include "report/units.h"
#include "sim/lookup.h"

namespace oxbow::sim {

struct NamedFigure {
  std::string_view name;
  const Figure LookupRow::*figure;
};
inline constexpr std::array<NamedFigure, 10> kLookupFigures{{
    {"query_messages", &LookupRow::query_messages},
    {"duplicates", &LookupRow::duplicates},
    {"lost", &LookupRow::lost},
    {"hit_messages", &LookupRow::hit_messages},
    {"done_messages", &LookupRow::done_messages},
    {"peers_reached", &LookupRow::peers_reached},
    {"max_hops", &LookupRow::max_hops},
    {"hops_first_hit", &LookupRow::hops_first_hit},
    {"latency_first_hit_ms", &LookupRow::latency_first_hit_ms},
    {"bytes", &LookupRow::bytes},
}};

inline void write_figure(JsonWriter& json, const Figure& figure, bool is_single) {
  const bool is_known = figure.count > 0;
  if (is_single) {
    if (is_known) {
      json.value(figure.mean);
    } else {
      json.null();
    }
    return;
  }
  const auto known = [&](double value) { return is_known ? std::optional(value) : std::nullopt; };
  json.begin_object();
  json.field("mean", known(figure.mean));
  json.field("p50", known(figure.p50));
  json.field("p99", known(figure.p99));
  json.end_object();
}

inline std::string to_json(const LookupResult& result, bool timing) {
  JsonWriter json;
  json.begin_document("lookup");
  json.name("topology").begin_object();
  json.field("peers", result.peers).field("links", result.links);
  json.end_object();
  json.name("rows").begin_array();
  for (const LookupRow& row : result.rows) {
    json.begin_object();
    json.field("via", name_of(row.via)).field("ttl", row.ttl);
    json.field("queries", row.queries).field("found", row.found);
    for (const NamedFigure& each : kLookupFigures) {
      json.name(each.name);
      write_figure(json, row.*each.figure, result.is_single);
    }
    json.field("wall_seconds", timing ? std::optional(row.wall_seconds) : std::nullopt);
    json.end_object();
  }
  json.end_array().end_object();
  return json.text() + "\n";
}

inline std::string to_csv(const LookupResult& result, bool timing) {
  constexpr std::array<std::string_view, 3> kParts{"mean", "p50", "p99"};
  std::string text = "via,ttl,queries,found";
  for (const NamedFigure& each : kLookupFigures) {
    if (result.is_single) text += fmt::format(",{}", each.name);
    for (const std::string_view part : kParts) {
      if (!result.is_single) text += fmt::format(",{}_{}", each.name, part);
    }
  }
  text += ",wall_seconds\n";
  for (const LookupRow& row : result.rows) {
    text += fmt::format("{},{},{},{}", name_of(row.via), row.ttl ? std::to_string(*row.ttl) : "",
                        row.queries, row.found);
    for (const NamedFigure& each : kLookupFigures) {
      const Figure& figure = row.*each.figure;
      const std::array<double, 3> parts{figure.mean, figure.p50, figure.p99};
      for (std::size_t i = 0; i < (result.is_single ? 1 : parts.size()); ++i) {
        text += figure.count == 0 ? "," : fmt::format(",{}", parts[i]);
      }
    }
    text += timing ? fmt::format(",{}\n", row.wall_seconds) : ",\n";
  }
  return text;
}

namespace output_detail {

/// With as many decimals as are worth reading.
inline std::string shown(double value) {
  if (value == std::floor(value) || value >= 1000) {
    return human_count(static_cast<std::uint64_t>(std::llround(value)));
  }
  return fmt::format("{:.{}f}", value, value < 10 ? 2 : 1);
}

inline Cell cell(const Figure& figure, bool with_tail = false) {
  if (figure.count == 0) return {};
  if (figure.count == 1 || !with_tail) return {figure.mean, shown(figure.mean)};
  return {figure.mean,
          fmt::format("{} ({}, {})", shown(figure.mean), shown(figure.p50), shown(figure.p99))};
}

}  // namespace output_detail

inline std::string to_text(const LookupResult& result, bool timing, const Terminal& terminal) {
  using output_detail::cell;
  Table table{{{"via", "VIA"},
               {"ttl", "TTL", Align::right},
               {"found", "FOUND", Align::right},
               {"query_messages", "MESSAGES", Align::right},
               {"duplicates", "DUPLICATES", Align::right},
               {"hit_messages", "HITS", Align::right},
               {"done_messages", "REPORTS", Align::right},
               {"peers_reached", "PEERS", Align::right},
               {"hops_first_hit", "HOPS", Align::right},
               {"latency_first_hit_ms", "FIRST HIT, MS", Align::right},
               {"bytes", "BYTES", Align::right},
               {"wall_seconds", "TOOK", Align::right}},
              {}};
  for (const LookupRow& row : result.rows) {
    const double share = 100.0 * static_cast<double>(row.found) / static_cast<double>(row.queries);
    table.add({std::string(name_of(row.via)), row.ttl ? Cell(*row.ttl) : Cell(),
               result.is_single ? Cell(row.found > 0 ? "yes" : "no")
                                : Cell(share, fmt::format("{:.1f} %", share)),
               cell(row.query_messages), cell(row.duplicates), cell(row.hit_messages),
               cell(row.done_messages), cell(row.peers_reached), cell(row.hops_first_hit, true),
               cell(row.latency_first_hit_ms, true),
               Cell(row.bytes.mean,
                    human_bytes(static_cast<std::uint64_t>(std::llround(row.bytes.mean)))),
               timing ? Cell(row.wall_seconds, human_ms(row.wall_seconds * 1000)) : Cell()});
  }
  std::string text =
      fmt::format("{}, {}", counted(result.peers, "peer"), counted(result.links, "link"));
  if (!result.is_single && !result.rows.empty()) {
    text += fmt::format("; mean over {}; hops and first hit also median and 99th percentile",
                        counted(result.rows.front().queries, "query", "queries"));
  }
  return text + "\n" + oxbow::to_text(table, terminal);
}

}  // namespace oxbow::sim

// The options of `oxbow-sim lookup`: one table from which parsing and --help follow.
#pragma once

#include <fmt/format.h>
#include <oxbow/result.h>

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "sim/lookup.h"
#include "sim/topology_spec.h"

namespace oxbow::sim {

enum class LookupFormat : std::uint8_t { table, json, csv, html };

/// As written: peers by their names, the latency as a text, until topology and seed are known.
struct LookupOptions {
  LookupPlan plan;
  std::string topology;
  std::string latency = "unit";
  std::optional<std::uint64_t> origin;
  std::vector<std::uint64_t> holders;
  bool has_workload_options = false;
  LookupFormat format = LookupFormat::table;
  std::string report;  ///< file for the page; empty: none
  bool timing = true;
  bool help = false;
};

namespace options_detail {

inline Error usage(std::string message, std::string needed, std::string_view got) {
  return {"usage", std::move(message), std::move(needed), std::string(got)};
}

template <class T>
std::optional<T> parse(std::string_view text) {
  T number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

struct Choice {
  std::string_view name;
  int value;
};

/// Takes one value into the options; the text is what was needed instead, or empty.
using Take = std::string (*)(LookupOptions&, std::string_view);

template <class T>
std::string whole(T& field, std::string_view text, std::uint64_t least, std::uint64_t most) {
  const auto number = parse<std::uint64_t>(text);
  if (!number || *number < least || *number > most) {
    return fmt::format("a whole number from {} to {}", least, most);
  }
  field = static_cast<T>(*number);
  return {};
}

inline std::string decimal(double& field, std::string_view text, double least, double most) {
  const auto number = parse<double>(text);
  if (!number || !(*number >= least && *number <= most)) {
    return fmt::format("a number from {} to {}", least, most);
  }
  field = *number;
  return {};
}

inline std::string boolean(bool& field, std::string_view text) {
  if (text != "yes" && text != "no") return "yes or no";
  field = text == "yes";
  return {};
}

template <class T>
std::string choice(T& field, std::string_view text, std::initializer_list<std::string_view> names) {
  int value = 0;
  for (const std::string_view name : names) {
    if (name == text) {
      field = static_cast<T>(value);
      return {};
    }
    ++value;
  }
  return fmt::format("one of {}", fmt::join(names, ", "));
}

inline std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

inline std::string vias(LookupOptions& options, std::string_view text) {
  options.plan.vias.clear();
  for (const std::string_view name : split(text)) {
    const auto via = parse_lookup_via(name);
    if (!via) return fmt::format("a list of {}", fmt::join(kLookupVias, ","));
    // A way that is named twice is run once.
    auto& all = options.plan.vias;
    if (std::find(all.begin(), all.end(), *via) == all.end()) all.push_back(*via);
  }
  return {};
}

inline std::string origin(LookupOptions& options, std::string_view text) {
  options.origin = parse<std::uint64_t>(text);
  return options.origin ? "" : "the number of a peer";
}

inline std::string holders(LookupOptions& options, std::string_view text) {
  for (const std::string_view name : split(text)) {
    const auto peer = parse<std::uint64_t>(name);
    if (!peer) return "the numbers of peers, with commas between them";
    options.holders.push_back(*peer);
  }
  return {};
}

inline std::string copies(LookupOptions& options, std::string_view text) {
  const bool is_percent = text.ends_with('%');
  if (is_percent) text.remove_suffix(1);
  const auto number = parse<double>(text);
  const double fraction = number.value_or(0) / (is_percent ? 100 : 1);
  if (!(fraction > 0 && fraction <= 1)) return "a fraction above 0, at most 1 (or 0.125%)";
  options.plan.workload.copies = fraction;
  return {};
}

struct Option {
  std::string_view name;
  std::string_view argument;  // empty: a boolean
  std::string_view help;
  Take take;
  bool of_workload = false;
};

inline constexpr Option kOptions[] = {
    {"topology", "SPEC",
     "The network: a file of undirected links (two peer numbers a line, # comments; the numbers "
     "name the peers), or one of regular:N:D, random:N:MEANDEGREE, "
     "power-law:N:MEANDEGREE[:EXPONENT] (2.3 if left out), small-world:N:D:P, grid:ROWS:COLUMNS, "
     "ring:N, tree:N:ARITY, complete:N, whose peers are numbered from 0.",
     [](LookupOptions& o, std::string_view text) -> std::string {
       o.topology = text;
       return text.empty() ? "a file or a kind of graph" : "";
     }},
    {"via", "LIST",
     "Ways to look things up, with commas between them: flood, expanding (floods of TTL 1, 2, 4, "
     "…), walk (random walkers), one-hop, finger and successor (ring lookups: who would own the "
     "key), central (one directory that knows everything: a question and an answer), auto (what a "
     "get of Oxbow does: the ring, and a flood for what it has never heard of). [flood]",
     vias},
    {"ttl", "T", "Links that a flood goes, 1 to 65535; no cap as of real peers binds. [7]",
     [](LookupOptions& o, std::string_view t) { return whole(o.plan.ttl, t, 1, limits::kSimTtl); }},
    {"all", "", "Holders answer and route on too; walkers go on after a hit.",
     [](LookupOptions& o, std::string_view t) { return boolean(o.plan.flood.all, t); }},
    {"duplicates", "RULE",
     "Copies of a query after a peer's first: drop (the textbook), or reforward those whose TTL is "
     "higher than any before. [drop]",
     [](LookupOptions& o, std::string_view t) {
       return choice(o.plan.flood.duplicates, t, {"drop", "reforward"});
     }},
    {"reports", "",
     "Every copy is answered by a QueryDone, so that the end of a flood is known: counted as "
     "done_messages. The floods of expanding are always reported: each begins when the one before "
     "is known to be over.",
     [](LookupOptions& o, std::string_view t) { return boolean(o.plan.flood.reports, t); }},
    {"walkers", "K", "Random walkers of one search, 1 to 256. [16]",
     [](LookupOptions& o, std::string_view t) {
       return whole(o.plan.walkers, t, 1, limits::kMaxWalkers);
     }},
    {"steps", "S", "Steps of one walker at most, 1 to 65535. [1024]",
     [](LookupOptions& o, std::string_view t) { return whole(o.plan.steps, t, 1, 65'535); }},
    {"tokens", "K", "Tokens (virtual nodes) of each member of the ring, 1 to 1024. [1]",
     [](LookupOptions& o, std::string_view t) {
       return whole(o.plan.tokens, t, 1, limits::kTokensMost);
     }},
    {"stored", "FRACTION",
     "Objects that are on the ring, drawn from all, the others are with their holders alone: how "
     "often auto needs no flood. Its look at the ring is one one-hop lookup. With --origin the "
     "one object is stored only if this is 1. [0.5]",
     [](LookupOptions& o, std::string_view t) { return decimal(o.plan.stored, t, 0, 1); }},
    {"origin", "PEER", "One search, asked by this peer: exact figures instead of a workload.",
     origin},
    {"holders", "PEER,…", "Who has what the one search asks for; nobody if left out.", holders},
    {"objects", "M", "A workload of so many objects. [100]",
     [](LookupOptions& o, std::string_view t) {
       return whole(o.plan.workload.objects, t, 1, limits::kSimObjects);
     },
     true},
    {"copies", "FRACTION",
     "Peers that hold an object, on average over the objects; one at least. [0.00125]", copies,
     true},
    {"placement", "RULE",
     "How many copies each object has: uniform, proportional to its queries, or square-root of "
     "that; the sum stays the same. [uniform]",
     [](LookupOptions& o, std::string_view t) {
       return choice(o.plan.workload.placement, t, {"uniform", "proportional", "square-root"});
     },
     true},
    {"queries", "Q", "Searches, one after another, each by a random peer. [1000]",
     [](LookupOptions& o, std::string_view t) {
       return whole(o.plan.workload.queries, t, 1, limits::kSimQueries);
     },
     true},
    {"zipf", "A", "The i-th object is asked for like i^-A; 0: all alike. [1]",
     [](LookupOptions& o, std::string_view t) { return decimal(o.plan.workload.zipf, t, 0, 10); },
     true},
    {"replication", "RULE",
     "Copies made when flood, expanding or walk have found an object: none; owner (at the asking "
     "peer); path (at every peer on the way to the holder); random (as many as path, at peers that "
     "the search came to). Each takes the place of a copy drawn from all, unless --capacity gives "
     "them room of their own; first copies stay. [none]",
     [](LookupOptions& o, std::string_view t) {
       return choice(o.plan.workload.replication, t, {"none", "owner", "path", "random"});
     },
     true},
    {"capacity", "K",
     "Objects that a peer stores at most, 1 to 1000000: copies accumulate, and at a full peer a "
     "new "
     "one takes the place of one drawn from its own. Without it the sum of the copies stays.",
     [](LookupOptions& o, std::string_view t) {
       return whole(o.plan.workload.capacity, t, 1, limits::kSimObjects);
     },
     true},
    {"latency", "MODEL",
     "Of a message, in ms: unit (1), uniform:A:B, exponential:M; drawn once for each pair of "
     "peers, the same both ways. [unit]",
     [](LookupOptions& o, std::string_view text) -> std::string {
       o.latency = text;
       return {};
     }},
    {"loss", "P", "Probability that a message does not arrive, below 1; nothing is sent again. [0]",
     [](LookupOptions& o, std::string_view t) { return decimal(o.plan.loss, t, 0, 0.999999); }},
    {"churn", "RATE",
     "How often a second a peer leaves: it is there for 1/RATE s and then away for a quarter as "
     "long, on average, both exponentially distributed, so that 80 % of the peers are there. One "
     "search begins each second. Nothing is sent to a neighbor that is away; what arrives at a "
     "peer "
     "that has left is lost, and so is a holder's copy until it is back; a forward to a ring "
     "member "
     "that is away costs 500 ms and goes to the next. [0]",
     [](LookupOptions& o, std::string_view t) { return decimal(o.plan.churn, t, 0, 1000); }},
    {"seed", "S", "Decides everything that is random. [1]",
     [](LookupOptions& o, std::string_view t) {
       return whole(o.plan.seed, t, 0, ~std::uint64_t{0});
     }},
    {"report", "FILE",
     "Writes a page for the browser into FILE: the table, recall against TTL, messages against "
     "network size with what theory says, hops, load per peer, and a flood to watch. Takes runs of "
     "its own, on smaller networks of the same kind too.",
     [](LookupOptions& o, std::string_view text) -> std::string {
       o.report = text;
       return text.empty() ? "the name of a file" : "";
     }},
    {"output", "FORMAT", "-o: table, json, csv, or html (the page of --report). [table]",
     [](LookupOptions& o, std::string_view t) {
       return choice(o.format, t, {"table", "json", "csv", "html"});
     }},
    {"timing", "",
     "How long each way took by the clock (wall_seconds); with --timing=no one seed prints the "
     "same "
     "bytes. [yes]",
     [](LookupOptions& o, std::string_view t) { return boolean(o.timing, t); }},
    {"help", "", "This text.",
     [](LookupOptions& o, std::string_view t) { return boolean(o.help, t); }},
};

inline const Option* find_option(std::string_view name) {
  for (const Option& option : kOptions) {
    if (option.name == name) return &option;
  }
  return nullptr;
}

inline std::string wrapped(std::string line, std::size_t margin, std::string_view text) {
  constexpr std::size_t kWidth = 96;
  std::string out;
  line.resize(std::max(line.size(), margin), ' ');
  while (!text.empty()) {
    const std::size_t length = std::min(text.find(' '), text.size());
    if (line.size() + 1 + length > kWidth && line.size() > margin) {
      out += line + "\n";
      line.assign(margin, ' ');
    }
    if (line.size() > margin) line += ' ';
    line += text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return out + line + "\n";
}

}  // namespace options_detail

inline std::string lookup_help() {
  std::string text =
      "Usage: oxbow-sim lookup --topology SPEC [--via LIST] [options]\n"
      "Looks keys up in a network of up to 20 million peers, in virtual time, and says what each "
      "way costs.\n\n";
  for (const auto& option : options_detail::kOptions) {
    const std::string flag = fmt::format(
        "  --{}{}", option.name,
        option.argument.empty() ? std::string("[=no]") : fmt::format(" {}", option.argument));
    text += options_detail::wrapped(flag, 22, option.help);
  }
  text +=
      "\nWith --origin there is one search, and every figure is a number. Otherwise a workload is "
      "run,\nand figures are mean, median and 99th percentile over its queries.\n\n"
      "Figures: query_messages are copies of the query put on a link (walks: steps; ring lookups:\n"
      "forwards); hits are counted apart, and so are REPORTS (done_messages): what tells the "
      "originator\nmore than a hit, QueryDone of floods, walkers' questions with its answers, and "
      "that an owner or a\ndirectory has never heard of the key. Bytes are those of the frames "
      "that the real peers would\nsend, for a key of 16 bytes.\n\n"
      "Examples:\n"
      "  oxbow-sim lookup --topology ring:6 --origin 0 --holders 3 --ttl 3\n"
      "      The first thing to work out on paper: who sends what to whom.\n"
      "  oxbow-sim lookup --topology random:10000:5 --via flood,expanding,walk,finger,central\n"
      "      The same 1,000 searches five ways, side by side.\n"
      "  oxbow-sim lookup --topology random:10000:5 --via flood,walk,finger --report lookup.html\n"
      "      The same as a page with charts, and a flood to watch.\n"
      "  oxbow-sim lookup --topology power-law:10000:4.5 --via walk --walkers 32 --queries 500\n"
      "      --replication path -o json\n"
      "      Random walks that leave copies on their way.\n"
      "  oxbow-sim lookup --topology regular:1000000:10 --latency uniform:10:100 --origin 0\n"
      "      One flood over a million peers.\n"
      "  oxbow-sim lookup --topology gnutella.edges --origin 1 --ttl 4 --all --duplicates "
      "reforward\n"
      "      A real network, from a file of links.\n\n"
      "Exit codes: 0 found; 1 ran well, found nothing; 2 wrong usage; 4 it could not be written.\n";
  return text;
}

/// If word `i` asks for a format (-o F, -oF, -o=F, --output F, --output=F or --json): F, which is
/// empty where it is missing; `i` then is the last word that says so.
inline std::optional<std::string_view> asked_output(std::span<const std::string_view> words,
                                                    std::size_t& i) {
  const std::string_view word = words[i];
  if (word == "--json") return "json";
  if (word == "-o" || word == "--output") return i + 1 < words.size() ? words[++i] : "";
  for (const std::string_view start : {"--output=", "-o=", "-o"}) {
    if (word.starts_with(start)) return word.substr(start.size());
  }
  return std::nullopt;
}

/// `words`: those after `lookup`. Errors have the code "usage" and name the option.
inline Result<LookupOptions> parse_lookup_options(std::span<const std::string_view> words) {
  using namespace options_detail;
  LookupOptions options;
  std::vector<std::string_view> given;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    if (word == "-h") word = "--help";
    if (const auto format = asked_output(words, i)) {
      const std::string wrong = find_option("output")->take(options, *format);
      if (!wrong.empty() && format->empty()) {
        return usage(fmt::format("-o needs a value: {}", wrong), wrong, "");
      }
      if (!wrong.empty())
        return usage(fmt::format("-o {}: give {}", *format, wrong), wrong, *format);
      continue;
    }
    if (!word.starts_with("--")) {
      return usage(fmt::format("'{}' is no option (see oxbow-sim lookup --help)", word),
                   "an option, --NAME", word);
    }
    const std::size_t equals = word.find('=');
    const std::string_view name = word.substr(2, equals == word.npos ? equals : equals - 2);
    const Option* const option = find_option(name);
    if (option == nullptr) {
      return usage(fmt::format("lookup has no option --{} (see oxbow-sim lookup --help)", name),
                   "an option of oxbow-sim lookup --help", word);
    }
    std::string_view value = equals == word.npos ? "yes" : word.substr(equals + 1);
    if (!option->argument.empty() && equals == word.npos) {
      if (i + 1 == words.size()) {
        return usage(fmt::format("--{} needs a value: --{} {}", name, name, option->argument),
                     std::string(option->argument), "");
      }
      value = words[++i];
    }
    if (std::find(given.begin(), given.end(), name) != given.end()) {
      return usage(fmt::format("--{} is given twice; keep one of them", name),
                   fmt::format("--{} once", name), word);
    }
    given.push_back(name);
    const std::string wrong = option->take(options, value);
    if (!wrong.empty()) {
      return usage(fmt::format("--{} {}: give {}", name, value, wrong), wrong, value);
    }
    options.has_workload_options = options.has_workload_options || option->of_workload;
  }
  if (options.help) return options;
  if (options.topology.empty()) {
    return usage(
        fmt::format("--topology is missing: give a file of links, or one of {}", topology_kinds()),
        "--topology SPEC", "");
  }
  if (!options.origin && !options.holders.empty()) {
    return usage("--holders without --origin: say which peer asks", "--origin PEER", "--holders");
  }
  if (options.origin && options.has_workload_options) {
    return usage(
        "--origin asks for one search, and the options of a workload for many: give either",
        "--origin, or the options of a workload", "both");
  }
  return options;
}

/// Peers and latency, now that topology and seed are known.
inline Status complete_plan(LookupOptions& options, const NamedGraph& network) {
  using namespace options_detail;
  auto latency = parse_latency(options.latency, options.plan.seed);
  if (!latency) return latency.error();
  options.plan.latency = std::move(*latency);
  if (!options.origin) return Done{};
  const auto no_such = [&](std::string_view name, std::uint64_t peer) {
    return usage(fmt::format("--{} {}: {} has no such peer", name, peer, options.topology),
                 fmt::format("a peer of {}", options.topology), std::to_string(peer));
  };
  SingleSearch single;
  const auto origin = network.find(*options.origin);
  if (!origin) return no_such("origin", *options.origin);
  single.origin = *origin;
  for (const std::uint64_t name : options.holders) {
    const auto holder = network.find(name);
    if (!holder) return no_such("holders", name);
    single.holders.push_back(*holder);
  }
  options.plan.single = std::move(single);
  return Done{};
}

}  // namespace oxbow::sim

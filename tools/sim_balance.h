// `oxbow-sim balance`: its options and what it prints.
#pragma once

#include <fmt/format.h>
#include <oxbow/result.h>

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "report/json.h"
#include "report/table.h"
#include "sim/balance.h"
#include "sim_lookup_options.h"

namespace oxbow::sim {

struct BalanceOptions {
  BalancePlan plan;
  std::vector<int> strategies{1, 2, 3};
  bool json = false;
  bool help = false;
};

inline constexpr std::string_view kBalanceHelp =
    "Usage: oxbow-sim balance [options]\n"
    "How evenly a ring shares its load: mean load of a member by that of the most loaded one, "
    "keys\n"
    "being asked for equally often, or by Zipf's law (DeCandia et al. 2007, section 6.2).\n\n"
    "  --strategy LIST     1: random tokens, the ring cut at them; 2: random tokens, equal\n"
    "                      partitions; 3: equal partitions, as many for each member. [1,2,3]\n"
    "  --members S         1 to 10000. [30]\n"
    "  --tokens T          Tokens of a member, 1 to 1024; with 3 its partitions. [128]\n"
    "  --copies N          Members that store a key, 1 to 32. [3]\n"
    "  --partitions Q      Of strategy 2, 1 to 10000000. [8 S T]\n"
    "  --keys K            Keys that are asked for, 1 to 1000000; without it they are endlessly\n"
    "                      many, and asked for alike.\n"
    "  --zipf A            The i-th key is asked for like i^-A; with --keys. [0]\n"
    "  --rings R           Rings that are drawn, 1 to 10000. [20]\n"
    "  --seed S            Decides everything that is random. [1]\n"
    "  -o FORMAT           table or json. [table]\n\n"
    "Example:\n"
    "  oxbow-sim balance --members 30 --tokens 16\n"
    "      The three strategies with 16 tokens a member.\n";

inline bool is_balance_option(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames{"--strategy", "--members",    "--tokens",
                                                   "--copies",   "--partitions", "--keys",
                                                   "--zipf",     "--rings",      "--seed"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

/// `words`: those after `balance`. Errors have the code "usage" and name the option.
inline Result<BalanceOptions> parse_balance_options(std::span<const std::string_view> words) {
  using namespace options_detail;
  BalanceOptions options;
  BalancePlan& plan = options.plan;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string_view name = words[i];
    if (name == "--help" || name == "-h") {
      options.help = true;
      return options;
    }
    if (const auto format = asked_output(words, i)) {
      if (*format != "table" && *format != "json") {
        return usage(fmt::format("-o {}: give table or json", *format), "table or json", *format);
      }
      options.json = *format == "json";
      continue;
    }
    const std::size_t equals = name.find('=');
    std::string_view value;
    if (equals != name.npos) {
      value = name.substr(equals + 1);
      name = name.substr(0, equals);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else if (is_balance_option(name)) {
      return usage(fmt::format("{} needs a value (see oxbow-sim balance --help)", name), "a value",
                   "");
    }
    std::string wrong;
    if (name == "--members") {
      wrong = whole(plan.members, value, 1, 10'000);
    } else if (name == "--tokens") {
      wrong = whole(plan.tokens, value, 1, limits::kTokensMost);
    } else if (name == "--copies") {
      wrong = whole(plan.copies, value, 1, 32);
    } else if (name == "--partitions") {
      wrong = whole(plan.partitions, value, 1, 10'000'000);
    } else if (name == "--keys") {
      wrong = whole(plan.keys, value, 1, limits::kSimObjects);
    } else if (name == "--zipf") {
      wrong = decimal(plan.zipf, value, 0, 10);
    } else if (name == "--rings") {
      wrong = whole(plan.rings, value, 1, 10'000);
    } else if (name == "--seed") {
      wrong = whole(plan.seed, value, 0, ~std::uint64_t{0});
    } else if (name == "--strategy") {
      options.strategies.clear();
      for (const std::string_view part : split(value)) {
        options.strategies.push_back(0);
        wrong = whole(options.strategies.back(), part, 1, 3);
        if (!wrong.empty()) break;
      }
    } else {
      return usage(fmt::format("balance has no option {} (see oxbow-sim balance --help)", name),
                   "an option of oxbow-sim balance --help", name);
    }
    if (!wrong.empty()) {
      return usage(fmt::format("{} {}: give {}", name, value, wrong), wrong, value);
    }
  }
  if (plan.zipf > 0 && plan.keys == 0) {
    return usage("--zipf without --keys: say how many there are", "--keys K", "--zipf");
  }
  return options;
}

inline std::string run_balance(const BalanceOptions& options, const Terminal& terminal) {
  const BalancePlan& plan = options.plan;
  std::vector<Balance> rows;
  for (const int strategy : options.strategies) rows.push_back(measure_balance(plan, strategy));
  if (options.json) {
    JsonWriter json;
    json.begin_document("balance").field("members", plan.members).field("tokens", plan.tokens);
    json.field("copies", plan.copies).field("rings", plan.rings).name("rows").begin_array();
    for (const Balance& row : rows) {
      json.begin_object().field("strategy", row.strategy).field("partitions", row.partitions);
      json.field("efficiency", row.efficiency).field("worst", row.worst).field("best", row.best);
      json.end_object();
    }
    json.end_array().end_object();
    return json.text() + "\n";
  }
  constexpr std::array<std::string_view, 3> kNames{
      "1: random tokens", "2: equal partitions, tokens", "3: equal partitions, dealt"};
  Table table{{{"strategy", "STRATEGY"},
               {"partitions", "PARTITIONS", Align::right},
               {"efficiency", "EFFICIENCY", Align::right},
               {"worst", "WORST", Align::right},
               {"best", "BEST", Align::right}},
              {}};
  const auto percent = [](double value) {
    return Cell(value, fmt::format("{:.1f} %", value * 100));
  };
  for (const Balance& row : rows) {
    table.add({kNames[static_cast<std::size_t>(row.strategy - 1)], row.partitions,
               percent(row.efficiency), percent(row.worst), percent(row.best)});
  }
  return fmt::format("{} members, {} tokens each, {} copies of a key; {} rings\n", plan.members,
                     plan.tokens, plan.copies, plan.rings) +
         to_text(table, terminal);
}

}  // namespace oxbow::sim

#include "cli/find_options.h"

#include "base/limits.h"
#include "message/describe.h"

namespace oxbow::cli {

std::vector<OptionSpec> search_options() {
  return {
      {.name = "via",
       .argument = "WAY",
       .help = "How the search spreads: flood (to all neighbors), expanding (floods of TTL 1, 2, 4 "
               "and so on until one finds something) or walk (random walkers).",
       .kind = Kind::choice,
       .fallback = "flood",
       .choices = {"flood", "expanding", "walk"}},
      {.name = "ttl",
       .argument = "N",
       .help = "How many hops a query may go, 0: the asked peer alone is asked; without it, what "
               "the peer is configured for.",
       .kind = Kind::number,
       .most = 255},
      {.name = "timeout",
       .argument = "TIME",
       .help = "How long to search at the most; without it, what the peer is configured for.",
       .kind = Kind::duration},
      {.name = "walkers",
       .argument = "K",
       .help = "How many walkers, for --via walk.",
       .kind = Kind::number,
       .least = 1,
       .most = limits::kMaxWalkers},
      {.name = "steps",
       .argument = "N",
       .help = "How many steps each walker may take, for --via walk.",
       .kind = Kind::number,
       .least = 1,
       .most = limits::kWalkSteps},
  };
}

FindRequest search_request(const std::string& key, const Options& options) {
  FindRequest request;
  request.key = key;
  request.via = enum_value<Via>(options.text("via")).value_or(Via::flood);
  if (options.has("ttl")) request.ttl = options.number("ttl");
  request.timeout_ms = static_cast<std::uint32_t>(options.duration("timeout").count());
  request.walkers = options.number("walkers");
  request.steps = options.number("steps");
  request.trace = true;
  return request;
}

}  // namespace oxbow::cli

#include "sim/topology_spec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fstream>

#include "base/limits.h"
#include "sim/graph_builders.h"

namespace oxbow::sim {

namespace {

struct Kind {
  std::string_view name;
  std::string_view parameters;
  std::size_t least;  // parameters
};
constexpr Kind kKinds[] = {
    {"regular", "N:D", 2},
    {"random", "N:MEANDEGREE", 2},
    {"grid", "ROWS:COLUMNS", 2},
    {"power-law", "N:MEANDEGREE[:EXPONENT]", 2},
    {"ring", "N", 1},
    {"small-world", "N:D:P", 3},
    {"tree", "N:ARITY", 2},
    {"complete", "N", 1},
};
constexpr double kExponent = 2.3;  // of Gnutella: Ripeanu, Foster, Iamnitchi 2002

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t colon = text.find(':');
    parts.push_back(text.substr(0, colon));
    if (colon == std::string_view::npos) return parts;
    text.remove_prefix(colon + 1);
  }
}

template <class T>
std::optional<T> parse(std::string_view text) {
  T number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, number);
  if (text.empty() || error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

/// The parameters of one SPEC; the first that is wrong is kept.
class Parameters {
 public:
  Parameters(std::string_view spec, const Kind& kind, std::vector<std::string_view> words)
      : spec_(spec), kind_(kind), words_(std::move(words)) {}

  bool has(std::size_t index) const { return index < words_.size(); }

  std::uint32_t whole(std::size_t index, std::string_view what, std::uint32_t least) {
    const auto number = parse<std::uint64_t>(words_[index]);
    if (number && *number >= least && *number <= limits::kSimPeers) {
      return static_cast<std::uint32_t>(*number);
    }
    complain(fmt::format("{} is a whole number from {} to {}, not '{}'", what, least,
                         limits::kSimPeers, words_[index]),
             fmt::format("{} from {} to {}", what, least, limits::kSimPeers), words_[index]);
    return least;
  }
  double decimal(std::size_t index, std::string_view what) {
    const auto number = parse<double>(words_[index]);
    if (number && *number >= 0 && *number <= limits::kSimPeers) return *number;
    complain(fmt::format("{} is a number from 0, not '{}'", what, words_[index]),
             fmt::format("{} from 0 to {}", what, limits::kSimPeers), words_[index]);
    return 0;
  }
  void limit(double links) {
    if (links <= static_cast<double>(limits::kSimLinks)) return;
    complain(fmt::format("{:.0f} links are more than {}", links, limits::kSimLinks),
             fmt::format("at most {} links", limits::kSimLinks), fmt::format("{:.0f}", links));
  }
  void limit_peers(std::uint64_t peers) {
    if (peers <= limits::kSimPeers) return;
    complain(fmt::format("{} peers are more than {}", peers, limits::kSimPeers),
             fmt::format("at most {} peers", limits::kSimPeers), std::to_string(peers));
  }
  void complain(const std::string& what, std::string needed, std::string_view got) {
    if (error_.message.empty()) {
      error_ =
          topology_error(fmt::format("{}: {} ({}:{})", spec_, what, kind_.name, kind_.parameters),
                         std::move(needed), std::string(got));
    }
  }
  bool ok() const { return error_.message.empty(); }
  const Error& error() const { return error_; }

 private:
  std::string_view spec_;
  const Kind& kind_;
  std::vector<std::string_view> words_;
  Error error_;
};

struct Built {
  std::uint32_t peers = 0;
  Result<std::vector<LinkKey>> links;
};

Built build(std::string_view kind, Parameters& given, std::uint64_t seed) {
  const std::uint32_t first = given.whole(0, kind == "grid" ? "ROWS" : "N", kind == "ring" ? 3 : 1);
  if (kind == "ring") return {first, given.ok() ? ring_links(first) : std::vector<LinkKey>{}};
  if (kind == "complete") {
    given.limit(0.5 * first * (first - 1.0));
    return {first, given.ok() ? complete_links(first) : std::vector<LinkKey>{}};
  }
  if (kind == "grid") {
    const std::uint32_t columns = given.whole(1, "COLUMNS", 1);
    given.limit_peers(std::uint64_t{first} * columns);
    if (!given.ok()) return {0, given.error()};
    return {first * columns, grid_links(first, columns)};
  }
  if (kind == "tree") {
    const std::uint32_t arity = given.whole(1, "ARITY", 1);
    return {first, given.ok() ? tree_links(first, arity) : std::vector<LinkKey>{}};
  }
  if (kind == "regular" || kind == "small-world") {
    const std::uint32_t degree = given.whole(1, "D", 1);
    given.limit(0.5 * first * degree);
    const double rewired = kind == "regular" ? 0 : given.decimal(2, "P");
    if (!given.ok()) return {0, given.error()};
    if (kind == "regular") return {first, regular_links(first, degree, seed)};
    return {first, small_world_links(first, degree, rewired, seed)};
  }
  const double mean = given.decimal(1, "MEANDEGREE");
  given.limit(0.5 * first * mean);
  const double exponent = given.has(2) ? given.decimal(2, "EXPONENT") : kExponent;
  if (!given.ok()) return {0, given.error()};
  if (kind == "random") return {first, random_links(first, mean, seed)};
  return {first, power_law_links(first, mean, exponent, seed)};
}

Result<NamedGraph> build_kind(std::string_view spec, const Kind& kind, std::uint64_t seed) {
  std::vector<std::string_view> words = split(spec);
  words.erase(words.begin());
  const bool may_have_one_more = kind.parameters.find('[') != std::string_view::npos;
  if (words.size() < kind.least || words.size() > kind.least + (may_have_one_more ? 1 : 0)) {
    return topology_error(fmt::format("{}: give {}:{}", spec, kind.name, kind.parameters),
                          fmt::format("{}:{}", kind.name, kind.parameters), std::string(spec));
  }
  Parameters given(spec, kind, std::move(words));
  Built built = build(kind.name, given, seed);
  if (!given.ok()) return given.error();
  if (!built.links) {
    return topology_error(fmt::format("{}: {}", spec, built.links.error().message),
                          "a connected graph of that kind", std::string(spec));
  }
  return NamedGraph{Graph(built.peers, *built.links), {}};
}

}  // namespace

std::optional<PeerNumber> NamedGraph::find(std::uint64_t name) const {
  if (names.empty()) {
    if (name >= graph.peers()) return std::nullopt;
    return static_cast<PeerNumber>(name);
  }
  const auto found = std::lower_bound(names.begin(), names.end(), name);
  if (found == names.end() || *found != name) return std::nullopt;
  return static_cast<PeerNumber>(found - names.begin());
}

std::string_view topology_kinds() {
  return "regular:N:D, random:N:MEANDEGREE, power-law:N:MEANDEGREE[:EXPONENT], small-world:N:D:P, "
         "grid:ROWS:COLUMNS, ring:N, tree:N:ARITY, complete:N";
}

Result<NamedGraph> build_topology(std::string_view spec, std::uint64_t seed) {
  const std::string_view word = spec.substr(0, spec.find(':'));
  for (const Kind& kind : kKinds) {
    if (kind.name == word) return build_kind(spec, kind, seed);
  }
  const std::string path(spec);
  std::ifstream file(path);
  if (!file) {
    return topology_error(
        fmt::format("{}: neither a file that can be read nor one of {}", spec, topology_kinds()),
        fmt::format("a file of links, or one of {}", topology_kinds()), path);
  }
  return read_links(file, path);
}

std::optional<std::string> resized_topology(std::string_view spec, std::uint32_t peers) {
  std::vector<std::string_view> words = split(spec);
  const bool is_kind = std::any_of(std::begin(kKinds), std::end(kKinds), [&](const Kind& kind) {
    return kind.name == words[0] && words.size() > kind.least;
  });
  if (!is_kind) return std::nullopt;
  std::string size = std::to_string(peers);
  std::size_t replaced = 2;
  if (words[0] == "grid") {
    const double rows = parse<std::uint32_t>(words[1]).value_or(1);
    const double columns = parse<std::uint32_t>(words[2]).value_or(1);
    const double fewer = std::max(1.0, std::round(std::sqrt(peers * rows / columns)));
    size = fmt::format("{:.0f}:{:.0f}", fewer, std::max(1.0, std::round(peers / fewer)));
    replaced = 3;
  }
  std::string resized = fmt::format("{}:{}", words[0], size);
  for (std::size_t i = replaced; i < words.size(); ++i) resized += fmt::format(":{}", words[i]);
  return resized;
}

Result<NamedGraph> read_links(std::istream& file, const std::string& name) {
  struct Link {
    std::uint64_t a, b;
  };
  std::vector<Link> read;
  NamedGraph result;
  std::string text;
  for (std::size_t line = 1; std::getline(file, text); ++line) {
    std::string_view rest = std::string_view(text).substr(0, text.find('#'));
    std::vector<std::string_view> words;
    for (;;) {
      const std::size_t start = rest.find_first_not_of(" \t\r");
      if (start == std::string_view::npos) break;
      const std::size_t end = std::min(rest.find_first_of(" \t\r", start), rest.size());
      words.push_back(rest.substr(start, end - start));
      rest.remove_prefix(end);
      if (words.size() > 2) break;
    }
    if (words.empty()) continue;
    const auto on_line = [&](std::string_view what, std::string needed) {
      return topology_error(fmt::format("{}:{}: {}", name, line, what), std::move(needed),
                            text.substr(0, 80));
    };
    const auto a = parse<std::uint64_t>(words.front());
    const auto b = parse<std::uint64_t>(words.back());
    if (words.size() != 2 || !a || !b) {
      return on_line(fmt::format("expected two peer numbers, not '{}'", text.substr(0, 80)),
                     "two peer numbers");
    }
    if (*a == *b) {
      return on_line(fmt::format("peer {} cannot be linked with itself", *a),
                     "two different peers");
    }
    if (read.size() == limits::kSimLinks) {
      return on_line(fmt::format("more than {} links", limits::kSimLinks),
                     fmt::format("at most {} links", limits::kSimLinks));
    }
    read.push_back({*a, *b});
    result.names.push_back(*a);
    result.names.push_back(*b);
    // The names are thinned out while they are read: there are far fewer peers than ends of links.
    if (result.names.size() == result.names.capacity()) {
      std::sort(result.names.begin(), result.names.end());
      result.names.erase(std::unique(result.names.begin(), result.names.end()), result.names.end());
    }
  }
  if (file.bad())
    return topology_error(name + ": cannot be read to its end", "a readable file", name);
  if (read.empty())
    return topology_error(name + ": no links in it", "two peer numbers a line", name);
  std::sort(result.names.begin(), result.names.end());
  result.names.erase(std::unique(result.names.begin(), result.names.end()), result.names.end());
  result.names.shrink_to_fit();
  if (result.names.size() > limits::kSimPeers) {
    return topology_error(fmt::format("{}: more than {} peers", name, limits::kSimPeers),
                          fmt::format("at most {} peers", limits::kSimPeers),
                          std::to_string(result.names.size()));
  }
  std::vector<LinkKey> links;
  links.reserve(read.size());
  for (const Link& link : read)
    links.push_back(link_key(*result.find(link.a), *result.find(link.b)));
  std::sort(links.begin(), links.end());
  links.erase(std::unique(links.begin(), links.end()), links.end());
  // `find` names peers by their place among the names; that needs them even where they are dense.
  const auto peers = static_cast<std::uint32_t>(result.names.size());
  result.graph = Graph(peers, links);
  return result;
}

}  // namespace oxbow::sim

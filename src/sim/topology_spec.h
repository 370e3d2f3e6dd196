// A topology as a student writes it: `regular:1000:4`, `small-world:10000:6:0.1`, or the name of a
// file of links.
#pragma once

#include <oxbow/result.h>

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/graph.h"

namespace oxbow::sim {

/// A graph whose peers may have names of their own: the numbers of a file, which need not be dense.
struct NamedGraph {
  Graph graph;
  std::vector<std::uint64_t> names;  ///< ascending; empty: peers are called by their numbers

  std::uint64_t name_of(PeerNumber peer) const { return names.empty() ? peer : names[peer]; }
  std::optional<PeerNumber> find(std::uint64_t name) const;
};

/// The kinds of SPEC and their parameters, one a line, for --help.
std::string_view topology_kinds();

/// SPEC is `kind:parameters`, or else the path of a file. Errors (code "bad-topology") say what was
/// wrong in SPEC, or on which line of the file.
Result<NamedGraph> build_topology(std::string_view spec, std::uint64_t seed);

/// The same kind of network with about that many peers; nothing if SPEC is a file. Whether there is
/// one of that size, build_topology() says.
std::optional<std::string> resized_topology(std::string_view spec, std::uint32_t peers);

/// One undirected link a line: two peer numbers. `#` begins a comment. A link that is there twice,
/// in either direction, counts once; a peer is not linked with itself. `name` is for errors.
Result<NamedGraph> read_links(std::istream& file, const std::string& name);

}  // namespace oxbow::sim

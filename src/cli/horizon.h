// What floods of growing TTL tell about the network around a peer: pure arithmetic.
//
// The flood of TTL t costs m(t) query messages and reaches p(t) peers, the originator included. The
// peers at hop d are those that the flood of TTL d reaches first. Every peer at hop d sends the
// query on to all its neighbors but one, and first does so when the TTL allows d + 1 hops, so
// m(d + 1) − m(d) is the sum of their degrees less one each (the originator has no sender).
#pragma once

#include <oxbow/requests.h>

#include <cstdint>
#include <optional>
#include <vector>

namespace oxbow::cli {

struct Hop {
  std::uint32_t hop = 0;
  std::uint64_t peers = 0;             ///< at exactly this many hops
  std::optional<std::uint64_t> links;  ///< of those peers, in all; unset: one flood more needed
  std::uint64_t query_messages = 0;    ///< of a flood that reaches this far
  std::uint64_t hits = 0;              ///< at exactly this many hops
};

struct Horizon {
  std::vector<Hop> hops;
  bool complete = false;  ///< the last flood reached nobody new
  std::uint64_t peers = 0;
  std::optional<std::uint64_t> links;  ///< of the whole network: half the sum of the degrees
};

/// `floods[i]` is the report of the flood of TTL i + 1, with its figures; `hits` has each place
/// where the key was found once.
Horizon horizon_of(const std::vector<SearchReport>& floods, const std::vector<SearchHit>& hits);

}  // namespace oxbow::cli

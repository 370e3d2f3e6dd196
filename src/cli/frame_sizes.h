// How many bytes the messages of a search or lookup take: a peer counts messages, not bytes, so
// they are computed from what the codec makes of typical ones.
#pragma once

#include <oxbow/requests.h>

#include <cstdint>
#include <string>

namespace oxbow::cli {

/// Of a search for an exact key: with hits of one result. The figures must be known.
double search_bytes(const SearchReport& report, const std::string& key);

/// Of a ring lookup: a step for each forward, with a path that grows, and the answer.
double lookup_bytes(std::uint32_t forwards);

}  // namespace oxbow::cli

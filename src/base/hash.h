// The two hashes of the project: XXH3 for tables and, later, positions on the ring; SipHash-2-4
// (Aumasson and Bernstein 2012) where a stranger must not be able to make up a value.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace oxbow {

/// XXH3, 64 bits, seed 0: the same on every machine.
std::uint64_t hash64(std::string_view bytes);

using SipKey = std::array<std::uint64_t, 2>;

/// SipHash-2-4 of one 64-bit little-endian word under a secret key.
std::uint64_t keyed_hash64(const SipKey& key, std::uint64_t word);

}  // namespace oxbow

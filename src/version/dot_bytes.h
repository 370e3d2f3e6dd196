// A list of dots as bytes, in contexts and in objects: what a dot shares with the one before it is
// not repeated, so that the clock of one member's many actors is small.
#pragma once

#include <cstddef>
#include <optional>

#include "version/canonical_bytes.h"
#include "version/dot.h"

namespace oxbow {

inline constexpr std::size_t kSmallestDot = 3;  ///< bytes: sharing, number, counter
inline constexpr std::size_t kLargestDot = 45;  ///< a new peer and run, two varints of ten bytes

/// Appends `dot`, which follows the one of the actor `before` (null: it is the first):
///
///     sharing u8        0: peer and run follow; 1: run follows, the peer is that of the dot
///                       before; 2: both are. The greatest that holds; 0 for the first
///     peer    16 bytes, run u64 big-endian, number varint, counter varint
void write_dot(CanonicalWriter& out, const Dot& dot, const Actor* before);

/// The next dot; nothing where it is not as write_dot would have written it.
std::optional<Dot> read_dot(CanonicalReader& in, const Actor* before);

}  // namespace oxbow

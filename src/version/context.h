// What a client has seen of a key, as it is handed to the client: opaque bytes that come back with
// its next put, which then replaces what they cover and nothing else.
//
// A get's context is the clock of what it returned. A put's is that of the put's own context, and
// the dot of the write: the clock of the stored object would also cover siblings that the client
// never saw, and its next put would wipe them out unread. So a context is itself a dotted version
// vector (Preguiça et al. 2010): a clock without gaps, and at most one dot beyond it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "version/vector_clock.h"

namespace oxbow {

struct Context {
  VectorClock clock;
  std::optional<Dot> dot;  ///< beyond a gap: the clock contains neither it nor the one before it
  /// No write that it covers is newer: lets a coordinator stamp what replaces them later, even
  /// where it does not hold them.
  WallTime newest{};

  /// Nothing was seen: a put with it adds a sibling.
  bool empty() const { return clock.empty() && !dot; }
  bool covers(const Dot& event) const { return clock.contains(event) || dot == event; }

  friend bool operator==(const Context&, const Context&) = default;
};

/// What the client has seen once its put with `seen` was stored under `dot`, stamped `time`: all
/// that it had seen, which is superseded now, and its own write.
Context after_put(const Context& seen, const Dot& dot, WallTime time);

/// The context as opaque bytes for a client that reads or wrote `key`. Equal contexts give equal
/// bytes. Version 1, numbers big-endian, varint = LEB128 in its shortest form:
///
///     version   u8        1
///     newest    i64       µs since 1970
///     dotted    u8        1: the first entry below is the dot; 0: there is none
///     count     varint    of the clock's entries
///     entries             the dot if there is one, then the clock's in ascending order; each:
///       sharing u8        0: peer and run follow; 1: run follows, the peer is that of the entry
///                         before; 2: both are. The greatest that holds; 0 for the first
///       peer    16 bytes, run u64, number varint, counter varint
///     checksum  u64       XXH3 of the XXH3 of the key (u64) and of all bytes before this
std::string encode_context(const Context& context, std::string_view key);
/// The same of the context that such a clock is, without a dot beyond it.
std::string encode_context(const VectorClock& clock, WallTime newest, std::string_view key);

/// What encode_context gave for this key; of no bytes at all, the empty context. Error
/// `bad-context`: damaged, cut short, of another key, or otherwise nothing that it gives.
Result<Context> parse_context(std::string_view bytes, std::string_view key);

}  // namespace oxbow

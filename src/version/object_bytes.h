// An object as bytes: in frames between peers, on disk, in hints. One form for all of them, so that
// an object is encoded once and its bytes are handed on. Canonical: equal objects give equal bytes.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "version/object.h"

namespace oxbow {

/// The object of `key` as bytes, with a checksum that covers the key too. Empty objects are no
/// bytes at all. Version 1, numbers big-endian, varint = LEB128 in its shortest form:
///
///     version   u8        1
///     count     varint    of the clock's entries, at least 1
///     entries             of the clock in ascending order; each as version/dot_bytes.h has it:
///       sharing u8        0: peer and run follow; 1: run follows, the peer is that of the entry
///                         before; 2: both are. The greatest that holds; 0 for the first
///       peer    16 bytes, run u64, number varint, counter varint
///     count     varint    of the siblings
///     siblings            in ascending order of their dots; each:
///       entry   varint    the place of its actor's entry in the clock, from 0
///       behind  varint    the entry's counter - the dot's: 0 for the actor's newest write
///       time    i64       µs since 1970
///       size    varint    0: a tombstone; else 1 + the bytes of the value
///       value   that many bytes - 1
///     checksum  u64       XXH3 of two u64: the XXH3 of the key, that of all bytes before this
std::string encode_object(const Object& object, std::string_view key);

/// What encode_object gave for this key; of no bytes, the empty object. Bounded by the bytes given:
/// nothing is allocated for what is not there. Error `bad-object`: damaged, cut short, of another
/// key, or otherwise nothing that it gives. `clock-too-large`: more than `most_entries`, found
/// before they are read (an entry is 3 bytes here and 40 in memory: see limits::kPartEntries for
/// what comes from other peers).
Result<Object> parse_object(std::string_view bytes, std::string_view key,
                            std::size_t most_entries = ~std::size_t{0});

/// At least as many bytes as encode_object gives, and at most 45 more for each entry and sibling.
std::size_t encoded_size_at_most(const Object& object);

/// The object in parts that encode to at most `most_bytes` each, unless one actor's siblings alone
/// take more (what one coordinator wrote stays below limits::kObject): each part is an object of
/// its own, with some actors' siblings and their entries of the clock, and merging all parts in any
/// order gives the object again. One part, the object itself, if it is small enough. Parts with
/// siblings come first: who merges them in this order has values before the news that others are
/// superseded by them, as far as the actors' siblings allow.
std::vector<Object> in_parts(const Object& object, std::size_t most_bytes);

}  // namespace oxbow

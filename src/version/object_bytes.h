// An object as bytes: in frames between peers, on disk, in hints. One form for all of them, so that
// an object is encoded once and its bytes are handed on. Canonical: equal objects give equal bytes.
#pragma once

#include <oxbow/result.h>

#include <string>
#include <string_view>
#include <vector>

#include "version/object.h"

namespace oxbow {

/// The object of `key` as bytes, with a checksum that covers the key too. Empty objects are no
/// bytes at all. (The format is described here, byte by byte.)
std::string encode_object(const Object& object, std::string_view key);

/// What encode_object gave for this key; of no bytes, the empty object. Bounded by the bytes given:
/// nothing is allocated for what is not there. Error `bad-object`: damaged, cut short, of another
/// key, or otherwise nothing that it gives.
Result<Object> parse_object(std::string_view bytes, std::string_view key);

/// The object in parts that encode to at most `most_bytes` each, unless one actor's siblings alone
/// take more (what one coordinator wrote stays below limits::kObject): each part is an object of
/// its own, with some actors' siblings and their entries of the clock, and merging all parts in any
/// order gives the object again. One part, the object itself, if it is small enough.
std::vector<Object> in_parts(const Object& object, std::size_t most_bytes);

}  // namespace oxbow

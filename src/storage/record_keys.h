// What the keys of RocksDB look like: one ordered space of bytes, cut into five by the first byte.
//
//     'o'  hash u64 big-endian, key       an object: its bytes as version/object_bytes.h has them
//     'h'  destination 16 bytes, key      a hint: written i64 big-endian (µs, by the
//                                         HintClock), object
//     't'  destination 16 bytes           totals of that member's hints: hints u64, bytes u64
//     'w'  number u64 big-endian          keys that one commit wrote, each: length varint, bytes;
//                                         with a checksum as below
//     'r'  name                           a small record: XXH3 of name and bytes u64, bytes
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/ids.h"

namespace oxbow::storage {

enum class Space : char { objects = 'o', hints = 'h', totals = 't', records = 'r', recent = 'w' };

std::string object_key(std::string_view key);
/// Where the objects with this hash begin; `hash` 2^64 - 1 plus 1 is where they all end.
std::string objects_from(std::uint64_t hash);
std::string objects_end();

std::string hint_key(const PeerId& destination, std::string_view key);
/// Behind all hints for it.
std::string hints_end(const PeerId& destination);
std::string totals_key(const PeerId& destination);
std::string record_key(std::string_view name);
std::string recent_key(std::uint64_t number);

/// The first of the keys behind `key`.
inline std::string behind(std::string key) { return key += '\0'; }
/// The first behind all keys of a space.
inline std::string end_of(Space space) {
  return std::string(1, static_cast<char>(static_cast<char>(space) + 1));
}

inline Space space_of(std::string_view stored) { return static_cast<Space>(stored.front()); }
/// Of an object: the key that its client knows, and the hash.
std::string_view key_of_object(std::string_view stored);
std::uint64_t hash_of_object(std::string_view stored);
/// Of a hint.
std::string_view key_of_hint(std::string_view stored);
/// Of a hint, or of totals.
PeerId destination_of(std::string_view stored);
/// Of what one commit wrote.
std::uint64_t number_of_recent(std::string_view stored);

}  // namespace oxbow::storage

// Numbers in network byte order.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

namespace oxbow {

static_assert(std::endian::native == std::endian::little ||
              std::endian::native == std::endian::big);

inline std::uint64_t to_big_endian(std::uint64_t value) {
  return std::endian::native == std::endian::big ? value : __builtin_bswap64(value);
}
inline std::uint32_t to_big_endian(std::uint32_t value) {
  return std::endian::native == std::endian::big ? value : __builtin_bswap32(value);
}

/// Reads sizeof(T) bytes.
template <class T>
T load_big_endian(const char* bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof value);
  return to_big_endian(value);
}

/// Writes sizeof(T) bytes.
template <class T>
void store_big_endian(T value, char* bytes) {
  value = to_big_endian(value);
  std::memcpy(bytes, &value, sizeof value);
}

}  // namespace oxbow

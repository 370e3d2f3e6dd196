// RocksDB does not say where a damaged block ends. It is found by trying: first some place behind
// it where reading works, then, by halving, the nearest one.
#include <algorithm>
#include <cstdint>

#include "storage/database.h"

namespace oxbow::storage {

namespace {

/// Halvings: the keys of a block differ in a few bytes.
constexpr int kHalvings = 256;

bool can_be_read(const Database& database, const std::string& from, const std::string& end) {
  const Database::Range range(database, from, end);
  return range.valid() || range.status().ok();
}

/// The first of all keys behind those that begin with `prefix`; empty: there is none.
std::string behind_all(std::string prefix) {
  while (!prefix.empty() && static_cast<unsigned char>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) ++prefix.back();
  return prefix;
}

/// Half way between two keys, as the digits of fractions to the base 256.
std::string middle(const std::string& low, const std::string& high) {
  const std::size_t digits = std::max(low.size(), high.size()) + 1;
  const auto digit = [](const std::string& key, std::size_t i) {
    return i < key.size() ? static_cast<unsigned char>(key[i]) : 0U;
  };
  std::string sum(digits + 1, '\0');
  unsigned carry = 0;
  for (std::size_t i = digits; i-- > 0;) {
    carry += digit(low, i) + digit(high, i);
    sum[i + 1] = static_cast<char>(carry & 0xffU);
    carry >>= 8;
  }
  sum[0] = static_cast<char>(carry);
  std::string half;
  unsigned rest = static_cast<unsigned char>(sum[0]);
  for (std::size_t i = 1; i <= digits; ++i) {
    rest = rest << 8 | static_cast<unsigned char>(sum[i]);
    half += static_cast<char>(rest / 2);
    rest %= 2;
  }
  return half;
}

}  // namespace

std::optional<std::string> first_readable(const Database& database, const std::string& bad,
                                          const std::string& end) {
  std::string low = bad;
  std::string high;
  for (std::size_t kept = bad.size(); kept > 0 && high.empty(); --kept) {
    const std::string next = behind_all(bad.substr(0, kept));
    if (next.empty() || next >= end) return std::nullopt;
    if (can_be_read(database, next, end)) {
      high = next;
    } else {
      low = std::max(low, next);
    }
  }
  if (high.empty()) return std::nullopt;
  for (int i = 0; i < kHalvings; ++i) {
    std::string half = middle(low, high);
    while (!half.empty() && half.back() == '\0') half.pop_back();
    if (half <= low || half >= high) break;
    (can_be_read(database, half, end) ? high : low) = std::move(half);
  }
  return high;
}

}  // namespace oxbow::storage

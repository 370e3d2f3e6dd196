// What the values of RocksDB look like: see record_keys.h for each space. Every one carries a
// checksum that covers its key as well, so that a record in the wrong place is damaged too.
#pragma once

#include <oxbow/result.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/store.h"

namespace oxbow::storage {

std::string hint_bytes(const PeerId& destination, std::string_view key, const Object& object,
                       Duration written);
/// Error `bad-object`: damaged.
Result<Hint> parse_hint(const PeerId& destination, std::string_view key, std::string_view bytes);

std::string totals_bytes(const PeerId& destination, const HintTotals& totals);
/// Nothing: damaged.
std::optional<HintTotals> parse_totals(const PeerId& destination, std::string_view bytes);

/// What one commit wrote; `number` is that of the record.
class RecentKeys {
 public:
  void add(std::string_view key);
  bool empty() const { return keys_.empty(); }
  std::string bytes(std::uint64_t number) const;
  std::size_t size() const { return keys_.size(); }  ///< in bytes

 private:
  std::string keys_;
};
/// Nothing: damaged.
std::optional<std::vector<std::string>> parse_recent(std::uint64_t number, std::string_view bytes);

std::string checked_bytes(std::string_view name, std::string_view bytes);
/// Nothing: damaged.
std::optional<std::string> parse_checked(std::string_view name, std::string_view stored);

}  // namespace oxbow::storage

// Writes on their way to the disk. The loop thread makes them and looks here before it looks on
// disk; the storage thread only reads them, which it may at any time, as they never change.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bucket_policy.h"
#include "store/store.h"

namespace oxbow::storage {

struct PendingWrite {
  std::string stored_key;            ///< see record_keys.h
  bool erased = false;               ///< then none of the next three
  Object object;                     ///< of an object or hint
  Duration written{};                ///< of a hint
  std::string bytes;                 ///< of a small record
  std::optional<HintTotals> totals;  ///< after the write or erasure of a hint: of its member

  Sync sync = Sync::no;
  std::size_t size = 0;  ///< bytes that it counts
  std::uint64_t sequence = 0;
  /// What has to be durable before the write may be shown; 0: nothing.
  std::uint64_t shown_after = 0;
};
using PendingWritePointer = std::shared_ptr<const PendingWrite>;

/// What RocksDB is to keep under the write's key, unless it is erased.
std::string record_bytes(const PendingWrite& write);

class PendingWrites {
 public:
  using Map = std::map<std::string_view, PendingWritePointer>;

  /// The newest write of a key; null: none is pending. Lives until the next add() or drop().
  const PendingWrite* find(std::string_view stored_key) const;
  /// In the order of their keys, the newest write of each.
  const Map& by_key() const { return newest_; }
  std::size_t bytes() const { return bytes_; }
  bool empty() const { return in_order_.empty(); }

  /// Takes the next write; its sequence and shown_after are set here.
  PendingWritePointer add(PendingWrite write);
  /// Those up to this sequence are on disk.
  void drop(std::uint64_t sequence);

 private:
  Map newest_;
  std::deque<PendingWritePointer> in_order_;
  std::size_t bytes_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace oxbow::storage

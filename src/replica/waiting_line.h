// A bounded line of what waits for room: first come, first served, each until its deadline.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "base/assert.h"
#include "base/time.h"

namespace oxbow {

template <class T>
class WaitingLine {
 public:
  WaitingLine(std::size_t most, std::size_t most_bytes) : most_(most), most_bytes_(most_bytes) {}

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  /// How many have been added, ever.
  std::uint64_t added() const { return last_; }
  /// Of all that wait.
  std::size_t bytes() const { return bytes_; }
  bool has_room(std::size_t bytes) const {
    return entries_.size() < most_ && bytes_ + bytes <= most_bytes_;
  }

  /// At the end. There must be room.
  void add(Instant deadline, std::size_t bytes, T what) {
    OXBOW_ASSERT(has_room(bytes), "more waits than may");
    deadlines_.insert({deadline, ++last_});
    entries_.emplace(last_, Entry{deadline, bytes, std::move(what)});
    bytes_ += bytes;
  }
  /// The first, from the front, of at most `looked_at` for which `may` holds.
  template <class May>
  std::optional<T> take_first(May&& may, std::size_t looked_at) {
    for (auto entry = entries_.begin(); entry != entries_.end() && looked_at > 0;
         ++entry, --looked_at) {
      if (may(entry->second.what)) return take(entry);
    }
    return std::nullopt;
  }
  /// One whose time is up.
  std::optional<T> take_expired(Instant now) {
    if (deadlines_.empty() || deadlines_.begin()->first > now) return std::nullopt;
    return take(entries_.find(deadlines_.begin()->second));
  }
  template <class Which>
  void drop_if(Which&& which) {
    for (auto entry = entries_.begin(); entry != entries_.end();) {
      const auto next = std::next(entry);
      if (which(entry->second.what)) take(entry);
      entry = next;
    }
  }
  Instant next_deadline() const { return deadlines_.empty() ? kNever : deadlines_.begin()->first; }

 private:
  struct Entry {
    Instant deadline{};
    std::size_t bytes = 0;
    T what;
  };
  using Entries = std::map<std::uint64_t, Entry>;

  T take(typename Entries::iterator entry) {
    T what = std::move(entry->second.what);
    bytes_ -= entry->second.bytes;
    deadlines_.erase({entry->second.deadline, entry->first});
    entries_.erase(entry);
    return what;
  }

  std::size_t most_;
  std::size_t most_bytes_;
  Entries entries_;  // in the order of their coming
  std::set<std::pair<Instant, std::uint64_t>> deadlines_;
  std::uint64_t last_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace oxbow

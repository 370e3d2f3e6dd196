#include "sim/replica_history.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/assert.h"

namespace oxbow {

namespace {

constexpr std::size_t kMostBreaches = 20;  // the first ones say enough

std::string text(Instant at) { return fmt::format("{:.3f} ms", to_ms(at.time_since_epoch())); }

}  // namespace

ReplicaHistory::WriteNumber ReplicaHistory::begin_write(const std::string& key,
                                                        std::optional<std::string> value,
                                                        const Writes& seen, Instant at_instant,
                                                        const Writes& chained) {
  const WriteNumber number{writes_.size()};
  if (value) {
    const bool is_new = by_value_.emplace(std::pair(key, *value), number).second;
    OXBOW_ASSERT(is_new, "a history needs a value of its own for each write");
  }
  Writes replaced = seen;
  Writes may_stay = chained;
  for (const WriteNumber one : seen) {
    OXBOW_ASSERT(at(one).key == key, "a context is of one key");
    replaced.insert(at(one).replaced.begin(), at(one).replaced.end());
    may_stay.insert(at(one).chained.begin(), at(one).chained.end());
  }
  // What one way of knowing it covers for certain, is covered.
  std::erase_if(may_stay, [&](WriteNumber old) {
    const auto covers = [&](WriteNumber one) {
      return at(one).replaced.contains(old) && !at(one).chained.contains(old);
    };
    return (seen.contains(old) && !chained.contains(old)) ||
           std::any_of(seen.begin(), seen.end(), covers);
  });
  writes_.push_back(
      {key, std::move(value), std::move(replaced), std::move(may_stay), at_instant, std::nullopt});
  of_key_[key].push_back(number);
  return number;
}

void ReplicaHistory::acknowledged(WriteNumber write, Instant at_instant) {
  writes_[static_cast<std::size_t>(write)].acknowledged = at_instant;
}

std::size_t ReplicaHistory::acknowledged_writes() const {
  return static_cast<std::size_t>(std::count_if(
      writes_.begin(), writes_.end(), [](const Write& w) { return w.acknowledged.has_value(); }));
}

std::optional<ReplicaHistory::WriteNumber> ReplicaHistory::writer_of(
    const std::string& key, const std::string& value) const {
  const auto found = by_value_.find({key, value});
  if (found == by_value_.end()) return std::nullopt;
  return found->second;
}

ReplicaHistory::Writes ReplicaHistory::seen_by(const Read& read) const {
  Writes seen;
  for (const std::string& value : read.values) {
    if (const auto writer = writer_of(read.key, value)) seen.insert(*writer);
  }
  return seen;
}

void ReplicaHistory::check_sound(const Read& read) {
  for (const std::string& value : read.values) {
    const auto writer = writer_of(read.key, value);
    if (!writer || at(*writer).began > read.ended) {
      add(breaches_, read, "returned \"" + value + "\", which nobody had written");
    }
    if (std::count(read.values.begin(), read.values.end(), value) > 1) {
      add(breaches_, read, "returned \"" + value + "\" more than once");
    }
  }
  if (read.deleted && !read.values.empty()) add(breaches_, read, "is deleted, and has values");
}

void ReplicaHistory::check_fresh(const Read& read, Conflicts conflicts) {
  check_sound(read);
  const auto writes = of_key_.find(read.key);
  if (writes == of_key_.end()) return;
  const Writes returned = seen_by(read);
  const Writes accounted = accounted_for(read, returned);
  for (const WriteNumber number : writes->second) {
    const Write& write = at(number);
    if (!write.acknowledged || *write.acknowledged >= read.began) continue;
    const bool is_fine = accounted.contains(number) ||
                         (conflicts == Conflicts::lww && may_have_lost(read, returned, number));
    if (!is_fine) add(breaches_, read, "does not account for " + name(number));
    for (const WriteNumber old : returned) {
      if (write.replaced.contains(old)) {
        add(write.chained.contains(old) ? side_by_side_ : breaches_, read,
            "returned " + name(old) + ", which " + name(number) + " had replaced");
      }
    }
  }
}

/// What the read returned, deletes (of which nothing can be seen), and all that those had seen.
ReplicaHistory::Writes ReplicaHistory::accounted_for(const Read& read,
                                                     const Writes& returned) const {
  Writes accounted;
  for (const WriteNumber number : of_key_.at(read.key)) {
    const Write& write = at(number);
    const bool may_be_there = !write.value && write.began <= read.ended;
    if (!may_be_there && !returned.contains(number)) continue;
    accounted.insert(number);
    accounted.insert(write.replaced.begin(), write.replaced.end());
  }
  return accounted;
}

/// Where the last write wins: to one that is there, and that it had not seen.
bool ReplicaHistory::may_have_lost(const Read& read, const Writes& returned,
                                   WriteNumber number) const {
  const auto& writes = of_key_.at(read.key);
  return std::any_of(writes.begin(), writes.end(), [&](WriteNumber other) {
    const Write& write = at(other);
    if (other == number || write.began > read.ended) return false;
    if (at(number).replaced.contains(other)) return false;
    return write.value ? returned.contains(other) : read.deleted;
  });
}

std::string ReplicaHistory::name(WriteNumber number) const {
  const Write& write = at(number);
  return fmt::format(
      "{} (write {}, from {}, {})", write.value ? '"' + *write.value + '"' : "delete",
      static_cast<std::size_t>(number), text(write.began),
      write.acknowledged ? "acknowledged at " + text(*write.acknowledged) : "not acknowledged");
}

void ReplicaHistory::add(std::vector<std::string>& breaches, const Read& read,
                         const std::string& what) {
  if (breaches.size() >= kMostBreaches) return;
  std::string values;
  for (const std::string& value : read.values) values += " \"" + value + '"';
  breaches.push_back(fmt::format("the read of {} from {} to {}, which returned{}: {}", read.key,
                                 text(read.began), text(read.ended),
                                 values.empty() ? " nothing" : values, what));
}

}  // namespace oxbow

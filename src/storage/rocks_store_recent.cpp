// The records of what was written last. Those of this run belong to the storage thread, which
// writes one with each batch and lets the oldest go; those of runs before stay until they are
// settled.
#include <rocksdb/write_batch.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "storage/database.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "storage/rocks_store.h"

namespace oxbow {

using namespace storage;

Result<RocksStore::RecentHeld> RocksStore::find_recent(const Database& database) {
  RecentHeld held;
  std::deque<std::pair<std::uint64_t, std::size_t>> records;  // number, size
  std::size_t bytes = 0;
  std::string from = recent_key(0);
  const std::string end = end_of(Space::recent);
  for (;;) {
    Status status = Done{};
    {
      Database::Range range(database, from, end);
      for (; range.valid(); range.next()) {
        records.emplace_back(number_of_recent(range.key()), range.value().size());
        bytes += range.value().size();
        from = behind(std::string(range.key()));
      }
      status = range.status();
    }
    if (status) break;
    if (status.error().code != "damaged") return status.error();
    ++held.damaged;
    const auto next = first_readable(database, from, end);
    if (!next) break;
    from = *next;
  }
  // Behind whatever may be in what cannot be read.
  if (!records.empty()) held.end = records.back().first + 1;
  if (held.damaged > 0) held.end += std::uint64_t{1} << 32;
  // Of many runs, none of which came to an end of it.
  for (; bytes > limits::kRecentBytesKept; records.pop_front()) {
    bytes -= records.front().second;
    held.dropped.push_back(records.front().first);
  }
  held.first = records.empty() ? held.end : records.front().first;
  return held;
}

std::optional<RecentWritesRecord> RocksStore::recent_writes(std::uint64_t after) {
  std::string from = recent_key(std::max(after + 1, recent_.first));
  const std::string end = recent_key(recent_.end);
  while (from < end) {
    RecentWritesRecord record;
    std::string bytes;
    Status status = Done{};
    {
      const Database::Range records(*database_, from, end);
      if (records.valid()) {
        record.number = number_of_recent(records.key());
        bytes = records.value();
      } else {
        status = records.status();
        if (status) return std::nullopt;
      }
    }
    if (status) {
      if (auto keys = parse_recent(record.number, bytes)) {
        record.keys = *std::move(keys);
        return record;
      }
      ++damaged_;
      forget_recent_writes(record.number);
      from = recent_key(record.number + 1);
      continue;
    }
    if (status.error().code != "damaged") return std::nullopt;
    auto next = first_readable(*database_, from, end);
    if (!next) return std::nullopt;
    from = *std::move(next);
  }
  return std::nullopt;
}

void RocksStore::forget_recent_writes(std::uint64_t number) {
  PendingWrite write;
  write.stored_key = recent_key(number);
  write.erased = true;
  add(std::move(write));
}

Status RocksStore::forget_settled() {
  if (!settled_) return Done{};
  rocksdb::WriteBatch batch;
  for (const std::uint64_t number : commit_->take_recent()) batch.Delete(recent_key(number));
  if (batch.Count() == 0) return Done{};
  return database_->write(batch, false);
}

}  // namespace oxbow

#include "net/lingering.h"

#include <algorithm>

#include "base/limits.h"

namespace oxbow::net {

void Lingering::take(Stream stream, Instant now) {
  auto free = std::find_if(entries_.begin(), entries_.end(), [](const auto& e) { return !e; });
  if (free == entries_.end()) {
    if (entries_.size() >= limits::kLingering) return;
    entries_.emplace_back();
    free = entries_.end() - 1;
  }
  const auto id = static_cast<ConnectionId>(free - entries_.begin());
  free->emplace(Entry{std::move(stream), now + limits::kHangupFlush, 0, false});
  (*free)->stream.attach(id, *this);
  (*free)->stream.finish();
}

void Lingering::expire(Instant now) {
  for (auto& entry : entries_) {
    if (entry && entry->deadline <= now) entry.reset();
  }
}

Instant Lingering::next_deadline() const {
  Instant next = kNever;
  for (const auto& entry : entries_) {
    if (entry) next = std::min(next, entry->deadline);
  }
  return next;
}

void Lingering::stream_read(ConnectionId id, std::string_view bytes) {
  auto& entry = entries_[static_cast<std::size_t>(id)];
  entry->thrown_away += bytes.size();
  if (entry->thrown_away > limits::kLingerBytes) entry.reset();
}

void Lingering::stream_ended(ConnectionId id, std::string_view, bool cleanly) {
  auto& entry = entries_[static_cast<std::size_t>(id)];
  entry->has_closed = true;
  if (!cleanly || entry->stream.queued() == 0) entry.reset();
}

void Lingering::stream_written(ConnectionId id) {
  auto& entry = entries_[static_cast<std::size_t>(id)];
  if (entry->has_closed && entry->stream.queued() == 0) entry.reset();
}

}  // namespace oxbow::net

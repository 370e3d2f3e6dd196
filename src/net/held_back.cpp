#include "net/held_back.h"

#include <algorithm>

namespace oxbow::net {

void HeldBack::add(HeldItem item) {
  auto place = items_.end();
  // Sequences rise; only what shows an older write has its place before the end.
  if (!items_.empty() && item.after < items_.back().after) {
    place = std::upper_bound(
        items_.begin(), items_.end(), item.after,
        [](WriteSequence after, const HeldItem& other) { return after < other.after; });
  }
  items_.insert(place, std::move(item));
}

std::optional<HeldItem> HeldBack::take(WriteSequence durable) {
  if (items_.empty() || items_.front().after > durable) return std::nullopt;
  std::optional<HeldItem> item(std::move(items_.front()));
  items_.pop_front();
  return item;
}

void HeldBack::drop(ConnectionId connection) {
  std::erase_if(items_, [&](const HeldItem& item) { return item.connection == connection; });
}

std::string HeldBack::take_buffer() {
  if (spare_buffers_.empty()) return {};
  std::string buffer = std::move(spare_buffers_.back());
  spare_buffers_.pop_back();
  return buffer;
}

void HeldBack::give_buffer(std::string buffer) {
  if (spare_buffers_.size() >= kSpareBuffers || buffer.capacity() > kSpareCapacity) return;
  buffer.clear();
  spare_buffers_.push_back(std::move(buffer));
}

}  // namespace oxbow::net

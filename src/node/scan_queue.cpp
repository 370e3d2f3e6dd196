#include "node/scan_queue.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace oxbow {

namespace {
constexpr std::size_t kLeastShare = 2;
}

bool ScanQueue::has_room(LinkNumber from, std::size_t links) const {
  const auto source = sources_.find(from);
  const std::size_t under_way = source == sources_.end() ? 0 : source->second.size();
  if (from == kNoLink) return under_way < limits::kOwnScans;
  const std::size_t share = limits::kScans / std::max<std::size_t>(links, 1);
  return under_way < std::max(share, kLeastShare);
}

void ScanQueue::add(Scan scan) {
  sources_[scan.from].push_back(std::move(scan));
  ++size_;
}

ScanQueue::Sources::iterator ScanQueue::next_source() {
  const auto own = sources_.find(kNoLink);
  const bool neighbors_wait = sources_.size() > (own == sources_.end() ? 0U : 1U);
  if (own != sources_.end() && (!was_own_ || !neighbors_wait)) return own;
  auto next = sources_.upper_bound(last_neighbor_);
  for (;;) {
    if (next == sources_.end()) next = sources_.begin();
    if (next->first != kNoLink) return next;
    ++next;
  }
}

std::optional<Scan> ScanQueue::take() {
  if (sources_.empty()) return std::nullopt;
  const auto source = next_source();
  was_own_ = source->first == kNoLink;
  if (!was_own_) last_neighbor_ = source->first;
  std::optional<Scan> scan(std::move(source->second.front()));
  source->second.pop_front();
  if (source->second.empty()) sources_.erase(source);
  --size_;
  return scan;
}

}  // namespace oxbow

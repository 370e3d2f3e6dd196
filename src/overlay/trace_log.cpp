#include "overlay/trace_log.h"

namespace oxbow {

void TraceLog::add(Instant now, const RequestId& id, TraceKind kind, const Address& peer,
                   std::uint8_t ttl, std::uint8_t hops) {
  if (capacity_ == 0) return;
  const Step step{id, now, kind, ttl, hops, peer};
  if (steps_.size() < capacity_) {
    steps_.push_back(step);
    return;
  }
  steps_[next_] = step;
  next_ = (next_ + 1) % capacity_;
}

void TraceLog::collect(const RequestId& id, std::vector<TraceEntry>& entries) const {
  Instant first{};
  for (std::size_t i = 0; i < steps_.size(); ++i) {
    const Step& step = steps_[(next_ + i) % steps_.size()];
    if (step.id != id) continue;
    if (entries.empty()) first = step.at;
    entries.push_back({step.kind, step.ttl, step.hops,
                       static_cast<std::uint64_t>((step.at - first).count()), step.peer});
  }
}

}  // namespace oxbow

#include "overlay/trace_log.h"

namespace oxbow {

const char* trace_kind_name(TraceKind kind) {
  switch (kind) {
    case TraceKind::started:
      return "started";
    case TraceKind::received:
      return "received";
    case TraceKind::answered:
      return "answered";
    case TraceKind::forwarded:
      return "forwarded";
    case TraceKind::duplicate:
      return "duplicate";
    case TraceKind::reforwarded:
      return "reforwarded";
    case TraceKind::ttl_ended:
      return "ttl-ended";
    case TraceKind::stopped:
      return "stopped";
    case TraceKind::refused_rate:
      return "refused-rate";
    case TraceKind::refused_congested:
      return "refused-congested";
    case TraceKind::refused_full:
      return "refused-full";
    case TraceKind::skipped:
      return "skipped";
    case TraceKind::hit_relayed:
      return "hit-relayed";
    case TraceKind::hit_no_route:
      return "hit-no-route";
    case TraceKind::hit_repeated:
      return "hit-repeated";
    case TraceKind::copy_lost:
      return "copy-lost";
    case TraceKind::copy_timed_out:
      return "copy-timed-out";
    case TraceKind::walker_came:
      return "walker-came";
    case TraceKind::walker_left:
      return "walker-left";
  }
  return "unknown";
}

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

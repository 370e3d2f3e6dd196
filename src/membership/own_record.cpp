#include "membership/own_record.h"

#include <algorithm>

namespace oxbow {

OwnRecord::Word OwnRecord::contradicted(Instant now, std::uint64_t incarnation, Random& random) {
  const bool is_over = last_ == Instant::min() || now - last_ >= limits::kDisputeOver;
  if (due_ != kNever) {
    heard_ = std::max(heard_, incarnation);
    return Word::later;
  }
  times_ = is_over ? 1 : times_ + 1;
  last_ = now;
  if (times_ <= limits::kPutRightAtOnce) {
    return times_ == limits::kPutRightAtOnce ? Word::disputed : Word::now;
  }
  Duration pause = limits::kDisputePause;
  for (std::uint32_t i = limits::kPutRightAtOnce + 1;
       i < times_ && pause < limits::kDisputePauseMost; ++i) {
    pause *= 2;
  }
  pause = std::min<Duration>(pause, limits::kDisputePauseMost);
  const double factor = 0.5 + random.unit();
  due_ = now + Duration(static_cast<Duration::rep>(static_cast<double>(pause.count()) * factor));
  heard_ = incarnation;
  return Word::later;
}

std::optional<std::uint64_t> OwnRecord::take_due(Instant now) {
  if (due_ > now) return std::nullopt;
  due_ = kNever;
  return heard_;
}

}  // namespace oxbow

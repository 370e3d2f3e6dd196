#include "store/recent_writes.h"

#include <algorithm>

namespace oxbow {

std::uint64_t RecentWrites::add(Instant now, std::size_t bytes, std::vector<std::uint64_t>& gone) {
  if (!kept_.empty()) clock_ += std::min(now - last_, limits_.step);
  last_ = now;
  kept_.push_back({clock_, bytes});
  bytes_ += bytes;
  const std::uint64_t number = first_ + kept_.size() - 1;
  while (kept_.size() > 1 && (clock_ - kept_.front().at > limits_.life ||
                              kept_.size() > limits_.records || bytes_ > limits_.bytes)) {
    drop_first(gone);
  }
  return number;
}

std::vector<std::uint64_t> RecentWrites::take_all() {
  std::vector<std::uint64_t> gone;
  while (!kept_.empty()) drop_first(gone);
  return gone;
}

void RecentWrites::drop_first(std::vector<std::uint64_t>& gone) {
  gone.push_back(first_++);
  bytes_ -= kept_.front().bytes;
  kept_.pop_front();
}

}  // namespace oxbow

#include "overlay/refusal_log.h"

#include <algorithm>

namespace oxbow {

bool RefusalLog::is_news(Instant now, std::string_view group, std::string_view who,
                         std::string_view code) {
  std::erase_if(told_, [&](const Told& told) { return told.met + limits::kConditionOver <= now; });
  std::size_t of_group = 0;
  for (Told& told : told_) {
    if (told.who == who && told.code == code) {
      told.met = now;
      return false;
    }
    if (told.group == group) ++of_group;
  }
  if (of_group >= std::max<std::size_t>(capacity_ / 8, 1)) return false;
  if (told_.size() >= capacity_) {
    told_.erase(std::min_element(told_.begin(), told_.end(),
                                 [](const Told& a, const Told& b) { return a.met < b.met; }));
  }
  told_.push_back({std::string(group), std::string(who), std::string(code), now});
  return true;
}

void RefusalLog::forget(std::string_view who) {
  std::erase_if(told_, [&](const Told& told) { return told.who == who; });
}

}  // namespace oxbow

#include "store/hint_recount.h"

#include <algorithm>

namespace oxbow {

void HintRecount::begin(std::string_view after) {
  if (after.empty()) {
    running_ = true;
    last_.clear();
    found_ = {};
  } else if (after > last_) {
    running_ = false;
  }
}

void HintRecount::meet(std::string_view key, std::uint64_t bytes) {
  if (!running_ || key <= last_) return;
  last_ = key;
  ++found_.hints;
  found_.bytes += bytes;
}

bool HintRecount::end(HintTotals& found) {
  if (!running_) return false;
  running_ = false;
  found = found_;
  return true;
}

void HintRecount::change(std::string_view key, std::uint64_t before, std::uint64_t after) {
  if (!running_ || key > last_) return;
  if (before > 0) {
    found_.hints -= std::min<std::uint64_t>(found_.hints, 1);
    found_.bytes -= std::min(found_.bytes, before);
  }
  if (after > 0) {
    ++found_.hints;
    found_.bytes += after;
  }
}

}  // namespace oxbow

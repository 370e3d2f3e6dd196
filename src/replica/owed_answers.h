// Members that are doubted: each has been sent a ping, and owes an answer, to that or to anything
// else, until its time is up. That something is heard from it is none.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "base/ids.h"
#include "base/time.h"

namespace oxbow {

class OwedAnswers {
 public:
  /// False: it owes an answer already.
  bool expect(const PeerId& member, Instant until) { return due_.emplace(member, until).second; }
  void answered(const PeerId& member) {
    if (!due_.empty()) due_.erase(member);
  }
  /// Those whose time is up; they owe nothing any more.
  std::vector<PeerId> take_overdue(Instant now) {
    std::vector<PeerId> overdue;
    std::erase_if(due_, [&](const auto& entry) {
      if (entry.second > now) return false;
      overdue.push_back(entry.first);
      return true;
    });
    return overdue;
  }
  Instant next_deadline() const {
    Instant next = kNever;
    for (const auto& [member, until] : due_) next = std::min(next, until);
    return next;
  }

 private:
  std::map<PeerId, Instant> due_;
};

}  // namespace oxbow

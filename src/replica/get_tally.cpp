#include "replica/get_tally.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/assert.h"
#include "replica/quorum_need.h"

namespace oxbow {

void GetTally::add(const PeerId& member, bool primary, Object copy) {
  take({member, primary, true, std::move(copy)});
}

void GetTally::add_incomplete(const PeerId& member, bool primary, Object left) {
  take({member, primary, false, std::move(left)});
}

void GetTally::take(Copy copy) {
  OXBOW_ASSERT(std::none_of(copies_.begin(), copies_.end(),
                            [&](const Copy& known) { return known.member == copy.member; }),
               "a member's copy was counted already");
  merged_.merge(copy.object, conflicts_);
  copies_.push_back(std::move(copy));
}

std::vector<PeerId> GetTally::behind() const {
  std::vector<PeerId> members;
  for (const Copy& copy : copies_) {
    if (copy.primary && !same_events(copy.object, merged_)) members.push_back(copy.member);
  }
  return members;
}

Error GetTally::missed() const {
  if (answers() < copies_.size()) {
    return {"quorum-not-met",
            "too few members answered with a whole copy: others are damaged on disk, or may lack "
            "writes, and are no answer (try again, or ask for fewer with --r)",
            counted(need_, "answer"), counted(answers(), "answer")};
  }
  return {"quorum-not-met", "too few members answered (try again, or ask for fewer with --r)",
          counted(need_, "answer"), counted(answers(), "answer")};
}

bool same_events(const Object& first, const Object& second) {
  return first.clock() == second.clock() &&
         std::equal(first.siblings().begin(), first.siblings().end(), second.siblings().begin(),
                    second.siblings().end(),
                    [](const Sibling& a, const Sibling& b) { return a.dot == b.dot; });
}

}  // namespace oxbow

// The arithmetic of one get: add a copy; enough? what to answer? what to repair? Knows no time and
// no messages; see replica/get_operation.h for what waits around it (the pair is that of Riak's
// riak_kv_get_core and riak_kv_get_fsm).
#pragma once

#include <oxbow/result.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "base/ids.h"
#include "version/object.h"

namespace oxbow {

class GetTally {
 public:
  /// `need`: answers that the client waits for (R).
  GetTally(std::uint32_t need, Conflicts conflicts) : need_(need), conflicts_(conflicts) {}

  /// A member answered with its copy; empty: it has never heard of the key, which is an answer too.
  /// Each member once.
  void add(const PeerId& member, bool primary, Object copy);

  /// What is left of a member's copy that is damaged, or may lack writes: merged with the others,
  /// but no answer.
  void add_incomplete(const PeerId& member, bool primary, Object left);

  bool enough() const { return answers() >= need_; }
  /// As many primaries alone. That a fallback has never heard of a key says nothing of them.
  bool enough_primaries() const {
    return std::count_if(copies_.begin(), copies_.end(), [](const Copy& copy) {
             return copy.primary && copy.counts;
           }) >= std::int64_t{need_};
  }
  std::uint32_t need() const { return need_; }
  std::size_t answers() const {
    return static_cast<std::size_t>(std::count_if(copies_.begin(), copies_.end(),
                                                  [](const Copy& copy) { return copy.counts; }));
  }

  /// All copies merged: the answer, and what is sent to those that are behind.
  const Object& merged() const { return merged_; }

  /// Primaries whose copy lacks something of the merged one. Fallbacks are none of them: what they
  /// keep are hints for others.
  std::vector<PeerId> behind() const;

  /// Why there is no answer: what was needed, and what was got.
  Error missed() const;

 private:
  struct Copy {
    PeerId member;
    bool primary = false;
    bool counts = true;  ///< as an answer
    Object object;
  };
  void take(Copy copy);

  std::uint32_t need_;
  Conflicts conflicts_;
  std::vector<Copy> copies_;
  Object merged_;
};

/// Whether two copies of one key know of the same writes: dots name values, so none is looked at.
bool same_events(const Object& first, const Object& second);

}  // namespace oxbow

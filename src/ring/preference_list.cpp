// The walk clockwise that finds the members of a key (TokenRing::preference_list).
#include <algorithm>

#include "ring/token_ring.h"

namespace oxbow {

namespace {

/// The members met on a walk: a short list is searched through, a long one by a table.
class MetMembers {
 public:
  MetMembers(std::size_t members, const std::vector<MemberNumber>& met)
      : members_(members), met_(met) {}

  /// Must be asked once before each addition to `met`, and told of the addition.
  bool contains(MemberNumber member) const {
    if (!table_.empty()) return table_[index_of(member)];
    return std::find(met_.begin(), met_.end(), member) != met_.end();
  }
  void added(MemberNumber member) {
    if (!table_.empty()) {
      table_[index_of(member)] = true;
    } else if (met_.size() > kSearched) {
      table_.resize(members_);
      for (const MemberNumber each : met_) table_[index_of(each)] = true;
    }
  }

 private:
  static constexpr std::size_t kSearched = 32;
  std::size_t members_;
  const std::vector<MemberNumber>& met_;
  std::vector<bool> table_;
};

/// The rounds that it takes to find `n` members, the last one perhaps not to its end.
std::size_t rounds_for(const std::vector<std::size_t>& zone_sizes, std::size_t n) {
  for (std::size_t rounds = 1;; ++rounds) {
    std::size_t found = 0;
    for (const std::size_t members : zone_sizes) found += std::min(members, rounds);
    if (found >= n) return rounds;
  }
}

}  // namespace

std::vector<MemberNumber> TokenRing::preference_list(Position position, std::size_t n) const {
  std::vector<MemberNumber> list;
  preference_list(position, n, list);
  return list;
}

void TokenRing::preference_list(Position position, std::size_t n,
                                std::vector<MemberNumber>& list) const {
  list.clear();
  n = std::min(n, size());
  if (n == 0) return;
  if (zones() > 1) return list_over_zones(position, n, list);

  MetMembers met(size(), list);
  for (TokenNumber token = tokens_.owner(position); list.size() < n; token = tokens_.next(token)) {
    const MemberNumber member = member_of(token);
    if (met.contains(member)) continue;
    list.push_back(member);
    met.added(member);
  }
}

// A member is taken in the round that is its rank within its own zone. So one walk will do: it
// takes as many members of each zone as there are rounds, and ends when all rounds but the last
// are complete, for the last one takes members in the order in which they are met.
void TokenRing::list_over_zones(Position position, std::size_t n,
                                std::vector<MemberNumber>& list) const {
  const std::size_t rounds = rounds_for(zone_sizes_, n);
  std::vector<std::size_t> taken(zones());  // of each zone
  std::size_t incomplete = 0;               // zones that miss members of a round before the last
  for (const std::size_t members : zone_sizes_) {
    if (std::min(members, rounds - 1) > 0) ++incomplete;
  }

  std::vector<MemberNumber> walked;
  std::vector<std::size_t> round_of;  // each of `walked`
  MetMembers met(size(), walked);
  for (TokenNumber token = tokens_.owner(position); walked.size() < n || incomplete > 0;
       token = tokens_.next(token)) {
    const MemberNumber member = member_of(token);
    const std::size_t zone = index_of(zone_of(member));
    const std::size_t members = zone_sizes_[zone];
    if (taken[zone] == std::min(members, rounds) || met.contains(member)) continue;
    walked.push_back(member);
    met.added(member);
    round_of.push_back(taken[zone]++);
    if (taken[zone] == std::min(members, rounds - 1)) --incomplete;
  }

  for (std::size_t round = 0; round < rounds && list.size() < n; ++round) {
    for (std::size_t i = 0; i < walked.size() && list.size() < n; ++i) {
      if (round_of[i] == round) list.push_back(walked[i]);
    }
  }
}

}  // namespace oxbow

#include "ring/movement.h"

#include <algorithm>
#include <iterator>

namespace oxbow {

namespace {

/// The positions where the owner may change in either ring: between two of them nothing does.
std::vector<Position> bounds_of(const TokenRing& before, const TokenRing& after) {
  const auto a = before.tokens().positions();
  const auto b = after.tokens().positions();
  std::vector<Position> bounds(a.size() + b.size());
  std::merge(a.begin(), a.end(), b.begin(), b.end(), bounds.begin());
  bounds.erase(std::unique(bounds.begin(), bounds.end()), bounds.end());
  return bounds;
}

std::vector<PeerId> ids_of(const TokenRing& ring, const std::vector<MemberNumber>& list) {
  std::vector<PeerId> ids;
  for (const MemberNumber member : list) ids.push_back(ring.member(member).id);
  return ids;
}

bool contains(const std::vector<PeerId>& ids, const PeerId& id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

/// Puts together the moves of ranges that come clockwise, each beginning where the last one ended.
class MoveList {
 public:
  void add(const RingRange& range, const std::vector<PeerId>& before,
           const std::vector<PeerId>& after) {
    std::vector<std::size_t> ended_here;
    std::size_t looked_at = 0;
    for (const PeerId& to : after) {
      if (contains(before, to)) continue;
      while (looked_at < before.size() && contains(after, before[looked_at])) ++looked_at;
      const bool given_up = looked_at < before.size();
      const PeerId from = given_up ? before[looked_at++] : before.front();
      ended_here.push_back(extend({range, from, to, !given_up}));
    }
    if (first_range_) in_first_range_ = ended_here;
    first_range_ = false;
    ended_before_ = std::move(ended_here);
  }

  /// The last range may go on in the first one.
  std::vector<Move> finish() {
    std::vector<bool> joined(moves_.size());
    for (const std::size_t last : ended_before_) {
      for (const std::size_t first : in_first_range_) {
        if (first == last || !same_hands(moves_[first], moves_[last])) continue;
        moves_[first].range.after = moves_[last].range.after;
        joined[last] = true;
      }
    }
    std::vector<Move> moves;
    for (std::size_t i = 0; i < moves_.size(); ++i) {
      if (!joined[i]) moves.push_back(moves_[i]);
    }
    return moves;
  }

 private:
  static bool same_hands(const Move& a, const Move& b) {
    return a.from == b.from && a.to == b.to && a.from_keeps == b.from_keeps;
  }

  /// Where in the list the move is now.
  std::size_t extend(const Move& move) {
    for (const std::size_t earlier : ended_before_) {
      if (!same_hands(moves_[earlier], move)) continue;
      moves_[earlier].range.last = move.range.last;
      return earlier;
    }
    moves_.push_back(move);
    return moves_.size() - 1;
  }

  std::vector<Move> moves_;
  std::vector<std::size_t> ended_before_;  // moves that the range before this one belongs to
  std::vector<std::size_t> in_first_range_;
  bool first_range_ = true;
};

}  // namespace

std::vector<Move> moves_between(const TokenRing& before, const TokenRing& after, std::size_t n) {
  if (before.empty() || after.empty() || n == 0) return {};
  const std::vector<Position> bounds = bounds_of(before, after);
  std::vector<MemberNumber> list;
  MoveList moves;
  Position last_bound = bounds.back();
  for (const Position bound : bounds) {
    before.preference_list(bound, n, list);
    const std::vector<PeerId> had = ids_of(before, list);
    after.preference_list(bound, n, list);
    moves.add({last_bound, bound}, had, ids_of(after, list));
    last_bound = bound;
  }
  return moves.finish();
}

}  // namespace oxbow

#include "ring/finger_table.h"

#include <algorithm>

namespace oxbow {

FingerTable::FingerTable(const SortedTokens& tokens, TokenNumber token)
    : token_(token), position_(tokens[token]) {
  for (int k = 0; k < kFingers; ++k) {
    fingers_[static_cast<std::size_t>(k)] = oxbow::finger(tokens, token, k);
  }
}

TokenNumber FingerTable::next_hop(Position target) const {
  if (target == position_) return successor();
  return finger(finger_towards(position_, target));
}

std::vector<TokenNumber> FingerTable::known() const {
  std::vector<TokenNumber> known(fingers_.begin(), fingers_.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  if (known.back() == token_) known.pop_back();
  return known;
}

}  // namespace oxbow

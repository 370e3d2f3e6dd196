// What one token's member knows of the ring in Chord (Stoica et al. 2001, section 4.3): the table
// that `finger` steps of lookup.h work out from the whole ring when they need an entry.
#pragma once

#include <array>
#include <vector>

#include "ring/lookup.h"

namespace oxbow {

class FingerTable {
 public:
  static constexpr int kFingers = 64;  ///< one for each bit of a position

  FingerTable(const SortedTokens& tokens, TokenNumber token);

  TokenNumber token() const { return token_; }
  TokenNumber finger(int k) const { return fingers_[static_cast<std::size_t>(k)]; }
  TokenNumber successor() const { return finger(0); }

  /// Where a lookup that this token does not own goes next: at the target's owner, or past half of
  /// the way that is left, so that O(log n) forwards reach it.
  TokenNumber next_hop(Position target) const;

  /// The tokens that are known, each once, clockwise: about log2(n) of them.
  std::vector<TokenNumber> known() const;

 private:
  TokenNumber token_;
  Position position_;
  std::array<TokenNumber, kFingers> fingers_{};
};

}  // namespace oxbow

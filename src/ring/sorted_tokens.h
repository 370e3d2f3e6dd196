// The tokens of a ring in clockwise order, without their members: all that a lookup steps over. A
// TokenRing keeps one; a large simulation in which each peer has one token needs nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ring/token.h"

namespace oxbow {

/// Names a token by its place in clockwise order, from 0 for the lowest position.
enum class TokenNumber : std::uint32_t {};

constexpr std::size_t index_of(TokenNumber token) { return static_cast<std::size_t>(token); }

/// Immutable; 12 to 16 bytes a token. Two tokens may share a position: the first of them owns it.
class SortedTokens {
 public:
  SortedTokens() = default;
  /// `positions` in ascending order, fewer than 2^31.
  explicit SortedTokens(std::vector<Position> positions);

  bool empty() const { return positions_.empty(); }
  std::size_t size() const { return positions_.size(); }
  Position operator[](TokenNumber token) const { return positions_[index_of(token)]; }
  std::span<const Position> positions() const { return positions_; }

  TokenNumber next(TokenNumber token) const {
    const std::size_t index = index_of(token) + 1;
    return TokenNumber{index == size() ? 0 : static_cast<std::uint32_t>(index)};
  }
  TokenNumber previous(TokenNumber token) const {
    const std::size_t index = token == TokenNumber{0} ? size() : index_of(token);
    return TokenNumber{static_cast<std::uint32_t>(index - 1)};
  }

  /// The token that owns a position: the first at or after it, clockwise. Must not be empty.
  /// Takes a step or two where positions are spread like hashes, log2(size) at the worst.
  TokenNumber owner(Position position) const;

  /// Whether `token` owns `position`; looks at its neighbor only.
  bool owns(TokenNumber token, Position position) const;

  /// False for a token behind another one at the same position: it has no range.
  bool has_range(TokenNumber token) const;
  /// What a token owns; only for one that has a range.
  RingRange range(TokenNumber token) const { return {(*this)[previous(token)], (*this)[token]}; }

 private:
  std::vector<Position> positions_;
  /// The ring in equal slices, about as many as tokens: the first token at or after each one's
  /// start, and at the end size().
  std::vector<std::uint32_t> slices_;
  int slice_shift_ = 0;
};

}  // namespace oxbow

#include "ring/sorted_tokens.h"

#include <algorithm>
#include <bit>

#include "base/assert.h"

namespace oxbow {

SortedTokens::SortedTokens(std::vector<Position> positions) : positions_(std::move(positions)) {
  OXBOW_ASSERT(positions_.size() < (std::size_t{1} << 31), "tokens are numbered by 32 bits");
  OXBOW_ASSERT(std::is_sorted(positions_.begin(), positions_.end()), "tokens out of order");
  // At least two slices, because a shift by all 64 bits is undefined.
  const std::size_t slices = std::max<std::size_t>(2, std::bit_ceil(positions_.size()));
  slice_shift_ = 64 - std::countr_zero(slices);
  slices_.reserve(slices + 1);
  for (std::size_t token = 0; token < positions_.size(); ++token) {
    const std::uint64_t slice = static_cast<std::uint64_t>(positions_[token]) >> slice_shift_;
    while (slices_.size() <= slice) slices_.push_back(static_cast<std::uint32_t>(token));
  }
  slices_.resize(slices + 1, static_cast<std::uint32_t>(positions_.size()));
}

TokenNumber SortedTokens::owner(Position position) const {
  OXBOW_ASSERT(!empty(), "a ring without tokens owns nothing");
  const std::uint64_t slice = static_cast<std::uint64_t>(position) >> slice_shift_;
  const auto begin = positions_.begin();
  const auto found = std::lower_bound(begin + slices_[slice], begin + slices_[slice + 1], position);
  return TokenNumber{found == positions_.end() ? 0 : static_cast<std::uint32_t>(found - begin)};
}

bool SortedTokens::has_range(TokenNumber token) const {
  if (positions_.front() == positions_.back()) return token == TokenNumber{0};
  return (*this)[token] != (*this)[previous(token)];
}

bool SortedTokens::owns(TokenNumber token, Position position) const {
  const std::uint64_t width = clockwise((*this)[previous(token)], (*this)[token]);
  if (width == 0) return has_range(token);
  return clockwise(position, (*this)[token]) < width;
}

}  // namespace oxbow

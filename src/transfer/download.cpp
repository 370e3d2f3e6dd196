#include "transfer/download.h"

#include <algorithm>
#include <string>

#include "base/assert.h"

namespace oxbow {

Download::Download(std::uint64_t size, std::uint64_t already_have)
    : size_(size), start_(already_have), pieces_(0), done_(already_have) {
  OXBOW_ASSERT(already_have <= size, "more bytes than the file has");
  const std::uint64_t missing = size - already_have;
  pieces_ = missing / limits::kPiece + (missing % limits::kPiece != 0 ? 1 : 0);
}

std::uint64_t Download::offset_of(std::uint64_t piece) const {
  return piece == pieces_ ? size_ : start_ + piece * limits::kPiece;
}

std::uint32_t Download::length_of(std::uint64_t piece) const {
  return static_cast<std::uint32_t>(offset_of(piece + 1) - offset_of(piece));
}

std::uint64_t Download::window_end() const {
  return first_missing_ + std::min<std::uint64_t>(window_.size(), pieces_ - first_missing_);
}

std::optional<PieceRange> Download::next() {
  for (std::uint64_t piece = first_missing_; piece < window_end(); ++piece) {
    if (state_of(piece) != State::wanted) continue;
    state_of(piece) = State::asked;
    return PieceRange{offset_of(piece), length_of(piece)};
  }
  return std::nullopt;
}

Result<std::uint64_t> Download::find_asked(std::uint64_t offset) {
  for (std::uint64_t piece = first_missing_; piece < window_end(); ++piece) {
    if (offset_of(piece) == offset && state_of(piece) == State::asked) return piece;
  }
  return Error{"unasked-piece", "bytes came that nobody asked for", "an answer to a request",
               "offset " + std::to_string(offset)};
}

Status Download::arrived(std::uint64_t offset, std::size_t length) {
  const auto piece = find_asked(offset);
  if (!piece) return piece.error();
  if (length != length_of(*piece)) {
    return Error{"wrong-length", "a piece has another length than was asked for",
                 std::to_string(length_of(*piece)) + " bytes", std::to_string(length) + " bytes"};
  }
  state_of(*piece) = State::arrived;
  done_ += length;
  while (first_missing_ < pieces_ && state_of(first_missing_) == State::arrived) {
    state_of(first_missing_) = State::wanted;  // of the piece that takes its place in the window
    ++first_missing_;
  }
  return Done{};
}

Status Download::lost(std::uint64_t offset) {
  const auto piece = find_asked(offset);
  if (!piece) return piece.error();
  state_of(*piece) = State::wanted;
  return Done{};
}

void Download::lost_all() {
  std::replace(window_.begin(), window_.end(), State::asked, State::wanted);
}

std::uint32_t Download::outstanding() const {
  return static_cast<std::uint32_t>(std::count(window_.begin(), window_.end(), State::asked));
}

}  // namespace oxbow

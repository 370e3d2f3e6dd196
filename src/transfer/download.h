// What to ask for next of a file (or value) that is being downloaded in pieces: arithmetic only.
// Who asks, and where the bytes go, is somebody else's (see transfer/assembly.h).
//
//   0          already_have     in_order()       + 4 pieces          size
//   ├── from before ──┼── has come ──┼──── window ────┼── not yet asked ──┤
//
// Pieces are asked for only within a window that begins at the first missing one. So no more than
// limits::kPiecesOutstanding are under way, and no more than that less one have arrived early.
#pragma once

#include <oxbow/result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/limits.h"

namespace oxbow {

struct PieceRange {
  std::uint64_t offset = 0;
  std::uint32_t length = 0;  ///< 1 to limits::kPiece; less than that only at the end
  friend bool operator==(const PieceRange&, const PieceRange&) = default;
};

class Download {
 public:
  /// `size` bytes are to be had, of which the first `already_have` need not be asked for (an
  /// earlier download left them). More than `size` is a broken invariant: such a file is not a part
  /// of it.
  explicit Download(std::uint64_t size, std::uint64_t already_have = 0);

  /// What to ask a holder for now; it counts as asked. Nothing: wait for an answer, or finished.
  /// No byte is given out twice, unless it was lost.
  std::optional<PieceRange> next();

  /// The bytes of a range that next() gave. Errors leave everything as it was: "unasked-piece"
  /// (nobody asked for it, or it came twice), "wrong-length" (the answer is short or long).
  Status arrived(std::uint64_t offset, std::size_t length);

  /// One range will not be answered (the holder was busy): it is asked for again. The same error
  /// "unasked-piece" as above.
  Status lost(std::uint64_t offset);
  /// The holder went away: everything outstanding is asked for again, of whoever holds it then.
  void lost_all();

  bool finished() const { return done_ == size_; }

  std::uint64_t size() const { return size_; }
  /// Bytes that are there, those from before included.
  std::uint64_t done() const { return done_; }
  /// Bytes that are there without a gap from the beginning.
  std::uint64_t in_order() const { return offset_of(first_missing_); }
  std::uint32_t outstanding() const;

 private:
  enum class State : std::uint8_t { wanted, asked, arrived };

  std::uint64_t offset_of(std::uint64_t piece) const;
  std::uint32_t length_of(std::uint64_t piece) const;
  State& state_of(std::uint64_t piece) { return window_[piece % window_.size()]; }
  /// One past the last piece that may be asked for.
  std::uint64_t window_end() const;
  /// The piece that begins at `offset` and has been asked for.
  Result<std::uint64_t> find_asked(std::uint64_t offset);

  std::uint64_t size_;
  std::uint64_t start_;   // the first piece begins here
  std::uint64_t pieces_;  // from start_ to the end
  std::uint64_t first_missing_ = 0;
  std::uint64_t done_;
  std::array<State, limits::kPiecesOutstanding> window_{};
};

}  // namespace oxbow

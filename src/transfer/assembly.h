// Puts the pieces of a download in order and checks them: what comes early waits (the window of
// transfer/download.h bounds that to 3 pieces), bytes are handed out in the order of the content
// and hashed on the way. A file that is only ever appended to what take() gave is, whenever the
// writer stops, a true beginning of the content: going on later needs no more than its length.
#pragma once

#include <oxbow/result.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/ids.h"
#include "base/limits.h"
#include "base/sha256.h"

namespace oxbow {

class Assembly {
 public:
  /// `digest` is that of the whole content of `size` bytes.
  Assembly(std::uint64_t size, const Digest& digest) : size_(size), expected_(digest) {}

  /// Bytes that an earlier download left, from the beginning and in order, in as many calls as it
  /// takes; all of them before the first add().
  void absorb(std::string_view bytes);

  /// A piece that Download::arrived() has accepted.
  void add(std::uint64_t offset, std::string bytes);

  /// The next bytes of the content, to be written behind those before. Nothing: a piece is missing.
  std::optional<std::string> take();

  /// Bytes absorbed and taken.
  std::uint64_t in_order() const { return in_order_; }

  /// Once everything was taken: is it what was located? Error "wrong-digest" if not. Once only.
  Status verify();

 private:
  struct Early {
    std::uint64_t offset = 0;
    std::string bytes;  // empty: a free place, as no piece is
  };

  std::uint64_t size_;
  Digest expected_;
  std::uint64_t in_order_ = 0;
  Sha256 hash_;
  std::array<Early, limits::kPiecesOutstanding> early_;
};

}  // namespace oxbow

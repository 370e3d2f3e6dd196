// Reads one MessagePack value into tokens, under limits that hold before anything is allocated.
// It keeps its state when the bytes end early, so that a long value that arrives in many reads is
// looked at once. The only user of msgpack-c's parser.
#pragma once

#include <oxbow/result.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/limits.h"
#include "codec/token.h"

namespace oxbow {

/// Ext types are never accepted; neither are maps with a key twice or with a key that is not text.
struct ScanLimits {
  std::uint32_t nesting = limits::kNesting;            // containers within each other
  std::uint32_t container = limits::kContainerLength;  // elements of an array, entries of a map
  std::size_t elements = limits::kElements;            // values altogether
};

class Scanner {
 public:
  enum class Outcome { done, more, error };

  explicit Scanner(const ScanLimits& limits = {});
  ~Scanner();
  Scanner(Scanner&&) noexcept;
  Scanner& operator=(Scanner&&) noexcept;

  /// Forgets the value being read; keeps its memory, if it is not much.
  void reset();

  /// `bytes` begins with the value's first byte and, after `more`, is what was passed before with
  /// bytes added (it may have moved). `done`: the value ends at used(); what follows isn't looked
  /// at.
  Outcome scan(std::string_view bytes);

  std::size_t used() const { return used_; }
  /// What was read so far; complete after `done`. `base`: where the value's first byte is now.
  Tokens tokens(const char* base) const;
  const Error& error() const;  ///< after `error`

 private:
  struct Parser;

  std::size_t used_ = 0;
  std::unique_ptr<Parser> parser_;
};

}  // namespace oxbow

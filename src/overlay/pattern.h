// Patterns that strangers send, matched against keys in linear time and bounded memory (RE2: no
// backtracking). Globs and words, as described at Match.
#pragma once

#include <oxbow/requests.h>
#include <oxbow/result.h>

#include <cstddef>
#include <memory>
#include <string_view>

namespace oxbow {

/// Glob: `*` any run of bytes, '/' included; `?` one character; `[abc]`, `[a-z]`, `[!a-z]` one
/// character in or not in a class (`]` first in a class stands for itself); `\` takes the next
/// character literally. All of the key must match.
/// Words: separated by spaces, each must occur somewhere in the key; letter case is ignored, in
/// ASCII and by Unicode's simple case folding.
///
/// Keys may be any bytes. In a key that is not valid UTF-8 the odd bytes are matched by `*` only,
/// and words are found around them; `?` and classes match nothing but valid characters.
class Pattern {
 public:
  /// Errors: "bad-pattern" (not a glob or words, unterminated class, not UTF-8, no words),
  /// "too-large" (more than limits::kKey bytes, kPatternWords words, kPatternMemory bytes or,
  /// for a glob, kPatternProgram steps when compiled).
  static Result<Pattern> compile(Match match, std::string_view text);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool matches(std::string_view key) const;

  /// How much longer than a simple pattern this one may take, at the worst, for a byte of key; at
  /// least 1. Slices of a scan are made smaller by this factor.
  std::size_t cost() const;

 private:
  struct Compiled;
  explicit Pattern(std::unique_ptr<const Compiled> compiled);

  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace oxbow

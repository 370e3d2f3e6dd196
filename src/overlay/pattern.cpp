#include "overlay/pattern.h"

#include <re2/re2.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/utf8.h"

namespace oxbow {

namespace {

Error bad_pattern(std::string message, std::string needed, std::string got) {
  return {"bad-pattern", std::move(message), std::move(needed), std::move(got)};
}

/// A glob in the forms that matching needs.
struct Glob {
  std::string expression;  // in RE2's syntax; valid UTF-8 by itself
  std::string head;        // literal bytes before the first wildcard
  std::string tail;        // literal bytes since the last wildcard
  std::size_t wildcards = 0;
  bool only_stars = true;
};

class GlobReader {
 public:
  /// `text` must be UTF-8.
  explicit GlobReader(std::string_view text) : text_(text) {}

  Result<Glob> read() {
    glob_.expression = "\\A";  // lets RE2 compare a literal beginning at once
    while (at_ < text_.size()) {
      const Status read = read_item();
      if (!read) return read.error();
    }
    return std::move(glob_);
  }

 private:
  Status read_item() {
    const std::size_t start = at_;
    const std::uint32_t character = next();
    switch (character) {
      case '*':
        if (!after_star_) wildcard("\\C*");
        after_star_ = true;
        return Done{};
      case '?':
        glob_.only_stars = false;
        wildcard(".");
        return Done{};
      case '[':
        glob_.only_stars = false;
        return read_class(start);
      case '\\':
        return read_escaped();
      default:
        literal(character, start);
        return Done{};
    }
  }

  Status read_escaped() {
    if (at_ == text_.size()) {
      return bad_pattern("the glob ends with a backslash", "a character after it (\\\\ for one)",
                         "the end of the glob");
    }
    const std::size_t start = at_;
    literal(next(), start);
    return Done{};
  }

  Status read_class(std::size_t start) {
    std::string members = "[";
    if (at_ < text_.size() && (text_[at_] == '!' || text_[at_] == '^')) {
      members += '^';
      ++at_;
    }
    for (bool first = true;; first = false) {
      if (at_ == text_.size()) return unterminated(start);
      if (text_[at_] == ']' && !first) break;
      const Status read = read_member(members, start);
      if (!read) return read;
    }
    ++at_;
    wildcard(members + ']');
    return Done{};
  }

  /// One character or range of a class.
  Status read_member(std::string& members, std::size_t start) {
    const Result<std::uint32_t> from = class_character(start);
    if (!from) return from.error();
    append(members, *from);
    const bool is_range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
    if (!is_range) return Done{};
    ++at_;
    const Result<std::uint32_t> to = class_character(start);
    if (!to) return to.error();
    if (*to < *from) {
      return bad_pattern("a range in the glob runs backwards", "the lower character first",
                         std::string(text_.substr(start, at_ - start)));
    }
    members += '-';
    append(members, *to);
    return Done{};
  }

  Result<std::uint32_t> class_character(std::size_t start) {
    if (at_ < text_.size() && text_[at_] == '\\') ++at_;
    if (at_ == text_.size()) return unterminated(start);
    return next();
  }

  Error unterminated(std::size_t start) const {
    return bad_pattern("a class in the glob is not closed", "] after [ (for a bracket itself, [[])",
                       std::string(text_.substr(start)));
  }

  void literal(std::uint32_t character, std::size_t start) {
    append(glob_.expression, character);
    const std::string_view bytes = text_.substr(start, at_ - start);
    (glob_.wildcards == 0 ? glob_.head : glob_.tail).append(bytes);
    after_star_ = false;
  }

  void wildcard(std::string_view expression) {
    glob_.expression += expression;
    glob_.tail.clear();
    ++glob_.wildcards;
    after_star_ = false;
  }

  static void append(std::string& expression, std::uint32_t character) {
    static constexpr char kDigits[] = "0123456789abcdef";
    std::string digits;
    for (std::uint32_t left = character; left > 0 || digits.empty(); left /= 16) {
      digits += kDigits[left % 16];
    }
    expression += "\\x{";
    expression.append(digits.rbegin(), digits.rend());
    expression += '}';
  }

  /// The next character of text that is known to be UTF-8 and not at its end.
  std::uint32_t next() {
    const auto lead = static_cast<std::uint8_t>(text_[at_++]);
    if (lead < 0x80) return lead;
    const int following = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    std::uint32_t character = lead & (0x3fU >> following);
    for (int i = 0; i < following; ++i) {
      character = (character << 6) | (static_cast<std::uint8_t>(text_[at_++]) & 0x3fU);
    }
    return character;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  bool after_star_ = false;
  Glob glob_;
};

RE2::Options options() {
  RE2::Options options;
  options.set_max_mem(static_cast<std::int64_t>(limits::kPatternMemory));
  options.set_log_errors(false);
  options.set_dot_nl(true);
  options.set_never_capture(true);
  return options;
}

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

Error too_complicated(std::string_view text) {
  return {"too-large", "the pattern is too complicated (use fewer ? and [])",
          "at most " + std::to_string(limits::kPatternProgram) + " steps when compiled",
          "more, from " + std::to_string(text.size()) + " bytes"};
}

// Where RE2 has to give up its automaton, because a pattern makes it too large to be kept, a byte
// of key takes up to 5 ns for each step of the program, against less than 2 ns else; a slice of a
// simple pattern leaves room for 10 ns.
std::size_t cost_of_program(std::size_t steps) { return 1 + steps / 2; }

}  // namespace

struct Pattern::Compiled {
  enum class Kind : std::uint8_t {
    literal,  // head
    affixes,  // head*tail
    glob,     // expressions.front(), all of the key
    words,    // all expressions, anywhere in the key
  };
  Kind kind = Kind::literal;
  std::string head;
  std::string tail;
  std::vector<std::unique_ptr<RE2>> expressions;
  std::size_t cost = 1;

  /// False: too large for limits::kPatternMemory.
  bool add(std::string_view text, const RE2::Options& how) {
    expressions.push_back(std::make_unique<RE2>(piece(text), how));
    return expressions.back()->ok();
  }

  static Result<std::unique_ptr<const Compiled>> glob(std::string_view text);
  static Result<std::unique_ptr<const Compiled>> words(std::string_view text);
};

Result<std::unique_ptr<const Pattern::Compiled>> Pattern::Compiled::glob(std::string_view text) {
  Result<Glob> read = GlobReader(text).read();
  if (!read) return read.error();
  auto compiled = std::make_unique<Compiled>();
  compiled->head = std::move(read->head);
  compiled->tail = std::move(read->tail);
  if (read->wildcards == 0) {
    compiled->kind = Kind::literal;
  } else if (read->wildcards == 1 && read->only_stars) {
    compiled->kind = Kind::affixes;
  } else {
    compiled->kind = Kind::glob;
    if (!compiled->add(read->expression, options())) return too_complicated(text);
    const auto steps = static_cast<std::size_t>(compiled->expressions.front()->ProgramSize());
    if (steps > limits::kPatternProgram) return too_complicated(text);
    compiled->cost = cost_of_program(steps);
  }
  return {std::move(compiled)};
}

Result<std::unique_ptr<const Pattern::Compiled>> Pattern::Compiled::words(std::string_view text) {
  RE2::Options how = options();
  how.set_literal(true);
  how.set_case_sensitive(false);
  auto compiled = std::make_unique<Compiled>();
  compiled->kind = Kind::words;
  for (std::size_t start = text.find_first_not_of(' '); start != std::string_view::npos;) {
    const std::size_t end = std::min(text.find(' ', start), text.size());
    if (compiled->expressions.size() == limits::kPatternWords) {
      return Error{"too-large", "too many words (leave the commonest out)",
                   "at most " + std::to_string(limits::kPatternWords) + " words", "more"};
    }
    if (!compiled->add(text.substr(start, end - start), how)) return too_complicated(text);
    start = text.find_first_not_of(' ', end);
  }
  if (compiled->expressions.empty()) {
    return bad_pattern("no word to look for", "at least one word", "spaces only");
  }
  compiled->cost = compiled->expressions.size();  // a word's automaton is never large
  return {std::move(compiled)};
}

Result<Pattern> Pattern::compile(Match match, std::string_view text) {
  if (match != Match::glob && match != Match::words) {
    return bad_pattern("this kind of search has no pattern", "a glob or words", "another kind");
  }
  if (text.empty() || text.size() > limits::kKey) {
    return Error{text.empty() ? "bad-pattern" : "too-large",
                 text.empty() ? "the pattern is empty" : "the pattern is too long",
                 "1 to " + std::to_string(limits::kKey) + " bytes",
                 std::to_string(text.size()) + " bytes"};
  }
  if (!is_utf8(text)) {
    return bad_pattern("the pattern is not valid UTF-8", "UTF-8 text", "other bytes");
  }
  auto compiled = match == Match::glob ? Compiled::glob(text) : Compiled::words(text);
  if (!compiled) return compiled.error();
  return Pattern(std::move(*compiled));
}

Pattern::Pattern(std::unique_ptr<const Compiled> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::matches(std::string_view key) const {
  const Compiled& self = *compiled_;
  switch (self.kind) {
    case Compiled::Kind::literal:
      return key == self.head;
    case Compiled::Kind::affixes:
      return key.size() >= self.head.size() + self.tail.size() && key.starts_with(self.head) &&
             key.ends_with(self.tail);
    case Compiled::Kind::glob:
      return RE2::FullMatch(piece(key), *self.expressions.front());
    case Compiled::Kind::words:
      return std::all_of(self.expressions.begin(), self.expressions.end(),
                         [&](const auto& word) { return RE2::PartialMatch(piece(key), *word); });
  }
  return false;
}

std::size_t Pattern::cost() const { return compiled_->cost; }

}  // namespace oxbow

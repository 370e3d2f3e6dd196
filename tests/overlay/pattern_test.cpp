#include "overlay/pattern.h"

#include <doctest/doctest.h>

#include <string>

#include "base/limits.h"
#include "base/random.h"

using namespace oxbow;

namespace {

bool glob(std::string_view pattern, std::string_view key) {
  const Result<Pattern> compiled = Pattern::compile(Match::glob, pattern);
  REQUIRE(compiled.ok());
  return compiled->matches(key);
}

bool words(std::string_view pattern, std::string_view key) {
  const Result<Pattern> compiled = Pattern::compile(Match::words, pattern);
  REQUIRE(compiled.ok());
  return compiled->matches(key);
}

Error error_of(Match match, std::string_view pattern) {
  const Result<Pattern> compiled = Pattern::compile(match, pattern);
  REQUIRE_FALSE(compiled.ok());
  return compiled.error();
}

/// What a glob of letters, * and ? means, by the definition.
bool matches_by_definition(std::string_view pattern, std::string_view key) {
  if (pattern.empty()) return key.empty();
  if (pattern[0] == '*') {
    return matches_by_definition(pattern.substr(1), key) ||
           (!key.empty() && matches_by_definition(pattern, key.substr(1)));
  }
  if (key.empty() || (pattern[0] != '?' && pattern[0] != key[0])) return false;
  return matches_by_definition(pattern.substr(1), key.substr(1));
}

std::string drawn(Random& random, std::string_view letters, std::size_t longest) {
  std::string text(1 + random.below(longest), ' ');
  for (char& letter : text) letter = letters[random.below(letters.size())];
  return text;
}

}  // namespace

TEST_CASE("a glob matches all of the key or not at all") {
  struct Row {
    std::string_view pattern, key;
    bool matches;
  };
  const Row rows[] = {
      {"readme", "readme", true},
      {"readme", "readme.txt", false},
      {"readme", "a readme", false},
      {"*", "anything/at all", true},
      {"**", "anything", true},
      {"*.txt", "a/b/c.txt", true},
      {"*.txt", ".txt", true},
      {"*.txt", "c.txt.gz", false},
      {"doc/*", "doc/a/b", true},
      {"doc/*", "doc", false},
      {"doc/*", "mydoc/a", false},
      {"doc/*.txt", "doc/.txt", true},
      {"aba*aba", "aba", false},
      {"aba*aba", "ababa", false},
      {"aba*aba", "abaaba", true},
      {"*b*", "abc", true},
      {"*b*", "ac", false},
      {"a*b*c", "a--b--c", true},
      {"a*b*c", "a--c--b", false},
      {"?", "a", true},
      {"?", "", false},
      {"?", "ab", false},
      {"?*", "a", true},
      {"*?", "", false},
      {"file-?.log", "file-7.log", true},
      {"file-?.log", "file-17.log", false},
      {"a.c", "abc", false},
      {"a+(b)|c{2}^$", "a+(b)|c{2}^$", true},
      {"line*", "line\nbreak", true},
      {"a?c*", "a\nc!", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.key);
    CHECK(glob(row.pattern, row.key) == row.matches);
  }
}

TEST_CASE("10,000 random globs match what they match by the definition") {
  Random random(11);
  int matched = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string pattern = drawn(random, "aabb*?", 8);
    const std::string key = drawn(random, "ab", 10);
    CAPTURE(pattern);
    CAPTURE(key);
    const bool expected = matches_by_definition(pattern, key);
    CHECK(glob(pattern, key) == expected);
    matched += expected ? 1 : 0;
  }
  CHECK(matched > 500);
}

TEST_CASE("a glob's classes take one character in or not in them") {
  struct Row {
    std::string_view pattern, key;
    bool matches;
  };
  const Row rows[] = {
      {"[abc]", "b", true},
      {"[abc]", "d", false},
      {"[abc]", "ab", false},
      {"[a-c]x", "cx", true},
      {"[a-c]x", "dx", false},
      {"[!a-c]", "d", true},
      {"[!a-c]", "b", false},
      {"[^a-c]", "d", true},
      {"[]]", "]", true},
      {"[!]]", "]", false},
      {"[!]]", "a", true},
      {"[a-]", "-", true},
      {"[-a]", "-", true},
      {"[a-]", "b", false},
      {"[\\]x]", "]", true},
      {"[\\-a]", "-", true},
      {"[a\\-c]", "b", false},
      {"[*?]", "*", true},
      {"[*?]", "a", false},
      {"[[]", "[", true},
      {"v[0-9].[0-9]", "v1.2", true},
      {"[à-ü]", "é", true},
      {"[!a]", "é", true},
      {"[.]", "a", false},
      {"*[0-9].txt", "a/7.txt", true},
  };
  for (const Row& row : rows) {
    CAPTURE(row.pattern);
    CAPTURE(row.key);
    CHECK(glob(row.pattern, row.key) == row.matches);
  }
}

TEST_CASE("a backslash in a glob makes the next character an ordinary one") {
  CHECK(glob("\\*", "*"));
  CHECK_FALSE(glob("\\*", "a"));
  CHECK(glob("\\?\\[\\\\", "?[\\"));
  CHECK(glob("\\a*", "abc"));
  CHECK(glob("*\\*", "a*"));
  CHECK_FALSE(glob("*\\*", "ab"));
}

TEST_CASE("a character is a character of UTF-8, however many bytes it has") {
  CHECK(glob("?", "é"));
  CHECK(glob("?", "€"));
  CHECK(glob("?", "😀"));
  CHECK_FALSE(glob("??", "é"));
  CHECK(glob("caf?", "café"));
  CHECK(glob("*é", "café"));
  CHECK(glob("日*", "日本"));
}

TEST_CASE("odd bytes of a key are matched by a star, and by nothing else") {
  const std::string odd = "a\xff\xc3(b";
  CHECK(glob("a*b", odd));
  CHECK(glob("*", odd));
  CHECK(glob("a*[(]b", odd));
  CHECK(glob("*?b", odd));
  CHECK_FALSE(glob("a?*b", odd));
  CHECK_FALSE(glob("a[!x]*", odd));
  CHECK(words("b", odd));
  CHECK(words("A (", odd));
  CHECK_FALSE(words("ab", odd));
  CHECK(glob("a*?c", std::string_view("a\0c", 3)));
  CHECK(words("c", std::string_view("a\0c", 3)));
}

TEST_CASE("every word has to occur somewhere in the key, in any order and letter case") {
  CHECK(words("linux kernel", "The-Linux-Kernel.pdf"));
  CHECK(words("KERNEL linux", "the-linux-kernel.pdf"));
  CHECK_FALSE(words("linux windows", "the-linux-kernel.pdf"));
  CHECK(words("  spaced   out  ", "outspaced"));
  CHECK(words("a a a", "A"));
  CHECK(words("*", "a*b"));
  CHECK_FALSE(words("*", "ab"));
  CHECK_FALSE(words("a.c", "abc"));
}

TEST_CASE("letter case is ignored by Unicode's simple folding too") {
  CHECK(words("ÉCOLE", "une école"));
  CHECK(words("σ", "Σ"));
  CHECK(words("жук", "ЖУК"));
  CHECK(words("kelvin", "\u212Aelvin"));  // the sign for kelvin folds to k
  CHECK(words("sun", "\u017Fun"));        // the long s folds to s
  CHECK_FALSE(words("ecole", "école"));
}

TEST_CASE("a pattern that is none is refused with what was needed") {
  CHECK(error_of(Match::glob, "a[bc") == Error{"bad-pattern", "a class in the glob is not closed",
                                               "] after [ (for a bracket itself, [[])", "[bc"});
  CHECK(error_of(Match::glob, "[") == Error{"bad-pattern", "a class in the glob is not closed",
                                            "] after [ (for a bracket itself, [[])", "["});
  CHECK(error_of(Match::glob, "[]").message == "a class in the glob is not closed");
  CHECK(error_of(Match::glob, "[!]").message == "a class in the glob is not closed");
  CHECK(error_of(Match::glob, "[a\\]").message == "a class in the glob is not closed");
  CHECK(error_of(Match::glob, "[a-\\").message == "a class in the glob is not closed");
  CHECK(error_of(Match::glob, "x[z-a]") == Error{"bad-pattern",
                                                 "a range in the glob runs backwards",
                                                 "the lower character first", "[z-a"});
  CHECK(error_of(Match::glob, "a\\") == Error{"bad-pattern", "the glob ends with a backslash",
                                              "a character after it (\\\\ for one)",
                                              "the end of the glob"});
  CHECK(error_of(Match::glob, "") ==
        Error{"bad-pattern", "the pattern is empty", "1 to 1024 bytes", "0 bytes"});
  CHECK(error_of(Match::words, "   ") ==
        Error{"bad-pattern", "no word to look for", "at least one word", "spaces only"});
  CHECK(error_of(Match::exact, "a").code == "bad-pattern");
  CHECK(error_of(Match::trace, "0123456789abcdef").code == "bad-pattern");
}

TEST_CASE("a pattern must be valid UTF-8") {
  const Error odd{"bad-pattern", "the pattern is not valid UTF-8", "UTF-8 text", "other bytes"};
  CHECK(error_of(Match::glob, "a\xff") == odd);
  CHECK(error_of(Match::words, "a\xff") == odd);
  CHECK(error_of(Match::glob, "a\xc0\x80") == odd);          // overlong
  CHECK(error_of(Match::glob, "a\xed\xa0\x80") == odd);      // a surrogate
  CHECK(error_of(Match::glob, "a\xf4\x90\x80\x80") == odd);  // above U+10FFFF
  CHECK(error_of(Match::glob, "a\xe2\x82") == odd);          // cut short
}

TEST_CASE("the limits of a pattern hold exactly") {
  const std::string longest(limits::kKey, 'a');
  CHECK(glob(longest, longest));
  CHECK(words(longest, longest));
  CHECK(error_of(Match::glob, longest + 'a') ==
        Error{"too-large", "the pattern is too long", "1 to 1024 bytes", "1025 bytes"});

  std::string many;
  for (std::size_t i = 0; i < limits::kPatternWords; ++i) many += "a ";
  CHECK(words(many, "a"));
  CHECK(error_of(Match::words, many + "a").code == "too-large");
}

TEST_CASE("patterns that make backtracking matchers stop are matched like any other") {
  std::string pattern, key(limits::kKey, 'a');
  for (int i = 0; i < 100; ++i) pattern += "a*";
  CHECK_FALSE(glob(pattern + "b", key));
  CHECK(glob(pattern, key));
  const std::string gaps = "*a" + std::string(50, '?') + "b";
  CHECK(glob(gaps, std::string(520, 'a') + "b"));
  CHECK_FALSE(glob(gaps, std::string(1000, 'a')));
}

TEST_CASE("a pattern that would take too long for one key is refused") {
  CHECK(error_of(Match::glob, "*" + std::string(500, '?') + "*").code == "too-large");
  CHECK(error_of(Match::glob, "*" + std::string(500, '?') + "*").got == "more, from 502 bytes");
  CHECK(glob("*" + std::string(600, 'a') + "*", std::string(limits::kKey, 'a')));
  std::string words_of_every_alphabet;
  while (words_of_every_alphabet.size() < 1000) words_of_every_alphabet += "ж";
  CHECK(words(words_of_every_alphabet, words_of_every_alphabet));
}

TEST_CASE("a pattern's cost grows with what it may take to match it") {
  const auto cost = [](Match match, std::string_view text) {
    return Pattern::compile(match, text)->cost();
  };
  CHECK(cost(Match::glob, "literal") == 1);
  CHECK(cost(Match::glob, "doc/*.txt") == 1);
  CHECK(cost(Match::words, "one") == 1);
  CHECK(cost(Match::words, "one two three") == 3);
  CHECK(cost(Match::glob, "*a*b") > 1);
  CHECK(cost(Match::glob, "*a" + std::string(50, '?') + "b") > 10 * cost(Match::glob, "*a*b"));
}

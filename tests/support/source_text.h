// C++ source as a list of tokens, just well enough to check house rules on it: comments are gone,
// literals are set apart from code, and every token knows its line.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace oxbow::test {

enum class TokenKind {
  word,  ///< an identifier or a keyword
  number,
  symbol,          ///< one character, or one of :: ->
  literal,         ///< the characters of a string or character literal, without its quotes
  quoted_include,  ///< #include "text"
  angle_include,   ///< #include <text>
};

struct Token {
  TokenKind kind = TokenKind::symbol;
  std::string text;
  std::size_t line = 0;  ///< counted from 1

  bool is(std::string_view code) const {
    return (kind == TokenKind::word || kind == TokenKind::symbol) && text == code;
  }
  bool is_include() const {
    return kind == TokenKind::quoted_include || kind == TokenKind::angle_include;
  }
};

std::vector<Token> tokens_of(std::string_view source);

}  // namespace oxbow::test

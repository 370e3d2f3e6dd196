#include "support/unordered_iteration.h"

#include <optional>

namespace oxbow::test {

namespace {

const std::set<std::string> kUnordered{"unordered_map", "unordered_set", "unordered_multimap",
                                       "unordered_multiset"};

/// The place after the template arguments that open at `i`; `i` itself if none do.
std::size_t after_arguments(const std::vector<Token>& tokens, std::size_t i) {
  if (i >= tokens.size() || !tokens[i].is("<")) return i;
  int depth = 0;
  for (; i < tokens.size(); ++i) {
    if (tokens[i].is("<")) ++depth;
    if (tokens[i].is(">") && --depth == 0) return i + 1;
    if (tokens[i].is(";")) break;
  }
  return i;
}

/// In `using NAME = … TYPE` with the type at `i`: the name.
std::optional<std::string> alias_before(const std::vector<Token>& tokens, std::size_t i) {
  while (i > 0 && (tokens[i - 1].is("::") || tokens[i - 1].is("std"))) --i;
  if (i < 3 || !tokens[i - 1].is("=") || !tokens[i - 3].is("using")) return std::nullopt;
  return tokens[i - 2].text;
}

/// The place of the parenthesis that closes the one at `open`.
std::size_t closing(const std::vector<Token>& tokens, std::size_t open) {
  int depth = 0;
  for (std::size_t i = open; i < tokens.size(); ++i) {
    if (tokens[i].is("(")) ++depth;
    if (tokens[i].is(")") && --depth == 0) return i;
  }
  return tokens.size();
}

/// What the range-for whose parenthesis opens at `open` runs over: the last name of an expression
/// such as `state.table_`; nothing for a call.
const Token* range_of(const std::vector<Token>& tokens, std::size_t open) {
  const std::size_t close = closing(tokens, open);
  if (close >= tokens.size()) return nullptr;
  bool is_range = false;
  for (std::size_t i = open; i < close; ++i) {
    if (tokens[i].is(";")) is_range = false;
    if (tokens[i].is(":")) is_range = true;
  }
  const Token& last = tokens[close - 1];
  return is_range && last.kind == TokenKind::word ? &last : nullptr;
}

}  // namespace

std::set<std::string> unordered_names(const std::vector<Token>& tokens) {
  std::set<std::string> types = kUnordered;
  std::set<std::string> names;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    if (tokens[i].kind != TokenKind::word || !types.contains(tokens[i].text)) continue;
    if (const auto alias = alias_before(tokens, i)) {
      types.insert(*alias);
      continue;
    }
    std::size_t next = after_arguments(tokens, i + 1);
    while (next < tokens.size() && (tokens[next].is("&") || tokens[next].is("const"))) ++next;
    if (next + 1 >= tokens.size() || tokens[next].kind != TokenKind::word) continue;
    if (!tokens[next + 1].is("(")) names.insert(tokens[next].text);  // not a function returning one
  }
  return names;
}

std::vector<UnorderedIteration> unordered_iterations(const std::vector<Token>& tokens,
                                                     const std::set<std::string>& inherited) {
  std::set<std::string> names = unordered_names(tokens);
  names.insert(inherited.begin(), inherited.end());
  std::vector<UnorderedIteration> found;
  for (std::size_t i = 0; i + 2 < tokens.size(); ++i) {
    if (tokens[i].is("for") && tokens[i + 1].is("(")) {
      const Token* range = range_of(tokens, i + 1);
      if (range != nullptr && names.contains(range->text)) {
        found.push_back({range->text, tokens[i].line});
      }
    }
    const bool is_begin = tokens[i + 2].is("begin") || tokens[i + 2].is("cbegin");
    if (tokens[i].kind == TokenKind::word && names.contains(tokens[i].text) && is_begin &&
        (tokens[i + 1].is(".") || tokens[i + 1].is("->"))) {
      found.push_back({tokens[i].text, tokens[i].line});
    }
  }
  return found;
}

}  // namespace oxbow::test

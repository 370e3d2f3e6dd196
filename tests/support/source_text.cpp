#include "support/source_text.h"

#include <cctype>

namespace oxbow::test {

namespace {

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool continues_word(char c) { return starts_word(c) || is_digit(c); }

class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source) : source_(source) {}

  std::vector<Token> run() {
    while (at_ < source_.size()) step();
    return std::move(tokens_);
  }

 private:
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < source_.size() ? source_[at_ + ahead] : '\0';
  }
  bool sees(std::string_view text) const { return source_.substr(at_).starts_with(text); }

  std::string_view take(std::size_t count) {
    const std::string_view taken = source_.substr(at_, count);
    for (const char c : taken) line_ += c == '\n' ? 1U : 0U;
    at_ += taken.size();
    return taken;
  }
  /// Takes up to and including `end`; what came before it.
  std::string_view take_past(std::string_view end) {
    const std::size_t found = source_.find(end, at_);
    if (found == std::string_view::npos) return take(source_.size() - at_);
    const std::string_view before = take(found - at_);
    take(end.size());
    return before;
  }
  void add(TokenKind kind, std::string_view text, std::size_t line) {
    tokens_.push_back({kind, std::string(text), line});
  }

  void step() {
    const std::size_t line = line_;
    const char c = peek();
    if (sees("//")) {
      take_past("\n");
    } else if (sees("/*")) {
      take_past("*/");
    } else if (c == '#' && take_include()) {
      return;
    } else if (sees("R\"")) {
      take(2);
      const std::string end = ")" + std::string(take_past("(")) + "\"";
      add(TokenKind::literal, take_past(end), line);
    } else if (c == '"' || c == '\'') {
      add(TokenKind::literal, take_quoted(c), line);
    } else if (starts_word(c)) {
      std::size_t length = 1;
      while (continues_word(peek(length))) ++length;
      add(TokenKind::word, take(length), line);
    } else if (is_digit(c)) {
      std::size_t length = 1;
      while (continues_word(peek(length)) || peek(length) == '\'' || peek(length) == '.') ++length;
      add(TokenKind::number, take(length), line);
    } else if (sees("::") || sees("->")) {
      add(TokenKind::symbol, take(2), line);
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      take(1);
    } else {
      add(TokenKind::symbol, take(1), line);
    }
  }

  std::string take_quoted(char quote) {
    std::string text;
    take(1);
    while (at_ < source_.size() && peek() != quote && peek() != '\n') {
      if (peek() == '\\') take(1);
      text += take(1);
    }
    take(1);
    return text;
  }

  /// At '#': takes a whole #include directive, or nothing.
  bool take_include() {
    std::size_t ahead = 1;
    while (peek(ahead) == ' ' || peek(ahead) == '\t') ++ahead;
    if (!source_.substr(at_ + ahead).starts_with("include")) return false;
    ahead += std::string_view("include").size();
    while (peek(ahead) == ' ' || peek(ahead) == '\t') ++ahead;
    const char open = peek(ahead);
    if (open != '<' && open != '"') return false;
    const std::size_t line = line_;
    take(ahead + 1);
    add(open == '<' ? TokenKind::angle_include : TokenKind::quoted_include,
        take_past(open == '<' ? ">" : "\""), line);
    return true;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::vector<Token> tokens_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view source) { return Tokenizer(source).run(); }

}  // namespace oxbow::test

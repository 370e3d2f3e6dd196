#include "codec/scanner.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <exception>
#include <msgpack/unpack.hpp>

#include "base/assert.h"
#include "base/utf8.h"

namespace oxbow {

namespace {

// A list that one huge message made long is not kept for the small ones after it.
constexpr std::size_t kTokensKept = 1024;
constexpr std::size_t kTokensAtFirst = 64;
// The keys of so small a map are compared with each other, those of a larger one sorted.
constexpr std::size_t kComparedKeys = 8;

}  // namespace

// msgpack-c's resumable parsing context, with itself as the visitor. (Its documented entry,
// msgpack::parse, makes a context for each call, and with it an allocation.)
struct Scanner::Parser : msgpack::detail::context<Scanner::Parser> {
  explicit Parser(const ScanLimits& scan_limits) : bounds(scan_limits) {}

  ScanLimits bounds;
  std::vector<Token> tokens = std::vector<Token>(kTokensAtFirst);  // `count` of them are in use
  std::size_t count = 0;
  Error error;
  const char* base = nullptr;
  std::array<std::uint32_t, limits::kNesting> open{};  // tokens of the containers being read
  std::uint32_t depth = 0;
  std::vector<std::string_view> keys;  // scratch for duplicate_key()

  Parser& visitor() { return *this; }
  void init() {}  // for visitors with a state of their own; context::init() calls it

  void restart() {
    context::init();
    count = 0;
    depth = 0;
    if (tokens.size() > kTokensKept) tokens = std::vector<Token>(kTokensAtFirst);
  }

  [[gnu::cold, gnu::noinline]] bool fail(std::string message, std::string needed, std::string got) {
    error = Error{"bad-msgpack", std::move(message), std::move(needed), std::move(got)};
    return false;
  }

  bool add(Token::Type type, std::uint64_t value, std::uint32_t size = 0) {
    if (count == tokens.size() && !grow()) return false;
    tokens[count++] = {type, size, value};
    return true;
  }
  [[gnu::cold, gnu::noinline]] bool grow() {
    if (count >= bounds.elements) {
      return fail("too many values in one message", fmt::format("at most {}", bounds.elements),
                  "more");
    }
    tokens.resize(std::min(bounds.elements, count * 2));
    return true;
  }
  [[gnu::cold, gnu::noinline]] bool too_long(Token::Type type, std::uint32_t size) {
    return fail(type == Token::Type::array ? "array too long" : "map too long",
                fmt::format("at most {}", bounds.container), fmt::format("{}", size));
  }
  [[gnu::cold, gnu::noinline]] bool too_deep() {
    return fail("nested too deeply", fmt::format("at most {} levels", bounds.nesting), "more");
  }
  bool add_raw(Token::Type type, const char* bytes, std::uint32_t size) {
    // An empty text has no place of its own: the parser passes a pointer of no meaning.
    return add(type, size == 0 ? 0 : static_cast<std::uint64_t>(bytes - base), size);
  }
  bool open_container(Token::Type type, std::uint32_t size) {
    if (size > bounds.container) return too_long(type, size);
    if (depth == bounds.nesting) return too_deep();
    open[depth++] = static_cast<std::uint32_t>(count);
    return add(type, 0, size);
  }
  std::size_t close_container() {
    const std::size_t index = open[--depth];
    tokens[index].value = count;
    return index;
  }
  bool check_keys(std::size_t map) {
    keys.clear();
    bool twice_in_few = false;
    const Tokens all{{tokens.data(), count}, base};
    for (std::size_t at = map + 1; at < count; at = all.after(at + 1)) {
      const Token& key = all[at];
      if (key.type != Token::Type::text && key.type != Token::Type::bytes) {
        return fail("a map's key is not text", "text", to_string(key));
      }
      const std::string_view name = all.view(key);
      if (keys.size() < kComparedKeys) {
        twice_in_few |= std::find(keys.begin(), keys.end(), name) != keys.end();
      }
      keys.push_back(name);
    }
    if (keys.size() <= kComparedKeys && !twice_in_few) return true;
    std::sort(keys.begin(), keys.end());
    const auto twice = std::adjacent_find(keys.begin(), keys.end());
    if (twice == keys.end()) return true;
    return fail("a map has a key twice", "each key once", to_utf8(twice->substr(0, 64)));
  }

  // What msgpack-c calls while it reads.
  bool visit_nil() { return add(Token::Type::nil, 0); }
  bool visit_boolean(bool v) { return add(Token::Type::boolean, v ? 1 : 0); }
  bool visit_positive_integer(std::uint64_t v) { return add(Token::Type::unsigned_number, v); }
  bool visit_negative_integer(std::int64_t v) {
    const auto type = v < 0 ? Token::Type::negative_number : Token::Type::unsigned_number;
    return add(type, static_cast<std::uint64_t>(v));
  }
  bool visit_float32(float v) { return visit_float64(static_cast<double>(v)); }
  bool visit_float64(double v) { return add(Token::Type::real, std::bit_cast<std::uint64_t>(v)); }
  bool visit_str(const char* v, std::uint32_t size) { return add_raw(Token::Type::text, v, size); }
  bool visit_bin(const char* v, std::uint32_t size) { return add_raw(Token::Type::bytes, v, size); }
  bool visit_ext(const char*, std::uint32_t size) {
    return fail("an ext type", "no ext types", fmt::format("one of {} bytes", size));
  }
  bool start_array(std::uint32_t size) { return open_container(Token::Type::array, size); }
  bool end_array() {
    close_container();
    return true;
  }
  bool start_map(std::uint32_t size) { return open_container(Token::Type::map, size); }
  bool end_map() { return check_keys(close_container()); }
  static bool start_array_item() { return true; }
  static bool end_array_item() { return true; }
  static bool start_map_key() { return true; }
  static bool end_map_key() { return true; }
  static bool start_map_value() { return true; }
  static bool end_map_value() { return true; }
  void parse_error(std::size_t, std::size_t) {
    fail("not MessagePack", "a MessagePack value", "an unused type byte (0xc1)");
  }
};

Scanner::Scanner(const ScanLimits& limits) : parser_(std::make_unique<Parser>(limits)) {
  OXBOW_ASSERT(limits.nesting <= limits::kNesting, "the list of open containers is that long");
  parser_->restart();
}
Scanner::~Scanner() = default;
Scanner::Scanner(Scanner&&) noexcept = default;
Scanner& Scanner::operator=(Scanner&&) noexcept = default;

void Scanner::reset() {
  used_ = 0;
  parser_->restart();
}

Scanner::Outcome Scanner::scan(std::string_view bytes) {
  // The parser takes no empty input, and having read all there is needs no look.
  if (used_ == bytes.size()) return Outcome::more;
  parser_->base = bytes.data();
  try {
    switch (parser_->execute(bytes.data(), bytes.size(), used_)) {
      case msgpack::PARSE_SUCCESS:
      case msgpack::PARSE_EXTRA_BYTES:
        return Outcome::done;
      case msgpack::PARSE_CONTINUE:
        return Outcome::more;
      case msgpack::PARSE_STOP_VISITOR:
      case msgpack::PARSE_PARSE_ERROR:
        return Outcome::error;
    }
  } catch (const std::exception& exception) {
    parser_->fail("not MessagePack", "a MessagePack value", exception.what());
  }
  return Outcome::error;
}

Tokens Scanner::tokens(const char* base) const {
  return {{parser_->tokens.data(), parser_->count}, base};
}

const Error& Scanner::error() const { return parser_->error; }

std::string to_string(const Token& token) {
  switch (token.type) {
    case Token::Type::nil:
      return "nil";
    case Token::Type::boolean:
      return token.value != 0 ? "true" : "false";
    case Token::Type::unsigned_number:
      return fmt::format("{}", token.value);
    case Token::Type::negative_number:
      return fmt::format("{}", static_cast<std::int64_t>(token.value));
    case Token::Type::real:
      return fmt::format("{}", std::bit_cast<double>(token.value));
    case Token::Type::text:
      return fmt::format("text of {} bytes", token.size);
    case Token::Type::bytes:
      return fmt::format("{} bytes", token.size);
    case Token::Type::array:
      return fmt::format("array of {}", token.size);
    case Token::Type::map:
      return fmt::format("map of {}", token.size);
  }
  return "nothing";
}

}  // namespace oxbow

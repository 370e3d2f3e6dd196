// MessagePack as a flat list of tokens: a message's values in the order of its bytes, without a
// tree. Containers say where they end, so that whatever is not known can be skipped.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace oxbow {

struct Token {
  enum class Type : std::uint8_t {
    nil,
    boolean,
    unsigned_number,  // 0 to 2^64 - 1
    negative_number,  // -2^63 to -1
    real,
    text,   // msgpack str
    bytes,  // msgpack bin
    array,
    map,
  };

  Type type = Type::nil;
  std::uint32_t size = 0;   // of text and bytes; elements of an array, entries of a map
  std::uint64_t value = 0;  // a number's bits; of text and bytes the offset from the message's
                            // first byte; of a container the index of the token after it

  bool is_container() const { return type == Type::array || type == Type::map; }
};
static_assert(sizeof(Token) == 16);

/// One scanned message: its tokens, and the bytes that they stand for.
struct Tokens {
  std::span<const Token> list;
  const char* base = nullptr;

  const Token& operator[](std::size_t index) const { return list[index]; }
  std::string_view view(const Token& token) const {
    return {base + token.value, static_cast<std::size_t>(token.size)};
  }
  /// The index of the token after a whole value.
  std::size_t after(std::size_t index) const {
    return list[index].is_container() ? static_cast<std::size_t>(list[index].value) : index + 1;
  }
};

/// For error messages: "nil", "42", "text of 3 bytes", "array of 2", …
std::string to_string(const Token& token);

}  // namespace oxbow

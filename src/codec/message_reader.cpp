#include "codec/message_reader.h"

#include <fmt/format.h>

#include "base/utf8.h"

namespace oxbow {

void MessageReader::operator()(std::string_view name, Address& address) {
  const Token* token = next();
  if (token == nullptr) return;
  if (token->type != Token::Type::bytes || (token->size != 6 && token->size != 18)) {
    return refuse(name, "an address of 6 or 18 bytes", *token);
  }
  address = address_from_wire(tokens_.view(*token)).value();
}

void MessageReader::text(std::string_view name, std::string_view& value, std::size_t most) {
  const Token* token = next();
  if (token == nullptr) return;
  if (token->type != Token::Type::text || token->size > most || !is_utf8(tokens_.view(*token))) {
    return refuse(name, fmt::format("text (UTF-8) of at most {} bytes", most), *token);
  }
  value = tokens_.view(*token);
}

void MessageReader::refuse_number(std::string_view name, std::uint64_t most, const Token& got) {
  refuse(name, fmt::format("a number from 0 to {}", most), got);
}

void MessageReader::refuse_bytes(std::string_view name, std::size_t least, std::size_t most,
                                 const Token& got) {
  refuse(name,
         least == most ? fmt::format("{} bytes", most) : fmt::format("{} to {} bytes", least, most),
         got);
}

void MessageReader::refuse_list(std::string_view name, std::size_t most, const Token& got) {
  refuse(name, fmt::format("a list of at most {}", most), got);
}

void MessageReader::refuse_fields(std::string_view name, std::size_t count,
                                  std::string_view at_least, const Token& got) {
  refuse(name, fmt::format("an array of {}{}", at_least, count), got);
}

void MessageReader::refuse(std::string_view name, std::string_view needed, const Token& got) {
  ok_ = false;
  std::string got_text = to_string(got);
  error_ =
      Error{"bad-message",
            fmt::format("{}: bad {}: needed {}, got {}", message_name_, name, needed, got_text),
            std::string(needed), std::move(got_text)};
}

}  // namespace oxbow

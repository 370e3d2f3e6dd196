#include "codec/map_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <bit>
#include <utility>

#include "base/utf8.h"

namespace oxbow {

namespace {
constexpr std::size_t kGotShown = 64;  // bytes of a stranger's text in an error
}

std::size_t MapReader::find(std::string_view name) {
  const std::size_t end = tokens_.after(map_);
  if (cursor_ < end && tokens_.view(tokens_[cursor_]) == name) {
    return std::exchange(cursor_, tokens_.after(cursor_ + 1)) + 1;
  }
  for (std::size_t key = map_ + 1; key < end; key = tokens_.after(key + 1)) {
    if (tokens_.view(tokens_[key]) != name) continue;
    cursor_ = tokens_.after(key + 1);
    return key + 1;
  }
  return kNone;
}

void MapReader::real(std::string_view name, const Token& token, double& field) {
  switch (token.type) {
    case Token::Type::real:
      field = std::bit_cast<double>(token.value);
      return;
    case Token::Type::unsigned_number:
      field = static_cast<double>(token.value);
      return;
    case Token::Type::negative_number:
      field = static_cast<double>(static_cast<std::int64_t>(token.value));
      return;
    default:
      return refuse(name, "a number", token);
  }
}

void MapReader::text(std::string_view name, const Token& token, std::string& field) {
  if (token.type != Token::Type::text || !is_utf8(tokens_.view(token))) {
    return refuse(name, "text (UTF-8)", token);
  }
  field = tokens_.view(token);
}

bool MapReader::wrong(std::string_view name, std::string needed, const Token& got) {
  return fail(name.empty() ? std::string("not a map of fields") : fmt::format("bad '{}'", name),
              std::move(needed), to_string(got));
}

void MapReader::not_one_of(std::string_view name, std::span<const std::string_view> names,
                           const Token& got) {
  fail(fmt::format("bad '{}'", name), fmt::format("one of {}", fmt::join(names, ", ")),
       got.type == Token::Type::text ? to_utf8(tokens_.view(got).substr(0, kGotShown))
                                     : to_string(got));
}

bool MapReader::missing(std::string_view name) {
  return fail(fmt::format("'{}' is missing", name), std::string(name), "");
}

bool MapReader::not_a_field(std::size_t map, std::span<const std::string_view> known) {
  const std::size_t end = tokens_.after(map);
  for (std::size_t key = map + 1; key < end; key = tokens_.after(key + 1)) {
    const std::string_view name = tokens_.view(tokens_[key]);
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    const std::string shown = to_utf8(name.substr(0, kGotShown));
    return fail(fmt::format("there is no '{}'", shown),
                known.empty() ? "no parameters" : fmt::format("one of {}", fmt::join(known, ", ")),
                shown);
  }
  return true;
}

bool MapReader::fail(std::string message, std::string needed, std::string got) {
  ok_ = false;
  error_ = Error{"bad-parameter", fmt::format("{}: {}", what_, message), std::move(needed),
                 std::move(got)};
  return false;
}

}  // namespace oxbow

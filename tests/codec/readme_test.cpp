// The wire documentation names every message, and every field of it: so it cannot fall behind.
#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "codec/frame_types.h"
#include "message/message_fields.h"
#include "support/source_tree.h"

using namespace oxbow;

namespace {

struct FieldNames {
  std::vector<std::string_view> names;
  template <class Field>
  void operator()(std::string_view name, const Field&) {
    names.push_back(name);
  }
  template <class Field, class Last>
  void choice(std::string_view name, const Field&, Last) {
    names.push_back(name);
  }
  template <class Field>
  void text(std::string_view name, const Field&, std::size_t) {
    names.push_back(name);
  }
  template <class Field>
  void bytes(std::string_view name, const Field&, std::size_t, std::size_t) {
    names.push_back(name);
  }
  template <class Field>
  void list(std::string_view name, const Field&, std::size_t) {
    names.push_back(name);
  }
};

bool has_word(std::string_view text, std::string_view word) {
  const auto is_part = [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || !is_part(text[at - 1]);
    if (begins && (end == text.size() || !is_part(text[end]))) return true;
  }
  return false;
}

/// From where the message is introduced to the next heading.
std::string_view about(std::string_view readme, const FrameType& type) {
  const std::size_t at = readme.find(fmt::format("**{} {}**", type.number, type.name));
  if (at == std::string_view::npos) return {};
  return readme.substr(at, readme.find("\n### ", at) - at);
}

template <std::size_t Index = 0>
void check_from(std::string_view readme) {
  if constexpr (Index < std::variant_size_v<Message>) {
    const FrameType& type = kFrameTypes[Index];
    const std::string_view text = about(readme, type);
    CHECK_MESSAGE(!text.empty(), "not described: " << type.name);
    const std::variant_alternative_t<Index, Message> message{};
    FieldNames fields;
    message_fields(fields, message);
    CHECK(!fields.names.empty());
    for (const std::string_view name : fields.names) {
      CHECK_MESSAGE(has_word(text, name), type.name << " has a field that is not told: " << name);
    }
    check_from<Index + 1>(readme);
  }
}

}  // namespace

TEST_CASE("the wire documentation names every message between peers, and all fields of each") {
  check_from(test::read_file(test::source_root() / "src/codec/README.md"));
}

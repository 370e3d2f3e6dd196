#include "base/printable.h"

#include <doctest/doctest.h>

#include <string>

#include "base/utf8.h"

using namespace oxbow;

TEST_CASE("what steers a terminal, begins a line or changes the direction is escaped") {
  CHECK(printable("a key") == "a key");
  CHECK(printable("Grüße 東京") == "Grüße 東京");
  struct Row {
    std::string text, escaped;
  };
  const Row rows[] = {
      {"\x1b[2J", "\\x1b[2J"},
      {"\x7f", "\\x7f"},
      {"a\nb\tc\rd", "a\\nb\\tc\\rd"},
      {std::string("\0", 1), "\\x00"},
      {"\x9b", "\\x9b"},                                               // a C1 byte of no UTF-8
      {"\xc2\x80", "\\xc2\\x80"},                                      // the first C1 character
      {"\xc2\x85", "\\xc2\\x85"},                                      // NEL: begins a line
      {"\xc2\x9b", "\\xc2\\x9b"},                                      // CSI
      {"\xc2\x9f", "\\xc2\\x9f"},                                      // the last
      {"\xd8\x9c", "\\xd8\\x9c"},                                      // U+061C, Arabic letter mark
      {"\xe2\x80\x8e\xe2\x80\x8f", "\\xe2\\x80\\x8e\\xe2\\x80\\x8f"},  // U+200E, U+200F
      {"\xe2\x80\xa8\xe2\x80\xa9", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"},  // U+2028, U+2029
      {"\xe2\x80\xaa\xe2\x80\xae", "\\xe2\\x80\\xaa\\xe2\\x80\\xae"},  // U+202A, U+202E
      {"\xe2\x81\xa6\xe2\x81\xa9", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"},  // U+2066, U+2069
      {"\xef\xbb\xbf", "\\xef\\xbb\\xbf"},                             // byte order mark
      {"\xf3\xa0\x81\x81", "\\xf3\\xa0\\x81\\x81"},                    // a tag: an invisible A
      {"caf\xe9", "caf\\xe9"},
      {"\xc0\xaf", "\\xc0\\xaf"},           // overlong
      {"\xed\xa0\x80", "\\xed\\xa0\\x80"},  // a surrogate
      {"\xe2\x80", "\\xe2\\x80"},           // cut off
  };
  for (const Row& row : rows) {
    CAPTURE(row.escaped);
    CHECK(printable(row.text) == row.escaped);
    CHECK(printable_message(row.text) == row.escaped);
  }
}

TEST_CASE("nothing can be mistaken for an escape, but what was escaped already is not twice") {
  CHECK(printable("C:\\x41") == "C:\\\\x41");
  CHECK(printable_message("the key " + printable("\x1b") + "\x1b") == "the key \\x1b\\x1b");
  CHECK(printable_message("C:\\x41") == "C:\\x41");
}

TEST_CASE("text is cut between characters and between escapes, by what is printed") {
  CHECK(printable("abcdef", 6) == "abcdef");
  CHECK(printable("abcdef", 3) == "abc…");
  CHECK(printable("Gr\xc3\xbc\xc3\xbc", 5) == "Grü…");
  CHECK(printable("ab\x1b", 5) == "ab…");
  CHECK(printable("ab\x1b", 6) == "ab\\x1b");
  CHECK(printable_message(std::string(1000, '\x1b'), 400).size() == 400 + std::string("…").size());
}

TEST_CASE("the first character of a text") {
  CHECK(first_code_point("a").value == U'a');
  CHECK(first_code_point("ü").value == U'ü');
  CHECK(first_code_point("東京").value == U'東');
  CHECK(first_code_point("\xf0\x9f\xa6\x9e").value == 0x1f99e);
  CHECK(first_code_point("\xf0\x9f\xa6\x9e").size == 4);
  CHECK(first_code_point("\xf0\x9f\xa6").size == 0);
  CHECK(first_code_point("").size == 0);
}

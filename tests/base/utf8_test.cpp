#include "base/utf8.h"

#include <doctest/doctest.h>

#include <string>

namespace oxbow {

TEST_CASE("text in UTF-8 is recognised") {
  CHECK(is_utf8(""));
  CHECK(is_utf8("plain"));
  CHECK(is_utf8("longer than eight bytes, all ASCII"));
  CHECK(is_utf8("\xc3\xa9t\xc3\xa9, \xe2\x82\xac and \xf0\x9f\x8c\x8a"));
  CHECK(is_utf8("\xf4\x8f\xbf\xbf"));  // U+10FFFF
}

TEST_CASE("bytes that are not UTF-8 are recognised wherever they stand") {
  for (const char* bad : {"\xff", "\x80", "\xc0\xaf", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80",
                          "\xf0\x8f\xbf\xbf", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xc3",
                          "\xe2\x82", "\xf0\x9f\x8c", "\xc3(", "\xe2(\xa1"}) {
    CAPTURE(bad);
    CHECK_FALSE(is_utf8(bad));
    CHECK_FALSE(is_utf8(std::string("12345678") + bad));
    CHECK_FALSE(is_utf8(std::string("1234567") + bad + "abcdefgh"));
  }
}

TEST_CASE("what is not UTF-8 becomes the replacement character") {
  CHECK(to_utf8("caf\xc3\xa9") == "caf\xc3\xa9");
  CHECK(to_utf8("a\xff"
                "b\xc3") ==
        "a\xef\xbf\xbd"
        "b\xef\xbf\xbd");
}

}  // namespace oxbow

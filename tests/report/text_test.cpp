#include "report/text.h"

#include <doctest/doctest.h>

using namespace oxbow;

TEST_CASE("nothing that steers a terminal survives") {
  CHECK(printable("a key") == "a key");
  CHECK(printable("Grüße 東京") == "Grüße 東京");
  CHECK(printable("\x1b[2J\x1b]0;title\x07") == "\\x1b[2J\\x1b]0;title\\x07");
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\rd");
  CHECK(printable(std::string("nul\0here", 8)) == "nul\\x00here");
  CHECK(printable("\xc2\x9b"
                  "31m") == "\\xc2\\x9b31m");                           // C1: an escape in 8 bits
  CHECK(printable("\xe2\x80\xaegpj.exe") == "\\xe2\\x80\\xaegpj.exe");  // right-to-left override
  CHECK(printable("caf\xe9") == "caf\\xe9");
  CHECK(printable("C:\\x41") == "C:\\\\x41");
}

TEST_CASE("width counts columns, not bytes") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("Grüße") == 5);
  CHECK(display_width("東京") == 4);
  CHECK(display_width("e\xcc\x81") == 1);  // e and a combining accent
}

TEST_CASE("text is cut between characters") {
  CHECK(shortened("abcdef", 6) == "abcdef");
  CHECK(shortened("abcdef", 5) == "abcd…");
  CHECK(shortened("東京都", 4) == "東…");
  CHECK(shortened("abc", 1) == "…");
  CHECK(shortened("abc", 0) == "");
}

TEST_CASE("base64 is that of RFC 4648, section 10") {
  CHECK(to_base64("") == "");
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foob") == "Zm9vYg==");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  CHECK(to_base64("\xff\xfe") == "//4=");
}

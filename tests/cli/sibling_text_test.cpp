#include "cli/sibling_text.h"

#include <doctest/doctest.h>

using namespace oxbow;
using namespace oxbow::cli;

TEST_CASE("a value is lines that cannot steer a terminal") {
  CHECK(value_text("") == "\n");
  CHECK(value_text("one") == "one\n");
  CHECK(value_text("one\ntwo\n") == "one\ntwo\n");
  CHECK(value_text("a\x1b[2J\n\xff") == "a\\x1b[2J\n\\xff\n");
}

TEST_CASE("when a value was written is said in UTC") {
  CHECK(written_text(1714564803000) == "2024-05-01 12:00:03Z");
  CHECK(written_text(0) == "adopted");
}

TEST_CASE("siblings that are too wide for the terminal stand one below the other") {
  const std::vector<GetValue> siblings{{std::string(30, 'a'), "d:1", 0}, {"b", "d:2", 0}};
  CHECK(side_by_side(siblings, 80) ==
        "1: adopted                         2: adopted\n"
        "   d:1                                d:2\n"
        "   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa     b\n");
  CHECK(side_by_side(siblings, 40) ==
        "1: adopted\n"
        "   d:1\n"
        "   aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n"
        "\n"
        "2: adopted\n"
        "   d:2\n"
        "   b\n");
}

TEST_CASE("a key in a suggested command is one word, whatever is in it") {
  CHECK(shell_word("cart/7") == "cart/7");
  CHECK(shell_word("my cart") == "'my cart'");
  CHECK(shell_word("$(reboot)") == "'$(reboot)'");
  CHECK(shell_word("it's") == "$'it\\'s'");
  CHECK(shell_word("a\\b") == "$'a\\\\b'");
  CHECK(shell_word("\xff\n") == "$'\\xff\\x0a'");
  CHECK(shell_word("") == "''");
}

TEST_CASE("the command that replaces what was seen can be typed as it stands") {
  const std::string context("\x01\x02\x03");
  CHECK(replacing_command("oxbow", "k", "VALUE", context) == "oxbow put k VALUE --context AQID");
  CHECK(replacing_command("oxbow", "k", "", context) == "oxbow del k --context AQID");
  CHECK(replacing_command("oxbow", "-k", "VALUE", context) ==
        "oxbow put --context AQID -- -k VALUE");
  CHECK(replacing_command("oxbow", "k", "VALUE", std::string(10'000, 'c')) ==
        "oxbow put k VALUE --context @FILE  # with the context that get --json shows");
}

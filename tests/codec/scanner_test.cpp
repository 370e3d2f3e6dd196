#include "codec/scanner.h"

#include <doctest/doctest.h>

#include <string>

#include "base/ids.h"

namespace oxbow {

namespace {

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

// "done 3" (values), "more", or what was wrong.
std::string outcome(const std::string& input) {
  Scanner scanner;
  switch (scanner.scan(input)) {
    case Scanner::Outcome::done:
      if (scanner.used() != input.size()) return "bytes left";
      return "done " + std::to_string(scanner.tokens(input.data()).list.size());
    case Scanner::Outcome::more:
      return "more";
    case Scanner::Outcome::error:
      return scanner.error().message;
  }
  return "";
}

}  // namespace

TEST_CASE("bombs of MessagePack are refused before they cost memory") {
  CHECK(outcome(bytes("ddffffffff")) == "array too long");
  CHECK(outcome(bytes("dfffffffff")) == "map too long");
  CHECK(outcome(bytes("9191919191919191919191919191919191c0")) == "nested too deeply");
  std::string nested;
  for (int i = 0; i < 100; ++i) nested += bytes("dcffff");
  CHECK(outcome(nested) == "array too long");
  CHECK(outcome(bytes("c1")) == "not MessagePack");
  CHECK(outcome(bytes("db000000056162")) == "more");
  CHECK(outcome(bytes("0102")) == "bytes left");
  CHECK(outcome("") == "more");
  CHECK(outcome(bytes("82a374746c01a374746cccff")) == "a map has a key twice");
  CHECK(outcome(bytes("c7ff01")) == "more");  // in a frame, where nothing follows: cut short
  CHECK(outcome(bytes("c7000100")) == "an ext type");
  CHECK(outcome(bytes("d40100")) == "an ext type");
}

TEST_CASE("the limits themselves are allowed") {
  CHECK(outcome(bytes("91919191919191919191919191919191c0")) == "done 17");
  CHECK(outcome(bytes("dc0400") + std::string(1024, '\x01')) == "done 1025");
  CHECK(outcome(bytes("dc0401") + std::string(1025, '\x01')) == "array too long");
  // 16 arrays of 1,024: one value more than a message may have, with themselves.
  std::string many = bytes("dc0010");
  for (int i = 0; i < 16; ++i) many += bytes("dc0400") + std::string(1024, '\xc0');
  CHECK(outcome(many) == "too many values in one message");
}

TEST_CASE("a map's keys are texts or bytes, each once") {
  CHECK(outcome(bytes("82a16101a16202")) == "done 5");
  CHECK(outcome(bytes("82a16101c4016102")) == "a map has a key twice");
  CHECK(outcome(bytes("810101")) == "a map's key is not text");
  CHECK(outcome(bytes("82a16181a16101a16202")) == "done 7");  // nested maps are maps of their own
}

TEST_CASE("tokens say what was there and where containers end") {
  const std::string input = bytes(
      "96c0c3cd0102ffa26869"
      "92c40101cb3ff8000000000000");
  Scanner scanner;
  REQUIRE(scanner.scan(input) == Scanner::Outcome::done);
  const Tokens tokens = scanner.tokens(input.data());
  REQUIRE(tokens.list.size() == 9);
  CHECK(to_string(tokens[0]) == "array of 6");
  CHECK(tokens.after(0) == 9);
  CHECK(to_string(tokens[1]) == "nil");
  CHECK(to_string(tokens[2]) == "true");
  CHECK(to_string(tokens[3]) == "258");
  CHECK(to_string(tokens[4]) == "-1");
  CHECK(to_string(tokens[5]) == "text of 2 bytes");
  CHECK(tokens.view(tokens[5]) == "hi");
  CHECK(tokens.after(5) == 6);
  CHECK(to_string(tokens[6]) == "array of 2");
  CHECK(tokens.after(6) == 9);
  CHECK(to_string(tokens[7]) == "1 bytes");
  CHECK(tokens.view(tokens[7]) == "\x01");
  CHECK(to_string(tokens[8]) == "1.5");
}

TEST_CASE("a signed type that holds a positive number is that number") {
  const std::string input = bytes("d005");
  Scanner scanner;
  REQUIRE(scanner.scan(input) == Scanner::Outcome::done);
  CHECK(scanner.tokens(input.data())[0].type == Token::Type::unsigned_number);
  CHECK(scanner.tokens(input.data())[0].value == 5);
}

TEST_CASE("a value that comes byte by byte, in a buffer that moves, is the same value") {
  const std::string input = bytes(
      "95d90161da000262"
      "63c4026465cf0102030405060708"
      "82a16bc0a16c90");
  Scanner scanner;
  for (std::size_t size = 1; size < input.size(); ++size) {
    const std::string elsewhere = input.substr(0, size);
    REQUIRE(scanner.scan(elsewhere) == Scanner::Outcome::more);
  }
  const std::string last = input + "and what follows";
  REQUIRE(scanner.scan(last) == Scanner::Outcome::done);
  CHECK(scanner.used() == input.size());
  const Tokens tokens = scanner.tokens(last.data());
  REQUIRE(tokens.list.size() == 10);
  CHECK(tokens.view(tokens[1]) == "a");
  CHECK(tokens.view(tokens[2]) == "bc");
  CHECK(tokens.view(tokens[3]) == "de");
  CHECK(tokens[4].value == 0x0102030405060708);
  CHECK(to_string(tokens[9]) == "array of 0");
  CHECK(tokens.after(5) == 10);
}

TEST_CASE("a scanner that is reset reads a new value") {
  Scanner scanner;
  REQUIRE(scanner.scan("\x92\x91") == Scanner::Outcome::more);
  scanner.reset();
  REQUIRE(scanner.scan("\x07") == Scanner::Outcome::done);
  CHECK(scanner.used() == 1);
}

}  // namespace oxbow

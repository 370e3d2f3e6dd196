#include "base/ids.h"

#include <doctest/doctest.h>

using namespace oxbow;

TEST_CASE("a request id prints as 32 digits and parses back") {
  const RequestId id{0x0123456789abcdefULL, 0xfedcba9876543210ULL};
  CHECK(to_string(id) == "0123456789abcdeffedcba9876543210");
  const auto parsed = parse_request_id(to_string(id));
  REQUIRE(parsed.ok());
  CHECK(*parsed == id);
}

TEST_CASE("a request id of the wrong length is refused with what was needed") {
  const auto parsed = parse_request_id("0123");
  REQUIRE(!parsed.ok());
  CHECK(parsed.error().code == "bad-id");
  CHECK(parsed.error().needed == "32 hexadecimal digits, as `oxbow find` prints them");
}

TEST_CASE("a peer id that is not hexadecimal is refused") {
  CHECK(!parse_peer_id("zz23456789abcdef0123456789abcdef").ok());
  CHECK(parse_peer_id("0123456789ABCDEF0123456789abcdef").ok());
}

TEST_CASE("the slot of a connection is its low 16 bits") {
  CHECK(slot_of(ConnectionId{0x00120034}) == 0x34);
}

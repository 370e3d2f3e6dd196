#include "base/address.h"

#include <doctest/doctest.h>

using namespace oxbow;

TEST_CASE("addresses print as they are written") {
  for (const char* text : {"127.0.0.1:7400", "0.0.0.0:0", "[::1]:7400", "[fe80::1]:65535"}) {
    const auto address = parse_address(text);
    REQUIRE(address.ok());
    CHECK(to_string(*address) == text);
  }
}

TEST_CASE("what is no address is refused with the form that is needed") {
  for (const char* text : {"", "7400", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536",
                           "127.0.0.1:74x", "::1:7400", "[::1]", "host:7400", "1.2.3:1"}) {
    const auto address = parse_address(text);
    CAPTURE(text);
    REQUIRE(!address.ok());
    CHECK(address.error().code == "bad-address");
  }
}

TEST_CASE("loopback and unspecified addresses are known as such") {
  CHECK(parse_address("127.8.9.1:1")->is_loopback());
  CHECK(parse_address("[::1]:1")->is_loopback());
  CHECK(!parse_address("10.0.0.1:1")->is_loopback());
  CHECK(parse_address("0.0.0.0:1")->is_unspecified());
  CHECK(parse_address("[::]:1")->is_unspecified());
  CHECK(!parse_address("[::1]:1")->is_unspecified());
}

TEST_CASE("an address takes 6 or 18 bytes on the wire, both in network byte order") {
  std::array<char, 18> buffer;
  CHECK(to_wire(*parse_address("1.2.3.4:258"), buffer) == std::string_view("\1\2\3\4\1\2", 6));
  const Address six = *parse_address("[::1]:1");
  CHECK(to_wire(six, buffer).size() == 18);
  CHECK(*address_from_wire(to_wire(six, buffer)) == six);
  CHECK(!address_from_wire("12345").ok());
}

#include "overlay/hello_rules.h"

#include <doctest/doctest.h>

#include <string>

using namespace oxbow;

namespace {

Hello good_hello() {
  Hello hello;
  hello.network = "oxbow";
  hello.peer.bytes[3] = 7;
  hello.advertised = *parse_address("10.0.0.1:7400");
  hello.name = "north";
  return hello;
}

std::string fault_of(const Hello& hello) {
  const Status status = check(hello);
  return status.ok() ? "" : status.error().code;
}

}  // namespace

TEST_CASE("what a peer of this version says of itself is taken, and features that are unknown") {
  Hello hello = good_hello();
  CHECK(fault_of(hello) == "");
  hello.features = ~std::uint64_t{0};
  hello.version = 77;
  hello.name = "";
  hello.run = hello.dial = 5;
  CHECK(fault_of(hello) == "");
  hello.name = "nörd 北";
  CHECK(fault_of(hello) == "");
}

TEST_CASE("a hello that no peer says is refused with the reason") {
  Hello hello = good_hello();
  hello.version = 0;
  CHECK(fault_of(hello) == "version");
  hello = good_hello();
  hello.peer = PeerId{};
  CHECK(fault_of(hello) == "bad-id");
  hello = good_hello();
  hello.network = "";
  CHECK(fault_of(hello) == "bad-network");
  for (const char* text : {"a\nb", "\x1b[2J", "\x7f", "\xc2\x85", "\xff"}) {
    CAPTURE(text);
    hello = good_hello();
    hello.network = text;
    CHECK(fault_of(hello) == "bad-network");
    hello = good_hello();
    hello.name = text;
    CHECK(fault_of(hello) == "bad-name");
  }
  const std::string with_zero("a\0b", 3);
  hello = good_hello();
  hello.name = with_zero;
  CHECK(fault_of(hello) == "bad-name");
}

TEST_CASE("a hello states an address of one host, or none") {
  struct Row {
    const char* address;
    const char* fault;
  };
  for (const Row& row :
       {Row{"10.0.0.1:7400", ""}, Row{"127.0.0.1:1", ""}, Row{"0.0.0.0:7400", ""},
        Row{"[::]:0", ""}, Row{"10.0.0.1:0", ""}, Row{"[2001:db8::1]:7400", ""},
        Row{"224.0.0.1:7400", "bad-address"}, Row{"240.0.0.1:7400", "bad-address"},
        Row{"255.255.255.255:7400", "bad-address"}, Row{"0.0.0.7:7400", "bad-address"},
        Row{"[ff02::1]:7400", "bad-address"}}) {
    CAPTURE(row.address);
    Hello hello = good_hello();
    hello.advertised = *parse_address(row.address);
    CHECK(fault_of(hello) == row.fault);
  }
}

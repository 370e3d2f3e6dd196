#include "net/first_bytes.h"

#include <doctest/doctest.h>

using namespace oxbow::net;

TEST_CASE("the first byte tells peers from clients") {
  CHECK(recognise("O") == Speaker::peer);
  for (const char* client : {"\x93", "\x94", "\xdc", "\xdd"}) {
    CHECK(recognise(client) == Speaker::client);
  }
  for (int byte = 0; byte < 256; ++byte) {
    const bool is_known =
        byte == 'O' || byte == 0x93 || byte == 0x94 || byte == 0xdc || byte == 0xdd;
    const char c = static_cast<char>(byte);
    CHECK((recognise({&c, 1}) != Speaker::unknown) == is_known);
  }
}

TEST_CASE("what it looks like") {
  CHECK(looks_like("\x16\x03\x01") == "TLS");
  CHECK(looks_like("POST / HTTP/1.0") == "HTTP");
  CHECK(looks_like("PRI * HTTP/2.0") == "HTTP");
  CHECK(looks_like("*1\r\n") == "RESP (a Redis client)");
  CHECK(looks_like("SSH-2.0") == "SSH");
  CHECK(looks_like("hello there") == "nothing known: 68656c6c6f207468");
}

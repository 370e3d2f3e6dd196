#include "base/sha256.h"

#include <doctest/doctest.h>

#include <string>
#include <utility>

using namespace oxbow;

// The examples of FIPS 180-2, appendix B.
TEST_CASE("SHA-256 agrees with the standard's examples") {
  CHECK(to_string(sha256("")) ==
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(to_string(sha256("abc")) ==
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(to_string(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq")) ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  CHECK(to_string(sha256(std::string(1'000'000, 'a'))) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("content hashed in parts has the digest of the whole, and the object can be used again") {
  Sha256 hash;
  for (const char* round : {"first", "second"}) {
    CAPTURE(round);
    hash.update("a");
    hash.update("");
    hash.update("bc");
    CHECK(hash.finish() == sha256("abc"));
  }
  CHECK(hash.finish() == sha256(""));
}

TEST_CASE("a hash under way can be moved") {
  Sha256 hash;
  hash.update("a");
  Sha256 moved = std::move(hash);
  moved.update("bc");
  CHECK(moved.finish() == sha256("abc"));
}

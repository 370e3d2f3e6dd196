#include "base/hash.h"

#include <doctest/doctest.h>

using namespace oxbow;

// The reference implementation's vector for the 8 bytes 00 … 07 under the key 00 … 0f.
TEST_CASE("SipHash-2-4 agrees with its reference vector") {
  const SipKey key{0x0706050403020100ULL, 0x0f0e0d0c0b0a0908ULL};
  CHECK(keyed_hash64(key, 0x0706050403020100ULL) == 0x93f5f5799a932462ULL);
}

TEST_CASE("XXH3 of nothing is the published value") { CHECK(hash64("") == 0x2d06800538d394c2ULL); }

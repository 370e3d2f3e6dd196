#include "transfer/assembly.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/random.h"
#include "transfer/download.h"

using namespace oxbow;

namespace {
std::string random_bytes(Random& random, std::size_t count) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random.next());
  return bytes;
}
}  // namespace

TEST_CASE("an empty content is verified without a piece") {
  CHECK(Assembly(0, sha256("")).verify().ok());
}

TEST_CASE("a piece that comes early waits for the one before it") {
  Assembly assembly(6, sha256("abcdef"));
  assembly.add(3, "def");
  CHECK(!assembly.take());
  assembly.add(0, "abc");
  CHECK(assembly.take() == "abc");
  CHECK(assembly.take() == "def");
  CHECK(!assembly.take());
  CHECK(assembly.in_order() == 6);
  CHECK(assembly.verify().ok());
}

TEST_CASE("another content is an error that names both digests") {
  Assembly assembly(3, sha256("abc"));
  assembly.add(0, "abd");
  REQUIRE(assembly.take());
  const auto status = assembly.verify();
  REQUIRE(!status);
  CHECK(status.error().code == "wrong-digest");
  CHECK(status.error().needed == to_string(sha256("abc")));
  CHECK(status.error().got == to_string(sha256("abd")));
}

TEST_CASE("a download in any order, resumed anywhere, gives the content and its digest") {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const std::string content = random_bytes(random, random.below(10 * limits::kPiece));
    std::string file = content.substr(0, random.below(content.size() + 1));
    Download download(content.size(), file.size());
    Assembly assembly(content.size(), sha256(content));
    assembly.absorb(std::string_view(file).substr(0, file.size() / 2));
    assembly.absorb(std::string_view(file).substr(file.size() / 2));
    std::vector<PieceRange> asked;
    while (!download.finished()) {
      while (const auto range = download.next()) asked.push_back(*range);
      const auto which = asked.begin() + static_cast<std::ptrdiff_t>(random.below(asked.size()));
      REQUIRE(download.arrived(which->offset, which->length));
      assembly.add(which->offset, content.substr(which->offset, which->length));
      asked.erase(which);
      while (const auto bytes = assembly.take()) file += *bytes;
      REQUIRE(assembly.in_order() == download.in_order());
    }
    CHECK(file == content);
    CHECK(assembly.verify().ok());
  }
}

// Objects as bytes: one form for each, an error for everything else, and parts that make a whole.
#include "version/object_bytes.h"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/hash.h"
#include "base/limits.h"
#include "version/canonical_bytes.h"
#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

namespace {

std::string with_checksum(const std::string& body, std::string_view key) {
  CanonicalWriter hashes;
  hashes.u64(hash64(key));
  hashes.u64(hash64(body));
  CanonicalWriter out;
  out.raw(body);
  out.u64(hash64(hashes.bytes()));
  return out.take();
}

/// What becomes of a body that has the right checksum.
Result<Object> parse_body(const std::string& hex) {
  return parse_object(with_checksum(from_hex(hex).value(), "key"), "key");
}

void check_form(const std::string& hex, const std::string& got) {
  CAPTURE(hex);
  const auto parsed = parse_body(hex);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.error().code == "bad-object");
  CHECK(parsed.error().got == got);
}

const std::string kPeerA = "61000000000000000000000000000000";
const std::string kPeerB = "62000000000000000000000000000000";
const std::string kRun1 = "0000000000000001";
const std::string kTime7 = "0000000000000007";
const std::string kA1 = "00" + kPeerA + kRun1 + "01" + "01";  // entry a:1

/// Two siblings of a, the older one a tombstone; b has been superseded.
Object sample() {
  Object object = put({}, "gone", {}, 'b', at(1));
  object.replace(object.context(), {{actor('a'), 1}, nullptr, at(7)}, Conflicts::siblings);
  object.replace({}, {{actor('a'), 2}, share("hi"), at(7)}, Conflicts::siblings);
  return object;
}

/// Twenty actors, of two peers and any run, with siblings of 100 bytes each; other actors have
/// none.
Object large(Random& random) {
  Object object;
  for (int i = 0; i < 20; ++i) {
    const Actor by{peer(random.below(2) == 0 ? 'a' : 'b'), random.below(3), random.next()};
    const std::uint64_t writes = 1 + random.below(5);
    for (std::uint64_t n = 1; n <= writes; ++n) {
      const Context replaced = random.below(3) == 0 ? object.context() : Context{};
      object.replace(replaced, {{by, n}, share(std::string(100, 'x')), at(i)}, Conflicts::siblings);
    }
  }
  return object;
}

}  // namespace

TEST_CASE("an object is the documented bytes") {
  const std::string body =
      "01"
      "02" +
      ("00" + kPeerA + kRun1 + "01" + "02") + ("00" + kPeerB + kRun1 + "01" + "01") + "02" +
      ("00"
       "01" +
       kTime7 + "00") +
      ("00"
       "00" +
       kTime7 +
       "03"
       "6869");
  const std::string bytes = encode_object(sample(), "key");
  CHECK(to_hex(bytes) == to_hex(with_checksum(from_hex(body).value(), "key")));
  CHECK(parse_object(bytes, "key").value() == sample());
}

TEST_CASE("the bytes of an object stay the same for ever") {
  CHECK(to_hex(encode_object(put({}, "v", {}, 'a', at(1)), "carts/42")) == "0101" + kA1 +
                                                                               "010000"
                                                                               "0000000000000001"
                                                                               "0276"
                                                                               "1de819374a7354b6");
}

TEST_CASE("no bytes are the empty object") {
  CHECK(encode_object({}, "key").empty());
  CHECK(parse_object("", "key").value().empty());
}

TEST_CASE("an object of any lawful life survives, and equal ones are equal bytes") {
  for (const Conflicts conflicts : {Conflicts::siblings, Conflicts::lww}) {
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      CAPTURE(seed);
      Life life(seed, conflicts);
      for (int i = 0; i < 60; ++i) life.step();
      for (const Object& object : life.objects()) {
        const std::string bytes = encode_object(object, "k");
        REQUIRE(bytes.size() <= encoded_size_at_most(object));
        const Object parsed = parse_object(bytes, "k").value();
        REQUIRE(parsed == object);
        REQUIRE(encode_object(parsed, "k") == bytes);
      }
    }
  }
}

TEST_CASE("the greatest numbers, the earliest time and the empty value survive") {
  const Actor last{peer('z'), ~0ULL, ~0ULL};
  VectorClock clock;
  clock.cover({last, kMaxCounter});
  const Object object = Object::from_parts({{{last, 1}, share(""), WallTime::min()},
                                            {{last, kMaxCounter}, nullptr, WallTime::max()}},
                                           clock)
                            .value();
  CHECK(parse_object(encode_object(object, "key"), "key").value() == object);
  const Object superseded = Object::from_parts({}, clock).value();
  CHECK(parse_object(encode_object(superseded, "key"), "key").value() == superseded);
}

TEST_CASE("a member's many actors cost a few bytes each") {
  Object object;
  for (std::uint64_t number = 1; number <= 100; ++number) {
    object.replace(object.context(), {{{peer('a'), 9, number}, 1}, share("v"), {}},
                   Conflicts::siblings);
  }
  CHECK(encode_object(object, "key").size() == 1 + 1 + 27 + 99 * 3 + 1 + 12 + 8);
}

TEST_CASE("every damaged byte, every cut and every other key of an object is an error") {
  const std::string bytes = encode_object(sample(), "key");
  REQUIRE(parse_object(bytes, "key").ok());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    for (int bit = 0; bit < 8; ++bit) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ (1 << bit));
      const auto parsed = parse_object(damaged, "key");
      REQUIRE_FALSE(parsed.ok());
      REQUIRE(parsed.error().code == "bad-object");
    }
    if (i > 0) REQUIRE_FALSE(parse_object(bytes.substr(0, i), "key").ok());
  }
  CHECK_FALSE(parse_object(bytes + '\0', "key").ok());
  CHECK_FALSE(parse_object(bytes, "other").ok());
}

TEST_CASE("what has the right checksum and is not what encode_object gives is an error") {
  const std::string sibling =
      "00"
      "00" +
      kTime7 +
      "02"
      "76";
  REQUIRE(values(parse_body("01"
                            "01" +
                            kA1 + "01" + sibling)
                     .value()) == std::vector<std::string>{"v"});
  check_form("", "version 0");
  check_form(
      "02"
      "01" +
          kA1 + "01" + sibling,
      "version 2");
  const std::string form = "another form";
  check_form("01", form);
  check_form(
      "01"
      "00"
      "00",
      form);  // no entries
  check_form(
      "01"
      "02" +
          kA1 + "01" + sibling,
      form);  // one entry too few
  check_form(
      "01"
      "8100" +
          kA1 + "01" + sibling,
      form);  // the long form of 1
  check_form(
      "01"
      "01"
      "02"
      "01"
      "01"
      "00",
      form);  // shares with nothing
  check_form(
      "01"
      "02" +
          kA1 + kA1 + "00",
      form);  // could share more
  check_form(
      "01"
      "02" +
          kA1 +
          "02"
          "01"
          "01" +
          "00",
      form);  // one actor twice
  check_form(
      "01"
      "01"
      "00" +
          kPeerA + kRun1 +
          "01"
          "00"
          "00",
      form);  // counter 0
  check_form(
      "01"
      "01" +
          kA1,
      form);  // no count of siblings
  check_form(
      "01"
      "01" +
          kA1 + "02" + sibling,
      form);  // one sibling too few
  check_form(
      "01"
      "01" +
          kA1 +
          "01"
          "01"
          "00" +
          kTime7 +
          "02"
          "76",
      form);  // no such entry
  check_form(
      "01"
      "01" +
          kA1 +
          "01"
          "00"
          "01" +
          kTime7 +
          "02"
          "76",
      form);  // dot 0
  check_form(
      "01"
      "01" +
          kA1 +
          "01"
          "00"
          "00" +
          kTime7 +
          "03"
          "76",
      form);  // a value cut short
  check_form(
      "01"
      "01" +
          kA1 +
          "01"
          "00"
          "00" +
          kTime7,
      form);
  check_form(
      "01"
      "01" +
          kA1 + "01" + sibling + "00",
      "bytes after its end");
  CHECK_FALSE(parse_body("01"
                         "01" +
                         kA1 + "02" + sibling + sibling)
                  .ok());  // one dot twice
}

TEST_CASE("counts and sizes that the bytes cannot hold allocate nothing") {
  const std::string huge = "ffffffffffffffffff01";
  check_form("01" + huge + kA1, "another form");
  check_form(
      "01"
      "01" +
          kA1 + huge,
      "another form");
  check_form(
      "01"
      "01" +
          kA1 +
          "01"
          "00"
          "00" +
          kTime7 + huge + "76",
      "another form");
}

TEST_CASE("a clock with more entries than are allowed is refused before it is read") {
  VectorClock clock;
  for (std::uint64_t n = 1; n <= 100; ++n) clock.cover({{PeerId{{1}}, 1, n}, 1});
  const auto object = Object::from_parts({}, clock);
  REQUIRE(object.ok());
  const std::string bytes = encode_object(*object, "key");
  CHECK(parse_object(bytes, "key", 100).ok());
  const auto refused = parse_object(bytes, "key", 99);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error() ==
        Error{"clock-too-large", "the object's clock is too long", "99 entries", "more"});
}

TEST_CASE("a small object is one part: itself") {
  CHECK(in_parts(sample(), 1000) == std::vector<Object>{sample()});
  CHECK(in_parts({}, 1000) == std::vector<Object>{Object{}});
}

TEST_CASE("parts are as small as asked, and merge to the object in any order") {
  constexpr std::size_t kMost = 900;  // an actor has five siblings of 138 bytes at most
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    CAPTURE(seed);
    Random random(seed);
    const Object object = large(random);
    std::vector<Object> parts = in_parts(object, kMost);
    REQUIRE(parts.size() > 1);
    for (const Object& part : parts) {
      REQUIRE_FALSE(part.empty());
      REQUIRE(encode_object(part, "key").size() <= kMost);
    }
    // Values come before what is clock alone.
    const auto first_without = std::find_if(
        parts.begin(), parts.end(), [](const Object& part) { return part.siblings().empty(); });
    CHECK(std::all_of(first_without, parts.end(),
                      [](const Object& part) { return part.siblings().empty(); }));
    for (int order = 0; order < 10; ++order) {
      std::shuffle(parts.begin(), parts.end(), random);
      Object whole;
      for (const Object& part : parts) {
        whole.merge(parse_object(encode_object(part, "key"), "key").value(), Conflicts::siblings);
      }
      REQUIRE(whole == object);
    }
  }
}

TEST_CASE("blind writes of one actor stay together, as its clock cannot be cut") {
  Object object;
  for (std::uint64_t n = 1; n <= 30; ++n) {
    object.replace({}, {{actor('a'), n}, share(std::string(100, 'v')), {}}, Conflicts::siblings);
  }
  CHECK(in_parts(object, 500) == std::vector<Object>{object});
  object = put(object, "small", {}, 'b');
  const auto parts = in_parts(object, 500);
  REQUIRE(parts.size() == 2);
  CHECK(parts[0].siblings().size() == 30);
  CHECK(parts[1].siblings().size() == 1);
  CHECK(merged(parts[1], parts[0], Conflicts::siblings) == object);
}

TEST_CASE("a clock without siblings is cut too") {
  VectorClock clock;
  for (std::uint64_t number = 1; number <= 1000; ++number) {
    clock.cover({{peer('a'), number, 1}, number});
  }
  const Object object = Object::from_parts({}, clock).value();
  Object whole;
  std::size_t count = 0;
  for (const Object& part : in_parts(object, 4096)) {
    CHECK(encode_object(part, "key").size() <= 4096);
    whole.merge(part, Conflicts::siblings);
    ++count;
  }
  CHECK(whole == object);
  CHECK(count == 12);
}

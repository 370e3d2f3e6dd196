// Contexts as bytes for clients: one form for each, and an error for everything else.
#include "version/context.h"

#include <doctest/doctest.h>

#include "base/hash.h"
#include "base/limits.h"
#include "version/canonical_bytes.h"
#include "version/history.h"

using namespace oxbow;
using namespace oxbow::history;

namespace {

std::string with_checksum(const std::string& body, std::string_view key) {
  CanonicalWriter sum;
  sum.u64(hash64(key));
  sum.raw(body);
  CanonicalWriter out;
  out.raw(body);
  out.u64(hash64(sum.bytes()));
  return out.bytes();
}

/// What becomes of a body that has the right checksum.
Result<Context> parse_body(const std::string& hex) {
  return parse_context(with_checksum(from_hex(hex).value(), "key"), "key");
}

const std::string kPeerA = "61000000000000000000000000000000";
const std::string kPeerB = "62000000000000000000000000000000";
const std::string kRun1 = "0000000000000001";
const std::string kHead =
    "01"
    "0000000000000007"
    "00";  // version, newest, no dot

}  // namespace

TEST_CASE("a context is the documented bytes") {
  Context context;
  context.newest = at(7);
  context.clock.cover({{peer('a'), 1, 1}, 300});
  context.clock.cover({{peer('a'), 1, 2}, 1});
  context.clock.cover({{peer('a'), 2, 1}, 5});
  context.clock.cover({{peer('b'), 1, 1}, 6});
  const std::string body = from_hex(kHead + "04" +  //
                                    "00" + kPeerA + kRun1 +
                                    "01"
                                    "ac02" +  // 300 = ac 02
                                    "02"
                                    "02"
                                    "01"  //
                                    "01"
                                    "0000000000000002"
                                    "01"
                                    "05"  //
                                    "00" +
                                    kPeerB + kRun1 +
                                    "01"
                                    "06")
                               .value();
  CHECK(to_hex(encode_context(context, "key")) == to_hex(with_checksum(body, "key")));
  CHECK(parse_context(encode_context(context, "key"), "key").value() == context);
}

TEST_CASE("the bytes of the empty context stay the same for ever") {
  CHECK(to_hex(encode_context({}, "carts/42")) ==
        "0100000000000000000000"
        "8c1b1a6a0eb14e37");
}

TEST_CASE("no bytes are the empty context") {
  CHECK(parse_context("", "key").value().empty());
  CHECK(parse_context(encode_context({}, "key"), "key").value().empty());
}

TEST_CASE("equal clocks are the same bytes, whatever the order of the writes") {
  Random random(11);
  for (int round = 0; round < 100; ++round) {
    std::vector<Dot> dots;
    for (int i = 0; i < 20; ++i) {
      dots.push_back({actor(static_cast<char>('a' + random.below(5))), random.below(9)});
    }
    Context forwards, backwards;
    for (auto dot = dots.begin(); dot != dots.end(); ++dot) forwards.clock.cover(*dot);
    for (auto dot = dots.rbegin(); dot != dots.rend(); ++dot) backwards.clock.cover(*dot);
    CHECK(encode_context(forwards, "key") == encode_context(backwards, "key"));
  }
}

TEST_CASE("a counter goes on beyond 16 bits, encoded and decoded at each step") {
  Context context = seen({{'1', 1}});
  context.clock.merge(clock_of({{'1', 32768}}));
  CHECK(text(context.clock) == "1:32768");
  for (int i = 0; i < 3000; ++i) {
    context.clock.cover({actor('1'), context.clock.counter(actor('1')) + 1});
    context = parse_context(encode_context(context, "key"), "key").value();
  }
  CHECK(text(context.clock) == "1:35768");
}

TEST_CASE("contexts of any lawful life survive the way to the client and back") {
  Life life(5, Conflicts::siblings);
  for (int i = 0; i < 300; ++i) life.step();
  for (int i = 0; i < 300; ++i) {
    const Context& context = life.some_context();
    CHECK(parse_context(encode_context(context, "k"), "k").value() == context);
  }
}

TEST_CASE("the greatest counter and number survive") {
  Context context;
  context.newest = WallTime::min();
  context.clock.cover({{peer('a'), ~0ULL, ~0ULL}, kMaxCounter});
  CHECK(parse_context(encode_context(context, "key"), "key").value() == context);
}

TEST_CASE("every damaged byte, every cut and every other key is an error") {
  Context context = seen({{'a', 300}, {'b', 2}});
  context.dot = Dot{actor('b'), 4};
  const std::string bytes = encode_context(context, "key");
  REQUIRE(parse_context(bytes, "key").value() == context);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    std::string damaged = bytes;
    damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
    REQUIRE_FALSE(parse_context(damaged, "key").ok());
    CHECK(parse_context(damaged, "key").error().code == "bad-context");
    if (i > 0) CHECK_FALSE(parse_context(bytes.substr(0, i), "key").ok());
  }
  CHECK_FALSE(parse_context(bytes + '\0', "key").ok());
  CHECK_FALSE(parse_context(bytes, "other").ok());
}

TEST_CASE("bytes with the right checksum that encode_context would not give are an error") {
  const std::string a1 = "00" + kPeerA + kRun1 +
                         "01"
                         "01";
  CHECK(parse_body(kHead + "01" + a1).ok());
  CHECK_FALSE(parse_body("").ok());
  CHECK_FALSE(parse_body("02" + kHead.substr(2) + "01" + a1).ok());  // version
  CHECK_FALSE(parse_body("01"
                         "0000000000000007"
                         "02"
                         "01" +
                         a1)
                  .ok());                                     // dotted
  CHECK_FALSE(parse_body(kHead + "02" + a1).ok());            // count
  CHECK_FALSE(parse_body(kHead + "ffffffffff7f" + a1).ok());  // count
  CHECK_FALSE(parse_body(kHead + "8100" + a1).ok());          // long form of 1
  CHECK_FALSE(parse_body(kHead + "01" + a1 + "00").ok());     // trailing byte
  CHECK_FALSE(parse_body(kHead + "01"
                                 "02"
                                 "01"
                                 "01")
                  .ok());  // shares with nothing
  CHECK_FALSE(parse_body(kHead +
                         "01"
                         "03" +
                         a1.substr(2))
                  .ok());  // sharing
  CHECK_FALSE(parse_body(kHead + "02" + a1 + "01" + kRun1 +
                         "02"
                         "01")
                  .ok());  // could share more
  CHECK_FALSE(parse_body(kHead + "02" + a1 +
                         "02"
                         "01"
                         "01")
                  .ok());  // twice the same actor
  CHECK_FALSE(parse_body(kHead +
                         "01"
                         "00" +
                         kPeerA + kRun1 +
                         "01"
                         "00")
                  .ok());  // counter 0
  CHECK_FALSE(parse_body(kHead +
                         "01"
                         "00" +
                         kPeerA + kRun1 +
                         "01"
                         "80808080808080808001")
                  .ok());  // counter 2^63
  CHECK_FALSE(parse_body(kHead +
                         "01"
                         "00" +
                         kPeerA + kRun1 +
                         "ffffffffffffffffff02"
                         "01")
                  .ok());  // number above 2^64
  const std::string dotted =
      "01"
      "0000000000000007"
      "01";
  CHECK(parse_body(dotted +
                   "00"
                   "00" +
                   kPeerA + kRun1 +
                   "01"
                   "02")
            .ok());
  CHECK_FALSE(parse_body(dotted + "00" + a1).ok());  // no gap before the dot
}

TEST_CASE("bytes beyond the limit are refused before they are looked at") {
  const auto context = parse_context(std::string(limits::kContext + 1, 'x'), "key");
  REQUIRE_FALSE(context.ok());
  CHECK(context.error().got == std::to_string(limits::kContext + 1) + " bytes");
}

TEST_CASE("the longest clock is within the limit of a context") {
  Context context;
  for (std::size_t i = 0; i < limits::kClockEntries; ++i) {
    Actor by{peer('a'), ~0ULL - i, ~0ULL};
    by.peer.bytes[1] = static_cast<std::uint8_t>(i >> 8);
    by.peer.bytes[2] = static_cast<std::uint8_t>(i);
    context.clock.cover({by, kMaxCounter});
  }
  const std::string bytes = encode_context(context, "key");
  CHECK(bytes.size() <= limits::kContext);
  CHECK(parse_context(bytes, "key").value() == context);
}

TEST_CASE("a put's context covers what its client had seen and the write, and nothing between") {
  const Context gap = after_put(seen({{'a', 1}}), {actor('a'), 3}, at(9));
  CHECK(gap.covers({actor('a'), 1}));
  CHECK_FALSE(gap.covers({actor('a'), 2}));
  CHECK(gap.covers({actor('a'), 3}));
  CHECK_FALSE(gap.covers({actor('a'), 4}));
  CHECK(gap.newest == at(9));

  const Context next = after_put(seen({{'a', 1}}, at(12)), {actor('a'), 2}, at(9));
  CHECK(next == seen({{'a', 2}}, at(12)));
}

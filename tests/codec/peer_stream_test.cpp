#include "codec/peer_stream.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "samples.h"

namespace oxbow {

namespace {

using Next = PeerStream::Next;

std::string frame(const Message& message) {
  std::string out;
  append_frame(message, out);
  return out;
}

std::string frame_of(std::uint8_t type, std::string_view body) {
  const std::size_t length = body.size() + 1;
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(length >> shift);
  out += static_cast<char>(type);
  return out.append(body);
}

std::string bytes(std::string_view hex) { return from_hex(hex).value(); }

// A stream that has had its magic and its hello.
PeerStream greeted() {
  PeerStream stream(false);
  const std::string hello = frame(samples::hello());
  stream.feed(hello);
  REQUIRE(stream.next() == Next::message);
  REQUIRE(stream.next() == Next::more);
  return stream;
}

// What `input` leads to on that stream: "" for a message, "more", or the error.
std::string outcome(PeerStream& stream, const std::string& input) {
  stream.feed(input);
  switch (stream.next()) {
    case Next::message:
      return "";
    case Next::more:
      return "more";
    case Next::error:
      return stream.error().message;
  }
  return "";
}
std::string after_hello(const std::string& input) {
  PeerStream stream = greeted();
  return outcome(stream, input);
}
std::string before_hello(const std::string& input) {
  PeerStream stream(false);
  return outcome(stream, input);
}

}  // namespace

TEST_CASE("a hello, byte for byte") {
  std::string out;
  append_magic(out);
  append_frame(samples::hello(), out);
  CHECK(to_hex(out) ==
        "4f58424f57"                            // OXBOW
        "00000032"                              // 50 bytes follow
        "01"                                    // hello
        "9b"                                    // 11 fields
        "01"                                    // version 1
        "a56f78626f77"                          // network "oxbow"
        "c410a0a1a2a3a4a5a6a7a8a9aaabacadaeaf"  // peer id
        "c406c00002071ce8"                      // 192.0.2.7:7400
        "a56e6f727468"                          // name "north"
        "00"                                    // features
        "00"                                    // control
        "c3"                                    // wants a link
        "cd1122"                                // run
        "cc99"                                  // dial
        "05");                                  // links
}

TEST_CASE("a link change of the first version tells no reason and no addresses") {
  PeerStream stream(false);
  std::string wire;
  append_frame(samples::hello(), wire);
  wire += frame_of(3, bytes("9102"));
  stream.feed(wire);
  REQUIRE(stream.next() == Next::message);
  REQUIRE(stream.next() == Next::message);
  const auto& change = std::get<LinkChange>(stream.message());
  CHECK(change.action == LinkAction::refuse);
  CHECK(change.reason.empty());
  CHECK(change.addresses.empty());
  CHECK(change.links == kLinksNotTold);
}

TEST_CASE("a hello of the first version tells neither run nor dial, its pong no dial of its own") {
  PeerStream stream(false);
  const std::string hello =
      frame_of(1, bytes("9801a56f78626f77c410a0a1a2a3a4a5a6a7a8a9aaabacadaeafc406c00002071ce8"
                        "a56e6f7274680000c3"));
  const std::string pong = frame_of(5, bytes("920790"));
  stream.feed(hello);
  REQUIRE(stream.next() == Next::message);
  CHECK(std::get<Hello>(stream.message()).run == 0);
  CHECK(std::get<Hello>(stream.message()).dial == 0);
  CHECK(std::get<Hello>(stream.message()).links == kLinksNotTold);
  CHECK(std::get<Hello>(stream.message()).link);
  stream.feed(pong);
  REQUIRE(stream.next() == Next::message);
  CHECK(std::get<Pong>(stream.message()).nonce == 7);
  CHECK(!std::get<Pong>(stream.message()).own_dial);
}

TEST_CASE("a query, byte for byte") {
  CHECK(to_hex(frame(samples::query())) ==
        "0000002b"                              // 43 bytes follow
        "06"                                    // query
        "98"                                    // 8 fields
        "c4100102030405060708f1f2f3f4f5f6f7f8"  // request id
        "07"                                    // TTL
        "00"                                    // hops
        "03"                                    // number
        "01"                                    // flags: report
        "00"                                    // exact
        "64"                                    // at most 100 results
        "c40f646f63732f726561646d652e747874");  // docs/readme.txt
}

TEST_CASE("lists, nested structs and large numbers, byte for byte") {
  const auto messages = samples::messages();
  CHECK(to_hex(frame(messages[2])) ==
        "0000004f03"
        "9402a76e6f20726f6f6d"  // refuse, "no room"
        "92"
        "92c410a0a1a2a3a4a5a6a7a8a9aaabacadaeafc406c00002071ce8"
        "92c410a0a1a2a3a4a5a6a7a8a9aaabacadaeafc41220010db8000000000000000000000001ffff"
        "03");
  CHECK(to_hex(frame(messages[4])) ==
        "0000005205"
        "94cf1122334455667788"
        "92"
        "92c410a0a1a2a3a4a5a6a7a8a9aaabacadaeafc406c00002071ce8"
        "92c410a0a1a2a3a4a5a6a7a8a9aaabacadaeafc41220010db8000000000000000000000001ffff"
        "c3"
        "cd012c");
  CHECK(to_hex(frame(messages[8])) ==
        "0000002708"
        "93c4100102030405060708f1f2f3f4f5f6f7f8cd0201"
        "99"
        "0102030405ce00011170cd0258"
        "0805");
}

TEST_CASE("every message comes out as it went in") {
  std::string wire;
  for (const Message& message : samples::messages()) append_frame(message, wire);
  PeerStream stream(false);
  stream.feed(wire);
  std::string again;
  for (const Message& message : samples::messages()) {
    REQUIRE(stream.next() == Next::message);
    CHECK(stream.message().index() == message.index());
    append_frame(stream.message(), again);
  }
  CHECK(stream.next() == Next::more);
  CHECK(again == wire);
  CHECK(stream.frames() == samples::messages().size());
  CHECK(stream.unknown_types() == 0);
}

TEST_CASE("fields have their values after the wire") {
  std::string wire;
  for (const Message& message : samples::messages()) append_frame(message, wire);
  PeerStream stream(false);
  stream.feed(wire);

  REQUIRE(stream.next() == Next::message);
  const auto& hello = std::get<Hello>(stream.message());
  CHECK(hello.version == 1);
  CHECK(hello.network == "oxbow");
  CHECK(hello.peer == samples::kPeer);
  CHECK(hello.advertised == samples::ipv4());
  CHECK(hello.name == "north");
  CHECK(hello.kind == ConnectionKind::control);
  CHECK(hello.link);

  for (int i = 0; i < 5; ++i) REQUIRE(stream.next() == Next::message);
  const auto& query = std::get<Query>(stream.message());
  CHECK(query.id == samples::kRequestId);
  CHECK(query.ttl == 7);
  CHECK(query.number == 3);
  CHECK(query.flags == query_flags::kReport);
  CHECK(query.max_hits == 100);
  CHECK(query.pattern == "docs/readme.txt");

  REQUIRE(stream.next() == Next::message);
  const auto& hit = std::get<Hit>(stream.message());
  CHECK(hit.holder_address == samples::ipv6());
  CHECK(hit.number == 1);
  CHECK(hit.part == 2);
  CHECK(hit.hops == 3);
  REQUIRE(hit.results.size() == 2);
  CHECK(hit.results[0].key == "docs/readme.txt");
  CHECK(hit.results[0].size == 1234567);
  CHECK(hit.results[0].sha256 == samples::kDigest);
  CHECK(hit.results[0].clock.empty());
  CHECK(hit.results[1].key == std::string_view("\x00\xff", 2));
  CHECK(hit.results[1].clock == "clock");
  CHECK(hit.trace.empty());

  REQUIRE(stream.next() == Next::message);
  const auto& trace = std::get<Hit>(stream.message());
  CHECK(trace.results.empty());
  REQUIRE(trace.trace.size() == 2);
  CHECK(trace.trace[0].kind == TraceKind::walker_left);
  CHECK(trace.trace[0].at_us == 123456);
  CHECK(trace.trace[1].peer.port == 0);

  REQUIRE(stream.next() == Next::message);
  CHECK(std::get<QueryDone>(stream.message()).totals ==
        Totals{1, 2, 3, 4, 5, 70000, 600, 8, marks::kRate | marks::kFull});
}

TEST_CASE("messages are the same however the bytes are cut up") {
  std::string wire;
  append_magic(wire);
  for (const Message& message : samples::messages()) append_frame(message, wire);
  wire += frame_of(200, "a type that only newer peers know");
  append_frame(samples::query(), wire);
  for (std::size_t size = 1; size < 200; size = size < 40 ? size + 1 : size + 37) {
    CAPTURE(size);
    PeerStream stream;
    std::string again;
    append_magic(again);
    for (std::size_t at = 0; at < wire.size(); at += size) {
      std::string chunk = wire.substr(at, size);
      stream.feed(chunk);
      while (stream.next() == Next::message) append_frame(stream.message(), again);
      chunk.assign(chunk.size(), '!');  // what was fed may go once next() has said `more`
    }
    std::string expected = wire;
    const std::string skipped = frame_of(200, "a type that only newer peers know");
    expected.erase(expected.find(skipped), skipped.size());
    CHECK(again == expected);
    CHECK(stream.unknown_types() == 1);
    CHECK(stream.frames() == samples::messages().size() + 2);
  }
}

TEST_CASE("bytes may be fed before all messages of the last were taken") {
  const std::string first = frame(samples::hello()) + frame(Ping{1, false}) + frame(Ping{2, false});
  const std::string second = frame(Ping{3, false});
  PeerStream stream(false);
  stream.feed(first);
  REQUIRE(stream.next() == Next::message);
  stream.feed(second);
  for (std::uint64_t nonce = 1; nonce <= 3; ++nonce) {
    REQUIRE(stream.next() == Next::message);
    CHECK(std::get<Ping>(stream.message()).nonce == nonce);
  }
  CHECK(stream.next() == Next::more);
}

TEST_CASE("views stay valid until the next call, whether read in place or put together") {
  PeerStream stream = greeted();
  const std::string wire = frame(samples::query());
  const std::string head = wire.substr(0, 20);
  const std::string tail = wire.substr(20) + wire;
  stream.feed(head);
  REQUIRE(stream.next() == Next::more);
  stream.feed(tail);
  REQUIRE(stream.next() == Next::message);
  CHECK(std::get<Query>(stream.message()).pattern == "docs/readme.txt");
  REQUIRE(stream.next() == Next::message);
  const std::string_view pattern = std::get<Query>(stream.message()).pattern;
  CHECK(pattern == "docs/readme.txt");
  CHECK(pattern.data() >= tail.data());  // in place
  CHECK(pattern.data() < tail.data() + tail.size());
}

// -- strangers
// --------------------------------------------------------------------------------------

TEST_CASE("another protocol is recognised at its first wrong byte") {
  PeerStream stream;
  CHECK(outcome(stream, "OX") == "more");
  CHECK(outcome(stream, "E") == "not an Oxbow peer");
  CHECK(stream.error().code == "bad-magic");
  CHECK(stream.error().got == "bytes 4f5845");
  stream.feed(frame(samples::hello()));
  CHECK(stream.next() == Next::error);
}

TEST_CASE("before a hello the limits are narrow") {
  const std::string bye = frame(Bye{"x", "y"});
  CHECK(before_hello(bye) == "");
  CHECK(before_hello(bytes("00001001")) == "frame of 4097 bytes before hello");
  CHECK(before_hello(bytes("00001000")) == "more");
  CHECK(before_hello(bytes("ffffffff")) == "frame of 4294967295 bytes before hello");
  CHECK(before_hello(bytes("00000000")) == "frame of length 0");
  CHECK(before_hello(frame(samples::query())) == "query before hello");
  CHECK(before_hello(frame(Ping{1, false})) == "ping before hello");
  CHECK(before_hello(bytes("0000002b06")) == "query before hello");  // before its body has come
}

TEST_CASE("the eleventh frame without a hello is the end") {
  PeerStream stream(false);
  const std::string unknown = frame_of(77, "?");
  for (int i = 0; i < 10; ++i) CHECK(outcome(stream, unknown) == "more");
  CHECK(stream.unknown_types() == 10);
  CHECK(outcome(stream, unknown) == "no hello among the first frames");
  CHECK(stream.error().needed == "a hello within 10 frames");
  CHECK(stream.error().got == "frame 11");

  PeerStream late(false);
  for (int i = 0; i < 9; ++i) CHECK(outcome(late, unknown) == "more");
  CHECK(outcome(late, frame(samples::hello())) == "");
  CHECK(outcome(late, unknown) == "more");
  CHECK(outcome(late, unknown) == "more");
}

TEST_CASE("each type has its own limit, known before its body has come") {
  CHECK(after_hello(bytes("0000080006")) == "more");
  CHECK(after_hello(bytes("0000080106")) == "query of 2049 bytes");
  CHECK(after_hello(bytes("0001000007")) == "more");
  CHECK(after_hello(bytes("0001000107")) == "hit of 65537 bytes");
  CHECK(after_hello(bytes("0000040008")) == "more");
  CHECK(after_hello(bytes("0000040108")) == "query done of 1025 bytes");
  CHECK(after_hello(bytes("004000000d")) == "more");
  CHECK(after_hello(bytes("00400001")) == "frame of 4194305 bytes");
  CHECK(after_hello(bytes("ffffffff")) == "frame of 4294967295 bytes");
  CHECK(after_hello(bytes("00000000")) == "frame of length 0");
}

TEST_CASE("a frame of unknown type is skipped as it comes, up to the limit of a frame") {
  PeerStream stream = greeted();
  std::string input = bytes("00400000ee");
  CHECK(outcome(stream, input) == "more");
  const std::string part(64 * 1024, 'x');
  for (int i = 0; i < 63; ++i) CHECK(outcome(stream, part) == "more");
  input = part.substr(1) + frame(Ping{5, true});
  CHECK(outcome(stream, input) == "");
  CHECK(std::get<Ping>(stream.message()).nonce == 5);
  CHECK(stream.unknown_types() == 1);
}

TEST_CASE("bombs of MessagePack in a frame close the connection") {
  const auto ping = [](std::string_view hex) { return after_hello(frame_of(4, bytes(hex))); };
  CHECK(ping("ddffffffff") == "ping: array too long");
  CHECK(ping("dfffffffff") == "ping: map too long");
  CHECK(ping("9191919191919191919191919191919191c0") == "ping: nested too deeply");
  CHECK(ping("dcffffdcffff") == "ping: array too long");
  CHECK(ping("c1") == "ping: not MessagePack");
  CHECK(ping("db000000056162") == "ping: the body is cut short");
  CHECK(ping("0102") == "ping: bytes after the body");
  CHECK(ping("") == "ping: the body is cut short");
  CHECK(ping("82a374746c01a374746cccff") == "ping: a map has a key twice");
  CHECK(ping("c7ff01") == "ping: the body is cut short");
}

TEST_CASE("fields are checked, and the error names the field") {
  const auto ping = [](std::string_view hex) { return after_hello(frame_of(4, bytes(hex))); };
  CHECK(ping("9207c3") == "");
  CHECK(ping("9307c3a378797a") == "");  // a newer peer may say more
  CHECK(ping("9307c381a16101") == "");
  CHECK(ping("9107") == "ping: bad body: needed an array of at least 2, got array of 1");
  CHECK(ping("07") == "ping: bad body: needed an array of at least 2, got 7");
  CHECK(ping("92ffc3") ==
        "ping: bad nonce: needed a number from 0 to 18446744073709551615, got -1");
  CHECK(ping("920701") == "ping: bad addresses: needed true or false, got 1");
  CHECK(ping("9207c39107") == "ping: bytes after the body");

  const std::string id = "c4100102030405060708f1f2f3f4f5f6f7f8";
  const auto query = [&](const std::string& hex) { return after_hello(frame_of(6, bytes(hex))); };
  CHECK(query("98" + id + "070003010064c40161") == "");
  CHECK(query("98" + id + "cd01000003010064c40161") ==
        "query: bad ttl: needed a number from 0 to 255, got 256");
  CHECK(query("98" + id + "070003010464c40161") ==
        "query: bad match: needed a number from 0 to 3, got 4");
  CHECK(query("98" + id + "070003010064c400") ==
        "query: bad pattern: needed 1 to 1024 bytes, got 0 bytes");
  CHECK(query("98" + id + "070003010064c50401" + std::string(2 * 1025, '6')) ==
        "query: bad pattern: needed 1 to 1024 bytes, got 1025 bytes");
  CHECK(query("98" + id + "070003010064c50400" + std::string(2 * 1024, '6')) == "");
  CHECK(query("98" + id + "070003010064a161") ==
        "query: bad pattern: needed 1 to 1024 bytes, got text of 1 bytes");
  CHECK(query("98c40101070003010064c40161") == "query: bad id: needed 16 bytes, got 1 bytes");
  CHECK(query("98" + id + "070003010364c40161") ==
        "query: bad pattern: needed the 16 bytes of a request id, got 1 bytes");
}

TEST_CASE("texts are UTF-8 and within their limits, addresses have 6 or 18 bytes") {
  Hello hello = samples::hello();
  const std::string longest(63, 'n');
  const std::string longer(64, 'n');
  hello.name = longest;
  CHECK(before_hello(frame(hello)) == "");
  hello.name = longer;
  CHECK(before_hello(frame(hello)) ==
        "hello: bad name: needed text (UTF-8) of at most 63 bytes, got text of 64 bytes");
  hello.name = "\xff";
  CHECK(before_hello(frame(hello)) ==
        "hello: bad name: needed text (UTF-8) of at most 63 bytes, got text of 1 bytes");
  std::string wire = frame(samples::hello());
  wire.replace(wire.find(bytes("c406")), 2, bytes("c405"));
  wire.erase(wire.find(bytes("1ce8")), 1);
  wire[3] = static_cast<char>(wire[3] - 1);
  CHECK(before_hello(wire) ==
        "hello: bad advertised: needed an address of 6 or 18 bytes, got 5 bytes");
}

TEST_CASE("structs in a list have exactly their fields, and lists their lengths") {
  const std::string entry = "92c410a0a1a2a3a4a5a6a7a8a9aaabacadaeafc406c00002071ce8";
  const auto pong = [&](const std::string& hex) { return after_hello(frame_of(5, bytes(hex))); };
  CHECK(pong("9207"
             "91" +
             entry) == "");
  CHECK(pong("9207"
             "91"
             "93" +
             entry.substr(2) + "07") ==
        "pong: bad addresses: needed an array of 2, got array of 3");
  CHECK(pong("9207"
             "9107") == "pong: bad addresses: needed an array of 2, got 7");
  std::string eleven =
      "9207"
      "9b";
  for (int i = 0; i < 11; ++i) eleven += entry;
  CHECK(pong(eleven) == "pong: bad addresses: needed a list of at most 10, got array of 11");
}

TEST_CASE("a hit that is accepted can be relayed under any number") {
  // Keys of 1,000 bytes fill a frame; the last one's length makes it exactly as long as is wanted.
  const std::string key(1024, 'k');
  const auto hit_frame = [&](std::uint16_t number, std::size_t length) {
    std::vector<HitResult> results(64, HitResult{std::string_view(key).substr(0, 960), 0, {}});
    Hit hit;
    hit.number = number;
    hit.results = results;
    const std::size_t size = frame(hit).size() - 4;
    REQUIRE(length >= size);
    std::size_t missing = length - size;
    for (HitResult& result : results) {
      const std::size_t more = std::min<std::size_t>(missing, 64);
      result.key = std::string_view(key).substr(0, 960 + more);
      missing -= more;
    }
    const std::string made = frame(hit);
    REQUIRE(made.size() == length + 4);
    return made;
  };
  CHECK(after_hello(hit_frame(256, 65536)) == "");
  CHECK(after_hello(hit_frame(255, 65535)) == "");
  CHECK(after_hello(hit_frame(255, 65536)) == "hit of 65537 bytes");
  CHECK(after_hello(hit_frame(0, 65534)) == "");
  CHECK(after_hello(hit_frame(0, 65535)) == "hit of 65537 bytes");
}

TEST_CASE("a piece carries at most 64 KiB") {
  const std::string content(limits::kPiece + 1, 'p');
  const std::string_view most = std::string_view(content).substr(1);
  CHECK(after_hello(frame(Piece{1, PieceStatus::ok, most})) == "");
  CHECK(after_hello(frame(Piece{1, PieceStatus::ok, content})) ==
        "piece: bad bytes: needed 0 to 65536 bytes, got 65537 bytes");
}

TEST_CASE("the id of a query that came in behind a message is known ahead, and of nothing else") {
  Query query = samples::query();
  query.id = {0x0102030405060708, 0x1112131415161718};
  const std::string both = frame(samples::query()) + frame(query);
  PeerStream stream = greeted();
  stream.feed(both);
  REQUIRE(stream.next() == Next::message);
  CHECK(stream.upcoming_query() == query.id);
  REQUIRE(stream.next() == Next::message);
  CHECK(std::get<Query>(stream.message()).id == query.id);
  CHECK_FALSE(stream.upcoming_query().has_value());

  for (const std::string& behind : {frame(Ping{1, false}), both.substr(0, 20), std::string()}) {
    const std::string input = frame(samples::query()) + behind;
    PeerStream other = greeted();
    other.feed(input);
    REQUIRE(other.next() == Next::message);
    CHECK_FALSE(other.upcoming_query().has_value());
  }
}

}  // namespace oxbow

// The messages of the replica layer: their bytes, their limits, and what is refused. What holds for
// all messages is in peer_stream_test.cpp and mutation_test.cpp, which take these too.
#include <doctest/doctest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/limits.h"
#include "codec/frame_types.h"
#include "codec/peer_stream.h"
#include "samples.h"

namespace oxbow {

namespace {

using Next = PeerStream::Next;

std::string frame(const Message& message) {
  std::string out;
  append_frame(message, out);
  return out;
}

template <class T>
std::string sample() {
  for (const Message& message : samples::messages()) {
    if (std::holds_alternative<T>(message)) return to_hex(frame(message));
  }
  return "";
}

// What `input` leads to after a hello: "" for a message, else the error.
std::string outcome(const std::string& input) {
  PeerStream stream(false);
  const std::string wire = frame(samples::hello()) + input;
  stream.feed(wire);
  REQUIRE(stream.next() == Next::message);
  const Next next = stream.next();
  if (next == Next::message) return "";
  return next == Next::more ? "more" : stream.error().message;
}

// A body in hex, as a frame of that type.
std::string body(std::uint8_t type, const std::string& hex) {
  const std::string bytes = from_hex(hex).value();
  std::string out{0, 0, 0, 0, static_cast<char>(type)};
  const std::size_t length = bytes.size() + 1;
  for (std::size_t i = 0; i < 4; ++i) out[i] = static_cast<char>(length >> (24 - 8 * i));
  return out + bytes;
}

const std::string kA = "c410a0a1a2a3a4a5a6a7a8a9aaabacadaeaf";  // a peer id
const std::string kB = "c410b0b1b2b3b4b5b6b7b8b9babbbcbdbebf";
const std::string kZero = "c41000000000000000000000000000000000";
const std::string kV4 = "c406c00002071ce8";  // 192.0.2.7:7400
const std::string kV6 = "c41220010db8000000000000000000000001ffff";
const std::string kRing = "92cd012ccf1122334455667788";  // version 300 and a digest
const std::string kKey = "c406636172742f37";             // cart/7
const std::string kObject = "c4066f626a656374";          // "object"

}  // namespace

TEST_CASE("gossip, byte for byte") {
  CHECK(sample<Gossip>() ==
        "000000140e"
        "92cf1122334455667788"
        "cf0000000102030405");
  CHECK(sample<GossipRecords>() ==
        "000000890f"
        "94"
        "92"
        "97" +
            kA +
            "cf0000010000000000"
            "01" +
            kV4 +
            "a56e6f727468"
            "a465617374"
            "cd0100"
            "97" +
            kB +
            "01"
            "00" +
            kV6 +
            "a0"
            "a0"
            "cc80"
            "91"
            "98"
            "a56361727473"
            "cd012c" +
            kA +
            "05"
            "01"
            "04"
            "01"
            "00"
            "c3"
            "cd012c");
}

TEST_CASE("gossip of a peer that tells no clock yet") {
  PeerStream stream(false);
  const std::string wire =
      frame(samples::hello()) + from_hex("0000000b0e91cf1122334455667788").value();
  stream.feed(wire);
  REQUIRE(stream.next() == Next::message);
  REQUIRE(stream.next() == Next::message);
  const auto& gossip = std::get<Gossip>(stream.message());
  CHECK(gossip.digest == 0x1122334455667788);
  CHECK(gossip.clock == 0);
}

TEST_CASE("a dial report, byte for byte") {
  CHECK(sample<DialReport>() ==
        "0000001d1b"
        "92" +
            kV4 + "b2" + "636f6e6e656374696f6e2072656675736564");
}

TEST_CASE("ring lookups, byte for byte") {
  const std::string path =
      "92"
      "92" +
      kA + kV4 + "92" + kB + kV6;
  CHECK(sample<LookupStep>() ==
        "0000006610"
        "96"
        "07"
        "01"
        "cedeadbeef" +
            kA + kV4 + path);
  CHECK(sample<LookupEnd>() ==
        "0000004711"
        "93"
        "07"
        "c3" +
            path);
}

TEST_CASE("reads and writes of objects, byte for byte") {
  CHECK(sample<ObjectRead>() ==
        "0000001912"
        "94"
        "07" +
            kRing + "c3" + kKey);
  CHECK(sample<ObjectReply>() ==
        "0000000e13"
        "95"
        "07"
        "01"
        "c2" +
            kObject + "c3");
  CHECK(sample<ObjectWrite>() ==
        "0000003814"
        "9b"
        "07" +
            kRing +
            "02"
            "01"
            "00" +
            kA + "c2" + kKey + kObject + "c3" + "c3");
  CHECK(sample<WriteReply>() ==
        "0000000915"
        "93"
        "07"
        "02"
        "a4"
        "66756c6c");
}

TEST_CASE("an operation forwarded to its coordinator, byte for byte") {
  CHECK(sample<Coordinate>() ==
        "0000003016"
        "9a"
        "07" +
            kRing +
            "01"
            "920102"
            "c3"
            "cd1388" +
            kKey +
            "c4046d696c6b"
            "c407636f6e74657874"
            "01");
  CHECK(sample<Confirmed>() ==
        "0000000318"
        "91"
        "07");
  CHECK(sample<Grant>() ==
        "0000000419"
        "92"
        "07"
        "01");
  CHECK(sample<Coordinated>() ==
        "0000009517"
        "9f"
        "07"
        "a671756f72756d"
        "aa6e6f7420656e6f756768"
        "a132"
        "a131"
        "c2" +
            kObject +
            "c407636f6e74657874"
            "a56361727473"
            "03"
            "02"
            "04"
            "cd05dc"
            "92"
            "95" +
            kA + kZero +
            "03"
            "c2"
            "ccfa"
            "95" +
            kB + kA +
            "04"
            "c3"
            "ce00011170"
            "a77b6123313a327d");
}

TEST_CASE("fields of a coordinated operation have their values after the wire") {
  PeerStream stream(false);
  std::string wire = frame(samples::hello());
  for (const Message& message : samples::messages()) {
    if (std::holds_alternative<Coordinated>(message)) wire += frame(message);
  }
  stream.feed(wire);
  REQUIRE(stream.next() == Next::message);
  REQUIRE(stream.next() == Next::message);
  const auto& done = std::get<Coordinated>(stream.message());
  CHECK(done.error == "quorum");
  CHECK(done.bucket == "carts");
  CHECK(done.siblings == 4);
  CHECK(done.clock == "{a#1:2}");
  REQUIRE(done.members.size() == 2);
  CHECK(done.members[0].stands_for.is_zero());
  CHECK(done.members[1].stands_for == samples::kPeer);
  CHECK(done.members[1].outcome == Outcome::hinted);
  CHECK(done.members[1].repaired);
  CHECK(done.members[1].micros == 70000);
}

TEST_CASE("choices beyond the last one are refused") {
  CHECK(outcome(body(16,
                     "96"
                     "07"
                     "02"
                     "00" +
                         kA + kV4 + "90")) == "");
  CHECK(outcome(body(16,
                     "96"
                     "07"
                     "03"
                     "00" +
                         kA + kV4 + "90")) ==
        "lookup step: bad way: needed a number from 0 to 2, got 3");
  CHECK(outcome(body(19,
                     "94"
                     "07"
                     "04"
                     "c3"
                     "c400")) == "");
  CHECK(outcome(body(19,
                     "94"
                     "07"
                     "05"
                     "c3"
                     "c400")) == "object reply: bad status: needed a number from 0 to 4, got 5");
  CHECK(outcome(body(20,
                     "99"
                     "07" +
                         kRing +
                         "05"
                         "00"
                         "01" +
                         kA + "c3" + kKey + kObject)) ==
        "object write: bad reason: needed a number from 0 to 4, got 5");
  CHECK(outcome(body(20,
                     "99"
                     "07" +
                         kRing +
                         "00"
                         "02"
                         "01" +
                         kA + "c3" + kKey + kObject)) ==
        "object write: bad conflicts: needed a number from 0 to 1, got 2");
  CHECK(outcome(body(22,
                     "99"
                     "07" +
                         kRing +
                         "04"
                         "9200"
                         "00"
                         "c3"
                         "00" +
                         kKey +
                         "c400"
                         "c400")) ==
        "coordinate: bad operation: needed a number from 0 to 3, got 4");
  CHECK(outcome(body(22,
                     "99"
                     "07" +
                         kRing +
                         "00"
                         "9204"
                         "00"
                         "c3"
                         "00" +
                         kKey +
                         "c400"
                         "c400")) == "coordinate: bad kind: needed a number from 0 to 3, got 4");
}

TEST_CASE("structs in these messages have exactly their fields") {
  CHECK(outcome(body(18,
                     "94"
                     "07"
                     "91"
                     "05"
                     "c3" +
                         kKey)) == "object read: bad ring: needed an array of 2, got array of 1");
  CHECK(outcome(body(18,
                     "94"
                     "07"
                     "05"
                     "c3" +
                         kKey)) == "object read: bad ring: needed an array of 2, got 5");
  CHECK(outcome(body(17,
                     "93"
                     "07"
                     "c3"
                     "91"
                     "91" +
                         kA)) == "lookup end: bad path: needed an array of 2, got array of 1");
  CHECK(outcome(body(15,
                     "93"
                     "91"
                     "90"
                     "90"
                     "c3")) == "gossip records: bad members: needed an array of 7, got array of 0");
  CHECK(outcome(body(14, "90")) ==
        "gossip: bad body: needed an array of at least 1, got array of 0");
  CHECK(outcome(body(14, "9105")) == "");  // the first version tells no clock
  CHECK(outcome(body(14,
                     "93"
                     "05"
                     "07"
                     "a378797a")) == "");  // a newer peer may say more
}

TEST_CASE("keys, objects, values and contexts are within their limits") {
  const std::string key(limits::kKey + 1, 'k');
  const std::string_view longest = std::string_view(key).substr(1);
  CHECK(outcome(frame(ObjectRead{1, {}, false, longest})) == "");
  CHECK(outcome(frame(ObjectRead{1, {}, false, key})) ==
        "object read: bad key: needed 1 to 1024 bytes, got 1025 bytes");
  CHECK(outcome(frame(ObjectRead{1, {}, false, ""})) ==
        "object read: bad key: needed 1 to 1024 bytes, got 0 bytes");

  const std::string object(limits::kObjectPart + 1, 'o');
  const std::string_view part = std::string_view(object).substr(1);
  CHECK(outcome(frame(ObjectReply{1, ReplicaStatus::ok, true, part})) == "");
  CHECK(outcome(frame(ObjectReply{1, ReplicaStatus::ok, true, object})) ==
        "object reply: bad object: needed 0 to 4128768 bytes, got 4128769 bytes");
  ObjectWrite write;
  write.key = longest;
  write.object = part;
  CHECK(outcome(frame(write)) == "");
  write.object = {};
  CHECK(outcome(frame(write)) ==
        "object write: bad object: needed 1 to 4128768 bytes, got 0 bytes");

  const std::string value(limits::kValue + 1, 'v');
  const std::string context(limits::kContext + 1, 'c');
  Coordinate put;
  put.key = longest;
  put.value = std::string_view(value).substr(1);
  put.context = std::string_view(context).substr(1);
  CHECK(outcome(frame(put)) == "");
  put.value = value;
  CHECK(outcome(frame(put)) ==
        "coordinate: bad value: needed 0 to 1048576 bytes, got 1048577 bytes");
  put.value = {};
  put.context = context;
  CHECK(outcome(frame(put)) ==
        "coordinate: bad context: needed 0 to 196608 bytes, got 196609 bytes");
}

TEST_CASE("what the version before sends of reads and orders has the defaults of then") {
  CHECK(outcome(body(19,
                     "94"
                     "07"
                     "00"
                     "c3" +
                         kObject)) == "");
  CHECK(outcome(body(22,
                     "99"
                     "07" +
                         kRing +
                         "01"
                         "920102"
                         "c3"
                         "cd1388" +
                         kKey +
                         "c400"
                         "c400")) == "");
}

TEST_CASE("fields that were appended later may be missing, others may not") {
  const std::string older =
      "99"
      "07" +
      kRing +
      "00"
      "00"
      "01" +
      kA + "c3" + kKey + kObject;
  CHECK(outcome(body(20, older)) == "");
  CHECK(outcome(body(20, "98" + older.substr(2, older.size() - 2 - kObject.size()))) ==
        "object write: bad body: needed an array of at least 9, got array of 8");
}

TEST_CASE("an answer in full fits into a frame, and its object goes in parts") {
  const std::string object(limits::kObjectPart, 'o');
  const std::string text(limits::kExplanation, 't');
  const std::vector<MemberOutcome> members(limits::kCopiesMost * 2);
  Coordinated full;
  full.object = object;
  full.reason = full.needed = full.got = text;
  full.members = members;
  CHECK(outcome(frame(full)) == "");
  CHECK(frame(full).size() - 4 <= limits::kFrame);
}

TEST_CASE("names in records are texts within their limit, lists at most 1,024 long") {
  const std::string name(limits::kName + 1, 'n');
  MemberRecord member;
  member.zone = std::string_view(name).substr(1);
  std::vector<MemberRecord> members(limits::kContainerLength, member);
  GossipRecords records;
  records.members = members;
  CHECK(outcome(frame(records)) == "");
  members.emplace_back();
  records.members = members;
  CHECK(outcome(frame(records)) == "gossip records: array too long");
  members = {member};
  members[0].zone = name;
  records.members = members;
  CHECK(outcome(frame(records)) ==
        "gossip records: bad zone: needed text (UTF-8) of at most 63 bytes, got text of 64 bytes");
  BucketRecord bucket;
  bucket.name = "\xff";
  const std::vector<BucketRecord> buckets{bucket};
  records.members = {};
  records.buckets = buckets;
  CHECK(outcome(frame(records)) ==
        "gossip records: bad name: needed text (UTF-8) of at most 63 bytes, got text of 1 bytes");
}

TEST_CASE("garbage in place of a field closes the connection, whatever the message") {
  // Each message of the replica layer, cut short by every number of bytes, is one that never ends
  // well: the length says that all of it has come.
  const auto messages = samples::messages();
  const auto first = std::find_if(messages.begin(), messages.end(), [](const Message& message) {
    return std::holds_alternative<Gossip>(message);
  });
  REQUIRE(messages.end() - first == 14);
  for (auto message = first; message != messages.end(); ++message) {
    const std::string whole = frame(*message);
    const auto type = static_cast<std::uint8_t>(whole[4]);
    CAPTURE(kFrameTypes[message->index()].name);
    const std::string hex = to_hex(whole.substr(5));
    for (std::size_t size = 0; size < hex.size(); size += 2) {
      CAPTURE(size);
      CHECK(outcome(body(type, hex.substr(0, size))) != "");
    }
    CHECK(outcome(body(type, hex)) == "");
    CHECK(outcome(body(type, hex + "c0")) != "");
  }
}

}  // namespace oxbow

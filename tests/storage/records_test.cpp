// What is on disk, byte by byte: keys that are ordered as scans need them, values with checksums.
#include <doctest/doctest.h>

#include <functional>

#include "base/hash.h"
#include "storage/pending_writes.h"
#include "storage/record_bytes.h"
#include "storage/record_keys.h"
#include "version/history.h"

using namespace oxbow;
using namespace oxbow::storage;
using history::at;
using history::peer;
using history::put;

namespace {

const Object kObject = put({}, "v", {}, 'a', at(7));

void check_every_damage(const std::string& bytes, const std::function<bool(std::string)>& parses) {
  REQUIRE(parses(bytes));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    CAPTURE(i);
    for (const int bits : {1, 0x80}) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(damaged[i] ^ bits);
      REQUIRE_FALSE(parses(damaged));
    }
    REQUIRE_FALSE(parses(bytes.substr(0, i)));
  }
}

}  // namespace

TEST_CASE("the keys on disk are the documented bytes") {
  CHECK(to_hex(objects_from(0x0102030405060708)) == "6f0102030405060708");
  CHECK(object_key("key") == objects_from(hash64("key")) + "key");
  CHECK(objects_end() == "p");
  const std::string x = "78000000000000000000000000000000";
  CHECK(to_hex(hint_key(peer('x'), "key")) == "68" + x + "6b6579");
  CHECK(to_hex(totals_key(peer('x'))) == "74" + x);
  CHECK(record_key("ring") == "rring");
}

TEST_CASE("the keys on disk tell what they were made of") {
  CHECK(key_of_object(object_key("key")) == "key");
  CHECK(hash_of_object(object_key("key")) == hash64("key"));
  CHECK(key_of_hint(hint_key(peer('x'), "key")) == "key");
  CHECK(destination_of(hint_key(peer('x'), "key")) == peer('x'));
  CHECK(destination_of(totals_key(peer('x'))) == peer('x'));
  CHECK(space_of(record_key("ring")) == Space::records);
}

TEST_CASE("the hints of a member end before those of the next") {
  PeerId last;
  last.bytes.fill(0xff);
  PeerId carried = peer('x');
  carried.bytes[15] = 0xff;
  for (const PeerId& destination : {peer('x'), carried, last}) {
    CHECK(hint_key(destination, std::string(1024, '\xff')) < hints_end(destination));
  }
  PeerId next = peer('x');
  next.bytes[15] = 1;
  CHECK(hints_end(peer('x')) == hint_key(next, ""));
  CHECK(hints_end(last) == "i");
}

TEST_CASE("a hint is its time and its object, under one checksum") {
  const std::string bytes = hint_bytes(peer('x'), "key", kObject, Duration(9));
  CHECK(to_hex(bytes.substr(0, 8)) == "0000000000000009");
  const Hint hint = parse_hint(peer('x'), "key", bytes).value();
  CHECK(hint.destination == peer('x'));
  CHECK(hint.key == "key");
  CHECK(hint.object == kObject);
  CHECK(hint.written == Duration(9));
  check_every_damage(
      bytes, [](const std::string& damaged) { return parse_hint(peer('x'), "key", damaged).ok(); });
  CHECK_FALSE(parse_hint(peer('y'), "key", bytes).ok());
  CHECK_FALSE(parse_hint(peer('x'), "other", bytes).ok());
}

TEST_CASE("totals of hints have a checksum") {
  const std::string bytes = totals_bytes(peer('x'), {3, 400});
  CHECK(to_hex(bytes.substr(8)) == "00000000000000030000000000000190");
  CHECK(parse_totals(peer('x'), bytes)->hints == 3);
  CHECK(parse_totals(peer('x'), bytes)->bytes == 400);
  check_every_damage(bytes, [](const std::string& damaged) {
    return parse_totals(peer('x'), damaged).has_value();
  });
  CHECK_FALSE(parse_totals(peer('y'), bytes).has_value());
}

TEST_CASE("small records have a checksum") {
  const std::string bytes = checked_bytes("ring", "members");
  CHECK(bytes.substr(8) == "members");
  CHECK(parse_checked("ring", bytes) == "members");
  CHECK(parse_checked("ring", checked_bytes("ring", "")) == "");
  check_every_damage(
      bytes, [](const std::string& damaged) { return parse_checked("ring", damaged).has_value(); });
  CHECK_FALSE(parse_checked("rang", bytes).has_value());
}

TEST_CASE("of pending writes the newest of each key is found, until it is on disk") {
  PendingWrites pending;
  const auto add = [&pending](const std::string& key, const std::string& bytes, Sync sync) {
    PendingWrite write;
    write.stored_key = record_key(key);
    write.bytes = bytes;
    write.sync = sync;
    write.size = 10;
    return pending.add(std::move(write));
  };
  const auto first = add("a", "first", Sync::yes);
  add("b", "other", Sync::no);
  const auto third = add("a", "second", Sync::no);
  CHECK(first->sequence == 1);
  CHECK(first->shown_after == 1);
  CHECK(third->sequence == 3);
  CHECK(third->shown_after == 1);  // it shows what the first one wrote
  CHECK(pending.bytes() == 30);
  CHECK(pending.by_key().size() == 2);
  CHECK(pending.find(record_key("a")) == third.get());

  pending.drop(2);
  CHECK(pending.find(record_key("a")) == third.get());
  CHECK(pending.find(record_key("b")) == nullptr);
  CHECK(pending.bytes() == 10);
  const auto fourth = add("a", "third", Sync::no);
  CHECK(fourth->sequence == 4);
  pending.drop(4);
  CHECK(pending.empty());
  CHECK(pending.by_key().empty());
  CHECK(pending.bytes() == 0);
  CHECK(fourth->bytes == "third");  // the storage thread may still hold it
}

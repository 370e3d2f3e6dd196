// The simulated disk: what is pending, what is durable, and what is left when things go wrong.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "base/hash.h"
#include "sim/sim_store.h"

using namespace oxbow;

namespace {

PeerId peer(std::uint8_t first) {
  PeerId id;
  id.bytes[0] = first;
  return id;
}

/// An object with one sibling, the actor's `counter`th write.
Object object(const std::string& value, std::uint64_t counter = 1) {
  const Dot dot{{peer(1), 7, 1}, counter};
  auto clock = VectorClock::from_entries({dot});
  auto made = Object::from_parts({{dot, share(value), WallTime{}}}, std::move(clock).value());
  return std::move(made).value();
}

std::string value_of(SimStore& store, std::string_view key) {
  const auto copy = store.read(key);
  if (!copy.ok()) return "error: " + copy.error().code;
  return copy->object.empty() ? "nothing" : *copy->object.siblings().front().value;
}

WriteSequence write(SimStore& store, std::string_view key, const std::string& value,
                    Sync sync = Sync::yes) {
  const auto before = store.read(key);
  return store.write(key, before.ok() ? before->object : Object(), object(value), sync).value();
}

void sync(SimStore& store) {
  REQUIRE(store.begin_sync());
  store.finish_sync();
}

}  // namespace

TEST_CASE("a write is read at once, with the sequence to wait for until a sync is done") {
  SimStore store;
  CHECK(write(store, "a", "1") == WriteSequence{1});
  CHECK(value_of(store, "a") == "1");
  CHECK(store.read("a")->pending == WriteSequence{1});
  CHECK(store.read("b")->pending == kNothingPending);
  CHECK(store.pending_bytes() > 0);
  REQUIRE(store.begin_sync());
  CHECK(!store.begin_sync());
  CHECK(store.finish_sync() == WriteSequence{1});
  CHECK(store.read("a")->pending == kNothingPending);
  CHECK(store.pending_bytes() == 0);
  CHECK(!store.begin_sync());
}

TEST_CASE("a sync commits what was pending when it began, and nothing later") {
  SimStore store;
  write(store, "a", "1");
  REQUIRE(store.begin_sync());
  write(store, "a", "2");
  write(store, "b", "1");
  CHECK(store.finish_sync() == WriteSequence{1});
  CHECK(store.read("a")->pending == WriteSequence{2});
  store.lose_power(true);  // no sync is under way
  CHECK(value_of(store, "a") == "1");
  CHECK(value_of(store, "b") == "nothing");
}

TEST_CASE("a batch under way when the power is lost is there as a whole, or not at all") {
  for (const bool made_it : {false, true}) {
    CAPTURE(made_it);
    SimStore store;
    write(store, "a", "1");
    write(store, "b", "1");
    REQUIRE(store.begin_sync());
    write(store, "c", "1");
    store.lose_power(made_it);
    CHECK(value_of(store, "a") == (made_it ? "1" : "nothing"));
    CHECK(value_of(store, "b") == (made_it ? "1" : "nothing"));
    CHECK(value_of(store, "c") == "nothing");
    CHECK(store.pending_bytes() == 0);
    CHECK(!store.is_syncing());
  }
}

TEST_CASE("a write without sync has nothing to wait for, and is committed with the next batch") {
  SimStore store;
  CHECK(write(store, "a", "1", Sync::no) == kNothingPending);
  CHECK(store.read("a")->pending == kNothingPending);
  store.lose_power(true);
  CHECK(value_of(store, "a") == "nothing");
  write(store, "a", "1", Sync::no);
  sync(store);
  store.lose_power(true);
  CHECK(value_of(store, "a") == "1");
}

TEST_CASE("a full disk refuses what is new, and gives what it has") {
  SimStore store;
  write(store, "a", "1");
  store.set_full(true);
  CHECK(store.refusing() == "the disk is full");
  CHECK(store.write("a", object("1"), object("2"), Sync::yes).error().code == "no-room");
  CHECK(store.erase("a", object("1")).error().code == "no-room");
  CHECK(store.write_hint({peer(2), "a", object("1"), {}}, Sync::yes).error().code == "no-room");
  CHECK(store.write_record("r", "1").error().code == "no-room");
  CHECK(value_of(store, "a") == "1");
  store.set_full(false);
  CHECK(store.refusing().empty());
  write(store, "a", "2");
  CHECK(value_of(store, "a") == "2");
}

TEST_CASE("a damaged key cannot be read or scanned until it is written again") {
  SimStore store;
  for (const char* key : {"a", "b", "c"}) write(store, key, "1");
  sync(store);
  store.damage("b");
  CHECK(value_of(store, "b") == "error: damaged");
  CHECK(store.all_objects().size() == 2);
  store.lose_power(false);
  CHECK(value_of(store, "b") == "error: damaged");
  write(store, "b", "2");
  CHECK(value_of(store, "b") == "2");
  store.lose_power(false);
  CHECK(value_of(store, "b") == "error: damaged");
  write(store, "b", "2");
  sync(store);
  store.lose_power(false);
  CHECK(value_of(store, "b") == "2");
}

TEST_CASE("hints and records are on the disk as objects are") {
  SimStore store;
  REQUIRE(store.write_hint({peer(2), "a", object("1"), {}}, Sync::yes).ok());
  CHECK(store.read_hints("a", Conflicts::siblings)->pending == WriteSequence{1});
  REQUIRE(store.write_record("members", "x").ok());
  sync(store);
  store.erase_hint(peer(2), "a");
  REQUIRE(store.write_record("members", "y").ok());
  CHECK(store.every_hint().empty());
  store.lose_power(false);  // the erasing is lost: the hint is delivered once more
  REQUIRE(store.every_hint().size() == 1);
  CHECK(store.hints_for(peer(2)).hints == 1);
  CHECK(store.read_record("members").value() == "x");
}

TEST_CASE("a disk can be wiped, and put back to what it was earlier") {
  SimStore store;
  write(store, "a", "1");
  sync(store);
  const SimStore::Image earlier = store.image();
  write(store, "a", "2");
  write(store, "b", "1");
  sync(store);
  store.restore(earlier);
  CHECK(value_of(store, "a") == "1");
  CHECK(value_of(store, "b") == "nothing");
  store.wipe();
  CHECK(store.all_objects().empty());
}

TEST_CASE("the sums of the slices are those of what is there, whatever happened") {
  SimStore store;
  const auto sum = [&] { return store.sums()[SliceSums::slice_of(hash64("a"))]; };
  write(store, "a", "1");
  sync(store);
  CHECK(sum() == object_hash("a", object("1")));
  REQUIRE(store.write("a", object("1"), object("2", 2), Sync::yes).ok());
  CHECK(sum() == object_hash("a", object("2", 2)));
  store.lose_power(false);
  CHECK(sum() == object_hash("a", object("1")));
  REQUIRE(store.erase("a", object("1")).ok());
  CHECK(sum() == 0);
  store.wipe();
  CHECK(sum() == 0);
}

TEST_CASE("what was written last is known after the power was lost, if it was synced") {
  SimStore store;
  write(store, "synced", "1");
  sync(store);
  write(store, "lost", "2");
  CHECK_FALSE(store.recent_writes(0).has_value());
  store.lose_power(false);
  const auto record = store.recent_writes(0);
  REQUIRE(record.has_value());
  CHECK(record->keys == std::vector<std::string>{"synced"});
  CHECK_FALSE(store.recent_writes(record->number).has_value());
  write(store, "next", "3");
  sync(store);
  store.lose_power(false);  // again, and nothing was forgotten
  CHECK(store.recent_writes(record->number)->keys == std::vector<std::string>{"next"});
  store.forget_recent_writes(record->number);
  sync(store);
  store.lose_power(false);
  CHECK(store.recent_writes(0)->keys == std::vector<std::string>{"next"});
}

TEST_CASE("a store that is closed in order has all on its disk, and settled writes are forgotten") {
  SimStore store;
  write(store, "a", "1");
  store.all_is_settled();
  store.close(Instant{});
  CHECK(value_of(store, "a") == "1");
  CHECK_FALSE(store.recent_writes(0).has_value());
  write(store, "b", "1");
  store.close(Instant{});
  CHECK(store.recent_writes(0)->keys == std::vector<std::string>{"b"});
}
